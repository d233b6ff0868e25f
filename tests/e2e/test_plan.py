"""The stack file, the outputs, Multus' status, the pod and the frames agree."""

import json
import subprocess

from config.reading.strict_yaml import load_strictly
from lab.engine.applied import changed_keys
from lab.vm.applied import OVERRIDES
from lab.vm.network import CLUSTER, DEVICE, NEIGHBOUR, ROUTER, neighbour_of
from tests.cases.sites import ROOT
from tests.e2e.capture import capture
from tests.e2e.running_site import RunningSite, wait_for

LAN_MAC, IOT_MAC = bytes.fromhex("32440b5a0e2e"), bytes.fromhex("00e04c68023d")
PLAN = {
    "net1": ("192.168.18.32/24", "32:44:0b:5a:0e:2e"),
    "net1.2": ("192.168.32.3/24", "00:e0:4c:68:02:3d"),
}

SETTINGS = {
    "ipv4/conf/{}/arp_ignore": "1",
    "ipv4/conf/{}/arp_announce": "2",
    "ipv4/conf/{}/forwarding": "0",
    "ipv6/conf/{}/forwarding": "0",
    "ipv6/conf/{}/accept_ra": "0",
}


def is_encrypted(value: object) -> bool:
    return isinstance(value, dict) and "secure" in value


def test_a_fresh_node_needs_no_second_up(first_up: RunningSite) -> None:
    assert first_up.first_starts
    assert all({"net1", "net1.2"} <= interfaces for interfaces in first_up.first_starts)


def test_the_repository_s_stack_file_is_applied(site: RunningSite) -> None:
    applied = load_strictly(site.applied.file.read_text())["config"]
    ours = load_strictly((ROOT / "Pulumi.home.yaml").read_text())["config"]
    plain = {key: value for key, value in applied.items() if not is_encrypted(value)}
    assert changed_keys(ours, plain) == OVERRIDES


def test_the_status_the_outputs_and_the_pod_agree(site: RunningSite) -> None:
    outputs = json.loads(site.applied.pulumi("stack", "output", "--json").stdout)
    said = {entry["interface"]: entry for entry in site.networks()}

    assert outputs["addresses"] == {
        "lan/net1": [PLAN["net1"][0]],
        "iot/net1.2": [PLAN["net1.2"][0]],
    }
    for name, (address, mac) in PLAN.items():
        assert said[name]["ips"] == [address.partition("/")[0]]
        assert said[name]["mac"] == mac
        found = site.interface(name)
        assert found["address"] == mac
        assert found["mtu"] == 1500
        inet = [
            f"{a['local']}/{a['prefixlen']}" for a in found["addr_info"] if a["family"] == "inet"
        ]
        assert inet == [address]


def test_the_pod_reaches_the_cluster_by_eth0(site: RunningSite) -> None:
    default = [route["dev"] for route in site.routes() if route["dst"] == "default"]
    assert default == ["eth0"]
    for service in ("10.43.0.1", "10.43.0.10"):
        (route,) = json.loads(site.in_pod("ip", "-json", "route", "get", service))
        assert route["dev"] == "eth0"
    answer = site.in_pod("curl", "-sk", "--max-time", "20", "https://10.43.0.1/version")
    assert "gitVersion" in answer or "Forbidden" in answer or "Unauthorized" in answer


def test_the_lan_and_the_pod_reach_each_other(site: RunningSite) -> None:
    assert site.answers(ROUTER)
    assert site.answers(NEIGHBOUR)
    assert site.answers("-I", "net1", CLUSTER)
    with capture("trunk0-node") as frames:
        assert site.answers("-I", "net1", ROUTER)
    ours = [frame for frame in frames if frame[6:12] == LAN_MAC]
    assert ours
    assert not any(frame[12:14] == b"\x81\x00" for frame in ours)


def test_a_neighbour_on_the_lan_reaches_the_pod(site: RunningSite) -> None:
    done = subprocess.run(
        [
            *("ip", "netns", "exec", neighbour_of(site.lab.name)),
            *("busybox", "ping", "-c", "3", "-W", "2", "192.168.18.32"),
        ],
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout


def test_the_iot_device_answers_by_frames_with_its_vlan_tag(site: RunningSite) -> None:
    with capture("trunk0-node") as frames:
        page = site.in_pod("curl", "-s", "--max-time", "20", f"http://{DEVICE}/")
        wait_for(lambda: any(f[6:12] == IOT_MAC for f in frames), "a frame", 10)
    assert page == "an IoT device\n"
    ours = [frame for frame in frames if frame[6:12] == IOT_MAC]
    assert {frame[12:16] for frame in ours} == {b"\x81\x00\x00\x02"}


def test_each_device_answers_on_its_own_segment_only(site: RunningSite) -> None:
    assert site.answers("-I", "net1.2", DEVICE)
    assert not site.answers("-I", "net1", DEVICE)
    assert not site.answers("-I", "net1.2", ROUTER)


def test_an_address_is_answered_for_on_its_own_segment_alone_and_nothing_is_forwarded(
    site: RunningSite,
) -> None:
    for name in PLAN:
        for key, value in SETTINGS.items():
            found = site.in_pod("cat", f"/proc/sys/net/{key.format(name)}")
            assert (name, key, found.strip()) == (name, key, value)
    asked = ("busybox", "arping", "-c", "3", "-w", "6", "-I", "eth0")
    inside = ("ip", "netns", "exec", neighbour_of(site.lab.name))
    for address, status in (("192.168.18.32", 0), ("192.168.32.3", 1)):
        done = subprocess.run([*inside, *asked, address], check=False, capture_output=True)
        assert done.returncode == status, done.stdout


def test_a_second_up_and_a_refresh_find_nothing_to_do(site: RunningSite) -> None:
    before = site.connections()
    done = site.applied.pulumi("preview", "--refresh", "--expect-no-changes")
    assert done.returncode == 0, done.stdout + done.stderr
    site.applied.up("--expect-no-changes")
    assert site.connections() == before + 1
