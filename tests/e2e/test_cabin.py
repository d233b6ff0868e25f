"""The cabin's networks on the same switch: static IPAM, IPv6, discovery, an MTU."""

import json
import subprocess
from typing import Any

import pytest

from tests.cases.sites import tree
from tests.e2e.running_site import RunningSite

PHONE = "10.99.0.7"


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
    for destination in ("224.0.0.0/4", "255.255.255.255"):
        (found,) = [route for route in site.routes() if route["dst"] == destination]
        assert found["dev"] == "lan"
        assert "gateway" not in found
    six = json.loads(site.in_pod("ip", "-6", "-json", "route", "get", "fd20:0:0:30::50"))
    assert six[0]["dev"] == "heating"

    # A phone in a subnet behind the router is answered by the interface that it asked.
    for address in ("10.20.0.1/24", f"{PHONE}/32"):
        add = ["ip", "-n", site.lab.name, "address", "add", address, "dev", "lan"]
        subprocess.run(add, check=True)
    answered = subprocess.run(
        [
            *("ip", "netns", "exec", site.lab.name),
            *("busybox", "ping", "-c", "3", "-W", "2", "-I", PHONE, "10.20.0.32"),
        ],
        check=False,
        capture_output=True,
        text=True,
    )
    assert answered.returncode == 0, answered.stdout
    (service,) = json.loads(site.in_pod("ip", "-json", "route", "get", "10.43.0.10"))
    assert service["dev"] == "eth0"
