"""A dual-stack site: the real Home Assistant listens and trusts proxies by IPv6 as by IPv4."""

from pathlib import Path

from lab.home_assistant.networks import POD, POD_IN_IOT, POD_IN_LAN, Networks
from lab.netns.namespaces import ip
from tests.home_assistant.instance import Instance
from tests.home_assistant.planned import PlannedPod, planned_site
from tests.home_assistant.requests import answers, ask

POD_IPV6, POD_IN_LAN_IPV6 = "fd00:42::5", "fd00:18::32"
SITE: dict[str, object] = {
    "cluster/pod_networks": ["10.42.0.0/16", "fd00:42::/56"],
    "cluster/service_networks": ["10.43.0.0/16", "fd00:43::/112"],
    "networks/lan/ipam": "static",
    "networks/lan/range": None,
    "networks/lan/ipv6": {"subnet": "fd00:18::/64"},
    "home_assistant/interfaces/0/ipv6_address": POD_IN_LAN_IPV6,
    "home_assistant/ingress": {"host": "home.example"},
    "home_assistant/listen_on": ["cluster", "lan"],
}
FORWARDED = {"X-Forwarded-For": "2001:db8::9"}


def test_by_ipv6_it_listens_where_it_is_told_and_believes_the_cluster_s_proxies_alone(
    networks: Networks, tmp_path: Path
) -> None:
    for namespace, device, address in (
        (networks.pod, "eth0", f"{POD_IPV6}/64"),
        (networks.cluster, "eth0", "fd00:42::9/64"),
        (networks.pod, "net1", f"{POD_IN_LAN_IPV6}/64"),
        (networks.lan, "eth0", "fd00:18::50/64"),
        (networks.pod, "net1.2", "fd00:32::3/64"),
        (networks.iot, "eth0", "fd00:32::50/64"),
    ):
        ip(namespace, "address", "add", address, "dev", device, "nodad")
    pod = PlannedPod(
        site=planned_site(SITE), namespace=networks.pod, folder=tmp_path, addresses=(POD, POD_IPV6)
    )
    pod.prepare()
    instance = Instance(pod.home_assistant())
    try:
        instance.wait_until_it_answers()

        for namespace, address, is_wanted in (
            (networks.cluster, POD, True),
            (networks.cluster, POD_IPV6, True),
            (networks.lan, POD_IN_LAN, True),
            (networks.lan, POD_IN_LAN_IPV6, True),
            (networks.iot, POD_IN_IOT, False),
            (networks.iot, "fd00:32::3", False),
        ):
            assert answers(namespace, address) == is_wanted, address
        proxied = f"http://[{POD_IPV6}]:8123/manifest.json"
        assert ask(networks.cluster, proxied, FORWARDED).status == 200
        foreign = f"http://[{POD_IN_LAN_IPV6}]:8123/manifest.json"
        assert ask(networks.lan, foreign, FORWARDED).status == 400
    finally:
        instance.stop()
