"""What every component keeps to, and that each can be used alone from another program."""

import dataclasses
import importlib
import inspect
import typing
from collections.abc import Callable

import pulumi
import pulumi_kubernetes as kubernetes
import pytest

from components.cni_plugins.binaries import CniPluginBinaries, CniPluginBinariesArgs
from components.home_assistant.workload import HomeAssistant, HomeAssistantArgs
from components.multus.install import MultusInstall, MultusInstallArgs
from components.multus.manifest import ManifestSettings, parse, transform
from components.network_segment.conflist import conflist
from components.network_segment.segment import NetworkSegment, NetworkSegmentArgs
from components.stack import HomeAssistantStack, HomeAssistantStackArgs
from lab.build.manifests import upstream_file
from tests.cases.sites import ROOT, site
from tests.unit.recorder import record

HOME = site("home")


def discovered() -> list[type[pulumi.ComponentResource]]:
    """Every component class that a module under components/ defines."""
    found = set()
    for path in sorted((ROOT / "components").rglob("*.py")):
        name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
        module = importlib.import_module(name.removesuffix(".__init__"))
        for _, member in inspect.getmembers(module, inspect.isclass):
            if issubclass(member, pulumi.ComponentResource) and member.__module__ == name:
                found.add(member)
    return sorted(found, key=lambda member: member.__name__)


def provider() -> pulumi.ResourceOptions:
    return pulumi.ResourceOptions(provider=kubernetes.Provider("theirs"))


def plugins_alone() -> None:
    CniPluginBinaries(
        "theirs",
        CniPluginBinariesArgs(
            nodes=HOME.nodes,
            plugins=HOME.plugins,
            names=["macvlan"],
            cni=HOME.cluster.cni,
            private_key=pulumi.Output.secret("a key"),
        ),
    )


def multus_alone() -> None:
    settings = ManifestSettings(
        version="v4.2.4", image_digest=None, memory_limit="256Mi", cni=HOME.cluster.cni
    )
    manifest = transform(parse(upstream_file("v4.2.4").read_text()), settings)
    MultusInstall("theirs", MultusInstallArgs(manifest=manifest, version="v4.2.4"), provider())


def network_alone() -> None:
    args = NetworkSegmentArgs(namespace="x", network_name="lan", network=HOME.networks["lan"])
    NetworkSegment("theirs", args, provider())


def home_assistant_alone() -> None:
    args = HomeAssistantArgs(
        settings=HOME.home_assistant,
        namespace_name="x",
        namespace="x",
        networks=HOME.networks,
        conflists={name: conflist("x", name, n) for name, n in HOME.networks.items()},
        probed_from_inside=False,
    )
    HomeAssistant("theirs", args, provider())


def stack_alone() -> None:
    args = HomeAssistantStackArgs(
        site=HOME,
        manifest=upstream_file("v4.2.4").read_text(),
        private_key=pulumi.Output.secret("a key"),
        kubeconfig=None,
    )
    HomeAssistantStack("theirs", args)


ALONE: dict[type[pulumi.ComponentResource], Callable[[], None]] = {
    CniPluginBinaries: plugins_alone,
    HomeAssistant: home_assistant_alone,
    HomeAssistantStack: stack_alone,
    MultusInstall: multus_alone,
    NetworkSegment: network_alone,
}


def test_every_component_is_used_alone_by_a_test() -> None:
    assert discovered() == sorted(ALONE, key=lambda member: member.__name__)


@pytest.mark.parametrize("component", discovered(), ids=lambda component: component.__name__)
def test_a_component_is_used_alone_and_registers_what_it_annotates(
    component: type[pulumi.ComponentResource],
) -> None:
    recording = record(ALONE[component])

    (entry,) = [e for e in recording.registered if e.type.endswith(f":{component.__name__}")]
    outputs = {
        name
        for name, kind in component.__annotations__.items()
        if str(kind).startswith("pulumi.output.Output")
    }
    assert entry.outputs is not None
    assert set(entry.outputs) == outputs


@pytest.mark.parametrize("component", discovered(), ids=lambda component: component.__name__)
def test_a_component_takes_a_name_frozen_arguments_and_options(
    component: type[pulumi.ComponentResource],
) -> None:
    signature = inspect.signature(component.__init__)
    assert list(signature.parameters) == ["self", "name", "args", "opts"]
    args = typing.get_type_hints(component.__init__)["args"]
    assert args.__name__ == f"{component.__name__}Args"
    assert dataclasses.is_dataclass(args)
    assert typing.cast("typing.Any", args).__dataclass_params__.frozen
    assert all(field.kw_only for field in dataclasses.fields(args))


@pytest.mark.parametrize("component", discovered(), ids=lambda component: component.__name__)
def test_a_component_s_token_is_its_folder_and_class(
    component: type[pulumi.ComponentResource],
) -> None:
    recording = record(ALONE[component])

    words = component.__module__.split(".")[1].split("_")
    folder = words[0] + "".join(word.capitalize() for word in words[1:])
    assert f"multihome:{folder}:{component.__name__}" in {e.type for e in recording.registered}
