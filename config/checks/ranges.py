"""Rules about ranges: the addresses that host-local gives out are nobody else's."""

from collections import defaultdict
from collections.abc import Iterator

from config.checks.located import (
    LocatedSubnet,
    located_interfaces,
    located_subnets,
)
from config.checks.reach import (
    answered_on,
    has_several_pods,
    is_apart_by_tag,
    pod_segments,
    routers_by_segment,
    subnets_by_segment,
)
from config.checks.rule import Finding, rule
from config.ip import AddressRange, IpAddress
from config.networks import Segment
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
    routers = routers_by_segment(site)
    for located in located_subnets(site):
        found = located.subnet.range
        for end in dict.fromkeys((*located.subnet.unassignable, *routers[located.segment])):
            reserved = end == located.gateway
            if found is not None and end in found and not reserved:
                yield located.finding(
                    "range",
                    found,
                    f"the range includes {end}, which no host may have; leave it out",
                )


@rule(
    "range-only-gateway",
    because="host-local never gives out the gateway's address",
    source="docs/background/cni.md#host-local",
)
def range_only_gateway(site: Site) -> Iterator[Finding]:
    """A range has more addresses than the router's, which host-local never gives out."""
    for located in located_subnets(site):
        found = located.subnet.range
        if not located.network.ipam.gives_out_addresses or found is None:
            continue
        if found.first == found.last == located.gateway:
            yield located.finding(
                "range",
                found,
                "its only address is the gateway (the first one when no gateway is given); make the"
                " range longer",
            )


@rule(
    "range-overlaps-dhcp-pool",
    because="two hosts would answer for one address",
    source="docs/background/cni.md#leases",
)
def range_overlaps_dhcp_pool(site: Site) -> Iterator[Finding]:
    """host-local and the DHCP server do not give out the same addresses."""
    for located, leases, other in _beside_leases(site):
        if _shares(located, leases, other):
            yield located.finding(
                "range",
                leases,
                f"the range overlaps the DHCP pool {other.subnet.dhcp_pool}; end one of them before"
                " the other",
            )


@rule(
    "range-includes-gateway",
    because="two hosts would answer for one address",
    source="docs/background/cni.md#leases",
)
def range_includes_gateway(site: Site) -> Iterator[Finding]:
    """No pod gets the address of a router; host-local reserves its own network's alone."""
    for located, leases, other in _beside_leases(site):
        gateway = other.subnet.gateway
        theirs = gateway is not None and gateway in other.cidr and gateway in leases
        if theirs and gateway != located.gateway:
            yield located.finding(
                "range",
                leases,
                f"the range includes {gateway}, which is multihome:{other.path}.gateway; leave it"
                " out",
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


@rule(
    "ranges-overlap",
    because="host-local keeps its leases by network, so two pods may get one address",
    source="docs/background/cni.md#leases",
)
def ranges_overlap(site: Site) -> Iterator[Finding]:
    """No two networks of a segment give out one address, nor one that the pod has in the other.

    A VLAN has one pod on a node, so two pods are on it only with two nodes.
    """
    reported: set[str] = set()
    for segment, given in _given_out(site).items():
        if not has_several_pods(site, segment):
            continue
        before: tuple[int, str, str] = (-1, "", "")
        for first, last, network, path, value in sorted(given, key=lambda entry: entry[:2]):
            if first <= before[0] and network != before[1] and path not in reported:
                reported.add(path)
                yield Finding(
                    path=path,
                    value=value,
                    message=f"this overlaps multihome:{before[2]}; give each network addresses of"
                    " its own",
                    network=network,
                )
            if last > before[0]:
                before = (last, network, path)


_GivenOut = tuple[int, int, str, str, object]


def _given_out(site: Site) -> dict[Segment, list[_GivenOut]]:
    """(first, last, network, path, value) of ranges and fixed addresses, IPv6 after IPv4."""
    found: defaultdict[Segment, list[_GivenOut]] = defaultdict(list)
    for located in located_subnets(site):
        leases = located.leases
        for first, last in () if leases is None else _parts(leases, located.gateway):
            found[located.segment].append(
                (first, last, located.name, f"{located.path}.range", leases)
            )
    of_the_pod = pod_segments(site)
    for owned in located_interfaces(site):
        for key in ("address", "ipv6_address"):
            address = getattr(owned.interface, key)
            if address is not None:
                number, path = _number(address), f"{owned.path}.{key}"
                for segment in answered_on(address, owned.segment, of_the_pod):
                    found[segment].append((number, number, owned.interface.network, path, address))
    return found


def _parts(leases: AddressRange, reserved: IpAddress | None) -> Iterator[tuple[int, int]]:
    """What is ever given out: a reserved address within divides the range."""
    first, last = _number(leases.first), _number(leases.last)
    if reserved is None or reserved not in leases:
        yield first, last
        return
    if first < _number(reserved):
        yield first, _number(reserved) - 1
    if last > _number(reserved):
        yield _number(reserved) + 1, last


def _number(address: IpAddress) -> int:
    return int(address) + ((1 << 32) if address.version == 6 else 0)


def _beside_leases(site: Site) -> Iterator[tuple[LocatedSubnet, AddressRange, LocatedSubnet]]:
    """(subnet, what it gives out, subnet on the same segment) for each such pair."""
    subnets = subnets_by_segment(site)
    for located in located_subnets(site):
        leases = located.leases
        if leases is not None:
            for other in subnets[located.segment]:
                yield located, leases, other


def _shares(located: LocatedSubnet, leases: AddressRange, other: LocatedSubnet) -> bool:
    """Whether a client of the other's pool can get what is given out; a gateway is reserved."""
    pool, cidr = other.subnet.dhcp_pool, other.cidr
    if pool is None or {pool.first.version, cidr.version} != {leases.first.version}:
        return False
    # Where a pool leaves its own network's subnet, nobody there has the rest of it.
    own = other.subnet is located.subnet
    least = int(pool.first) if own else max(int(pool.first), int(cidr.network_address))
    most = int(pool.last) if own else min(int(pool.last), int(cidr.broadcast_address))
    least, most = max(least, int(leases.first)), min(most, int(leases.last))
    reserved = located.gateway
    return least <= most and not (reserved is not None and least == most == int(reserved))
