"""Networks that Home Assistant is not in: another pod of the namespace is, alone."""

from collections.abc import Iterator, Sequence

from config.checks.located import families, gateway_of_leases, nobodys, used_networks
from config.checks.reach import routers_by_wire, wire_of
from config.home_assistant import Attachment
from config.ip import IpAddress
from config.networks import HomeNetwork, Subnet
from config.site import Site

MAC = "02:00:00:00:99:99"
# How many addresses are looked at from either end.
FEW = 64


def visited_sites(site: Site) -> Iterator[Site]:
    """For each unused network the site in which the pod is in that network and in no other."""
    used = used_networks(site)
    for name, network in site.networks.items():
        if name in used:
            continue
        given: list[IpAddress] = []
        for family in network.subnets:
            address = _free(site, network, family, given)
            given += [] if address is None else [address]
        if len(given) < len(network.subnets):
            continue
        visitor = Attachment.model_construct(
            network=name,
            name="net1",
            mac=MAC,
            address=given[0],
            ipv6_address=given[1] if len(given) > 1 else None,
        )
        settings = site.home_assistant.model_copy(update={"interfaces": (visitor,)})
        yield site.model_copy(update={"home_assistant": settings})


def _free(
    site: Site, network: HomeNetwork, family: Subnet, own: Sequence[IpAddress]
) -> IpAddress | None:
    """What somebody who can read would give a pod: an address that is nobody's.

    Where none is left, host-local gives one all the same, and nobody else does.
    """
    near = [f for _, _, other, f in families(site) if other.parent == network.parent]
    taken: set[IpAddress | None] = {*own, *(f.gateway for f in near), *nobodys(family.subnet)}
    if family.subnet.num_addresses > 1:
        taken |= set(routers_by_wire(site)[wire_of(network)])
    for node in site.nodes.values():
        taken |= set(node.own_addresses)
    if network.ipam == "host-local":
        taken.add(gateway_of_leases(family))
    if family.subnet.num_addresses > 2:
        taken.add(family.subnet[0])
    pools = [f.dhcp_pool for f in near if f.dhcp_pool is not None]
    ranges = [f.range for f in near if f.range is not None and f is not family]
    fixed = {a for i in site.home_assistant.interfaces for a in (i.address, i.ipv6_address)}
    possible = sorted(_candidates(network, family), key=lambda a: a.is_multicast or a.is_loopback)
    # What another network promises, or Home Assistant has, is avoided where that can be.
    for more, avoided in ((fixed, [*pools, *ranges]), (fixed, pools), (set[IpAddress](), pools)):
        for address in possible:
            free = address not in taken and address not in more
            if free and not any(address in given for given in avoided):
                return address
    if network.ipam != "host-local":
        return None
    kept = {gateway_of_leases(family), *nobodys(family.subnet)}
    return next((address for address in possible if address not in kept), possible[0])


def _candidates(network: HomeNetwork, family: Subnet) -> list[IpAddress]:
    """Addresses from either end of the range, or of the subnet where nobody allocates."""
    first, last = family.subnet[0], family.subnet[-1]
    leases = family.range if network.ipam == "host-local" else None
    if leases is not None and leases.is_within(family.subnet):
        first, last = leases.first, leases.last
    most = min(int(last) - int(first), FEW)
    return [*(last - step for step in range(most + 1)), *(first + step for step in range(most + 1))]
