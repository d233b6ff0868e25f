"""The node's links, the addresses on them, and the wires that networks' frames leave by."""

from collections.abc import Iterator

from config.checks.located import (
    gateway_of_leases,
    leases,
    nobodys,
    pod_addresses,
    used_networks,
)
from config.ip import IpAddress, IpNetwork
from config.networks import HomeNetwork, MacvlanNetwork, VlanNetwork
from config.nodes import Node
from config.site import Site
from lab.netns.channel import Request
from tests.verdicts.scenarios.cluster import CLUSTER_BRIDGE

LEAST_MTU_OF_IPV6 = 1280


def links(site: Site, node: Node) -> Iterator[Request]:
    """The node's own interfaces, with its addresses on them; `eth0.30` is a VLAN of eth0."""
    homes = dict(node_addresses(site, node))
    # Parents come first.
    for interface in sorted(node.own_interfaces, key=lambda i: "." in i.name):
        wire, vlans = wire_of_link(node, interface.name)
        if interface.name == CLUSTER_BRIDGE:
            continue
        yield {
            "name": interface.name,
            "parent": wire if vlans else "",
            "vlan": vlans[0] if vlans else 0,
            "mtu": interface.mtu,
            "mac": interface.mac or "",
            "addresses": [text for text, link in homes.items() if link == interface.name],
        }


def node_addresses(site: Site, node: Node) -> Iterator[tuple[str, str]]:
    """(address with prefix length, link) for each of the node's addresses on its wires."""
    for address in addresses_on_wires(node):
        network, text = home_of(site, address)
        link = link_elsewhere(node, address) if network is None else network.parent
        known = node.interface(link)
        # No kernel has IPv6 on a link that is too small for it.
        if known is None or address.version == 4 or known.mtu >= LEAST_MTU_OF_IPV6:
            yield text, link


def addresses_on_wires(node: Node) -> list[IpAddress]:
    """All but loopback ones, at which the operator's own machine answers or leads to the node."""
    return [address for address in node.own_addresses if not address.is_loopback]


def link_elsewhere(node: Node, address: IpAddress) -> str:
    """The node's interface by which it has an address that is in no network of the site."""
    fit = [i for i in node.interfaces if address.version == 4 or i.mtu >= LEAST_MTU_OF_IPV6]
    return next((interface.name for interface in (*fit, *node.interfaces)), "")


def home_of(
    site: Site, address: IpAddress, *, tagged: bool = False
) -> tuple[HomeNetwork | None, str]:
    """The network that an address belongs to, and it with its prefix.

    One that gives the address to a pod comes first: who has it may be there. Then come untagged
    ones, and of these the one that it is the router of. It is in a VLAN only with `tagged`. Who has
    the broadcast's address is in a larger subnet than the plan knows of.
    """

    def order(network: HomeNetwork) -> tuple[bool, bool, bool]:
        is_vlan = isinstance(network, VlanNetwork)
        shared = _is_given_to_a_pod(site, network, address)
        return not shared, is_vlan, address not in network.gateways.values()

    for network in sorted(site.networks.values(), key=order):
        for family in network.subnets:
            if address in family.subnet and (tagged or not isinstance(network, VlanNetwork)):
                known = address not in nobodys(family.subnet)
                length = home_prefix(site, family.subnet) if known else address.max_prefixlen
                return network, f"{address}/{length}"
    return None, f"{address}/{address.max_prefixlen}"


def _is_given_to_a_pod(site: Site, network: HomeNetwork, address: IpAddress) -> bool:
    fixed = any(mine is network and address == own for _, own, mine, _ in pod_addresses(site))
    given = ((leases(network, family), family) for family in network.subnets)
    return fixed or any(
        found is not None and address in found and address != gateway_of_leases(family)
        for found, family in given
    )


def home_prefix(site: Site, subnet: IpNetwork) -> int:
    """The prefix length by which nodes and routers know the subnet.

    Where a node has IPv6's address of all its routers the home is larger than the plan knows:
    else each router would answer for that node (RFC 4291 section 2.6.1).
    """
    nodes = {address for node in site.nodes.values() for address in node.own_addresses}
    home = subnet
    while home.version == 6 and home.prefixlen > 0 and nodes.intersection(nobodys(home)):
        home = home.supernet()
    return home.prefixlen


def sites_by_homes(site: Site) -> Iterator[Site]:
    """The site as it is; with its networks in reverse, and with a node's interfaces in another
    order, where a node has an address by another interface then.

    Where it has the pod's own address, an interface whose wire the pod is on comes first.
    """
    yield site
    addresses = [address for node in site.nodes.values() for address in node.own_addresses]
    reverse = site.model_copy(update={"networks": dict(reversed(site.networks.items()))})
    for address in addresses:
        homes = [home_of(possible, address)[0] for possible in (site, reverse)]
        if len({None if home is None else home.parent for home in homes}) > 1:
            yield reverse
            break
    of_the_pod = {address for _, address, _, _ in pod_addresses(site)}
    if any(a in of_the_pod and home_of(site, a)[0] is None for a in addresses):
        nodes = {name: _by_the_pods_wire(site, node) for name, node in site.nodes.items()}
        if nodes != site.nodes:
            yield site.model_copy(update={"nodes": nodes})


def _by_the_pods_wire(site: Site, node: Node) -> Node:
    untagged = {n.parent for n in used_networks(site).values() if isinstance(n, MacvlanNetwork)}
    first = sorted(node.interfaces, key=lambda interface: interface.name not in untagged)
    return node.model_copy(update={"interfaces": tuple(first)})


def link_of(node: Node, network: HomeNetwork) -> tuple[str, list[int]] | None:
    """The node's link that the network's frames leave by, and their tags."""
    if network.parent == CLUSTER_BRIDGE and node.interfaces:
        # The home is where it was, whatever the plan says.
        return node.interfaces[0].name, []
    if node.interface(network.parent) is None:
        return None
    wire, vlans = wire_of_link(node, network.parent)
    if isinstance(network, VlanNetwork):
        vlans = [*vlans, network.vlan_id]
    return wire, vlans


def wire_of_link(node: Node, link: str) -> tuple[str, list[int]]:
    """Where the frames of one of the node's own interfaces go, and their tags."""
    parent, _, vlan_id = link.rpartition(".")
    stacked = node.interface(parent) is not None and vlan_id.isdigit()
    return (parent, [int(vlan_id)]) if stacked else (link, [])
