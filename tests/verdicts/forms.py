"""Values whose form is refused, given to the plugins all the same."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from ipaddress import IPv4Address
from typing import Any

from config.checks import RULES
from config.reading.site import read_site
from lab.netns.channel import Request
from tests.cases.changes import LAN6, RANGE6, ROUTED, ROUTED6, STATIC
from tests.cases.sites import tree, unchecked_site
from tests.verdicts.differences import differences
from tests.verdicts.draws.sites import Tree
from tests.verdicts.runners import Runners
from tests.verdicts.scenarios.request import request

ADDRESS = "home_assistant/interfaces/0/address"
MAC = "home_assistant/interfaces/0/mac"
NAME = "home_assistant/interfaces/0/name"
SUBNET = "networks/lan/subnet"
RANGE = "networks/lan/range"
GATEWAY = "networks/lan/gateway"
ROUTES = "networks/lan/routes"
VLAN = "networks/iot/vlan_id"
FAR: dict[str, object] = {**ROUTED, ROUTES: ["10.9.0.0/16"]}
FAR6: dict[str, object] = {**LAN6, **ROUTED6, GATEWAY: "fd00:18::1"}
MAC_WAS, ADDRESS_WAS = '"32:44:0b:5a:0e:2e"', '"192.168.18.32/24"'
SUBNET_WAS, MODE_WAS = '"subnet": "192.168.18.0/24"', '"mode": "bridge"'
VLAN_WAS, START_WAS = '"vlanId": 2', '"rangeStart": "192.168.18.32"'


@dataclass(frozen=True)
class Form:
    """`typed` at the path is refused. In what `base` gives the plugins it is put by hand.

    `base` are changes of the article's scenario; `before` is replaced by `after` in its texts.
    """

    path: str
    typed: object
    before: str
    after: str
    shown: str
    base: Mapping[str, object] = field(default_factory=dict)

    @property
    def changes(self) -> dict[str, object]:
        """What makes the article's scenario the refused one."""
        return {**self.base, self.path: self.typed}


def _name(typed: str, shown: str) -> Form:
    return Form(NAME, typed, '"net1"', json.dumps(typed), shown)


