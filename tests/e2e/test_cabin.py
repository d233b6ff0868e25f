"""The cabin's networks on the same switch: static IPAM, IPv6, discovery, an MTU."""

import json
from typing import Any

import pytest

from tests.cases.sites import tree
from tests.e2e.running_site import RunningSite


@pytest.mark.long
def test_the_cabin_s_networks_run_as_planned(site: RunningSite) -> None:
    cabin = tree("cabin")

    def move_in(home: dict[str, Any]) -> None:
        home["multihome:networks"] = {
            name: {**network, "parent": "eth0"} for name, network in cabin["networks"].items()
        }
        home["multihome:home_assistant"]["interfaces"] = cabin["home_assistant"]["interfaces"]

    site.applied.change(move_in)
    site.applied.up()
    site.settled()

    lan, heating = site.interface("lan"), site.interface("heating")
    assert lan["address"] == "02:ca:b1:00:00:01"
    assert {"10.20.0.32", "fd20:0:0:20::32"} <= {entry["local"] for entry in lan["addr_info"]}
    assert heating["address"] == "02:ca:b1:00:00:02"
    assert heating["mtu"] == 1496
    assert "fd20:0:0:30::3" in {entry["local"] for entry in heating["addr_info"]}
    (multicast,) = [route for route in site.routes() if route["dst"] == "224.0.0.0/4"]
    assert multicast["dev"] == "lan"
    assert "gateway" not in multicast
    six = json.loads(site.in_pod("ip", "-6", "-json", "route", "get", "fd20:0:0:30::50"))
    assert six[0]["dev"] == "heating"
