"""Whatever a pod has otherwise than the site says gives a line."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from config.site import Site
from lab.netns.channel import Report, Request
from tests.cases.changes import V6
from tests.cases.sites import unchecked_site
from tests.verdicts.differences import differences
from tests.verdicts.runners import Runners
from tests.verdicts.scenarios.calls import POD
from tests.verdicts.scenarios.peer_pods import PeerPod
from tests.verdicts.scenarios.request import request
from tests.verdicts.stacks import article

ETH0, LAN, IOT = "eth0", "net1", "net1.2"
ADDRESSES = {ETH0: "10.42.0.2", LAN: "192.168.18.32", IOT: "192.168.32.3"}
MACS = {ETH0: "02:00:00:00:00:01", LAN: "32:44:0b:5a:0e:2e", IOT: "00:e0:4c:68:02:3d"}
LEASES = "/run/cni/multihome/homeassistant"
NOBODYS = "198.51.100.1"


def _interface(name: str, **keys: object) -> dict[str, Any]:
    has = {"addresses": [f"{ADDRESSES[name]}/24"], "link_local": [], "unready": []}
    return {"mac": MACS[name], "mtu": 1500, "mode": "", "vlan": 0, **has, **keys}


def _as_planned(asked: Request) -> Report:
    """What the runner would report of the article's pod."""
    routes = [(f"{a.rpartition('.')[0]}.0/24", "", name) for name, a in ADDRESSES.items()]
    macs = {ADDRESSES[name]: [mac] for name, mac in MACS.items()}
    pod = {
        "error": "",
        "delete_error": "",
        "status": json.dumps([{"interface": n, "ips": [a]} for n, a in ADDRESSES.items()]),
        "interfaces": {
            ETH0: _interface(ETH0, kind="veth", parent="veth7"),
            LAN: _interface(LAN, kind="macvlan", mode="bridge", parent="eth0"),
            IOT: _interface(IOT, kind="vlan", vlan=2, parent="eth0"),
        },
        "routes": [
            {"destination": destination, "gateway": gateway, "interface": name}
            for destination, gateway, name in [*routes, ("0.0.0.0/0", "10.42.0.1", ETH0)]
        ],
    }
    return {
        "error": "",
        "pods": [pod],
        "calls": [
            {
                "interface": call.get("by", ""),
                "gateway": call.get("via", ""),
                "source": ADDRESSES.get(call.get("by", ""), NOBODYS),
                "answered": True,
                "error": "",
            }
            for call in asked["calls"]
        ],
        "owners": [
            {"address": q["address"], "macs": macs.get(q["address"], [])} for q in asked["owners"]
        ],
        "present": [
            *("node: veth7", "pod: eth0", "pod: net1", "pod: net1.2"),
            *(f"{LEASES}-lan/192.168.18.32", f"{LEASES}-iot/192.168.32.3"),
        ],
        "left": [],
    }


@pytest.fixture
def site() -> Site:
    return unchecked_site({})


@pytest.fixture
def asked(site: Site) -> Request:
    return request(site, "k3s-1")


@pytest.fixture
def report(asked: Request) -> Report:
    return _as_planned(asked)


def test_a_pod_that_is_as_it_is_planned_gives_no_line(
    site: Site, asked: Request, report: Report
) -> None:
    assert differences(site, "k3s-1", asked, report) == []


@pytest.mark.parametrize(
    ("name", "changes", "line"),
    [
        (LAN, {"mode": "vepa"}, "net1 has mode vepa instead of bridge"),
        (LAN, {"kind": "ipvlan"}, "net1 has kind ipvlan instead of macvlan"),
        (LAN, {"parent": "eth1"}, "net1 has parent eth1 instead of eth0"),
        (LAN, {"parent": "eth0 in the pod"}, "net1 has parent eth0 in the pod instead of eth0"),
        (IOT, {"vlan": 3}, "net1.2 has vlan 3 instead of 2"),
        (IOT, {"kind": "macvlan"}, "net1.2 has kind macvlan instead of vlan"),
        (IOT, {"parent": "eth1"}, "net1.2 has parent eth1 instead of eth0"),
    ],
)
def test_another_link_than_the_planned_one_gives_a_line(
    site: Site, report: Report, name: str, changes: Mapping[str, object], line: str
) -> None:
    report["pods"][0]["interfaces"][name].update(changes)

    assert differences(site, "k3s-1", request(site, "k3s-1"), report) == [line]


@pytest.mark.parametrize("source", ["10.42.0.2", "192.168.32.3", ""])
def test_a_call_from_another_address_than_the_interface_s_own_gives_a_line(
    site: Site, asked: Request, report: Report, source: str
) -> None:
    (call,) = [got for got in report["calls"] if got["interface"] == LAN]
    call["source"] = source

    words = f"from {source or 'nowhere'} instead of 192.168.18.32"
    assert differences(site, "k3s-1", asked, report) == [f"{POD} calls 192.168.18.2 {words}"]


def test_from_which_address_others_call_and_the_pod_by_the_cluster_is_not_asked(
    site: Site,
) -> None:
    asked = request(site, "k3s-1", [PeerPod("lan", "192.168.18.50")])
    report = _as_planned(asked)
    report["pods"].append(report["pods"][0])
    callers = [(c.get("host"), c.get("pod", 0), c.get("by")) for c in asked["calls"]]
    assert {("n-lan", 0, None), (None, 0, ETH0), (None, 1, LAN)} <= set(callers)
    for (_, pod, by), got in zip(callers, report["calls"], strict=True):
        if pod != 0 or by not in {LAN, IOT}:
            got["source"] = NOBODYS

    assert not [line for line in differences(site, "k3s-1", asked, report) if NOBODYS in line]


