"""A site as the runner is told it: the node, the hosts on its wires, and what the pod is given.

Conflists and annotation are the program's own; lab/sandbox/runner/house.go describes the request.
"""

import ipaddress
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from components.home_assistant.annotation import networks_annotation
from components.network_segment.conflist import conflist
from config.networks import HomeNetwork, Subnet, VlanNetwork
from config.nodes import Node
from config.plan.families import attachments, overlap
from config.site import Site
from config.values import IpAddress, IpNetwork

POD = "home-assistant-0"
# Where mDNS is spoken: a route there decides by which interface devices are discovered.
DISCOVERY = "224.0.0.251"
CLUSTER_BRIDGE = "cni0"
Request = dict[str, Any]


@dataclass(frozen=True)
class Guest:
    """Another pod in one of the networks, which asks for an address or takes what it is given."""

    network: str
    address: str | None


def request(site: Site, node_name: str, guests: Sequence[Guest] = ()) -> Request:
    """The house in which Home Assistant's pod runs on that node, with guests beside it."""
    settings = site.home_assistant
    annotation = networks_annotation(settings.interfaces, site.networks)
    return _request(site, node_name, [{"name": POD, "annotation": annotation}, *_pods(guests)])


def guest_request(site: Site, node_name: str, guest: Guest) -> Request:
    """The house in which just the guest runs: a VLAN has room for one pod on a node."""
    return _request(site, node_name, _pods([guest]))


def _pods(guests: Sequence[Guest]) -> list[dict[str, str]]:
    return [
        {
            "name": f"guest-{number}",
            "annotation": json.dumps(
                [
                    {"name": guest.network, "interface": "net1"}
                    | ({} if guest.address is None else {"ips": [guest.address]})
                ]
            ),
        }
        for number, guest in enumerate(guests)
    ]


def _request(site: Site, node_name: str, pods: list[dict[str, str]]) -> Request:
    node, namespace = site.nodes[node_name], site.home_assistant.namespace
    return {
        "node": list(_links(site, node)),
        "hosts": [*_neighbours(site, node), *_devices(site, node), *_other_nodes(site, node)],
        "cluster": _cluster(site),
        "namespace": namespace,
        "networks": {
            name: json.dumps(conflist(namespace, name, network))
            for name, network in site.networks.items()
        },
        "pods": pods,
        "calls": list(calls(site, node, pods)),
    }


def needs_vlans(wanted: Request) -> bool:
    """Whether the kernel must know 802.1Q."""
    tagged = any(host["vlans"] for host in wanted["hosts"])
    links = any(link["parent"] for link in wanted["node"])
    return tagged or links or any('"vlan"' in config for config in wanted["networks"].values())


def calls(site: Site, node: Node, pods: list[dict[str, str]]) -> Iterator[Request]:
    """Who calls whom: the pods their neighbours, Home Assistant's also routes and cluster."""
    for number, pod in enumerate(pods):
        if pod["name"] == POD:
            yield from _calls_to_networks(site, node)
            yield from _calls_to_the_cluster(site, node)
            continue
        network = site.networks[json.loads(pod["annotation"])[0]["name"]]
        near = neighbour(site, network.subnets[0])
        if near is not None and _wire(node, network) is not None:
            yield {"pod": number, "to": str(near), "by": "net1"}


def _calls_to_networks(site: Site, node: Node) -> Iterator[Request]:
    for _, attachment, network in attachments(site):
        by, host = attachment.name, f"n-{attachment.network}"
        if _wire(node, network) is None:
            continue
        given = (attachment.address, attachment.ipv6_address)
        for family, own in zip(network.subnets, given, strict=False):
            near = neighbour(site, family)
            if near is not None:
                yield {"to": str(near), "by": by}
            if near is not None and own is not None and near.version == own.version:
                yield {"host": host, "to": str(own)}
        for destination in network.routes:
            version = destination.version
            via = next((s.gateway for s in network.subnets if s.subnet.version == version), None)
            yield {"to": str(_inside(destination)), "by": by, "via": str(via)}
        if _discovers(network):
            yield {"to": DISCOVERY, "by": by, "route_only": True}
        for address in _claimed_twice(site, attachment.network):
            yield {"to": str(address), "by": by, "route_only": True}
        for address in _sought_behind_a_router(site, network):
            yield {"to": str(address), "by": by, "route_only": True}


def _calls_to_the_cluster(site: Site, node: Node) -> Iterator[Request]:
    for address in (*service_addresses(site), *_reached_by_the_cluster(site, node)):
        yield {"to": str(address), "by": "eth0"}
    for address in contested(site):
        yield {"to": str(address), "by": "eth0", "route_only": True}
    if not any(_discovers(network) for _, _, network in attachments(site)):
        yield {"to": DISCOVERY, "by": "eth0", "route_only": True}
    for other in _other_nodes(site, node):
        for text, link in _node_addresses(site, node):
            if link == other["wire"] and _together(text, other["addresses"][0]):
                yield {"host": other["name"], "to": text.partition("/")[0]}


def _discovers(network: HomeNetwork) -> bool:
    four = any(s.subnet.version == 4 for s in network.subnets)
    return network.routing == "discovery" and four


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


def service_addresses(site: Site) -> list[IpAddress]:
    """The cluster's DNS."""
    return [network[10] for network in site.cluster.service_networks]


