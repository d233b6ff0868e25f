"""What is registered for nodes, and which changes of the site run the installation again."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from pulumi.runtime import rpc

from components.cni_plugins.commands import Root, install_command, remove_command
from components.objects import node_scripts_of
from tests.cases.sites import changed_tree, site, tree
from tests.unit.recorder import Registered, private_key, record_site

COMMAND, COPY = "command:remote:Command", "command:remote:CopyToRemote"
ARCHIVES = {
    "source": "archive",
    "archives": {"amd64": __file__},
    "sha256": {"amd64": hashlib.sha256(Path(__file__).read_bytes()).hexdigest()},
}
STACKS = ("home", "cabin")
CANARY = "canary-of-a-password"


def registered(changes: Mapping[str, object]) -> dict[str, Registered]:
    """What is registered for the nodes of the site, by name."""
    recording = record_site(changed_tree("home", changes))
    return {entry.name: entry for type_ in (COMMAND, COPY) for entry in recording.of(type_)}


def command(changes: Mapping[str, object]) -> dict[str, Any]:
    return registered(changes)["multihome-plugins-k3s-1-plugins"].inputs


def plain(value: Any) -> Any:
    return rpc.unwrap_rpc_secret(value)


@pytest.mark.parametrize("stack", STACKS)
def test_each_node_runs_its_script_and_leaves_by_its_remover(stack: str) -> None:
    run = {
        entry.name: (entry.inputs["create"], entry.inputs["stdin"], entry.inputs["delete"])
        for entry in record_site(tree(stack)).of(COMMAND)
    }
    assert run == {
        f"multihome-plugins-{name}-plugins": (
            install_command(Root.LOGIN),
            scripts.install,
            remove_command(Root.LOGIN, scripts.remover, name),
        )
        for name, scripts in node_scripts_of(site(stack)).items()
    }


@pytest.mark.parametrize("stack", STACKS)
def test_only_another_folder_replaces_a_command_and_its_removal_runs_last(stack: str) -> None:
    described = site(stack)
    for entry in record_site(tree(stack)).of(COMMAND):
        assert entry.inputs["triggers"] == [described.cluster.cni.bin_dir]
        assert not entry.request.deleteBeforeReplace


@pytest.mark.parametrize(
    "changes",
    [
        {"cluster/version": "v1.35.0+k3s1"},
        {"plugins/generation": 2},
        {"plugins/version": "v1.9.2", "plugins/sha256": {"amd64": "1" * 64, "arm64": "1" * 64}},
        {"multus/install": False},
    ],
    ids=["release of the cluster", "generation", "release of the plugins", "multus"],
)
def test_a_change_of_what_is_on_a_node_runs_the_installation_again(
    changes: Mapping[str, object],
) -> None:
    before, after = command({}), command(changes)
    assert after["stdin"] != before["stdin"]
    assert after["triggers"] == before["triggers"]


def test_a_node_s_new_key_is_another_owner() -> None:
    node = tree("home")["nodes"]["k3s-1"]
    changes = {"nodes": {"k3s-1.lan": node}}
    (renamed,) = registered(changes).values()

    assert "OWNER=k3s-1.lan\n" in renamed.inputs["stdin"]
    assert renamed.inputs["delete"] != command({})["delete"]


@pytest.mark.parametrize(
    "changes",
    [
        {"nodes/k3s-1/host": "k3s-1.lan"},
        {"nodes/k3s-1/port": 2222},
        {"nodes/k3s-1/host_key": tree("cabin")["nodes"]["attic"]["host_key"]},
        {"plugins/generation": 2},
        {"cluster/data_dir": "/srv/k3s"},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_what_runs_the_installation_again_copies_the_archive_again(
    changes: Mapping[str, object],
) -> None:
    plugins = {"plugins": ARCHIVES}
    name = "multihome-plugins-k3s-1-archive"
    before = registered(plugins)[name].inputs
    after = registered({**plugins, **changes})[name].inputs

    assert after["triggers"] != before["triggers"]
    assert not before["remotePath"].startswith("/")


@pytest.mark.parametrize(
    ("changes", "root"),
    [
        ({"nodes/k3s-1/sudo": True}, Root.SUDO),
        (
            {
                "nodes/k3s-1/sudo": True,
                "nodes/k3s-1/sudo_password": "node-password",
                "secrets": {"node-password": {"secure": CANARY}},
            },
            Root.PASSWORD,
        ),
    ],
    ids=["no password", "a password"],
)
def test_sudo_runs_installation_and_removal(changes: dict[str, object], root: Root) -> None:
    inputs = command(changes)
    scripts = node_scripts_of(site("home"))["k3s-1"]

    assert inputs["create"] == install_command(root)
    assert inputs["delete"] == remove_command(root, scripts.remover, "k3s-1")
    assert plain(inputs["stdin"]).endswith(scripts.install)


def test_passwords_are_registered_as_secrets_only() -> None:
    changes = {
        "nodes/k3s-1/sudo": True,
        "nodes/k3s-1/sudo_password": "node-password",
        "secrets": {"node-password": {"secure": CANARY}},
    }
    words = {"ssh_private_key": private_key(CANARY), "ssh_private_key_password": CANARY}
    recording = record_site(changed_tree("home", changes), secrets=words)
    seen = 0
    for entry in recording.registered:
        for key, value in entry.inputs.items():
            if CANARY in json.dumps(plain(value), default=plain):
                seen += 1
                assert rpc.is_rpc_secret(value), (entry.name, key)
        assert CANARY not in str(entry.outputs)
    assert seen == 2
    (inputs,) = (entry.inputs for entry in recording.of(COMMAND))
    assert plain(inputs["stdin"]).startswith(f"{CANARY}\n")
    assert plain(inputs["connection"])["privateKeyPassword"] == CANARY


def test_a_dead_node_fails_within_about_two_minutes_and_a_reboot_takes_one() -> None:
    """By the pauses of the plugin, which dials once more than its limit says."""
    connection = plain(command({})["connection"])
    pauses = [min(0.1 * 1.5**retry, 5.0) for retry in range(int(connection["dialErrorLimit"]))]
    refused = sum(pauses)
    unanswered = refused + (len(pauses) + 1) * connection["perDialTimeout"]

    assert 60 <= refused <= 75
    assert 110 <= unanswered <= 130
