"""Where the pod answers for an address, and where a tag keeps two owners of one apart."""

import ipaddress

from config.checks.located import LocatedAddress, located_interfaces
from config.ip import IpAddress
from config.networks import HomeNetwork
from config.segment import Segment
from config.site import Site


def pod_segments(site: Site) -> tuple[Segment, ...]:
    """The segments that the pod is on."""
    return tuple(dict.fromkeys(located.segment for located in located_interfaces(site)))


def answered_on(
    address: IpAddress, segment: Segment, of_the_pod: tuple[Segment, ...]
) -> tuple[Segment, ...]:
    """The segments on which the pod answers for its address in a network of the segment.

    Linux answers ARP for every IPv4 address by every interface (kernel: ip-sysctl, arp_ignore=0).
    """
    return of_the_pod if address.version == 4 else (segment,)


def is_separated_from_node(site: Site, located: LocatedAddress, node: str) -> bool:
    """Whether the pod's address and the same address of the node are never seen together."""
    answering = answered_on(located.address, located.segment, pod_segments(site))
    apart = is_apart_by_tag(site, located.network, located.address, node)
    return apart and all(segment.is_tagged for segment in answering)


def is_apart_by_tag(site: Site, network: HomeNetwork, address: IpAddress, node: str) -> bool:
    """Whether the tag keeps the node's untagged address and the same one in the VLAN apart.

    That is so where the pod runs on that node alone, and its cluster lacks the IP version.
    """
    tagged = network.segment.is_tagged and list(site.pod_nodes) == [node]
    return tagged and address.version not in site.cluster.pod_versions


def link_local_of(mac: str) -> ipaddress.IPv6Address:
    """The IPv6 address that an interface gives itself by its MAC (RFC 4291 appendix A)."""
    octets = bytes.fromhex(mac.replace(":", ""))
    number = bytes([octets[0] ^ 2, *octets[1:3], 0xFF, 0xFE, *octets[3:]])
    return ipaddress.IPv6Address(b"\xfe\x80" + bytes(6) + number)