@pytest.mark.parametrize(
    ("planned", "source", "is_right"),
    [
        ("fd00::3", "fd00::3", True),
        ("fd00::3", "fd00::4", False),
        ("fd00::3", "fe80::3", False),
        (None, "fd00::4", True),
        (None, "fe80::3", True),
        (None, "fd42::2", False),
    ],
)
def test_without_a_planned_address_ipv6_calls_from_any_of_the_interface(
    planned: str | None, source: str, *, is_right: bool
) -> None:
    site = unchecked_site({**V6, "home_assistant/interfaces/0/ipv6_address": planned})
    asked = request(site, "k3s-1")
    report = _as_planned(asked)
    lan = report["pods"][0]["interfaces"][LAN]
    lan["addresses"] += ["fd00::3/64", "fd00::4/64"]
    lan["link_local"] += ["fe80::3/64"]
    (position,) = [n for n, c in enumerate(asked["calls"]) if c["to"] == "fd00::2" and "by" in c]
    report["calls"][position]["source"] = source

    found = differences(site, "k3s-1", asked, report)
    assert any(f"{POD} calls fd00::2 from {source}" in line for line in found) is not is_right


def test_why_an_address_is_missing_is_said_of_planned_ones_alone(
    site: Site, asked: Request, report: Report
) -> None:
    lan = report["pods"][0]["interfaces"][LAN]
    lan["addresses"] = []
    lan["unready"] = ["192.168.18.32/24 is tentative", "fe80::3/64 is somebody else's"]

    found = differences(site, "k3s-1", asked, report)
    assert f"{LAN}: 192.168.18.32/24 is tentative" in found
    assert not [line for line in found if "fe80::3" in line]


@pytest.mark.parametrize(
    ("trace", "what"),
    [
        (f"{LEASES}-lan/192.168.18.32", "the lease of 192.168.18.32"),
        (f"{LEASES}-iot/192.168.32.3", "the lease of 192.168.32.3"),
        ("pod: net1", f"net1 of {POD}"),
        ("node: veth7", f"the node's end of eth0 of {POD}"),
    ],
)
def test_what_was_not_seen_while_the_pod_lived_cannot_be_missed_later(
    site: Site, asked: Request, report: Report, trace: str, what: str
) -> None:
    report["present"].remove(trace)

    found = differences(site, "k3s-1", asked, report)
    assert found == [f"{what} is not where it is looked for"]


def test_of_a_pod_that_was_not_made_nothing_is_looked_for(
    site: Site, asked: Request, report: Report
) -> None:
    report["pods"][0] |= {"error": "no room", "status": "", "interfaces": None, "routes": None}
    report["present"] = []

    assert differences(site, "k3s-1", asked, report) == [f"{POD} is not made: no room"]


def test_static_addresses_have_no_leases(report: Report) -> None:
    static = {f"networks/{name}/ipam": "static" for name in ("lan", "iot")}
    site = unchecked_site({**static, "networks/lan/range": None, "networks/iot/range": None})
    report["present"] = [trace for trace in report["present"] if not trace.startswith(LEASES)]

    assert differences(site, "k3s-1", request(site, "k3s-1"), report) == []


# What the plugins are told otherwise than planned, and what is seen of it in a real pod.
TOLD: Mapping[str, tuple[str, str, str]] = {
    "a mode": ('"mode": "bridge"', '"mode": "private"', "net1 has mode private instead of bridge"),
    "a VLAN": ('"vlanId": 2', '"vlanId": 3', "net1.2 has vlan 3 instead of 2"),
    "a parent": (
        '"linkInContainer": false',
        '"linkInContainer": true',
        "net1.2 has parent eth0 in the pod instead of eth0",
    ),
    "an address": (
        '"192.168.18.32/24"',
        '"192.168.18.33/24"',
        f"{POD} calls 192.168.18.2 from 192.168.18.33 instead of 192.168.18.32",
    ),
    "a folder": (
        '"dataDir": "/run/cni/multihome"',
        '"dataDir": "/run/scenario"',
        "the lease of 192.168.18.32 is not where it is looked for",
    ),
}


@pytest.fixture(scope="module")
def told(runners: Runners) -> dict[str, list[str]]:
    """The differences that each of the replaced words makes."""
    lan, both = Site.model_validate(article({})), unchecked_site({})
    sites = {name: both if "net1.2" in line else lan for name, (_, _, line) in TOLD.items()}
    wanted = []
    for name, site in sites.items():
        before, after, _ = TOLD[name]
        whole = request(site, "k3s-1", [PeerPod("lan", None)])
        networks = {n: text.replace(before, after) for n, text in whole["networks"].items()}
        pods = [{k: text.replace(before, after) for k, text in p.items()} for p in whole["pods"]]
        assert (networks, pods) != (whole["networks"], whole["pods"]), "nothing was replaced"
        wanted.append({**whole, "networks": networks, "pods": pods})
    reports = runners.run_all(wanted)
    assert [report["error"] for report in reports] == [""] * len(TOLD)
    return {
        name: differences(site, "k3s-1", asked, report)
        for (name, site), asked, report in zip(sites.items(), wanted, reports, strict=True)
    }


@pytest.mark.parametrize("name", TOLD)
def test_a_real_pod_shows_what_its_plugins_were_told(told: dict[str, list[str]], name: str) -> None:
    *_, line = TOLD[name]

    assert line in told[name]
