"""The whole program of every stack file, under strict mocks: what must hold for any house."""

import ast
import json

import pulumi
import pytest

from components.stack import HomeAssistantStack, HomeAssistantStackArgs
from lab.build.manifests import upstream_file
from tests.cases.sites import ROOT, STACK_FILES, site
from tests.unit.recorder import Recording, record

CANARY = "canary-of-a-private-key"
STACKS = [path.name.removeprefix("Pulumi.").removesuffix(".yaml") for path in STACK_FILES]
SECRET = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105 - the protocol's mark of a secret


@pytest.fixture(params=STACKS)
def recording(request: pytest.FixtureRequest) -> Recording:
    described = site(request.param)

    def program() -> None:
        HomeAssistantStack(
            "multihome",
            HomeAssistantStackArgs(
                site=described,
                manifest=upstream_file(described.multus.version).read_text(),
                private_key=pulumi.Output.secret(CANARY),
                kubeconfig=pulumi.Output.secret(CANARY),
            ),
        )

    return record(program)


def test_urns_are_unique(recording: Recording) -> None:
    urns = [entry.urn for entry in recording.registered]
    assert len(urns) == len(set(urns)) > 15


def test_children_are_named_after_their_parents(recording: Recording) -> None:
    for entry in recording.registered:
        parent = entry.request.parent
        if entry.type == "pulumi:pulumi:Stack":
            continue
        assert parent, entry.name
        owner = recording.by_urn(parent)
        if owner.type != "pulumi:pulumi:Stack":
            assert entry.name.startswith(f"{owner.name}-"), entry.name


def test_every_resource_has_an_explicit_provider(recording: Recording) -> None:
    for entry in recording.registered:
        if entry.request.custom and not entry.type.startswith("pulumi:"):
            assert entry.request.provider, entry.name


def test_what_holds_the_data_is_protected_and_nothing_else(recording: Recording) -> None:
    protected = {entry.type for entry in recording.registered if entry.request.protect}
    assert protected == {
        "kubernetes:core/v1:Namespace",
        "kubernetes:core/v1:PersistentVolumeClaim",
        "kubernetes:apiextensions.k8s.io/v1:CustomResourceDefinition",
    }


def test_what_is_protected_depends_on_nothing_that_is_not(recording: Recording) -> None:
    for entry in recording.registered:
        if entry.request.protect:
            for urn in entry.request.dependencies:
                owner = recording.by_urn(urn)
                assert owner.request.protect or not owner.request.custom, (entry.name, urn)


def test_the_daemon_set_and_the_pod_come_last(recording: Recording) -> None:
    (daemon_set,) = recording.of("kubernetes:apps/v1:DaemonSet")
    (pod,) = recording.of("kubernetes:apps/v1:StatefulSet")
    commands = {entry.urn for entry in recording.of("command:remote:Command")}
    attachments = recording.of("kubernetes:k8s.cni.cncf.io/v1:NetworkAttachmentDefinition")
    assert commands <= set(daemon_set.request.dependencies)
    assert {daemon_set.urn, *(a.urn for a in attachments)} <= set(pod.request.dependencies)


def test_a_changed_pod_replaces_its_set_after_the_old_one_is_gone(recording: Recording) -> None:
    """The provider would not wait for a roll: it takes the old pod's readiness for the new's."""
    (pod,) = recording.of("kubernetes:apps/v1:StatefulSet")
    assert list(pod.request.replaceOnChanges) == ["spec.template"]
    assert pod.request.deleteBeforeReplace


def test_every_component_registers_outputs(recording: Recording) -> None:
    components = [entry for entry in recording.registered if entry.type.startswith("multihome:")]
    assert {entry.type for entry in components} == {
        "multihome:stack:HomeAssistantStack",
        "multihome:cniPlugins:CniPluginBinaries",
        "multihome:multus:MultusInstall",
        "multihome:networkSegment:NetworkSegment",
        "multihome:homeAssistant:HomeAssistant",
    }
    for entry in components:
        assert entry.outputs, entry.name


def test_secrets_are_registered_as_secrets_only(recording: Recording) -> None:
    seen = 0
    for entry in recording.registered:
        for key, value in dict(entry.request.object).items():
            text = str(value)
            if CANARY in text:
                seen += 1
                assert SECRET in text, (entry.name, key)
        assert CANARY not in str(entry.outputs)
    assert seen >= 2


def test_nothing_skips_waiting(recording: Recording) -> None:
    for entry in recording.registered:
        assert "skipAwait" not in str(entry.request.object)


def test_nodes_are_touched_after_the_cluster_answered(recording: Recording) -> None:
    (namespace,) = recording.of("kubernetes:core/v1:Namespace")
    for command in recording.of("command:remote:Command"):
        assert namespace.urn in command.request.dependencies or any(
            namespace.urn in recording.by_urn(parent).request.dependencies
            for parent in (command.request.parent,)
        )


def test_the_attachments_are_made_after_their_definition(recording: Recording) -> None:
    attachments = recording.of("kubernetes:k8s.cni.cncf.io/v1:NetworkAttachmentDefinition")
    assert attachments
    for attachment in attachments:
        config = json.loads(str(attachment.inputs["spec"]["config"]))
        assert config["cniVersion"] == "1.0.0"


LAYERS = {
    "config": {"config"},
    "multihome": {"config", "components", "multihome"},
    "components": {"config", "components"},
    "lab": {"config", "components", "lab"},
}


@pytest.mark.parametrize("folder", LAYERS)
def test_a_folder_imports_only_what_its_layer_may(folder: str) -> None:
    ours = {"components", "config", "lab", "multihome", "tests"}
    for path in (ROOT / folder).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            modules = (
                [alias.name for alias in node.names]
                if isinstance(node, ast.Import)
                else [node.module or ""]
                if isinstance(node, ast.ImportFrom)
                else []
            )
            for module in modules:
                top = module.split(".")[0]
                assert top not in ours - LAYERS[folder], f"{path}: {module}"
                if folder == "config" and path.name != "engine.py":
                    assert top != "pulumi", path


def test_no_component_imports_another() -> None:
    packages = [p for p in (ROOT / "components").iterdir() if p.is_dir() and p.name[0] != "_"]
    for package in packages:
        for path in package.glob("*.py"):
            for other in packages:
                if other != package:
                    assert f"components.{other.name}" not in path.read_text(), path


@pytest.mark.parametrize(
    "module",
    [
        "multus/manifest",
        "cni_plugins/scripts",
        "cni_plugins/needed",
        "network_segment/conflist",
        "home_assistant/objects",
        "home_assistant/annotation",
    ],
)
def test_pure_modules_do_not_know_pulumi(module: str) -> None:
    assert "import pulumi" not in (ROOT / "components" / f"{module}.py").read_text()
