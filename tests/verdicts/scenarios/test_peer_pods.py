"""Which addresses peer pods ask for."""

from tests.cases.changes import NODE2
from tests.cases.sites import unchecked_site
from tests.verdicts.scenarios.addresses import leased
from tests.verdicts.scenarios.peer_pods import PeerPod, node_of, peer_pods


def test_peer_pods_ask_for_the_ends_of_the_range() -> None:
    site = unchecked_site({"home_assistant/interfaces/0/address": "192.168.18.40"})

    asked = {peer.address for peer in peer_pods(site) if peer.network == "lan"}
    assert {"192.168.18.32", "192.168.18.100"} <= asked


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


def test_a_peer_pod_that_asks_for_a_node_s_address_runs_on_another_node() -> None:
    site = unchecked_site({"nodes/k3s-2": NODE2})
    asking = {address: PeerPod("iot", address) for address in ("192.168.18.10", "192.168.18.11")}

    on = {address: node_of(site, list(site.nodes), peer) for address, peer in asking.items()}
    assert on == {"192.168.18.10": "k3s-2", "192.168.18.11": "k3s-1"}
    assert node_of(site, ["k3s-1"], asking["192.168.18.10"]) == "k3s-1"
