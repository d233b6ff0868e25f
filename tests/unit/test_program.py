"""The whole program of every stack file, under strict mocks: what holds for any site."""

import asyncio
import gc

import pulumi
import pytest

from components.program import build
from lab.build.manifests import THICK, upstream_file
from tests.cases.sites import STACK_FILES, changed_tree, tree
from tests.unit.recorder import CANARY, Recording, record, record_site

STACKS = [path.name.removeprefix("Pulumi.").removesuffix(".yaml") for path in STACK_FILES]
SECRET = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105 - the protocol's mark of a secret
NAMESPACE = "kubernetes:core/v1:Namespace"
CLAIM = "kubernetes:core/v1:PersistentVolumeClaim"
CRD = "kubernetes:apiextensions.k8s.io/v1:CustomResourceDefinition"
NETWORK = "kubernetes:k8s.cni.cncf.io/v1:NetworkAttachmentDefinition"
DAEMON_SET = "kubernetes:apps/v1:DaemonSet"
STATEFUL_SET = "kubernetes:apps/v1:StatefulSet"
COMMAND = "command:remote:Command"


@pytest.fixture(params=STACKS, scope="module")
def recording(request: pytest.FixtureRequest) -> Recording:
    return record_site(tree(request.param))


def test_a_program_that_fails_leaves_no_error_to_be_logged_in_another_test(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def program() -> None:
        asyncio.get_running_loop().create_future().set_exception(LookupError())

    record(program)
    gc.collect()

    assert not caplog.records


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


def test_the_program_makes_one_provider_for_the_cluster_and_one_for_the_nodes(
    recording: Recording,
) -> None:
    for kind in ("kubernetes", "command"):
        (provider,) = recording.of(f"pulumi:providers:{kind}")
        assert recording.by_urn(provider.request.parent).type == "pulumi:pulumi:Stack"


def test_what_holds_the_data_is_protected_and_nothing_else(recording: Recording) -> None:
    protected = {entry.type for entry in recording.registered if entry.request.protect}
    assert protected == {NAMESPACE, CLAIM}


def test_the_definition_that_all_networks_of_the_cluster_need_is_never_deleted(
    recording: Recording,
) -> None:
    retained = {entry.type for entry in recording.registered if entry.request.retainOnDelete}
    assert retained == {CRD}


def test_what_is_protected_needs_nothing_that_is_not(recording: Recording) -> None:
    """`destroy --exclude-protected` keeps all that a protected resource or its parents need."""
    for entry in recording.registered:
        if entry.request.protect:
            for other in recording.needed_by(entry).values():
                kept = (
                    other.request.protect
                    or other.request.retainOnDelete
                    or not other.request.custom
                )
                assert kept or other.type == "pulumi:providers:kubernetes", (entry.name, other.name)


def test_the_claim_needs_its_namespace(recording: Recording) -> None:
    (namespace,), (claim,) = recording.of(NAMESPACE), recording.of(CLAIM)
    assert namespace.urn in recording.needed_by(claim)


def test_multus_waits_for_the_plugins_and_the_pod_for_all_that_it_uses(
    recording: Recording,
) -> None:
    (daemon_set,), (pod,) = recording.of(DAEMON_SET), recording.of(STATEFUL_SET)
    before_multus = (*recording.of(COMMAND), *recording.of(CRD))
    before_the_pod = (daemon_set, *recording.of(NETWORK), *recording.of(CLAIM))

    assert {entry.urn for entry in before_multus} <= set(recording.needed_by(daemon_set))
    assert {entry.urn for entry in before_the_pod} <= set(recording.needed_by(pod))


def test_a_network_is_declared_after_its_definition_and_its_namespace(
    recording: Recording,
) -> None:
    (crd,), (namespace,) = recording.of(CRD), recording.of(NAMESPACE)
    networks = recording.of(NETWORK)

    assert networks
    for network in networks:
        assert {crd.urn, namespace.urn} <= set(recording.needed_by(network))


def test_nodes_are_touched_after_the_cluster_answered(recording: Recording) -> None:
    (namespace,) = recording.of(NAMESPACE)
    for command in recording.of(COMMAND):
        assert namespace.urn in recording.needed_by(command)


def test_a_changed_pod_replaces_its_set_after_the_old_one_is_gone(recording: Recording) -> None:
    """The provider would not wait for a roll: it takes the old pod's readiness for the new's."""
    (pod,) = recording.of(STATEFUL_SET)
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


def test_a_node_that_lacks_no_plugin_gets_no_command() -> None:
    bundled = ["macvlan", "vlan", "tuning", "host-local"]
    cluster: dict[str, object] = {
        "distribution": "custom",
        "conf_dir": "/etc/cni/net.d",
        "bin_dir": "/opt/cni/bin",
        "default_conflist": "10-kindnet.conflist",
        "bundled_plugins": bundled,
    }
    assert record_site(changed_tree("home", {"cluster": cluster})).of(COMMAND) == []


def test_a_manifest_that_is_refused_is_refused_before_any_resource() -> None:
    thick = upstream_file("v4.2.4", THICK)

    def program() -> None:
        with pytest.raises(pulumi.RunError, match="thick"):
            build()

    recording = record_site(
        changed_tree("home", {"multus/manifest": {"file": str(thick)}}), program
    )
    assert [entry.type for entry in recording.registered] == ["pulumi:pulumi:Stack"]
