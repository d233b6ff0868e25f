"""The home around a pod: the node's links, the hosts on its wires, the cluster's own network."""

import ipaddress
import json
from collections.abc import Iterator
from typing import Any

from config.networks import HomeNetwork, Subnet, VlanNetwork
from config.nodes import Node
from config.site import Site
from config.values import IpAddress, IpNetwork

CLUSTER_BRIDGE = "cni0"
Request = dict[str, Any]


def neighbour(site: Site, family: Subnet) -> IpAddress | None:
    """An address of the subnet that is nobody's in the plan, or else the router's."""
    taken = {family.gateway} | {
        address
        for attachment in site.home_assistant.interfaces
        for address in (attachment.address, attachment.ipv6_address)
    }
    for node in site.nodes.values():
        taken |= set(node.own_addresses)
    subnet = family.subnet
    ends = {subnet.network_address}
    if subnet.version == 4:
        ends |= {subnet.broadcast_address}
    if subnet.num_addresses > 2:
        taken |= ends
    if subnet.num_addresses == 1:
        # Whoever is near is outside the subnet.
        return subnet[0] + 1
    # The first address comes last: host-local takes it for the router's.
    few = min(subnet.num_addresses, 64)
    for number in (0, *range(2, few), 1) if few > 1 else (0,):
        address = subnet[number]
        pooled = family.dhcp_pool is not None and address in family.dhcp_pool
        ranged = family.range is not None and address in family.range
        hostless = address.is_loopback or address.is_unspecified
        if address not in taken and not pooled and not ranged and not hostless:
            return address
    return family.gateway or (subnet[1] if subnet[1] not in taken else None)


def links(site: Site, node: Node) -> Iterator[Request]:
    """The node's own interfaces, with its addresses on them; `eth0.30` is a VLAN of eth0."""
    names = {interface.name for interface in node.interfaces}
    homes = dict(node_addresses(site, node))
    # Parents come first.
    for interface in sorted(node.interfaces, key=lambda i: "." in i.name):
        parent, _, vlan_id = interface.name.rpartition(".")
        tagged = parent in names and vlan_id.isdigit()
        if interface.name == CLUSTER_BRIDGE:
            continue
        yield {
            "name": interface.name,
            "parent": parent if tagged else "",
            "vlan": int(vlan_id) if tagged else 0,
            "mtu": interface.mtu,
            "mac": interface.mac or "",
            "addresses": [text for text, link in homes.items() if link == interface.name],
        }


def node_addresses(site: Site, node: Node) -> Iterator[tuple[str, str]]:
    """(address with prefix length, link) for each of the node's addresses."""
    for address in node.own_addresses:
        for network in site.networks.values():
            for family in network.subnets:
                if address in family.subnet and not isinstance(network, VlanNetwork):
                    yield f"{address}/{family.subnet.prefixlen}", network.parent
                    break
            else:
                continue
            break
        else:
            yield f"{address}/{address.max_prefixlen}", node.interfaces[0].name


def wire_of(node: Node, network: HomeNetwork) -> tuple[str, list[int]] | None:
    """The node's link that the network's frames leave by, and their tags."""
    if node.interface(network.parent) is None:
        return None
    if network.parent == CLUSTER_BRIDGE:
        # The home is where it was, whatever the plan says.
        return node.interfaces[0].name, []
    parent, _, vlan_id = network.parent.rpartition(".")
    stacked = node.interface(parent) is not None and vlan_id.isdigit()
    wire, vlans = (parent, [int(vlan_id)]) if stacked else (network.parent, [])
    if isinstance(network, VlanNetwork):
        vlans = [*vlans, network.vlan_id]
    return wire, vlans


def _host(name: str, wire: tuple[str, list[int]], addresses: list[str], **more: Any) -> Request:
    return {"name": name, "wire": wire[0], "vlans": wire[1], "addresses": addresses, **more}


