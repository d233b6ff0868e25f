"""Rules about subnets and their gateways: hosts can be in them, and routers are."""

import ipaddress
from collections.abc import Iterator

from config.checks.located import LocatedSubnet, located_networks, located_subnets
from config.checks.rule import Finding, rule
from config.ip import ENDS, NO_HOSTS, IpNetwork, overlap
from config.site import Site

# What is sent there would go to the network instead of the cluster's.
_MULTICAST = ipaddress.ip_network("224.0.0.0/4")


@rule(
    "subnet-too-small",
    because="host-local needs four addresses; one address has no neighbours (RFC 3021, RFC 6164)",
    source="docs/background/cni.md#host-local",
)
def subnet_too_small(site: Site) -> Iterator[Finding]:
    """A subnet is large enough for its IPAM; a subnet of one address has no neighbours."""
    for located in located_subnets(site):
        ipam = located.network.ipam
        if located.cidr.num_addresses < ipam.fewest_addresses:
            yield located.finding(
                "subnet",
                located.cidr,
                f"with ipam {ipam} a subnet has at least {ipam.fewest_addresses} addresses; write a"
                " shorter prefix",
            )


@rule("subnet-without-hosts", because="no host of a home network has such an address")
def subnet_without_hosts(site: Site) -> Iterator[Finding]:
    """A subnet is no loopback, multicast or IPv6 link-local network, nor does it hold 0.0.0.0."""
    for located in located_subnets(site):
        if _has_no_hosts(located.cidr):
            yield located.finding(
                "subnet",
                located.cidr,
                "no home network can have this subnet; write the network's own",
            )


@rule(
    "subnet-everything",
    because="the pod would look for every address on the link",
    severity="warning",
)
def subnet_everything(site: Site) -> Iterator[Finding]:
    """`::/0` is no home's subnet, though it works where the pods have no IPv6."""
    for located in located_subnets(site):
        if located.cidr.prefixlen == 0:
            yield located.finding(
                "subnet", located.cidr, "it includes all addresses; write the network's own subnet"
            )


@rule(
    "subnet-link-local",
    because="devices without DHCP choose these addresses at random (RFC 3927)",
    severity="warning",
)
def subnet_link_local(site: Site) -> Iterator[Finding]:
    """169.254.0.0/16 works, and any device may take the pod's address at any time."""
    for located in located_subnets(site):
        if located.cidr.version == 4 and located.cidr.is_link_local:
            yield located.finding(
                "subnet",
                located.cidr,
                "devices take addresses of it without asking; give the network another subnet",
            )


@rule(
    "ipv6-subnet",
    because="the pod has two IPv4 addresses there, and no IPv6 one",
    severity="warning",
)
def ipv6_subnet(site: Site) -> Iterator[Finding]:
    """`ipv6` has an IPv6 subnet."""
    for located in located_networks(site):
        ipv6 = located.network.ipv6
        if ipv6 is not None and located.network.ip_versions == {4}:
            yield located.finding(
                "ipv6.subnet",
                ipv6.cidr,
                "this is an IPv4 subnet; write an IPv6 one, or remove `ipv6`",
            )


@rule("subnet-beside-ipv6", because="it is most likely a mistake", severity="warning")
def subnet_beside_ipv6(site: Site) -> Iterator[Finding]:
    """Beside `ipv6` the `subnet` is an IPv4 one; two IPv6 subnets are rarely meant."""
    for located in located_networks(site):
        network = located.network
        if network.ipv6 is not None and network.cidr.version == 6:
            yield located.finding(
                "subnet",
                network.cidr,
                "an IPv6-only network has `subnet` alone; write an IPv4 subnet here, or remove"
                " `ipv6`",
            )


@rule(
    "gateway-outside-subnet",
    because="the kernel refuses the routes",
    source="docs/background/cni.md#routes",
)
def gateway_outside_subnet(site: Site) -> Iterator[Finding]:
    """A gateway that routes use is a host of the subnet."""
    for located in located_subnets(site):
        if located.uses_gateway and _is_elsewhere(located):
            yield located.finding(
                "gateway",
                located.subnet.gateway,
                f"the gateway is no host of {located.cidr}, and the routes of {located.name} use"
                " it; write the router's address in this network",
            )


@rule(
    "unused-gateway-outside-subnet",
    because="it is most likely a mistake; nothing uses the gateway",
    severity="warning",
)
def unused_gateway_outside_subnet(site: Site) -> Iterator[Finding]:
    """A gateway that no route uses is a host of the subnet all the same."""
    for located in located_subnets(site):
        if not located.uses_gateway and _is_elsewhere(located):
            yield located.finding(
                "gateway",
                located.subnet.gateway,
                f"the gateway is no host of {located.cidr}; write the router's address in this"
                " network",
            )


@rule(
    "host-local-dual-stack",
    because="Multus cannot pass host-local two addresses",
    source="docs/background/multus.md#annotation",
)
def host_local_dual_stack(site: Site) -> Iterator[Finding]:
    """host-local fails when a pod asks for two addresses."""
    for located in located_networks(site):
        ipam = located.network.ipam
        if located.network.ipv6 is not None and not ipam.takes_several_addresses:
            yield located.finding(
                "ipam", ipam, f"{ipam} cannot give a pod two fixed addresses; write `ipam: static`"
            )


@rule(
    "subnet-ends-at-node",
    because="the subnet is most likely larger (RFC 919 section 7, RFC 4291 section 2.6.1)",
    severity="warning",
)
def subnet_ends_at_node(site: Site) -> Iterator[Finding]:
    """A node in a subnet does not have its broadcast address, nor IPv6's of all routers."""
    for located in located_subnets(site):
        for name, node in () if located.segment.is_tagged else site.nodes.items():
            for address in node.own_addresses:
                if address in located.subnet.unassignable:
                    yield located.finding(
                        "subnet",
                        located.cidr,
                        f"no host of this subnet can have {address}, and node {name} has it; write"
                        " the home's subnet, which is most likely larger",
                    )


def _has_no_hosts(cidr: IpNetwork) -> bool:
    first = cidr.network_address
    if any(first in n for n in NO_HOSTS):
        return True
    if cidr.version == 6:
        return False
    # In a subnet of two its last address is a host's, and this one never is.
    last = cidr.num_addresses <= 2 and cidr.broadcast_address in ENDS[1]
    return last or first in ENDS[0] or overlap(cidr, _MULTICAST)


def _is_elsewhere(located: LocatedSubnet) -> bool:
    """Whether the gateway is no host of the subnet."""
    gateway, cidr = located.subnet.gateway, located.cidr
    if gateway is None:
        return False
    # In IPv6 the address of all routers is a router's, and routers are known by link-local ones.
    if cidr.version == 6 and gateway.version == 6:
        return gateway not in cidr and not gateway.is_link_local
    return gateway not in cidr or gateway in located.subnet.unassignable
