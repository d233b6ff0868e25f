"""What the keys of a workload give its pod: every object stays valid, and secure by default."""

from typing import Any

import kubernetes_validate
import pytest

from components.objects import SiteObjects, site_objects
from components.workload.container import volume_container
from components.workload.secrets import HIDDEN
from lab.build.manifests import upstream_file
from tests.cases.sites import changed, changed_tree
from tests.unit.recorder import record_site

Json = dict[str, Any]
SECRET = {"secrets/recorder": {"secure": "v1:AAAA"}}


def made(keys: dict[str, object], **more: object) -> SiteObjects:
    """The objects of the article's site with keys of its workload, each valid."""
    reading = changed("home", {**{f"home_assistant/{k}": v for k, v in keys.items()}, **more})
    assert reading.site is not None, [problem.line() for problem in reading.problems]
    manifest = upstream_file(reading.site.multus.version).read_text()
    objects = site_objects(reading.site, manifest)
    for one in objects:
        if one["kind"] != "NetworkAttachmentDefinition":
            kubernetes_validate.validate(one, "1.34", strict=True)
    return objects


def pod(keys: dict[str, object], **more: object) -> Json:
    """The pod of the StatefulSet."""
    template: Json = made(keys, **more).home_assistant["StatefulSet"]["spec"]["template"]
    return template


def main(keys: dict[str, object], **more: object) -> Json:
    """Home Assistant's own container."""
    containers: list[Json] = pod(keys, **more)["spec"]["containers"]
    return containers[0]


def refused(keys: dict[str, object], **more: object) -> set[str]:
    """The names of the rules that refuse the site."""
    reading = changed("home", {**{f"home_assistant/{k}": v for k, v in keys.items()}, **more})
    return {problem.rule for problem in reading.of("error")}


def test_a_text_may_refer_to_the_secret_of_another_variable() -> None:
    """Kubernetes replaces $(NAME) by variables that come before."""
    environment = {
        "DB_URL": "postgresql://ha:$(PASSWORD)@db/ha",
        "PASSWORD": {"secret": "recorder"},
        "DISABLE_JEMALLOC": "true",
    }
    objects = made({"environment": environment}, **SECRET)
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


ROOTLESS: dict[str, object] = {
    "image": "ghcr.io/home-operations/home-assistant:2026.11.0",
    "run_as": {"user": 65534, "groups": [20]},
    "fs_group": 65534,
}
STICK = "/dev/serial/by-id/usb-Zigbee-if00-port0"


def contexts(keys: dict[str, object]) -> dict[str, Json]:
    """The security context of each container, by its name."""
    spec = pod(keys)["spec"]
    return {c["name"]: c["securityContext"] for c in (*spec["initContainers"], *spec["containers"])}


def test_by_default_no_container_gains_rights_and_root_may_only_use_the_volume_s_files() -> None:
    given = pod({})["spec"]
    assert given["securityContext"] == {"seccompProfile": {"type": "RuntimeDefault"}}
    assert given["automountServiceAccountToken"] is False
    files = ["CHOWN", "DAC_OVERRIDE", "FOWNER"]
    capabilities = {name: context["capabilities"] for name, context in contexts({}).items()}
    assert capabilities == {
        "check-interfaces": {"drop": ["ALL"]},
        "verify-interfaces": {"drop": ["ALL"]},
        "home-assistant": {"drop": ["ALL"], "add": files},
    }
    for context in contexts({}).values():
        assert context["allowPrivilegeEscalation"] is False


def test_the_token_of_the_interface_check_is_mounted_nowhere_else() -> None:
    spec = pod({})["spec"]
    mounting = [
        container["name"]
        for container in (*spec["initContainers"], *spec["containers"])
        if "account" in {mount["name"] for mount in container.get("volumeMounts", [])}
    ]
    assert mounting == ["check-interfaces"]


def test_a_container_that_prepares_the_volume_may_write_it_as_the_workload_does() -> None:
    for keys in ({}, ROOTLESS):
        settings = changed("home", {f"home_assistant/{k}": v for k, v in keys.items()}).site
        assert settings is not None
        prepared = volume_container(settings.home_assistant, {"name": "prepare"})
        main = contexts(keys)["home-assistant"]
        assert prepared["securityContext"] == main
        assert prepared["resources"]["limits"]


def test_a_rootless_image_has_no_capability_and_owns_its_volume_by_its_group() -> None:
    assert pod(ROOTLESS)["spec"]["securityContext"] == {
        "seccompProfile": {"type": "RuntimeDefault"},
        "runAsUser": 65534,
        "runAsGroup": 65534,
        "runAsNonRoot": True,
        "supplementalGroups": [20],
        "fsGroup": 65534,
        "fsGroupChangePolicy": "OnRootMismatch",
    }
    for context in contexts(ROOTLESS).values():
        assert context["capabilities"] == {"drop": ["ALL"]}


def test_more_capabilities_are_the_workload_s_alone() -> None:
    given = contexts({"capabilities": ["NET_RAW"]})
    assert "NET_RAW" in given.pop("home-assistant")["capabilities"]["add"]
    for context in given.values():
        assert "add" not in context["capabilities"]


