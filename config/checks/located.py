"""A network's address families with their key paths, as rules need them."""

import ipaddress
from collections.abc import Iterator

from config.home_assistant import Attachment
from config.ip import AddressRange, IpAddress, IpNetwork
from config.networks import HomeNetwork, Subnet, VlanNetwork
from config.site import Site

# Loopback, multicast, and addresses that mean nothing without an interface's name.
NO_HOSTS: tuple[IpNetwork, ...] = tuple(
    ipaddress.ip_network(text)
    for text in ("127.0.0.0/8", "224.0.0.0/4", "::1/128", "fe80::/10", "ff00::/8")
)


# The ends of IPv4 are no host's, wherever a subnet ends.
ENDS: tuple[IpNetwork, ...] = tuple(
    ipaddress.ip_network(text) for text in ("0.0.0.0/32", "255.255.255.255/32")
)


def families(site: Site) -> Iterator[tuple[str, str, HomeNetwork, Subnet]]:
    """(network, path of the family's keys, network, family) for every family of every network."""
    for name, network in site.networks.items():
        yield name, f"networks.{name}", network, network
        if network.ipv6 is not None:
            yield name, f"networks.{name}.ipv6", network, network.ipv6


def attachments(site: Site) -> Iterator[tuple[str, Attachment, HomeNetwork]]:
    """(path, attachment, its network) for every attachment whose network there is."""
    for position, attachment in enumerate(site.home_assistant.interfaces):
        network = site.networks.get(attachment.network)
        if network is not None:
            yield f"home_assistant.interfaces[{position}]", attachment, network


def pod_addresses(site: Site) -> Iterator[tuple[str, IpAddress, HomeNetwork, Subnet]]:
    """(path, address, network, family) for every fixed address that has a family."""
    for path, attachment, network in attachments(site):
        yield f"{path}.address", attachment.address, network, network.subnets[0]
        if attachment.ipv6_address is not None and network.ipv6 is not None:
            yield f"{path}.ipv6_address", attachment.ipv6_address, network, network.ipv6


def nobodys(subnet: IpNetwork) -> tuple[IpAddress, ...]:
    """What no host of the subnet may have: IPv4's broadcast, IPv6's address of all routers.

    A subnet of two addresses has neither (RFC 3021, RFC 6164).
    """
    if subnet.num_addresses <= 2:
        return ()
    return (subnet.broadcast_address if subnet.version == 4 else subnet.network_address,)


def gateway_of_leases(family: Subnet) -> IpAddress | None:
    """The address that host-local keeps for the router: the first, when none is given."""
    if family.gateway is None and family.subnet.num_addresses > 1:
        return family.subnet[1]
    return family.gateway


def leases(network: HomeNetwork, family: Subnet) -> AddressRange | None:
    """What host-local gives out: the range, or both hosts of an IPv4 subnet of four.

    None for static, and where a range is missing.
    """
    subnet = family.subnet
    if network.ipam != "host-local":
        return None
    if family.range is None and subnet.version == 4 and subnet.num_addresses == 4:
        return AddressRange(first=subnet[1], last=subnet[2])
    return family.range


def used_networks(site: Site) -> dict[str, HomeNetwork]:
    """The networks that the pod is in, by name."""
    return {attachment.network: network for _, attachment, network in attachments(site)}


def apart_by_tag(site: Site, network: HomeNetwork, address: IpAddress, node: str) -> bool:
    """Whether the node's address, untagged, and the same one in the VLAN never meet.

    So it is where the pod runs on that node alone, and its cluster lacks the IP version.
    """
    tagged = isinstance(network, VlanNetwork) and list(site.pod_nodes) == [node]
    return tagged and address.version not in site.cluster.pod_versions


def overlap(one: IpNetwork, other: IpNetwork) -> bool:
    """Whether two networks share an address; those of two families never do."""
    if one.version != other.version:
        return False
    return int(one.network_address) <= int(other.broadcast_address) and int(
        other.network_address
    ) <= int(one.broadcast_address)


def is_part(inner: IpNetwork, outer: IpNetwork) -> bool:
    """Whether the one is the other, or a part of it; those of two families never are."""
    return overlap(inner, outer) and inner.prefixlen >= outer.prefixlen
