"""Rules about ranges: what host-local gives out is nobody else's."""

from collections import defaultdict
from collections.abc import Iterator

from config.checks.located import (
    apart_by_tag,
    attachments,
    families,
    gateway_of_leases,
    leases,
    nobodys,
)
from config.checks.reach import (
    Wire,
    answered_on,
    families_by_wire,
    pod_wires,
    pods_meet,
    routers_by_wire,
    wire_of,
)
from config.checks.rule import Finding, rule
from config.ip import AddressRange, IpAddress
from config.networks import Subnet
from config.site import Site

# facts/cni.md section 9 row 20: `subnet-too-small` has the word on what is smaller.
_FEWEST_ADDRESSES = 4


@rule(
    "range-missing",
    "facts/cni.md section 2.1: the default range is the whole subnet",
    shown="is answered by 2 MACs",
)
def range_missing(site: Site) -> Iterator[Finding]:
    """Without a range host-local hands out everybody's addresses, if there are more than two."""
    for _, path, network, family in families(site):
        if network.ipam != "host-local" or family.range is not None:
            continue
        hosts = leases(network, family)
        # An IPv4 subnet of four has two hosts: the router, whose address is kept, and the pod.
        alone = hosts is not None and gateway_of_leases(family) in hosts
        if family.subnet.num_addresses >= _FEWEST_ADDRESSES and not alone:
            yield Finding(
                path=f"{path}.range",
                value="(absent)",
                message="host-local would hand out the whole subnet; give first-last",
            )


@rule(
    "range-without-leases",
    "facts/cni.md section 2.2: static has no state",
    shown="IPAM plugin returned missing IP config",
)
def range_without_leases(site: Site) -> Iterator[Finding]:
    """A range means nothing where nobody allocates."""
    for _, path, network, family in families(site):
        if network.ipam == "static" and family.range is not None:
            yield Finding(
                path=f"{path}.range",
                value=family.range,
                message="static gives out no addresses; remove `range` or write `ipam: host-local`",
            )


@rule("range-outside-subnet", "facts/cni.md section 9 row 11", shown="not in network")
def range_outside_subnet(site: Site) -> Iterator[Finding]:
    """Both ends of a range lie in the subnet."""
    for _, path, _, family in families(site):
        if family.range is not None and not family.range.is_within(family.subnet):
            yield Finding(
                path=f"{path}.range",
                value=family.range,
                message=f"it is not within {family.subnet}; correct the one or the other",
            )


@rule(
    "range-ends-of-subnet",
    "facts/cni.md section 9 row 13; RFC 4291 section 2.6.1",
    shown="does not reach",
)
def range_ends_of_subnet(site: Site) -> Iterator[Finding]:
    """host-local would hand out the broadcast address, or that of all routers on the wire."""
    routers = routers_by_wire(site)
    for _, path, network, family in families(site):
        for end in dict.fromkeys((*nobodys(family.subnet), *routers[wire_of(network)])):
            kept = end == gateway_of_leases(family)
            if family.range is not None and end in family.range and not kept:
                yield Finding(
                    path=f"{path}.range",
                    value=family.range,
                    message=f"it includes {end}, which no host may have; leave it out",
                )


@rule(
    "range-of-gateway",
    "facts/cni.md section 9 row 15: host-local keeps the router's address",
    shown="is subnet's gateway",
)
def range_of_gateway(site: Site) -> Iterator[Finding]:
    """A range has an address beside the router's, which is given to nobody."""
    for _, path, network, family in families(site):
        found = family.range
        if network.ipam != "host-local" or found is None:
            continue
        if found.first == found.last == gateway_of_leases(family):
            yield Finding(
                path=f"{path}.range",
                value=found,
                message="the gateway's address (the first when none is given) is all that it has;"
                " make it longer",
            )


@rule("range-meets-dhcp-pool", "facts/cni.md section 9 row 18", shown="is answered by 2 MACs")
def range_meets_dhcp_pool(site: Site) -> Iterator[Finding]:
    """Two that hand out the same addresses."""
    for path, family, found, _, other in _beside_leases(site):
        if _share(family, found, other):
            yield Finding(
                path=f"{path}.range",
                value=found,
                message=f"it meets the DHCP server's {other.dhcp_pool}; make one of them end before"
                " the other",
            )


