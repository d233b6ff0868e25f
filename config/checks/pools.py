"""Rules about DHCP pools: they are in their subnets, and leave addresses for pods."""

from collections.abc import Iterator

from config.checks.located import located_subnets
from config.checks.rule import Finding, rule
from config.ip import AddressRange
from config.site import Site
from config.subnet import Subnet


@rule(
    "pool-outside-subnet",
    because="such a pool protects no address of the subnet",
    severity="warning",
)
def pool_outside_subnet(site: Site) -> Iterator[Finding]:
    """A DHCP pool is in its subnet."""
    for located in located_subnets(site):
        pool = located.subnet.dhcp_pool
        if pool is not None and not pool.is_within(located.cidr):
            yield located.finding(
                "dhcp_pool", pool, f"the pool is not within {located.cidr}; correct one of the two"
            )


@rule("pool-fills-subnet", because="no pod could be in the network", severity="warning")
def pool_fills_subnet(site: Site) -> Iterator[Finding]:
    """A DHCP pool leaves addresses for pods, beside the router's."""
    for located in located_subnets(site):
        pool = located.subnet.dhcp_pool
        if pool is not None and _left_by(pool, located.subnet) <= 0:
            yield located.finding(
                "dhcp_pool",
                pool,
                "the pool leaves no address for a pod; shorten it, at the DHCP server first",
            )


def _left_by(pool: AddressRange, subnet: Subnet) -> int:
    """How many addresses of the subnet are neither the pool's, nor the router's, nor its ends."""
    cidr = subnet.cidr
    first = max(int(pool.first), int(cidr[0]))
    last = min(int(pool.last), int(cidr[-1]))
    ends = (cidr[0], *subnet.unassignable) if cidr.num_addresses > 2 else ()
    others = {a for a in (*ends, subnet.gateway) if a is not None and a in cidr}
    outside = [a for a in others if not first <= int(a) <= last]
    return cidr.num_addresses - (last - first + 1) - len(outside)