@pytest.mark.parametrize("capability", ["CAP_NET_RAW", "net_raw", "ALL", "NET RAW", "ADMIN"])
def test_a_capability_that_there_is_not_is_refused(capability: str) -> None:
    assert refused({"capabilities": [capability]}) == {"capability"}


def test_a_device_of_a_device_plugin_is_asked_for_by_its_resource() -> None:
    container = main({"devices": ["squat.ai/serial", "smarter-devices/ttyUSB0"]})
    limits = container["resources"]["limits"]
    assert (limits["squat.ai/serial"], limits["smarter-devices/ttyUSB0"]) == ("1", "1")
    assert "privileged" not in container["securityContext"]


def test_a_device_of_the_node_is_at_the_same_path_in_a_privileged_container() -> None:
    keys: dict[str, object] = {"devices": [STICK], "privileged": True}
    spec = pod(keys)["spec"]
    container = spec["containers"][0]

    assert container["securityContext"] == {"privileged": True}
    assert {"name": "device-0", "mountPath": STICK} in container["volumeMounts"]
    path = {"path": STICK, "type": "CharDevice"}
    assert {"name": "device-0", "hostPath": path} in spec["volumes"]
    others = {k: v for k, v in contexts(keys).items() if k != "home-assistant"}
    assert not any("privileged" in context for context in others.values())


@pytest.mark.parametrize(
    "device",
    [
        "/dev",
        "/dev/",
        "/dev/../etc",
        "/dev/a/../b",
        "/etc/shadow",
        "/dev/serial/by-path/a:b",
        "ttyUSB0",
        "kubernetes.io/x",
        "sub.kubernetes.io/x",
        "requests.example/x",
        "squat.ai/",
        "Squat.ai/serial",
        "a b/c",
    ],
)
def test_what_is_no_device_is_refused(device: str) -> None:
    assert refused({"devices": [device], "privileged": True}) == {"device"}


def test_a_device_that_is_listed_twice_is_refused() -> None:
    assert refused({"devices": [STICK, STICK], "privileged": True}) == {"device-twice"}


def test_bluetooth_is_the_node_s_d_bus_and_no_capability() -> None:
    """Linux has Bluetooth sockets in the node's own network namespace alone."""
    spec = pod({"bluetooth": True})["spec"]
    container = spec["containers"][0]

    mounted = {"name": "dbus", "mountPath": "/run/dbus", "readOnly": True}
    assert mounted in container["volumeMounts"]
    host = {"path": "/run/dbus", "type": "Directory"}
    assert {"name": "dbus", "hostPath": host} in spec["volumes"]
    assert container["securityContext"]["appArmorProfile"] == {"type": "Unconfined"}
    assert not set(container["securityContext"]["capabilities"]["add"]) & {"NET_ADMIN", "NET_RAW"}


@pytest.mark.parametrize(
    ("keys", "labelled"),
    [
        ({}, False),
        (ROOTLESS, False),
        ({"capabilities": ["NET_BIND_SERVICE"]}, False),
        ({"devices": ["squat.ai/serial"]}, False),
        ({"capabilities": ["NET_RAW"]}, True),
        ({"bluetooth": True}, True),
        ({"privileged": True}, True),
    ],
)
def test_the_namespace_admits_more_than_the_baseline_only_where_the_pod_needs_it(
    keys: dict[str, object], *, labelled: bool
) -> None:
    labels = made(keys).namespace["metadata"].get("labels", {})
    assert labels == ({"pod-security.kubernetes.io/enforce": "privileged"} if labelled else {})


def test_user_numbers_of_its_own_are_the_pod_s() -> None:
    assert pod({"host_users": False})["spec"]["hostUsers"] is False
    assert "hostUsers" not in pod({})["spec"]


@pytest.mark.parametrize(
    "keys",
    [
        {"privileged": True},
        {"devices": [STICK], "privileged": True},
        {"bluetooth": True},
        {"storage": {"access_mode": "ReadWriteMany", "storage_class": "longhorn"}},
        {"storage": {"storage_class": "nfs-client"}},
        {"storage": {"storage_class": "csi.nfs"}},
        {**ROOTLESS, "run_as": {"user": 65536}},
        {**ROOTLESS, "run_as": {"user": 1000, "groups": [70000]}},
    ],
)
def test_user_numbers_of_its_own_exclude_what_knows_the_node_s(keys: dict[str, object]) -> None:
    assert refused({**keys, "host_users": False}) == {"host-users"}


