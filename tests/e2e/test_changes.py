"""Changes to a running site: they replace only the pod, once, and it has the new values."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from lab.vm.network import DEVICE
from tests.e2e.running_site import RunningSite

Edit = Callable[[dict[str, Any]], None]
# What follows the tag of the other image.
NEXT = "-next"
STATEFUL_SET = "multihome-home-assistant-stateful-set"


def another_address(tree: dict[str, Any]) -> None:
    tree["multihome:home_assistant"]["interfaces"][0]["address"] = "192.168.18.33"


def another_mac(tree: dict[str, Any]) -> None:
    tree["multihome:home_assistant"]["interfaces"][1]["mac"] = "02:00:00:00:00:42"


def another_range(tree: dict[str, Any]) -> None:
    tree["multihome:networks"]["lan"]["range"] = "192.168.18.30-192.168.18.90"


def another_vlan(tree: dict[str, Any]) -> None:
    tree["multihome:networks"]["iot"]["vlan_id"] = 3


def another_image(tree: dict[str, Any]) -> None:
    tree["multihome:home_assistant"]["image"] += NEXT


# What each change does to resources beside the pod's.
CHANGES: dict[str, tuple[Edit, dict[str, str]]] = {
    "address": (another_address, {}),
    "mac": (another_mac, {}),
    "range": (another_range, {"multihome-lan-attachment": "update"}),
    "vlan": (another_vlan, {"multihome-iot-attachment": "update"}),
    "image": (another_image, {"multihome-home-assistant-check": "replace"}),
}


@pytest.mark.parametrize("what", CHANGES)
def test_a_change_replaces_only_what_it_must(site: RunningSite, what: str) -> None:
    edit, expected = CHANGES[what]
    site.applied.change(edit)
    steps = json.loads(site.applied.pulumi("preview", "--json").stdout)["steps"]
    site.undo()

    changed = {
        step["urn"].rpartition("::")[2]: "update" if step["op"] == "update" else "replace"
        for step in steps
        if step["op"] != "same"
    }
    assert changed == {STATEFUL_SET: "replace", **expected}


def test_the_pod_rolls_once_and_has_the_new_values(site: RunningSite) -> None:
    image = site.lab.home_assistant
    site.lab.ssh(site.node, f"ctr -n k8s.io images tag --force {image} {image}{NEXT} >/dev/null")
    starts, before = len(site.starts()), site.pod()
    assert before is not None
    for edit, _ in CHANGES.values():
        site.applied.change(edit)
    site.applied.up()

    after = site.ready_pod()
    assert after is not None
    assert after["metadata"]["uid"] != before["metadata"]["uid"]
    assert after["spec"]["containers"][0]["image"] == f"{image}{NEXT}"
    assert len(site.starts()) == starts + 1
    assert {"net1", "net1.2"} <= site.starts()[-1]
    lan, iot = site.interface("net1"), site.interface("net1.2")
    assert "192.168.18.33" in [entry["local"] for entry in lan["addr_info"]]
    assert iot["address"] == "02:00:00:00:00:42"
    # The IoT device is on VLAN 2, and the pod is on VLAN 3 now.
    assert not site.answers("-I", "net1.2", DEVICE)
    assert site.leases() == {
        "homeassistant-iot": ["192.168.32.3"],
        "homeassistant-lan": ["192.168.18.33"],
    }
