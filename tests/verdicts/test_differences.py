"""What the plugins are told otherwise than planned is seen of a real pod."""

import json
from collections.abc import Mapping

import pytest

from config.site import Site
from tests.cases.changes import LAN2, ROUTED
from tests.cases.sites import changed_tree
from tests.verdicts.differences import differences
from tests.verdicts.runners import Runners
from tests.verdicts.scenarios import scenarios

SPARE = {"network": "spare", "name": "net2", "address": "192.168.60.3", "mac": "02:00:00:00:00:60"}
SITE = Site.model_validate(
    changed_tree(
        "home",
        {
            **ROUTED,
            "networks/lan/source_based_routing": True,
            "networks/lan/discovery": True,
            "networks/spare": {**LAN2, "parent": "eth1"},
            "nodes/k3s-1/interfaces": ["eth0", "eth1"],
            "home_assistant/interfaces/1": SPARE,
        },
    )
)
# What is replaced in the request, by what, and a part of what is said of it.
TOLD: Mapping[str, tuple[str, str, str]] = {
    "nothing": ("", "", ""),
    "an address": ("192.168.18.32/24", "192.168.18.33/24", "net1 has addresses ['192.168.18.33/24"),
    "a MAC": ("32:44:0b:5a:0e:2e", "32:44:0b:5a:0e:2f", "net1 has mac 32:44:0b:5a:0e:2f instead"),
    "a route": ("255.255.255.255/32", "255.255.255.254/32", "no route to 255.255.255.255/32 via"),
    "a folder": ("/run/cni/multihome", "/run/elsewhere", "homeassistant-lan/192.168.18.32 of home"),
    "ARP on all interfaces": (
        *('arp_ignore\\": \\"1', 'arp_ignore\\": \\"0'),
        "192.168.60.3 is answered to n-lan on a segment where no pod has it",
    ),
    "no routing by source": (
        *('"type\\": \\"sbr\\"', '"type\\": \\"tuning\\"'),
        "does not reach 192.168.18.32 from 192.0.2.200 by lan: ",
    ),
}


@pytest.fixture(scope="module")
def found(runners: Runners) -> dict[str, list[str]]:
    (asked,) = scenarios(SITE, "k3s-1")
    keys = ("networks", "pods")
    told = {}
    for name, (before, after, _) in TOLD.items():
        text = json.dumps({key: asked[key] for key in keys})
        assert before in text
        told[name] = {**asked, **json.loads(text.replace(before, after) if before else text)}
    reports = runners.run_all(list(told.values()))
    return {
        name: list(differences(SITE, "k3s-1", told[name], report))
        for name, report in zip(told, reports, strict=True)
    }


@pytest.mark.parametrize("name", TOLD)
def test_what_the_plugins_are_told_is_seen(found: dict[str, list[str]], name: str) -> None:
    _, _, line = TOLD[name]

    assert any(line in said for said in found[name]) if line else not found[name], found[name]