def neighbours(site: Site, node: Node) -> Iterator[Request]:
    """In each network one host, which is its router as well."""
    for name, network in site.networks.items():
        wire = wire_of(node, network)
        if wire is None:
            continue
        addresses = {
            f"{address}/{min(family.subnet.prefixlen, address.max_prefixlen - 1)}": None
            for family in network.subnets
            for address in (neighbour(site, family), family.gateway)
            if address is not None and _is_theirs(site, family, address)
        }
        behind = {f"{beyond(site, r)}/{r.max_prefixlen}": None for r in network.routes}
        yield _host(f"n-{name}", wire, list(addresses), loopback=list(behind), router=True)


def _is_theirs(site: Site, family: Subnet, address: IpAddress) -> bool:
    """Whether a neighbour may have it: a gateway elsewhere, or a node's, is not there."""
    if address != family.gateway:
        return True
    if any(address in node.own_addresses for node in site.nodes.values()):
        return False
    return address in family.subnet or address.is_link_local


def devices(site: Site, node: Node) -> Iterator[Request]:
    """A device with a lease of the home's DHCP server: the worst one for the pods' addresses."""
    for name, network in site.networks.items():
        wire = wire_of(node, network)
        for number, family in enumerate(network.subnets):
            chosen = _leased(site, family)
            if wire is not None and chosen is not None:
                addresses = [f"{chosen}/{family.subnet.prefixlen}"]
                yield _host(f"d{number}-{name}", wire, addresses)


def _leased(site: Site, family: Subnet) -> IpAddress | None:
    """The address of the pool that a device has: a pod's, a range's, or just the first."""
    pool, leases = family.dhcp_pool, family.range
    if pool is None:
        return None
    given = [(a.address, a.ipv6_address) for a in site.home_assistant.interfaces]
    wanted = [address for pair in given for address in pair if address is not None]
    if leases is not None:
        wanted.append(leases.first)
    chosen = next((address for address in wanted if address in pool), pool.first)
    others = {family.gateway, neighbour(site, family)}
    return chosen if chosen in family.subnet and chosen not in others else None


def other_nodes(site: Site, node: Node) -> Iterator[Request]:
    """The nodes beside this one, each at the addresses by which it is on the same wires."""
    for name, other in site.nodes.items():
        if other is node:
            continue
        for number, (text, link) in enumerate(node_addresses(site, other)):
            theirs = other.interface(link)
            if node.interface(link) is None or theirs is None or "." in link:
                continue
            yield _host(f"{name}-{number}", (link, []), [text], mac=theirs.mac or "")


def cluster(site: Site) -> dict[str, Any]:
    """eth0 as a cluster gives it; the plugin `bridge` stands in for flannel."""
    pods = site.cluster.pod_networks[0]
    subnet = str(ipaddress.ip_network((int(pods.network_address), max(24, pods.prefixlen))))
    ipam = {"type": "host-local", "subnet": subnet, "routes": [{"dst": "0.0.0.0/0"}]}
    bridge = {"type": "bridge", "bridge": CLUSTER_BRIDGE, "isGateway": True, "ipam": ipam}
    return {
        "conflist": json.dumps({"name": "cbr0", "cniVersion": "1.0.0", "plugins": [bridge]}),
        "services": [f"{a}/{a.max_prefixlen}" for a in service_addresses(site)],
    }


def service_addresses(site: Site) -> list[IpAddress]:
    """The cluster's DNS."""
    networks = site.cluster.service_networks
    return [n[min(10, n.num_addresses - 2)] for n in networks if n.version == 4]


def beyond(site: Site, route: IpNetwork) -> IpAddress:
    """An address of the route that is in no subnet of the site, if there is one."""
    subnets = [s.subnet for network in site.networks.values() for s in network.subnets]
    last = route[max(0, route.num_addresses - 2)]
    for address in (inside(route), last):
        if not any(address in subnet for subnet in subnets):
            return address
    return inside(route)


def inside(network: IpNetwork) -> IpAddress:
    """An address of the network, the same for the same network."""
    return network[0] if network.num_addresses == 1 else network[min(9, network.num_addresses - 1)]
