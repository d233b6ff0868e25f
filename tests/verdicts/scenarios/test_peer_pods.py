"""Which addresses peer pods ask for."""

from tests.cases.changes import LAN2, NODE2, spare
from tests.cases.sites import unchecked_site
from tests.verdicts.scenarios.addresses import leased
from tests.verdicts.scenarios.peer_pods import PeerPod, node_of, peer_pods


def test_peer_pods_ask_for_the_ends_of_every_range_of_their_segment() -> None:
    site = unchecked_site(spare(ipam="host-local", range="192.168.18.40-192.168.18.50"))

    asked = {peer.address for peer in peer_pods(site) if peer.network == "lan"}
    assert {"192.168.18.40", "192.168.18.50", "192.168.18.100"} <= asked


def test_a_peer_pod_asks_for_what_a_device_of_the_pool_has() -> None:
    pool = {
        "networks/lan/gateway": "192.168.18.32",
        "networks/lan/dhcp_pool": "192.168.18.32-192.168.18.60",
        "home_assistant/interfaces/0/address": "192.168.18.63",
    }
    site = unchecked_site(pool)

    device = leased(site, site.networks["lan"], site.networks["lan"])
    assert str(device) == "192.168.18.33"
    assert str(device) in {peer.address for peer in peer_pods(site)}


def test_a_peer_pod_asks_for_what_a_device_of_another_network_of_the_segment_has() -> None:
    pool = "192.168.18.97-192.168.18.120"
    site = unchecked_site(spare(dhcp_pool=pool))

    device = leased(site, site.networks["spare"], site.networks["spare"])
    asked = {peer.address for peer in peer_pods(site) if peer.network == "lan"}
    assert str(device) == "192.168.18.97"
    assert str(device) in asked


def test_peer_pods_of_two_networks_ask_for_the_one_address_that_both_give_out() -> None:
    four = {**LAN2, "subnet": "192.168.60.0/30", "ipam": "host-local"}
    leases = {**four, "range": "192.168.60.1-192.168.60.2"}
    site = unchecked_site({"networks/one": leases, "networks/other": four})

    asking = {peer.network for peer in peer_pods(site) if peer.address == "192.168.60.2"}
    assert asking == {"one", "other"}


def test_no_peer_pod_asks_for_an_end_of_four_addresses_called_a_router_elsewhere() -> None:
    four = {**LAN2, "subnet": "192.168.60.0/30", "ipam": "host-local"}
    mistyped = {**LAN2, "subnet": "192.186.60.0/30", "gateway": "192.168.60.0"}
    site = unchecked_site({"networks/four": four, "networks/mistyped": mistyped})

    asked = {peer.address for peer in peer_pods(site) if peer.network == "four"}
    assert "192.168.60.2" in asked
    assert "192.168.60.0" not in asked


def test_a_peer_pod_that_asks_for_a_node_s_address_runs_on_another_node() -> None:
    site = unchecked_site({"nodes/k3s-2": NODE2})
    asking = {address: PeerPod("iot", address) for address in ("192.168.18.10", "192.168.18.11")}

    on = {address: node_of(site, list(site.nodes), peer) for address, peer in asking.items()}
    assert on == {"192.168.18.10": "k3s-2", "192.168.18.11": "k3s-1"}
    assert node_of(site, ["k3s-1"], asking["192.168.18.10"]) == "k3s-1"