FORMS: Mapping[str, Form] = {
    "a group's MAC": Form(
        *(MAC, "33:44:0b:5a:0e:2e"),
        *(MAC_WAS, '"33:44:0b:5a:0e:2e"', "cannot assign requested address"),
    ),
    "nobody's MAC": Form(
        *(MAC, "00:00:00:00:00:00"),
        *(MAC_WAS, '"00:00:00:00:00:00"', "cannot assign requested address"),
    ),
    "a MAC of eight bytes": Form(
        *(MAC, "32:44:0b:5a:0e:2e:00:01"),
        *(MAC_WAS, '"32:44:0b:5a:0e:2e:00:01"', "invalid argument"),
    ),
    "VLAN 4095": Form(VLAN, 4095, VLAN_WAS, '"vlanId": 4095', "invalid VLAN ID 4095"),
    "VLAN 0": Form(VLAN, 0, VLAN_WAS, '"vlanId": 0', "does not reach"),
    "a VLAN as text": Form(VLAN, "2", VLAN_WAS, '"vlanId": "2"', "cannot unmarshal string"),
    "no VLAN": Form(VLAN, None, f"{VLAN_WAS}, ", "", "does not reach 192.168.32.2"),
    "a macvlan with a VLAN": Form(
        *("networks/iot/type", "macvlan", '"type": "vlan"', '"type": "macvlan"'),
        "does not reach 192.168.32.2",
    ),
    "passthru": Form(
        "networks/lan/mode", "passthru", MODE_WAS, '"mode": "passthru"', "net1 has mac"
    ),
    "Bridge": Form(
        "networks/lan/mode", "Bridge", MODE_WAS, '"mode": "Bridge"', "unknown macvlan mode"
    ),
    "all": _name("all", "invalid argument"),
    "default": _name("default", "invalid argument"),
    "lo": _name("lo", "interface name lo already exists"),
    "a name of 16": _name("sixteen.chars-xx", "interface name is too long"),
    "net%d": _name("net%d", "Link not found"),
    "one dot": _name(".", "interface name is . or .."),
    "two dots": _name("..", "interface name is . or .."),
    "a slash": _name("a/b", "interface name contains / or : or whitespace characters"),
    "a parent called lo": Form(
        *("networks/lan/parent", "lo"),
        *('"master": "eth0"', '"master": "lo"', "failed to create macvlan: invalid argument"),
    ),
    "a subnet with host bits": Form(
        *(SUBNET, "192.168.18.5/24", SUBNET_WAS, '"subnet": "192.168.18.5/24"'),
        "has host bits set",
    ),
    "a subnet that is none": Form(
        *(SUBNET, "912.168.18.0/24", SUBNET_WAS, '"subnet": "912.168.18.0/24"'),
        "invalid CIDR address",
    ),
    "a subnet with a zero before": Form(
        *(SUBNET, "192.168.018.0/24", SUBNET_WAS, '"subnet": "192.168.018.0/24"'),
        "invalid CIDR address",
    ),
    "a subnet without a length": Form(
        *(SUBNET, "192.168.18.0", SUBNET_WAS, '"subnet": "192.168.18.0"', "invalid CIDR address"),
    ),
    "a subnet with a mask": Form(
        *(SUBNET, "192.168.18.0/255.255.255.0"),
        *(SUBNET_WAS, '"subnet": "192.168.18.0/255.255.255.0"', "invalid CIDR address"),
    ),
    "an IPv4 subnet as IPv6": Form(
        *(SUBNET, "::ffff:192.168.18.0/120"),
        *(SUBNET_WAS, '"subnet": "::ffff:192.168.18.0/120"', "version mismatch"),
    ),
    "a subnet with a zone": Form(
        *(SUBNET, "fd00:18::%eth0/64", '"fd00:18::/64"', '"fd00:18::%eth0/64"'),
        *("invalid CIDR address", RANGE6),
    ),
    "a range turned round": Form(
        *(RANGE, "192.168.18.101-192.168.18.100"),
        *(START_WAS, '"rangeStart": "192.168.18.101"', "not in network"),
    ),
    "a range of two families": Form(
        *(RANGE, "192.168.18.32-fd00::1"),
        *('"rangeEnd": "192.168.18.100"', '"rangeEnd": "fd00::1"', "not in network"),
    ),
    "an address that is none": Form(
        *(ADDRESS, "192.168.18.320", ADDRESS_WAS, '"192.168.18.320/24"', "failed to parse")
    ),
    "an address with a zero before": Form(
        *(ADDRESS, "192.168.018.32", ADDRESS_WAS, '"192.168.018.32/24"', "failed to parse")
    ),
    "an address with a zone": Form(
        *(ADDRESS, "fd00:18::3%eth0", '"fd00:18::3/64"', '"fd00:18::3%eth0/64"'),
        *("failed to parse", LAN6),
    ),
    "an IPv4 address as IPv6": Form(
        *(ADDRESS, "::ffff:192.168.18.32", ADDRESS_WAS, '"::ffff:192.168.18.32/24"'),
        *("net1 has addresses ['192.168.18.32/0']", STATIC),
    ),
    "a link-local address": Form(
        *(ADDRESS, "fe80::20", ADDRESS_WAS, '"fe80::20/24"'),
        "failed to allocate all requested IPs: fe80::20",
    ),
    "a loopback address": Form(
        *(ADDRESS, "127.16.18.32", ADDRESS_WAS, '"127.16.18.32/24"'),
        "failed to allocate all requested IPs: 127.16.18.32",
    ),
    "IPv6's loopback address": Form(
        *(ADDRESS, "::1", '"fd00:18::3/64"', '"::1/64"'),
        *("cannot assign requested address", LAN6),
    ),
    "a group's address": Form(
        *(ADDRESS, "224.0.0.5", ADDRESS_WAS, '"224.0.0.5/24"'),
        "failed to allocate all requested IPs: 224.0.0.5",
    ),
    "no host's address": Form(
        *(ADDRESS, str(IPv4Address(0)), ADDRESS_WAS, f'"{IPv4Address(0)}/24"'),
        *("net1 has addresses []", STATIC),
    ),
    "a gateway that is none": Form(
        *(GATEWAY, "192.168.18.415", '"192.168.18.1"', '"192.168.18.415"'),
        *("invalid IP address", FAR),
    ),
    "a gateway of nobody's": Form(
        *(GATEWAY, "127.16.18.1", '"192.168.18.1"', '"127.16.18.1"'),
        *("network is unreachable", FAR),
    ),
    "a route that is none": Form(
        *(ROUTES, ["023.0.113.0/24"], '"10.9.0.0/16"', '"023.0.113.0/24"'),
        *("invalid CIDR address", FAR),
    ),
    "a route with host bits": Form(
        *(ROUTES, ["10.9.1.0/16"], '"10.9.0.0/16"', '"10.9.1.0/16"'),
        *("invalid argument", FAR),
    ),
    "an IPv6 route with host bits": Form(
        *(ROUTES, ["2001:db8:5::/47"], '"2001:db8:5::/48"', '"2001:db8:5::/47"'),
        *("there is a route to 2001:db8:4::/47", FAR6),
    ),
    "pods in a network that is none": Form(
        *("cluster/pod_networks", ["912.42.0.0/16"], '"10.42.0.0/24"', '"912.42.0.0/24"'),
        "invalid CIDR address",
    ),
    "pods in no network": Form(
        *("cluster/pod_networks", [], '[[{"subnet": "10.42.0.0/24"}]]', "[]"),
        "no IP ranges specified",
    ),
    "a network's name with a slash": Form(
        *("home_assistant/interfaces/0/network", "home/lan"),
        *('"homeassistant-lan"', '"home/lan"', "invalid characters found in network name"),
    ),
    "an MTU as text": Form(
        *("networks/lan/mtu", "1500", MODE_WAS, f'{MODE_WAS}, "mtu": "1500"'),
        "cannot unmarshal",
    ),
}


