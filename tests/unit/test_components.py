"""What every component keeps to, and that each can be used alone, also from other languages."""

import importlib
import inspect
import json
import typing
from typing import Any

import pulumi
import pulumi_command as command
import pulumi_kubernetes as kubernetes
import pytest
from pulumi.provider.experimental.component import ComponentProvider
from pulumi.provider.experimental.util import camel_case

from components.cni_plugins.binaries import CniPluginBinaries
from components.home_assistant.workload import HomeAssistant
from components.multus.install import MultusInstall
from components.network_segment.segment import NetworkSegment
from components.objects import node_scripts_of, site_objects
from components.stack import HomeAssistantStack
from lab.build.manifests import upstream_file
from tests.cases.sites import ROOT, site
from tests.unit.recorder import Recording, record

HOME = site("home")
OBJECTS = site_objects(HOME, upstream_file(HOME.multus.version).read_text())
# What another program gives to each component.
ALONE: dict[type[pulumi.ComponentResource], dict[str, Any]] = {
    CniPluginBinaries: {
        "nodes": {
            "one": {
                "host": "192.168.18.10",
                "port": 22,
                "user": "ubuntu",
                "sudo": True,
                "sudo_password": pulumi.Output.secret("a password"),
                "host_key": "ssh-ed25519 AAAA",
                "plugins": ["macvlan"],
                "install": "true",
                "remover": "/var/lib/multihome/remove",
                "archive": __file__,
                "copied": ".multihome/archive.tgz",
            },
            "two": {
                "host": "192.168.18.11",
                "port": 22,
                "user": "root",
                "plugins": ["macvlan"],
                "install": "true",
                "remover": "/var/lib/multihome/remove",
            },
        },
        "bin_dir": "/opt/cni/bin",
        "private_key": pulumi.Output.secret("a key"),
        "private_key_password": pulumi.Output.secret("a passphrase"),
    },
    HomeAssistant: {"objects": OBJECTS.home_assistant, "start_timeout": "15m"},
    HomeAssistantStack: {
        "site": HOME,
        "objects": OBJECTS,
        "scripts": node_scripts_of(HOME),
        "private_key": pulumi.Output.secret("a key"),
    },
    MultusInstall: {"objects": OBJECTS.multus},
    NetworkSegment: {"definition": OBJECTS.networks["lan"]},
}
# The argument of HomeAssistantStack is a whole site with its checks, which no other language has.
PACKAGED = [component for component in ALONE if component is not HomeAssistantStack]


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


def options() -> pulumi.ResourceOptions:
    providers = [kubernetes.Provider("their-cluster"), command.Provider("their-nodes")]
    return pulumi.ResourceOptions(providers=providers)


def made(component: type[pulumi.ComponentResource]) -> Recording:
    constructor: Any = component
    return record(lambda: constructor("theirs", ALONE[component], options()))


def constructed(component: type[pulumi.ComponentResource]) -> Recording:
    """The component as the SDK constructs it for a program in another language."""
    arguments = {
        camel_case(key): {
            name: {camel_case(inner): inner_value for inner, inner_value in node.items()}
            for name, node in value.items()
        }
        if key == "nodes"
        else value
        for key, value in ALONE[component].items()
    }
    provider = ComponentProvider(PACKAGED, "multihome")
    token = f"multihome:index:{component.__name__}"
    return record(lambda: provider.construct("theirs", token, arguments, options()))


def test_every_component_is_used_alone_by_a_test() -> None:
    assert discovered() == sorted(ALONE, key=lambda member: member.__name__)


@pytest.mark.parametrize("component", discovered(), ids=lambda component: component.__name__)
def test_a_component_used_alone_registers_the_outputs_that_it_annotates(
    component: type[pulumi.ComponentResource],
) -> None:
    recording = made(component)

    (entry,) = [e for e in recording.registered if e.type.endswith(f":{component.__name__}")]
    outputs = {
        name
        for name, kind in component.__annotations__.items()
        if str(kind).startswith("pulumi.output.Output")
    }
    assert entry.outputs is not None
    assert set(entry.outputs) == outputs == set(component.__annotations__)


@pytest.mark.parametrize("component", discovered(), ids=lambda component: component.__name__)
def test_a_component_takes_a_name_a_dictionary_and_options(
    component: type[pulumi.ComponentResource],
) -> None:
    signature = inspect.signature(component.__init__)
    assert list(signature.parameters) == ["self", "name", "args", "opts"]
    args = typing.get_type_hints(component.__init__)["args"]
    assert args.__name__ == f"{component.__name__}Args"
    assert typing.is_typeddict(args)


@pytest.mark.parametrize("component", discovered(), ids=lambda component: component.__name__)
def test_a_component_s_token_is_its_folder_and_class(
    component: type[pulumi.ComponentResource],
) -> None:
    words = component.__module__.split(".")[1].split("_")
    folder = words[0] + "".join(word.capitalize() for word in words[1:])
    token = f"multihome:{folder}:{component.__name__}"
    assert token in {entry.type for entry in made(component).registered}


def test_the_sdk_infers_a_schema_in_which_every_argument_is_described() -> None:
    schema = json.loads(ComponentProvider(PACKAGED, "multihome").schema or "")

    assert len(schema["resources"]) == len(PACKAGED)
    for described in (*schema["resources"].values(), *schema["types"].values()):
        keys = {**described.get("inputProperties", {}), **described["properties"]}
        assert keys
        for key, value in keys.items():
            assert value.get("description"), key


@pytest.mark.parametrize("component", PACKAGED, ids=lambda component: component.__name__)
def test_the_sdk_constructs_a_component_as_a_program_does(
    component: type[pulumi.ComponentResource],
) -> None:
    theirs, ours = constructed(component), made(component)

    assert {entry.urn: entry.request.object for entry in theirs.registered} == {
        entry.urn: entry.request.object for entry in ours.registered
    }