@rule("range-holds-gateway", "facts/cni.md section 9 row 18", shown="is answered by 2 MACs")
def range_holds_gateway(site: Site) -> Iterator[Finding]:
    """No pod is given the address of a router; host-local keeps the own network's alone."""
    for path, family, found, other_path, other in _beside_leases(site):
        gateway = other.gateway
        theirs = gateway is not None and gateway in other.subnet and gateway in found
        if theirs and gateway != gateway_of_leases(family):
            yield Finding(
                path=f"{path}.range",
                value=found,
                message=f"it includes multihome:{other_path}.gateway; leave it out",
            )


@rule("range-holds-node", "facts/cni.md section 9 row 18", shown="is answered by 2 MACs")
def range_holds_node(site: Site) -> Iterator[Finding]:
    """A pod could be given a node's address."""
    for _, path, network, family in families(site):
        found = leases(network, family)
        for name, node in site.nodes.items():
            for address in node.own_addresses:
                kept = address == gateway_of_leases(family)
                kept = kept or apart_by_tag(site, network, address, name)
                if found is not None and address in found and not kept:
                    yield Finding(
                        path=f"{path}.range",
                        value=found,
                        message=f"it includes {address} of node {name}; leave it out",
                    )


@rule("ranges-meet", "host-local keeps its leases by network", shown="is answered by 2 MACs")
def ranges_meet(site: Site) -> Iterator[Finding]:
    """On one wire no two networks give out one address, nor one that the pod has in the other.

    A VLAN has one pod on a node, so that it takes two nodes to meet there.
    """
    told: set[str] = set()
    for wire, given in _given_out(site).items():
        if not pods_meet(site, wire):
            continue
        before: tuple[int, str, str] = (-1, "", "")
        for first, last, network, path, value in sorted(given, key=lambda entry: entry[:2]):
            if first <= before[0] and network != before[1] and path not in told:
                told.add(path)
                yield Finding(
                    path=path,
                    value=value,
                    message=f"it meets multihome:{before[2]}; give each network addresses of its own",
                )
            if last > before[0]:
                before = (last, network, path)


_GivenOut = tuple[int, int, str, str, object]


def _given_out(site: Site) -> dict[Wire, list[_GivenOut]]:
    """(first, last, network, path, value) of ranges and fixed addresses, IPv6 after IPv4."""
    found: defaultdict[Wire, list[_GivenOut]] = defaultdict(list)
    for name, path, network, family in families(site):
        given = leases(network, family)
        for first, last in () if given is None else _parts(given, gateway_of_leases(family)):
            found[wire_of(network)].append((first, last, name, f"{path}.range", given))
    of_the_pod = pod_wires(site)
    for path, attachment, network in attachments(site):
        for key in ("address", "ipv6_address"):
            address = getattr(attachment, key)
            for wire in () if address is None else answered_on(address, network, of_the_pod):
                number = _number(address)
                entry = (number, number, attachment.network, f"{path}.{key}", address)
                found[wire].append(entry)
    return found


def _parts(given: AddressRange, kept: IpAddress | None) -> Iterator[tuple[int, int]]:
    """What of it is ever given out: the router's address, which host-local keeps, parts it."""
    first, last = _number(given.first), _number(given.last)
    if kept is None or kept not in given:
        yield first, last
        return
    if first < _number(kept):
        yield first, _number(kept) - 1
    if last > _number(kept):
        yield _number(kept) + 1, last


def _number(address: IpAddress) -> int:
    return int(address) + ((1 << 32) if address.version == 6 else 0)


def _beside_leases(site: Site) -> Iterator[tuple[str, Subnet, AddressRange, str, Subnet]]:
    """(path, family, what it gives out, path and family beside it) for all on one wire."""
    near = families_by_wire(site)
    for _, path, network, family in families(site):
        given = leases(network, family)
        if given is not None:
            for other_path, other in near[wire_of(network)]:
                yield path, family, given, other_path, other


def _share(family: Subnet, given: AddressRange, other: Subnet) -> bool:
    """Whether somebody of the other's pool can have what is given out; the router's is kept."""
    pool, subnet = other.dhcp_pool, other.subnet
    if pool is None or {pool.first.version, subnet.version} != {given.first.version}:
        return False
    # Where a pool leaves its own network's subnet, nobody there has the rest of it.
    own = other is family
    least = int(pool.first) if own else max(int(pool.first), int(subnet.network_address))
    most = int(pool.last) if own else min(int(pool.last), int(subnet.broadcast_address))
    least, most = max(least, int(given.first)), min(most, int(given.last))
    kept = gateway_of_leases(family)
    return least <= most and not (kept is not None and least == most == int(kept))
