"""Rules about ranges: the addresses that host-local gives out are nobody else's."""

from collections.abc import Iterator

from config.checks.located import located_subnets
from config.checks.reach import is_apart_by_tag
from config.checks.rule import Finding, rule
from config.ip import AddressRange, IpAddress
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


@rule(
    "range-overlaps-dhcp-pool",
    because="two hosts would answer for one address",
    source="docs/background/cni.md#leases",
)
def range_overlaps_dhcp_pool(site: Site) -> Iterator[Finding]:
    """host-local and the DHCP server do not give out the same addresses."""
    for located in located_subnets(site):
        leases, pool = located.leases, located.subnet.dhcp_pool
        if leases is not None and pool is not None and _share(leases, pool, located.gateway):
            yield located.finding(
                "range",
                leases,
                f"the range overlaps the DHCP pool {pool}; end one of them before the other",
            )


@rule(
    "range-includes-node",
    because="two hosts would answer for one address",
    source="docs/background/cni.md#leases",
)
def range_includes_node(site: Site) -> Iterator[Finding]:
    """No pod gets the address of a node."""
    for located in located_subnets(site):
        leases = located.leases
        for name, node in site.nodes.items():
            for address in node.own_addresses:
                apart = is_apart_by_tag(site, located.network, address, name)
                reserved = address == located.gateway
                if leases is not None and address in leases and not (reserved or apart):
                    yield located.finding(
                        "range",
                        leases,
                        f"the range includes {address} of node {name}; leave it out",
                    )


def _share(leases: AddressRange, pool: AddressRange, reserved: IpAddress | None) -> bool:
    """Whether a pod and a client of the pool can get one address; no pod gets a reserved one."""
    if pool.first.version != leases.first.version:
        return False
    least = max(int(pool.first), int(leases.first))
    most = min(int(pool.last), int(leases.last))
    return least <= most and not (reserved is not None and least == most == int(reserved))
