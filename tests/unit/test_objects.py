"""Every object of every stack file: as the schemas want it, and as the program applies it."""

import json
from typing import Any

import jsonschema
import kubernetes_validate
import pytest

from components.cni_plugins.binaries import with_input
from components.multus.manifest import CONFIG_HASH
from components.objects import SiteObjects, node_scripts_of, site_objects
from config.site import Site
from lab.build.manifests import upstream_file
from tests.cases.sites import STACK_FILES, changed, changed_tree, site, tree
from tests.unit.recorder import record_site

STACKS = [path.name.removeprefix("Pulumi.").removesuffix(".yaml") for path in STACK_FILES]
INGRESS: dict[str, object] = {
    "host": "home.example",
    "ingress_class": "traefik",
    "tls_secret": "home-tls",
}
INGRESSES = pytest.mark.parametrize("ingress", [None, INGRESS], ids=["plain", "ingress"])


def objects(described: Site) -> SiteObjects:
    return site_objects(described, upstream_file(described.multus.version).read_text())


@pytest.mark.parametrize("stack", STACKS)
@INGRESSES
def test_every_object_is_valid(stack: str, ingress: dict[str, object] | None) -> None:
    described = changed(stack, {"home_assistant/ingress": ingress}).site
    assert described is not None

    made = objects(described)
    (version,) = made.crd["spec"]["versions"]
    for one in made:
        if one["kind"] == "NetworkAttachmentDefinition":
            jsonschema.validate(one, version["schema"]["openAPIV3Schema"])
            assert one["apiVersion"] == f"{made.crd['spec']['group']}/{version['name']}"
        else:
            kubernetes_validate.validate(one, "1.34", strict=True)


@pytest.mark.parametrize("stack", STACKS)
@INGRESSES
def test_the_program_applies_each_object_as_it_is_listed(
    stack: str, ingress: dict[str, object] | None
) -> None:
    changes = {"home_assistant/ingress": ingress}
    described = changed(stack, changes).site
    assert described is not None

    listed = list(objects(described))
    applied = {
        _name(entry.inputs): entry.inputs
        for entry in record_site(changed_tree(stack, changes)).registered
        if entry.type.startswith("kubernetes:")
    }
    assert applied == {_name(one): _as_sent(one) for one in listed}
    assert len(applied) == len(listed)


@pytest.mark.parametrize("stack", STACKS)
def test_the_program_runs_each_script_as_it_is_listed(stack: str) -> None:
    commands = record_site(tree(stack)).of("command:remote:Command")
    scripts = node_scripts_of(site(stack))

    run = {entry.name: (entry.inputs["stdin"], entry.inputs["delete"]) for entry in commands}
    assert run == {
        f"multihome-plugins-{name}-plugins": (one.install, with_input(one.remove))
        for name, one in scripts.items()
    }


def _name(described: dict[str, Any]) -> tuple[str, str]:
    return described["kind"], described["metadata"]["name"]


def _as_sent(described: dict[str, Any]) -> Any:
    """The object with its numbers as the engine's protocol has them."""
    return json.loads(json.dumps(described), parse_int=float)


def test_a_changed_configuration_of_multus_changes_its_pods() -> None:
    moved = changed("home", {"cluster/data_dir": "/srv/k3s"}).site
    assert moved is not None

    hashes = {
        made.multus["DaemonSet"]["spec"]["template"]["metadata"]["annotations"][CONFIG_HASH]
        for made in (objects(site("home")), objects(moved))
    }
    assert len(hashes) == 2


@pytest.mark.parametrize(("stack", "kind"), [("home", "httpGet"), ("cabin", "exec")])
def test_a_pod_is_probed_from_inside_where_its_answers_to_kubelet_are_lost(
    stack: str, kind: str
) -> None:
    workload = objects(site(stack)).home_assistant["StatefulSet"]
    (container,) = workload["spec"]["template"]["spec"]["containers"]

    for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
        assert kind in container[probe]