def contested(site: Site) -> Iterator[IpAddress]:
    """An address of the cluster in every network or route that reaches into it."""
    own = (*site.cluster.pod_networks, *site.cluster.service_networks)
    for network in site.networks.values():
        claimed = [s.subnet for s in network.subnets]
        for mine in (*claimed, *(network.routes if network.routing == "routed" else ())):
            for theirs in own:
                if overlap(mine, theirs):
                    yield _inside(max(mine, theirs, key=lambda n: n.prefixlen))


def _reached_by_the_cluster(site: Site, node: Node) -> Iterator[IpAddress]:
    """The node's own addresses, unless a macvlan hides them (facts/cni.md section 7)."""
    untagged = [n for n in site.networks.values() if not isinstance(n, VlanNetwork)]
    for address in node.own_addresses:
        hidden = any(address in s.subnet for n in untagged for s in n.subnets)
        # At a loopback address the operator is on the node, and the pod is not.
        if not hidden and address.version == 4 and not address.is_loopback:
            yield address


def _claimed_twice(site: Site, name: str) -> Iterator[IpAddress]:
    """An address in each subnet of the network that another network of the pod has as well."""
    used = {attachment.network for attachment in site.home_assistant.interfaces} - {name}
    for other in used & set(site.networks):
        for mine in site.networks[name].subnets:
            for theirs in site.networks[other].subnets:
                if overlap(mine.subnet, theirs.subnet):
                    yield _inside(max(mine.subnet, theirs.subnet, key=lambda n: n.prefixlen))


def _sought_behind_a_router(site: Site, network: HomeNetwork) -> Iterator[IpAddress]:
    """A host of the network in each route that leads into it."""
    for other in site.networks.values():
        for route in other.routes:
            for family in network.subnets:
                if overlap(route, family.subnet) and route.prefixlen >= family.subnet.prefixlen:
                    yield _inside(route)


def _links(site: Site, node: Node) -> Iterator[dict[str, Any]]:
    names = {interface.name for interface in node.interfaces}
    homes = dict(_node_addresses(site, node))
    for interface in node.interfaces:
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


def _node_addresses(site: Site, node: Node) -> Iterator[tuple[str, str]]:
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


def _wire(node: Node, network: HomeNetwork) -> tuple[str, list[int]] | None:
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


def _neighbours(site: Site, node: Node) -> Iterator[Request]:
    """In each network one host, which is its router as well."""
    for name, network in site.networks.items():
        wire = _wire(node, network)
        if wire is None:
            continue
        addresses = {
            f"{address}/{min(family.subnet.prefixlen, address.max_prefixlen - 1)}": None
            for family in network.subnets
            for address in (neighbour(site, family), family.gateway)
            if address is not None and (address in family.subnet or address != family.gateway)
        }
        behind = {f"{_inside(r)}/{r.max_prefixlen}": None for r in network.routes}
        yield _host(f"n-{name}", wire, list(addresses), loopback=list(behind), router=True)


def _devices(site: Site, node: Node) -> Iterator[Request]:
    """A device with a lease of the home's DHCP server: the worst one for the pods' addresses."""
    for name, network in site.networks.items():
        wire, pool = _wire(node, network), network.dhcp_pool
        if wire is None or pool is None:
            continue
        pods = [a.address for a in site.home_assistant.interfaces if a.address in pool]
        chosen: IpAddress = pods[0] if pods else pool.first
        if not pods and network.range is not None and int(network.range.first) > int(chosen):
            chosen = network.range.first if network.range.first in pool else chosen
        if chosen in network.subnet and chosen != neighbour(site, network):
            yield _host(f"d-{name}", wire, [f"{chosen}/{network.subnet.prefixlen}"])


def _other_nodes(site: Site, node: Node) -> Iterator[Request]:
    """The nodes beside this one, each at the addresses by which it is on the same wires."""
    for name, other in site.nodes.items():
        if other is node:
            continue
        for number, (text, link) in enumerate(_node_addresses(site, other)):
            theirs = other.interface(link)
            if node.interface(link) is None or theirs is None or "." in link:
                continue
            yield _host(f"{name}-{number}", (link, []), [text], mac=theirs.mac or "")


def _cluster(site: Site) -> dict[str, Any]:
    """eth0 as a cluster gives it; the plugin `bridge` stands in for flannel."""
    pods = site.cluster.pod_networks[0]
    subnet = str(ipaddress.ip_network((int(pods.network_address), max(24, pods.prefixlen))))
    ipam = {"type": "host-local", "subnet": subnet, "routes": [{"dst": "0.0.0.0/0"}]}
    bridge = {"type": "bridge", "bridge": CLUSTER_BRIDGE, "isGateway": True, "ipam": ipam}
    return {
        "conflist": json.dumps({"name": "cbr0", "cniVersion": "1.0.0", "plugins": [bridge]}),
        "services": [f"{a}/{a.max_prefixlen}" for a in service_addresses(site)],
    }


def _together(one: str, other: str) -> bool:
    return ipaddress.ip_interface(one).network == ipaddress.ip_interface(other).network


def _inside(network: IpNetwork) -> IpAddress:
    return network[0] if network.num_addresses == 1 else network[min(9, network.num_addresses - 1)]
