"""Rules about ranges: host-local has addresses to give out, and hosts may have them."""

from collections.abc import Iterator

from config.checks.located import located_subnets
from config.checks.rule import Finding, rule
from config.site import Site


@rule(
    "range-missing",
    because="the plugin's default range is the whole subnet, routers and devices included",
    source="docs/background/cni.md#host-local",
)
def range_missing(site: Site) -> Iterator[Finding]:
    """Without a range host-local gives out the whole subnet, if that has more than two hosts."""
    for located in located_subnets(site):
        ipam, subnet = located.network.ipam, located.subnet
        if not ipam.gives_out_addresses or subnet.range is not None:
            continue
        leases = located.leases
        # An IPv4 subnet of four has two hosts: the router, whose address is reserved, and the pod.
        alone = leases is not None and located.gateway in leases
        if located.cidr.num_addresses >= ipam.fewest_addresses and not alone:
            yield located.finding(
                "range", "(absent)", "host-local would give out the whole subnet; add first-last"
            )


@rule(
    "range-unused",
    because="static keeps no leases, and reads no range",
    source="docs/background/cni.md#static",
    severity="warning",
)
def range_unused(site: Site) -> Iterator[Finding]:
    """A range is given only where the IPAM gives out addresses."""
    for located in located_subnets(site):
        ipam, subnet = located.network.ipam, located.subnet
        if not ipam.gives_out_addresses and subnet.range is not None:
            yield located.finding(
                "range",
                subnet.range,
                f"{ipam} gives out no addresses; remove `range`, or write `ipam: host-local`",
            )


@rule(
    "range-outside-subnet",
    because="the plugin refuses it",
    source="docs/background/cni.md#host-local",
)
def range_outside_subnet(site: Site) -> Iterator[Finding]:
    """A range is in its subnet."""
    for located in located_subnets(site):
        found = located.subnet.range
        if found is not None and not found.is_within(located.cidr):
            yield located.finding(
                "range", found, f"the range is not within {located.cidr}; correct one of the two"
            )


@rule(
    "range-unassignable",
    because="no other host answers such an address (RFC 919 section 7, RFC 4291 section 2.6.1)",
    source="docs/background/cni.md#host-local",
)
def range_unassignable(site: Site) -> Iterator[Finding]:
    """A range has neither the broadcast address nor IPv6's address of all routers."""
    for located in located_subnets(site):
        found = located.subnet.range
        for end in located.subnet.unassignable:
            reserved = end == located.gateway
            if found is not None and end in found and not reserved:
                yield located.finding(
                    "range",
                    found,
                    f"the range includes {end}, which no host may have; leave it out",
                )
