"""Which wires an address is heard on: a parent interface, with or without a VLAN id."""

import ipaddress
from collections import defaultdict
from collections.abc import Mapping

from config.checks.located import attachments, families, nobodys
from config.ip import IpAddress, IpNetwork
from config.networks import HomeNetwork, Subnet, VlanNetwork
from config.site import Site

Wire = tuple[str, int | None]


def wire_of(network: HomeNetwork) -> Wire:
    """The parent, and the VLAN id of a tagged network."""
    return network.parent, network.vlan_id if isinstance(network, VlanNetwork) else None


def families_by_wire(site: Site) -> Mapping[Wire, list[tuple[str, Subnet]]]:
    """(path of the family's keys, family) of every network of each wire."""
    found: defaultdict[Wire, list[tuple[str, Subnet]]] = defaultdict(list)
    for _, path, network, family in families(site):
        found[wire_of(network)].append((path, family))
    return found


def routers_by_wire(site: Site) -> Mapping[Wire, dict[IpAddress, IpNetwork]]:
    """On each wire IPv6's addresses of all routers, and the subnets whose routers have them.

    Such a router answers whatever prefix length others on the wire know.
    """
    found: defaultdict[Wire, dict[IpAddress, IpNetwork]] = defaultdict(dict)
    for _, _, network, family in families(site):
        if family.subnet.version == 6:
            found[wire_of(network)] |= dict.fromkeys(nobodys(family.subnet), family.subnet)
    return found


def pod_wires(site: Site) -> tuple[Wire, ...]:
    """The wires that the pod is on."""
    return tuple(dict.fromkeys(wire_of(network) for _, _, network in attachments(site)))


def pods_meet(site: Site, wire: Wire) -> bool:
    """Whether two pods are ever on the wire at once: a VLAN has one on each node."""
    parent, vlan_id = wire
    nodes = [node for node in site.nodes.values() if node.interface(parent) is not None]
    return vlan_id is None or len(nodes) > 1


def answered_on(
    address: IpAddress, network: HomeNetwork, of_the_pod: tuple[Wire, ...]
) -> tuple[Wire, ...]:
    """The wires on which the pod answers for its address in the network.

    Linux answers ARP for every IPv4 address by every interface (facts/cni.md section 9 row 5).
    """
    return of_the_pod if address.version == 4 else (wire_of(network),)


def is_answered_untagged(site: Site, network: HomeNetwork, address: IpAddress) -> bool:
    """Whether the pod answers for its address on an untagged wire where a node may have the same.

    The node is where an untagged network's subnet holds it, and else by any of its interfaces.
    """
    of_the_pod = {
        wire for wire in answered_on(address, network, pod_wires(site)) if wire[1] is None
    }
    known = {
        wire
        for wire, near in families_by_wire(site).items()
        if wire[1] is None and any(address in family.subnet for _, family in near)
    }
    return not of_the_pod.isdisjoint(known or of_the_pod)


def link_local_of(mac: str) -> ipaddress.IPv6Address:
    """The IPv6 address that an interface gives itself by its MAC (RFC 4291 appendix A)."""
    octets = bytes.fromhex(mac.replace(":", ""))
    number = bytes([octets[0] ^ 2, *octets[1:3], 0xFF, 0xFE, *octets[3:]])
    return ipaddress.IPv6Address(b"\xfe\x80" + bytes(6) + number)
