"""How a pod's state is compared with its plan, on a recorded state; and the script as a whole.

tests/cni/test_interface_check.py compares pods that the plugins made.
"""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from components.pod_networks import verification
from components.pod_networks.netlink import Address, Link, Route, Rule, State
from components.pod_networks.verify_interfaces import (
    LONGEST_MESSAGE,
    Plan,
    differences,
    message,
)

SYSCTL = "net/ipv6/conf/net1/accept_ra"
PLAN = Plan(
    interfaces=["net1"],
    take_advertisements=[],
    take_default_route=[],
    expected={
        "net1 MAC": ["32:44:0b:5a:0e:2e"],
        "net1 state": ["up"],
        "net1 MTU": ["1500"],
        "net1 IPv4 address": ["192.168.18.32/24"],
        "net1 route 10.9.0.0/16": ["via 192.168.18.1"],
        "rule from 192.168.18.32": ["lookup 12345"],
        f"net1 sysctl {SYSCTL}": ["0"],
        "IPv4 default route": ["by eth0"],
    },
)
NET1 = Link("32:44:0b:5a:0e:2e", 1500, up=True)
ETH0 = Link("02:00:00:00:00:01", 1450, up=True)
# An IPv6 tunnel that Linux makes in every namespace.
SIT0 = Link("00:00:00:00", 1480, up=False)
BY_ETH0 = Route("eth0", "0.0.0.0/0", "via 10.42.0.1", 0, 3)
STATE = State(
    links={"eth0": ETH0, "net1": NET1, "sit0": SIT0},
    addresses=[
        Address("eth0", "10.42.0.5/24", is_advertised=False),
        Address("net1", "192.168.18.32/24", is_advertised=False),
    ],
    routes=[
        BY_ETH0,
        Route("eth0", "10.42.0.0/16", "via 10.42.0.1", 0, 3),
        Route("net1", "10.9.0.0/16", "via 192.168.18.1", 0, 3),
    ],
    rules=[Rule("from 192.168.18.32", "lookup 12345")],
)
SLAAC = Address("net1", "fd00:5::1/64", is_advertised=True)
BY_NET1 = Route("net1", "::/0", "via fe80::9", 1024, 9)


def compared(state: State, plan: Plan = PLAN) -> list[str]:
    return differences(plan, state, {SYSCTL: "0"}.__getitem__)


def test_a_pod_as_planned_has_no_differences_and_eth0_is_the_cluster_s() -> None:
    assert compared(STATE) == []


def test_an_absent_interface_is_one_difference() -> None:
    without = {"eth0": ETH0}
    gone = STATE._replace(links=without, addresses=STATE.addresses[:1], routes=STATE.routes[:2])

    assert compared(gone) == ["net1: expected an interface, found none"]


def test_an_interface_that_is_down_or_has_another_mtu_is_said() -> None:
    down = STATE._replace(links={**STATE.links, "net1": NET1._replace(up=False, mtu=1400)})

    assert compared(down) == [
        "net1 state: expected up, found down",
        "net1 MTU: expected 1500, found 1400",
    ]


def test_what_differs_is_told_with_what_was_expected_and_each_surplus_by_itself() -> None:
    others = ["192.168.18.33/24", "192.168.18.34/24"]
    found = [Address("net1", text, is_advertised=False) for text in others]

    assert compared(STATE._replace(addresses=found)) == [
        "net1 IPv4 address: expected 192.168.18.32/24, found 192.168.18.33/24",
        "net1 IPv4 address: expected none, found 192.168.18.34/24",
    ]


@pytest.mark.parametrize(
    ("takes", "default", "lines"),
    [
        (
            [],
            [],
            [
                "net1 IPv6 address: expected none, found fd00:5::1/64",
                "net1 route ::/0: expected none, found via fe80::9",
            ],
        ),
        (["net1"], [], ["net1 route ::/0: expected none, found via fe80::9"]),
        (["net1"], ["net1"], []),
    ],
)
def test_what_routers_advertise_is_allowed_where_the_plan_takes_it(
    takes: list[str], default: list[str], lines: list[str]
) -> None:
    plan: Plan = {**PLAN, "take_advertisements": takes, "take_default_route": default}
    state = STATE._replace(addresses=[*STATE.addresses, SLAAC], routes=[*STATE.routes, BY_NET1])

    assert compared(state, plan) == lines


@pytest.mark.parametrize(
    ("metric", "lines"),
    [
        (1024, ["IPv6 default route: expected by eth0, found by eth0 and by net1"]),
        (2048, []),
    ],
)
def test_an_advertised_default_route_stays_behind_the_cluster_s(
    metric: int, lines: list[str]
) -> None:
    plan: Plan = {
        **PLAN,
        "take_advertisements": ["net1"],
        "take_default_route": ["net1"],
        "expected": {**PLAN["expected"], "IPv6 default route": ["by eth0"]},
    }
    both = [Route("eth0", "::/0", "via fe80::1", 1024, 3), BY_NET1._replace(metric=metric)]

    assert compared(STATE._replace(routes=[*STATE.routes, *both]), plan) == lines


def test_a_missing_default_route_and_a_missing_rule_are_said() -> None:
    without = STATE._replace(routes=STATE.routes[1:], rules=[])

    assert sorted(compared(without)) == [
        "IPv4 default route: expected by eth0, found none",
        "rule from 192.168.18.32: expected lookup 12345, found none",
    ]


def test_a_message_has_as_many_lines_as_kubernetes_keeps() -> None:
    lines = [f"net1 route fd00:{number:x}::/64: expected none" for number in range(1000)]
    short = message(lines)

    assert message(lines[:3]) == "\n".join(lines[:3])
    assert LONGEST_MESSAGE // 2 < len(short) < 4096
    *kept, last = short.split("\n")
    assert kept == lines[: len(kept)]
    assert last == f"and {1000 - len(kept)} more"


def run(plan: Plan, folder: Path) -> subprocess.Popen[str]:
    """The container's own command with the plan, without a pod and without patience."""
    *_, script, planned, _, _, _ = verification.container("image", plan)["command"]
    words = ["-I", "-c", script, planned, "0", str(folder / "told"), str(folder / "verified")]
    return subprocess.Popen([sys.executable, *words], stdout=subprocess.PIPE, text=True)


def test_the_container_ends_with_the_differences_as_its_message(tmp_path: Path) -> None:
    plan = Plan(interfaces=["none"], take_advertisements=[], take_default_route=[], expected={})
    with run(plan, tmp_path) as process:
        assert process.wait(60) == 1

    lines = (tmp_path / "told").read_text().split("\n")
    assert lines[0] == "none: expected an interface, found none"
    assert not (tmp_path / "verified").exists()


def test_the_container_is_ready_only_once_verified_and_mounts_nothing() -> None:
    container = verification.container("image", PLAN)

    (*_, plan, seconds, told, verified) = container["command"]
    assert json.loads(plan) == PLAN
    assert container["terminationMessagePath"] == told
    assert verified in container["startupProbe"]["exec"]["command"][-1]
    assert "volumeMounts" not in container
    probe = container["startupProbe"]
    assert probe["periodSeconds"] * probe["failureThreshold"] > 2 * float(seconds)
