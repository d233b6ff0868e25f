"""What a workload's pod is given: variables, resources, a volume and a place."""

import pytest

from components.workload.secrets import HIDDEN
from tests.cases.sites import changed, changed_tree
from tests.unit.pods import ROOTLESS, Keys, changes, made, main, pod, refused
from tests.unit.recorder import record_site

SECRET = {"/secrets/recorder": {"secure": "v1:AAAA"}}


def test_a_text_may_refer_to_the_secret_of_another_variable() -> None:
    """Kubernetes replaces $(NAME) by variables that come before."""
    environment = {
        "DB_URL": "postgresql://ha:$(PASSWORD)@db/ha",
        "PASSWORD": {"secret": "recorder"},
        "DISABLE_JEMALLOC": "true",
    }
    objects = made({"environment": environment, **SECRET})
    spec = objects.home_assistant["StatefulSet"]["spec"]["template"]["spec"]
    time_zone, *given = spec["containers"][0]["env"]

    assert time_zone["name"] == "TZ"
    assert [variable["name"] for variable in given] == ["PASSWORD", "DB_URL", "DISABLE_JEMALLOC"]
    reference = given[0]["valueFrom"]["secretKeyRef"]
    secret = objects.home_assistant["Secret"]
    assert reference == {"name": secret["metadata"]["name"], "key": "recorder"}
    assert secret["stringData"] == {"recorder": HIDDEN}


@pytest.mark.parametrize(
    ("environment", "rule"),
    [
        ({"TZ": "Europe/Berlin"}, "environment-name"),
        ({"1ST": "x"}, "environment-name"),
        ({"WITH BLANK": "x"}, "environment-name"),
        ({"A=B": "x"}, "environment-name"),
        ({"NUMBER": 5}, "environment"),
        ({"FLAG": True}, "environment"),
        ({"DB_URL": {"name": "recorder"}}, "unknown-key"),
        ({"DB_URL": {"secret": "recorder"}}, "secret-unknown"),
    ],
)
def test_a_variable_without_a_sound_name_or_value_is_refused(
    environment: dict[str, object], rule: str
) -> None:
    assert rule in refused({"environment": environment})


def test_a_wrong_variable_is_reported_at_its_own_key() -> None:
    (problem,) = changed("home", {"home_assistant/environment": {"FLAG": True}}).problems
    assert problem.line().startswith("multihome:home_assistant.environment.FLAG")


def test_every_container_has_requests_and_a_memory_limit() -> None:
    spec = pod({})["spec"]
    for container in (*spec["initContainers"], *spec["containers"]):
        resources = container["resources"]
        assert set(resources["requests"]) == {"cpu", "memory"}, container["name"]
        assert set(resources["limits"]) == {"memory"}, container["name"]


def test_resources_that_are_given_are_the_container_s() -> None:
    given = {"requests": {"memory": "1Gi"}, "limits": {"cpu": "2", "memory": "4Gi"}}
    assert main({"resources": given})["resources"] == {
        "requests": {"cpu": "100m", "memory": "1Gi"},
        "limits": {"cpu": "2", "memory": "4Gi"},
    }


@pytest.mark.parametrize(
    ("resources", "rule"),
    [
        ({"limits": {"memory": "256Mi"}}, "request-above-limit"),
        ({"requests": {"memory": "3072Mi"}}, "request-above-limit"),
        ({"requests": {"cpu": "1"}, "limits": {"cpu": "999m"}}, "request-above-limit"),
        ({"requests": {"memory": "2G i"}}, "quantity"),
        ({"requests": {"memory": "0Mi"}}, "quantity"),
        ({"requests": {"cpu": "0.0001"}}, "cpu"),
        ({"requests": {"cpu": 2}}, "cpu"),
        ({"limits": {"cpu": "0"}}, "cpu"),
    ],
)
def test_resources_that_the_api_server_would_refuse_are_refused(
    resources: dict[str, object], rule: str
) -> None:
    assert refused({"resources": resources}) == {rule}