def run_forms(runners: Runners, forms: Sequence[Form]) -> list[list[str]]:
    """For each form, the differences that the replaced value makes."""
    sites = [unchecked_site(scenario(form)) for form in forms]
    wanted = [
        _replaced(request(site, "k3s-1"), form) for site, form in zip(sites, forms, strict=True)
    ]
    reports = runners.run_all(wanted)
    assert not any(report["error"] for report in reports)
    return [
        differences(site, "k3s-1", asked, report)
        for site, asked, report in zip(sites, wanted, reports, strict=True)
    ]


def refusals(refused: Tree) -> set[tuple[str, str, str]]:
    """(rule, key, why) of each value whose form is refused."""
    return {
        (p.rule, p.path.rpartition(".")[2].partition("[")[0], p.message.partition(";")[0])
        for p in read_site(refused).of("error")
        if p.rule not in RULES
    }


def scenario(form: Form) -> dict[str, object]:
    """The scenario that the form is put into; without the VLAN, if need be, it is run faster."""
    if form.path.startswith("networks/iot"):
        return dict(form.base)
    first = tree("home")["home_assistant"]["interfaces"][:1]
    return {"networks/iot": None, "home_assistant/interfaces": first, **form.base}


def _replaced(wanted: Request, form: Form) -> Request:
    networks = {n: text.replace(form.before, form.after) for n, text in wanted["networks"].items()}
    pods: list[dict[str, Any]] = [
        {**pod, "annotation": pod["annotation"].replace(form.before, form.after)}
        for pod in wanted["pods"]
    ]
    conflist = wanted["cluster"]["conflist"].replace(form.before, form.after)
    cluster = {**wanted["cluster"], "conflist": conflist}
    replaced = {**wanted, "networks": networks, "pods": pods, "cluster": cluster}
    assert replaced != wanted, "nothing was replaced"
    assert all(json.loads(text) for text in networks.values())
    return replaced
