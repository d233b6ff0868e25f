"""Who calls whom in a scenario, and whose addresses are asked for."""

from config.site import Site
from tests.cases.changes import LAN2, NODE2, THIRD, pod_in
from tests.cases.sites import unchecked_site
from tests.verdicts.scenarios.calls import contested
from tests.verdicts.scenarios.links import possible_sites
from tests.verdicts.scenarios.request import request


def alone_in(network: dict[str, object], address: str) -> Site:
    """The article's site with the pod in that network, called `spare`, and in no other."""
    pod = {**THIRD, "network": "spare", "address": address}
    return unchecked_site({"networks/spare": network, "home_assistant/interfaces": [pod]})


def test_a_node_whose_mac_alone_is_known_asks_for_the_pods_address() -> None:
    interface = {"name": "eth0", "mac": "52:54:00:00:00:02"}
    node = {**NODE2, "host": "k3s-2.home", "interfaces": [interface]}
    scenario = request(unchecked_site({"nodes/k3s-2": node}), "k3s-1")

    assert {"host": "k3s-2-eth0", "network": "lan", "address": "192.168.18.32"} in scenario[
        "owners"
    ]
    assert "k3s-2-eth0" in [host["name"] for host in scenario["hosts"]]


def test_who_answers_for_the_nodes_address_is_asked_on_a_vlan_interface_that_has_the_pods() -> None:
    shared = {
        "nodes/k3s-1/interfaces": ["eth0", "eth0.30"],
        "nodes/k3s-1/addresses": ["192.168.32.3"],
        "networks/lan/parent": "eth0.30",
    }
    *_, by_the_vlan = possible_sites(unchecked_site(shared))
    scenario = request(by_the_vlan, "k3s-1")

    assert {"host": "observer-eth0.30", "address": "192.168.32.3"} in scenario["owners"]
    (asking,) = (host for host in scenario["hosts"] if host["name"] == "observer-eth0.30")
    assert (asking["link"], asking["vlans"]) == ("eth0", [30])


def test_who_answers_for_a_node_s_address_is_asked_on_a_vlan_interface() -> None:
    behind = {"networks/lan/parent": "eth0.30", "nodes/k3s-1/interfaces": ["eth0", "eth0.30"]}
    scenario = request(unchecked_site(behind), "k3s-1")

    assert {"host": "observer-eth0.30", "address": "192.168.18.10"} in scenario["owners"]


def test_the_last_of_the_clusters_hosts_are_sought_in_a_network_that_takes_them() -> None:
    site = unchecked_site({"networks/lan/subnet": "10.0.0.0/8"})

    assert {"10.42.0.9", "10.42.255.254"} <= {str(address) for address in contested(site)}


def test_a_host_that_is_neither_the_pod_nor_the_broadcast_is_sought_behind_a_router() -> None:
    routes = {"gateway": "192.168.60.1", "routing": "routed", "routes": ["192.168.60.4/30"]}
    site = alone_in({**LAN2, "subnet": "192.168.60.0/29", **routes}, "192.168.60.6")

    sought = {"to": "192.168.60.4", "by": "third", "route_only": True}
    assert sought in request(site, "k3s-1")["calls"]


def test_a_router_is_called_itself_where_only_networks_of_the_site_are_behind_it() -> None:
    routed = {"gateway": "192.168.60.1", "routing": "routed", "routes": ["192.168.18.0/25"]}
    changes = {"networks/spare": {**LAN2, **routed}, **pod_in("lan", "spare")}

    called = {call["to"] for call in request(unchecked_site(changes), "k3s-1")["calls"]}
    assert "192.168.60.1" in called


def test_a_node_is_called_whose_address_a_vlan_takes_though_a_route_leads_to_it() -> None:
    routed = {"gateway": "192.168.18.14", "routing": "routed", "routes": ["192.168.18.0/24"]}
    vlan = {"type": "vlan", "parent": "eth0", "vlan_id": 10, "ipam": "static", **routed}
    by_the_cluster = {"to": "192.168.18.10", "by": "eth0"}
    called = {
        subnet: by_the_cluster
        in request(alone_in({**vlan, "subnet": subnet}, "192.168.18.13"), "k3s-1")["calls"]
        for subnet in ("192.168.18.8/29", "192.168.18.12/30")
    }
    assert called == {"192.168.18.8/29": True, "192.168.18.12/30": False}
