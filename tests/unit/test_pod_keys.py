"""What the keys of a workload give its pod: every object stays valid, and secure by default."""

from typing import Any

import kubernetes_validate
import pytest

from components.objects import SiteObjects, site_objects
from components.workload.secrets import HIDDEN
from lab.build.manifests import upstream_file
from tests.cases.sites import changed

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