def test_a_claim_that_is_there_is_used_and_neither_made_nor_protected() -> None:
    keys: Keys = {"storage": {"existing_claim": "home-assistant-config-v5"}}
    objects = made(keys)
    assert objects.claim is None
    (volume,) = [
        each
        for each in objects.home_assistant["StatefulSet"]["spec"]["template"]["spec"]["volumes"]
        if "persistentVolumeClaim" in each
    ]
    assert volume["persistentVolumeClaim"] == {"claimName": "home-assistant-config-v5"}

    tree = changed_tree("home", changes(keys))
    recording = record_site(tree)
    assert not recording.of("kubernetes:core/v1:PersistentVolumeClaim")
    (workload,) = recording.of("kubernetes:apps/v1:StatefulSet")
    (namespace,) = recording.of("kubernetes:core/v1:Namespace")
    assert namespace.urn in recording.needed_by(workload)


@pytest.mark.parametrize("mode", ["ReadWriteOnce", "ReadWriteOncePod", "ReadWriteMany"])
def test_the_claim_has_the_access_mode(mode: str) -> None:
    storage = {"access_mode": mode, "storage_class": "longhorn"}
    claim = made({"storage": storage, "check_before_replacing": False}).claim
    assert claim is not None
    assert claim["spec"]["accessModes"] == [mode]


def test_a_rootless_image_with_a_claim_of_its_own_needs_no_group() -> None:
    keys = {**ROOTLESS, "storage": {"existing_claim": "old"}}
    del keys["fs_group"]
    assert "fsGroup" not in pod(keys)["spec"]["securityContext"]


@pytest.mark.parametrize(
    ("keys", "path"),
    [
        ({**ROOTLESS, "capabilities": ["NET_RAW"]}, "capabilities"),
        ({"privileged": True, "capabilities": ["NET_RAW"]}, "capabilities"),
        ({"storage": {"existing_claim": "old", "access_mode": "ReadWriteOnce"}}, "access_mode"),
    ],
)
def test_a_key_that_changes_nothing_is_warned_of(keys: Keys, path: str) -> None:
    found = changed("home", changes(keys))
    (problem,) = [each for each in found.problems if each.rule == "workload-key-unused"]
    assert problem.path.endswith(path)


def test_tolerations_are_the_pod_s() -> None:
    tolerations = [
        {"key": "k3s-controlplane", "operator": "Exists"},
        {"key": "node.kubernetes.io/unreachable", "operator": "Exists", "effect": "NoExecute"},
        {"operator": "Exists"},
        {"key": "home", "value": "yes", "effect": "NoExecute", "seconds": 0},
    ]
    given = pod({"tolerations": tolerations})["spec"]["tolerations"]
    assert given[:3] == [tolerations[0], tolerations[1], tolerations[2]]
    assert given[3] == {
        "key": "home",
        "operator": "Equal",
        "value": "yes",
        "effect": "NoExecute",
        "tolerationSeconds": 0,
    }
    assert "tolerations" not in pod({})["spec"]


@pytest.mark.parametrize(
    ("toleration", "rule"),
    [
        ({"key": "a", "operator": "Exists", "value": "b"}, "toleration"),
        ({"value": "b"}, "toleration"),
        ({}, "toleration"),
        ({"key": "a", "seconds": 5}, "toleration"),
        ({"key": "a", "effect": "NoSchedule", "seconds": 5}, "toleration"),
        ({"key": "a b"}, "qualified-name"),
        ({"key": "a", "value": "b c"}, "label-value"),
        ({"key": "a", "effect": "Never"}, "unknown-choice"),
        ({"key": "a", "operator": "Gt"}, "unknown-choice"),
    ],
)
def test_a_toleration_that_the_api_server_would_refuse_is_refused(
    toleration: dict[str, object], rule: str
) -> None:
    assert refused({"tolerations": [toleration]}) == {rule}
