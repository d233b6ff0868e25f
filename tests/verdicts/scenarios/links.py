"""The node's links, and in which network and by which link nodes have their addresses."""

from collections.abc import Iterator

from config.checks.located import located_addresses
from config.ip import IpAddress
from config.ipam import HOST_LOCAL
from config.networks import HomeNetwork
from config.nodes import Node
from config.site import Site
from lab.netns.channel import Request
from tests.verdicts.scenarios.cluster import CLUSTER_BRIDGE
from tests.verdicts.scenarios.ports import port_of_link

LEAST_MTU_OF_IPV6 = 1280


def links(site: Site, node: Node) -> Iterator[Request]:
    """The node's own interfaces, with its addresses on them; `eth0.30` is a VLAN of eth0."""
    by_address = dict(node_addresses(site, node))
    # Parents come first.
    for interface in sorted(node.own_interfaces, key=lambda i: "." in i.name):
        if interface.name == CLUSTER_BRIDGE:
            continue
        port = port_of_link(node, interface.name)
        yield {
            "name": interface.name,
            "parent": port.link if port.vlans else "",
            "vlan": port.vlans[0] if port.vlans else 0,
            "mtu": interface.mtu,
            "mac": interface.mac or "",
            "addresses": [text for text, link in by_address.items() if link == interface.name],
        }


def node_addresses(site: Site, node: Node) -> Iterator[tuple[str, str]]:
    """(address with prefix length, link) for each of the node's addresses that others see."""
    for address in visible_addresses(node):
        network, text = network_of(site, address)
        link = link_elsewhere(node, address) if network is None else network.parent
        known = node.interface(link)
        # No kernel has IPv6 on a link that is too small for it.
        if known is None or address.version == 4 or known.mtu >= LEAST_MTU_OF_IPV6:
            yield text, link


def visible_addresses(node: Node) -> list[IpAddress]:
    """All but loopback ones, which lead to whoever calls them."""
    return [address for address in node.own_addresses if not address.is_loopback]


def link_elsewhere(node: Node, address: IpAddress) -> str:
    """The node's interface by which it has an address that is in no network of the site."""
    fit = [i for i in node.interfaces if address.version == 4 or i.mtu >= LEAST_MTU_OF_IPV6]
    return next((interface.name for interface in (*fit, *node.interfaces)), "")


def network_of(
    site: Site, address: IpAddress, *, tagged: bool = False
) -> tuple[HomeNetwork | None, str]:
    """The network that a node's address belongs to, and the address with its prefix length.

    A network that gives the address to a pod comes first: who has it may be there. Then come
    untagged ones, and of these the one whose router has it. It is in a VLAN only with `tagged`.
    Who has the broadcast's address is in a larger subnet than the site knows of.
    """

    def order(network: HomeNetwork) -> tuple[bool, bool, bool]:
        shared = _is_given_to_a_pod(site, network, address)
        is_tagged = network.segment.is_tagged
        return not shared, is_tagged, address not in network.gateways.values()

    for network in sorted(site.attached_networks.values(), key=order):
        for subnet in network.subnets:
            if address in subnet.cidr and (tagged or not network.segment.is_tagged):
                known = address not in subnet.unassignable
                length = subnet.cidr.prefixlen if known else address.max_prefixlen
                return network, f"{address}/{length}"
    return None, f"{address}/{address.max_prefixlen}"


def _is_given_to_a_pod(site: Site, network: HomeNetwork, address: IpAddress) -> bool:
    fixed = any(
        mine.network is network and address == mine.address for mine in located_addresses(site)
    )
    given = ((network.ipam.leases(subnet), subnet) for subnet in network.subnets)
    return fixed or any(
        found is not None and address in found and address != HOST_LOCAL.gateway(subnet)
        for found, subnet in given
    )


def possible_sites(site: Site) -> Iterator[Site]:
    """The site as it is, and with the pod's address by another interface of a node that has it.

    In the second one an interface whose segment the pod is on comes first.
    """
    yield site
    addresses = [address for node in site.nodes.values() for address in node.own_addresses]
    of_the_pod = {located.address for located in located_addresses(site)}
    if any(a in of_the_pod and network_of(site, a)[0] is None for a in addresses):
        nodes = {name: _by_the_pods_segment(site, node) for name, node in site.nodes.items()}
        if nodes != site.nodes:
            yield site.model_copy(update={"nodes": nodes})


def _by_the_pods_segment(site: Site, node: Node) -> Node:
    of_the_pod = [network.segment for network in site.attached_networks.values()]
    untagged = {segment.parent for segment in of_the_pod if not segment.is_tagged}
    first = sorted(node.interfaces, key=lambda interface: interface.name not in untagged)
    return node.model_copy(update={"interfaces": tuple(first)})