def test_a_claim_that_is_there_is_used_and_neither_made_nor_protected() -> None:
    keys: dict[str, object] = {"storage": {"existing_claim": "home-assistant-config-v5"}}
    objects = made(keys)
    assert objects.claim is None
    (volume,) = [
        each
        for each in objects.home_assistant["StatefulSet"]["spec"]["template"]["spec"]["volumes"]
        if "persistentVolumeClaim" in each
    ]
    assert volume["persistentVolumeClaim"] == {"claimName": "home-assistant-config-v5"}

    tree = changed_tree("home", {f"home_assistant/{k}": v for k, v in keys.items()})
    recording = record_site(tree)
    assert not recording.of("kubernetes:core/v1:PersistentVolumeClaim")
    (workload,) = recording.of("kubernetes:apps/v1:StatefulSet")
    (namespace,) = recording.of("kubernetes:core/v1:Namespace")
    assert namespace.urn in recording.needed_by(workload)


@pytest.mark.parametrize("mode", ["ReadWriteOnce", "ReadWriteOncePod", "ReadWriteMany"])
def test_the_claim_has_the_access_mode(mode: str) -> None:
    storage = {"access_mode": mode, "storage_class": "longhorn"}
    claim = made({"storage": storage}).claim
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
def test_a_key_that_changes_nothing_is_warned_of(keys: dict[str, object], path: str) -> None:
    found = changed("home", {f"home_assistant/{k}": v for k, v in keys.items()})
    (problem,) = [each for each in found.problems if each.rule == "workload-key-unused"]
    assert problem.path.endswith(path)


CERT_MANAGER = {"cert-manager.io/cluster-issuer": "letsencrypt"}
METADATA = {"labels": {"example.org/team": "home"}, "annotations": CERT_MANAGER}
INGRESS = {"host": "home.example.org", "tls_secret": "home-tls"}


def test_labels_and_annotations_are_added_to_pod_service_and_ingress() -> None:
    objects = made(
        {"pod": METADATA, "service": METADATA, "ingress": {**INGRESS, **METADATA}}
    ).home_assistant
    ours = {"app.kubernetes.io/name": "home-assistant", "example.org/team": "home"}
    template = objects["StatefulSet"]["spec"]["template"]
    for each in (objects["Service"], objects["Ingress"], template):
        assert each["metadata"]["labels"] == ours
        assert CERT_MANAGER.items() <= each["metadata"]["annotations"].items()
    assert objects["StatefulSet"]["spec"]["selector"]["matchLabels"].items() < ours.items()


@pytest.mark.parametrize(
    ("keys", "rolls"),
    [
        ({"pod": METADATA}, True),
        ({"service": METADATA}, False),
        ({"service": {"type": "LoadBalancer"}}, False),
        ({"ingress": {**INGRESS, **METADATA}}, False),
    ],
)
def test_only_what_the_pod_itself_has_makes_another_pod(
    keys: dict[str, object], *, rolls: bool
) -> None:
    assert (pod(keys) != pod({})) is rolls


@pytest.mark.parametrize("where", ["pod", "service", "ingress"])
@pytest.mark.parametrize(
    "key",
    [
        "k8s.v1.cni.cncf.io/networks",
        "v1.multus-cni.io/default-network",
        "multihome/networks-hash",
        "pulumi.com/skipAwait",
        "app.kubernetes.io/name",
        "controller-revision-hash",
        "-a",
        "a/b/c",
        "/a",
        "a/",
        "Example.org/a",
        "a" * 64,
        f"{'a' * 64}/a",
        "blank here",
    ],
)
@pytest.mark.parametrize("kind", ["labels", "annotations"])
def test_a_key_that_is_taken_or_invalid_is_refused(where: str, key: str, kind: str) -> None:
    more = INGRESS if where == "ingress" else {}
    assert refused({where: {**more, kind: {key: "value"}}}) == {"metadata-key"}


@pytest.mark.parametrize("value", ["-a", "a b", "a/b", "a" * 64, "ä"])
def test_an_invalid_value_of_a_label_is_refused(value: str) -> None:
    assert refused({"pod": {"labels": {"example.org/name": value}}}) == {"label-value"}


def test_annotations_beyond_the_size_that_kubernetes_takes_are_refused() -> None:
    annotations = {"example.org/name": "a" * (256 * 1024)}
    assert refused({"pod": {"annotations": annotations}}) == {"annotations-size"}


def test_two_names_of_the_ingress_class_are_refused() -> None:
    annotations = {"kubernetes.io/ingress.class": "traefik"}
    assert refused({"ingress": {**INGRESS, "annotations": annotations}}) == set()
    twice = {**INGRESS, "ingress_class": "traefik", "annotations": annotations}
    assert refused({"ingress": twice}) == {"ingress-class-twice"}


def test_a_service_has_its_type_and_policy() -> None:
    service = {"type": "LoadBalancer", "external_traffic_policy": "Cluster"}
    spec = made({"service": service}).home_assistant["Service"]["spec"]
    assert (spec["type"], spec["externalTrafficPolicy"]) == ("LoadBalancer", "Cluster")
    assert refused({"service": {"external_traffic_policy": "Cluster"}}) == {"traffic-policy"}


def test_callers_addresses_are_kept_where_no_interface_is_attached() -> None:
    service = {"type": "NodePort", "external_traffic_policy": "Local"}
    assert refused({"service": service, "interfaces": []}) == set()
    assert refused({"service": service}) == {"traffic-policy-local"}


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
