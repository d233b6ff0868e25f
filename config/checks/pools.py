"""Rules about DHCP pools: they are in their subnets, and not all that these have."""

from collections.abc import Iterator

from config.checks.located import families, nobodys
from config.checks.rule import Finding, rule
from config.ip import AddressRange
from config.networks import Subnet
from config.site import Site


@rule("pool-outside-subnet", "a pool elsewhere protects nothing here", severity="warning")
def pool_outside_subnet(site: Site) -> Iterator[Finding]:
    """Both ends of a DHCP pool lie in the subnet."""
    for _, path, _, family in families(site):
        pool, subnet = family.dhcp_pool, family.subnet
        if pool is not None and not pool.is_within(subnet):
            yield Finding(
                path=f"{path}.dhcp_pool",
                value=pool,
                message=f"it is not within {subnet}; correct the one or the other",
            )


@rule("pool-fills-subnet", "no pod could be in the network", severity="warning")
def pool_fills_subnet(site: Site) -> Iterator[Finding]:
    """A DHCP pool leaves addresses for pods, beside the router's."""
    for _, path, _, family in families(site):
        pool = family.dhcp_pool
        if pool is not None and _left_by(pool, family) <= 0:
            yield Finding(
                path=f"{path}.dhcp_pool",
                value=pool,
                message="it leaves no address for a pod; make it shorter, at the DHCP server first",
            )


def _left_by(pool: AddressRange, family: Subnet) -> int:
    """How many addresses of the subnet are neither the pool's, nor the router's, nor its ends."""
    subnet = family.subnet
    first = max(int(pool.first), int(subnet[0]))
    last = min(int(pool.last), int(subnet[-1]))
    ends = (subnet[0], *nobodys(subnet)) if subnet.num_addresses > 2 else ()
    others = {a for a in (*ends, family.gateway) if a is not None and a in subnet}
    outside = [a for a in others if not first <= int(a) <= last]
    return subnet.num_addresses - (last - first + 1) - len(outside)
