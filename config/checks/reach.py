"""On which segments the pod answers for an address, and who else is on them."""

import ipaddress
from collections import defaultdict
from collections.abc import Mapping

from config.checks.located import (
    LocatedAddress,
    LocatedSubnet,
    located_interfaces,
    located_subnets,
    nodes_with,
)
from config.ip import IpAddress, IpNetwork
from config.networks import HomeNetwork, Segment
from config.site import Site


def subnets_by_segment(site: Site) -> Mapping[Segment, list[LocatedSubnet]]:
    """The subnets of all networks of each segment."""
    found: defaultdict[Segment, list[LocatedSubnet]] = defaultdict(list)
    for located in located_subnets(site):
        found[located.segment].append(located)
    return found


def routers_by_segment(site: Site) -> Mapping[Segment, dict[IpAddress, IpNetwork]]:
    """On each segment IPv6's addresses of all routers, and the subnets whose routers have them.

    Such a router answers whatever prefix length the others on the segment know.
    """
    found: defaultdict[Segment, dict[IpAddress, IpNetwork]] = defaultdict(dict)
    for located in located_subnets(site):
        if located.cidr.version == 6:
            found[located.segment] |= dict.fromkeys(located.subnet.unassignable, located.cidr)
    return found


def pod_segments(site: Site) -> tuple[Segment, ...]:
    """The segments that the pod is on."""
    return tuple(dict.fromkeys(located.segment for located in located_interfaces(site)))


def has_several_pods(site: Site, segment: Segment) -> bool:
    """Whether two pods are ever on the segment at once: a VLAN has one on each node."""
    return not segment.is_tagged or len(nodes_with(site, segment.parent)) > 1


def answered_on(
    address: IpAddress, segment: Segment, of_the_pod: tuple[Segment, ...]
) -> tuple[Segment, ...]:
    """The segments on which the pod answers for its address in a network of the segment.

    Linux answers ARP for every IPv4 address by every interface (kernel: ip-sysctl, arp_ignore=0).
    """
    return of_the_pod if address.version == 4 else (segment,)


def is_separated_from_node(site: Site, located: LocatedAddress, node: str) -> bool:
    """Whether the pod's address and the same address of the node are never seen together."""
    return is_apart_by_tag(
        site, located.network, located.address, node
    ) and not _is_answered_untagged(site, located)


def is_apart_by_tag(site: Site, network: HomeNetwork, address: IpAddress, node: str) -> bool:
    """Whether the tag keeps the node's untagged address and the same one in the VLAN apart.

    That is so where the pod runs on that node alone, and its cluster lacks the IP version.
    """
    tagged = network.segment.is_tagged and list(site.pod_nodes) == [node]
    return tagged and address.version not in site.cluster.pod_versions


def _is_answered_untagged(site: Site, located: LocatedAddress) -> bool:
    """Whether the pod answers for its address on an untagged segment where a node may have it.

    The node is where an untagged network's subnet holds it, and else on any of its interfaces.
    """
    segments = answered_on(located.address, located.segment, pod_segments(site))
    of_the_pod = {segment for segment in segments if not segment.is_tagged}
    known = {
        segment
        for segment, subnets in subnets_by_segment(site).items()
        if not segment.is_tagged and any(located.address in other.cidr for other in subnets)
    }
    return not of_the_pod.isdisjoint(known or of_the_pod)


def link_local_of(mac: str) -> ipaddress.IPv6Address:
    """The IPv6 address that an interface gives itself by its MAC (RFC 4291 appendix A)."""
    octets = bytes.fromhex(mac.replace(":", ""))
    number = bytes([octets[0] ^ 2, *octets[1:3], 0xFF, 0xFE, *octets[3:]])
    return ipaddress.IPv6Address(b"\xfe\x80" + bytes(6) + number)
