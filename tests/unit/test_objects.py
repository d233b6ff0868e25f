"""Every object of every stack file, against the schemas of Kubernetes and of Multus' CRD."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import kubernetes_validate
import pulumi
import pytest

from components.multus.manifest import parse
from components.multus.source import cache_folder, store_manifest
from components.stack import HomeAssistantStack, HomeAssistantStackArgs
from config.releases import KNOWN_MANIFESTS
from lab.build.manifests import upstream_file
from multihome.render import kubernetes_objects, render_command
from tests.cases.sites import ROOT, STACK_FILES, changed, site
from tests.unit.recorder import record

STACKS = [path.name.removeprefix("Pulumi.").removesuffix(".yaml") for path in STACK_FILES]
INGRESS: dict[str, object] = {
    "host": "home.example",
    "ingress_class": "traefik",
    "tls_secret": "home-tls",
}


@pytest.fixture(autouse=True, scope="module")
def manifests() -> None:
    for version, digest in KNOWN_MANIFESTS.items():
        if not (cache_folder() / f"{digest}.yml").exists():
            store_manifest(upstream_file(version).read_bytes(), digest)


@pytest.mark.parametrize("stack", STACKS)
@pytest.mark.parametrize("ingress", [None, INGRESS], ids=["plain", "ingress"])
def test_every_object_is_valid(stack: str, ingress: dict[str, object] | None) -> None:
    described = changed(stack, {"home_assistant/ingress": ingress}).site
    assert described is not None

    objects = list(kubernetes_objects(described))
    crd = next(o for o in objects if o["kind"] == "CustomResourceDefinition")
    (version,) = crd["spec"]["versions"]
    for one in objects:
        if one["kind"] == "NetworkAttachmentDefinition":
            jsonschema.validate(one, version["schema"]["openAPIV3Schema"])
            assert one["apiVersion"] == f"{crd['spec']['group']}/{version['name']}"
        else:
            kubernetes_validate.validate(one, "1.34", strict=True)


@pytest.mark.parametrize("stack", STACKS)
def test_what_is_rendered_is_what_is_applied(stack: str) -> None:
    described = site(stack)

    def program() -> None:
        HomeAssistantStack(
            "multihome",
            HomeAssistantStackArgs(
                site=described,
                manifest=upstream_file(described.multus.version).read_text(),
                private_key=pulumi.Output.secret("a key"),
                kubeconfig=None,
            ),
        )

    applied = {
        (entry.inputs["kind"], entry.inputs["metadata"]["name"]): entry.inputs
        for entry in record(program).registered
        if entry.type.startswith("kubernetes:")
    }
    rendered = {(o["kind"], o["metadata"]["name"]): o for o in kubernetes_objects(described)}
    assert set(applied) == set(rendered)
    for key, one in rendered.items():
        if key[0] == "DaemonSet":  # applied with the hash of its configuration
            del applied[key]["spec"]["template"]["metadata"]["annotations"]
        assert _plain(applied[key].get("spec")) == _plain(one.get("spec")), key
        assert applied[key]["metadata"].get("namespace") == one["metadata"].get("namespace"), key


def _plain(value: Any) -> Any:
    """Numbers as the engine's protocol has them."""
    return json.loads(json.dumps(value), parse_int=float)


def test_rendered_files_are_private_and_hold_no_secret(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = (ROOT / "Pulumi.home.yaml").read_text()
    file = tmp_path / "Pulumi.home.yaml"
    file.write_text(f"{text}\n  multihome:ssh_private_key:\n    secure: v1:canary\n")
    monkeypatch.chdir(tmp_path)

    assert render_command([str(file)]) == 0
    folder = tmp_path / "rendered" / "home"
    assert folder.stat().st_mode & 0o777 == 0o700
    names = {path.name for path in folder.iterdir()}
    assert {
        "networkattachmentdefinition-lan.yaml",
        "networkattachmentdefinition-iot.yaml",
        "daemonset-kube-multus-ds.yaml",
        "statefulset-home-assistant.yaml",
        "node-k3s-1-install.sh",
        "node-k3s-1-remove.sh",
    } <= names
    for path in folder.iterdir():
        assert path.stat().st_mode & 0o777 == 0o600
        assert "canary" not in path.read_text()
        if path.suffix == ".yaml":
            assert len(parse(path.read_text())) == 1


@pytest.mark.parametrize(("stack", "kind"), [("home", "httpGet"), ("cabin", "exec")])
def test_a_pod_is_probed_by_the_way_that_its_answers_find_back(stack: str, kind: str) -> None:
    (workload,) = (o for o in kubernetes_objects(site(stack)) if o["kind"] == "StatefulSet")
    (container,) = workload["spec"]["template"]["spec"]["containers"]

    for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
        assert kind in container[probe]
