"""Rules about fixed addresses: they are in the right network, and a host may have them."""

from collections.abc import Iterator

from config.checks.located import WORKLOAD, located_addresses, located_interfaces
from config.checks.rule import Finding, rule
from config.site import Site


@rule(
    "network-unknown",
    because="Multus would find no such network, and the pod would never start",
    source="docs/background/multus.md#annotation",
)
def network_unknown(site: Site) -> Iterator[Finding]:
    """A pod interface is in a network of the site."""
    for position, interface in enumerate(site.home_assistant.interfaces):
        if interface.network not in site.networks:
            yield Finding(
                path=f"{WORKLOAD}.interfaces[{position}].network",
                value=interface.network,
                message="there is no such network; write one of multihome:networks:"
                f" {', '.join(site.networks)}",
                workload=WORKLOAD,
            )


@rule(
    "address-outside-subnet",
    because="the IPAM plugin refuses it, or the pod reaches nobody",
    source="docs/background/cni.md#host-local",
)
def address_outside_subnet(site: Site) -> Iterator[Finding]:
    """A fixed address is in its network's subnet."""
    for located in located_addresses(site):
        if located.address not in located.subnet.cidr:
            yield located.about(
                f"the address is not in {located.subnet.cidr}; write an address of that subnet"
            )


@rule(
    "address-unassignable",
    because="no other host answers such an address (RFC 919 section 7, RFC 4291 section 2.6.1)",
    source="docs/background/cni.md#static",
)
def address_unassignable(site: Site) -> Iterator[Finding]:
    """No host has the broadcast address, nor IPv6's address of all routers."""
    for located in located_addresses(site):
        found = [s.cidr for s in located.network.subnets if located.address in s.unassignable]
        if found:
            yield located.about(f"no host of {found[0]} may have this address; write another")


@rule(
    "address-first-of-subnet",
    because="Linux before 5.14 (2021) takes it for a broadcast address",
    severity="warning",
)
def address_first_of_subnet(site: Site) -> Iterator[Finding]:
    """The first address of an IPv4 subnet is better left unused."""
    for located in located_addresses(site):
        cidr = located.subnet.cidr
        first = located.address == cidr.network_address and cidr.num_addresses > 2
        if cidr.version == 4 and first:
            yield located.about(
                f"older devices cannot reach the first address of {cidr}; write another"
            )


@rule(
    "address-outside-range",
    because="the IPAM plugin refuses it",
    source="docs/background/cni.md#host-local",
)
def address_outside_range(site: Site) -> Iterator[Finding]:
    """host-local gives a fixed address only if it is in the range."""
    for located in located_addresses(site):
        leases = located.network.ipam.leases(located.subnet)
        in_subnet = located.address in located.subnet.cidr
        if leases is not None and in_subnet and located.address not in leases:
            yield located.about(f"host-local gives out only {leases}; write an address in it")


@rule(
    "ipv6-address",
    because="the pod would lack the subnet, or have an address without one",
    source="docs/background/cni.md#static",
)
def ipv6_address(site: Site) -> Iterator[Finding]:
    """The pod has an IPv6 address of its own exactly in networks that have `ipv6`."""
    for located in located_interfaces(site):
        interface = located.interface
        given, wanted = interface.ipv6_address is not None, located.network.ipv6 is not None
        if wanted and not given:
            yield located.finding(
                "ipv6_address",
                "(absent)",
                f"{interface.network} has an IPv6 subnet; add the pod's address in it",
            )
        if given and not wanted:
            yield located.finding(
                "ipv6_address",
                interface.ipv6_address,
                f"{interface.network} has no `ipv6` subnet; remove the address, or add `ipv6`",
            )
