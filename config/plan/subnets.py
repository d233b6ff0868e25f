"""Rules about subnets and ranges: what they contain, and what they must not meet."""

from collections.abc import Iterator

from config.networks import HomeNetwork, VlanNetwork
from config.plan.families import families, overlap
from config.plan.rule import Finding, rule
from config.site import Site


@rule("subnet-too-small", "facts/cni.md section 9 row 20")
def subnet_too_small(site: Site) -> Iterator[Finding]:
    """A subnet of one or two addresses has none to give."""
    for _, path, _, family in families(site):
        if family.subnet.num_addresses < 4:
            yield Finding(
                path=f"{path}.subnet",
                value=family.subnet,
                message="it has less than 4 addresses; take a shorter prefix",
            )


@rule("subnet-not-local", "an address of these is never a host's on a home network")
def subnet_not_local(site: Site) -> Iterator[Finding]:
    """Loopback, multicast and link-local networks hold no hosts of a home network."""
    for _, path, _, family in families(site):
        subnet = family.subnet
        if (
            subnet.is_loopback
            or subnet.is_multicast
            or subnet.is_link_local
            or subnet.prefixlen == 0
        ):
            yield Finding(
                path=f"{path}.subnet",
                value=subnet,
                message="this is no network of hosts; write the home network's own",
            )


@rule("family-order", "addresses are given in the order of the families")
def family_order(site: Site) -> Iterator[Finding]:
    """`ipv6` holds an IPv6 subnet and stands beside an IPv4 one."""
    for name, network in site.networks.items():
        if network.ipv6 is None:
            continue
        if network.ipv6.subnet.version == 4 or network.subnet.version == 6:
            yield Finding(
                path=f"networks.{name}.ipv6.subnet",
                value=network.ipv6.subnet,
                message="`subnet` is IPv4 and `ipv6.subnet` IPv6; an IPv6-only network has just"
                " `subnet`",
            )


@rule("host-local-dual-stack", "facts/cni.md section 9 row 24")
def host_local_dual_stack(site: Site) -> Iterator[Finding]:
    """host-local fails when a pod asks for two addresses."""
    for name, network in site.networks.items():
        if network.ipv6 is not None and network.ipam == "host-local":
            yield Finding(
                path=f"networks.{name}.ipam",
                value="host-local",
                message="it cannot give a pod two fixed addresses; write `ipam: static`",
            )


@rule("range-missing", "facts/cni.md section 2.1: the default range is the whole subnet")
def range_missing(site: Site) -> Iterator[Finding]:
    """Without a range host-local hands out the router's and everybody's addresses."""
    for _, path, network, family in families(site):
        if network.ipam == "host-local" and family.range is None:
            yield Finding(
                path=f"{path}.range",
                value="(absent)",
                message="host-local would hand out the whole subnet; give first-last",
            )


@rule("range-without-leases", "facts/cni.md section 2.2: static has no state")
def range_without_leases(site: Site) -> Iterator[Finding]:
    """A range means nothing where nobody allocates."""
    for _, path, network, family in families(site):
        if network.ipam == "static" and family.range is not None:
            yield Finding(
                path=f"{path}.range",
                value=family.range,
                message="static gives out no addresses; remove `range` or write `ipam: host-local`",
            )


@rule("range-outside-subnet", "facts/cni.md section 9 row 11")
def range_outside_subnet(site: Site) -> Iterator[Finding]:
    """Both ends of a range or pool lie in the subnet."""
    for _, path, _, family in families(site):
        for key, found in (("range", family.range), ("dhcp_pool", family.dhcp_pool)):
            if found is None or (found.first in family.subnet and found.last in family.subnet):
                continue
            yield Finding(
                path=f"{path}.{key}",
                value=found,
                message=f"it is not within {family.subnet}; correct the one or the other",
            )


@rule("range-ends-of-subnet", "facts/cni.md section 9 row 13")
def range_ends_of_subnet(site: Site) -> Iterator[Finding]:
    """host-local would hand out the network's and the broadcast address."""
    for _, path, _, family in families(site):
        if family.range is None:
            continue
        ends = (family.subnet.network_address, family.subnet.broadcast_address)
        for end in ends if family.subnet.version == 4 else ends[:1]:
            if end in family.range:
                yield Finding(
                    path=f"{path}.range",
                    value=family.range,
                    message=f"it includes {end}, which no host may have; leave it out",
                )


@rule("range-meets-dhcp-pool", "facts/cni.md section 9 row 18")
def range_meets_dhcp_pool(site: Site) -> Iterator[Finding]:
    """Two that hand out the same addresses."""
    for _, path, _, family in families(site):
        pool, found = family.dhcp_pool, family.range
        if pool is None or found is None or pool.first.version != found.first.version:
            continue
        if int(found.first) <= int(pool.last) and int(pool.first) <= int(found.last):
            yield Finding(
                path=f"{path}.range",
                value=found,
                message=f"it meets the DHCP server's {pool}; make one of them end before the other",
            )


@rule("range-holds-node", "facts/cni.md section 9 row 18")
def range_holds_node(site: Site) -> Iterator[Finding]:
    """A pod could be given a node's address."""
    for _, path, _, family in families(site):
        for name, node in site.nodes.items():
            for address in node.own_addresses:
                if family.range is not None and address in family.range:
                    yield Finding(
                        path=f"{path}.range",
                        value=family.range,
                        message=f"it includes {address} of node {name}; leave it out",
                    )


@rule("range-holds-gateway", "facts/cni.md section 9 row 18")
def range_holds_gateway(site: Site) -> Iterator[Finding]:
    """The router's address is not a pod's."""
    for _, path, _, family in families(site):
        if family.range is not None and family.gateway in family.range:
            yield Finding(
                path=f"{path}.range",
                value=family.range,
                message=f"it includes the gateway {family.gateway}; leave it out",
            )


@rule("gateway-outside-subnet", "facts/cni.md section 9 row 14")
def gateway_outside_subnet(site: Site) -> Iterator[Finding]:
    """A gateway is a host of the subnet."""
    for _, path, _, family in families(site):
        gateway, subnet = family.gateway, family.subnet
        if gateway is None:
            continue
        ends = (subnet.network_address, subnet.broadcast_address)
        if gateway not in subnet or (subnet.version == 4 and gateway in ends):
            yield Finding(
                path=f"{path}.gateway",
                value=gateway,
                message=f"it is no host of {subnet}; write the router's address in this network",
            )


@rule("meets-cluster-network", "pods would lose their own cluster")
def meets_cluster_network(site: Site) -> Iterator[Finding]:
    """A home network never overlaps the pods' or the services' networks."""
    for _, path, _, family in families(site):
        for kind in ("pod_networks", "service_networks"):
            for own in getattr(site.cluster, kind):
                if overlap(family.subnet, own):
                    yield Finding(
                        path=f"{path}.subnet",
                        value=family.subnet,
                        message=f"it meets the cluster's {own} (house:cluster.{kind}); write the"
                        " network's own subnet",
                    )


@rule("networks-overlap", "facts/cni.md section 9 row 21")
def networks_overlap(site: Site) -> Iterator[Finding]:
    """No two networks of a home share addresses: the pod could not tell them apart."""
    for version in (4, 6):
        known = sorted(
            (
                (int(family.subnet.network_address), family.subnet.prefixlen, path, family.subnet)
                for _, path, _, family in families(site)
                if family.subnet.version == version
            ),
            key=lambda entry: entry[:3],
        )
        open_until, open_path = -1, ""
        for first, _, path, subnet in known:
            if first <= open_until:
                yield Finding(
                    path=f"{path}.subnet",
                    value=subnet,
                    message=f"it overlaps house:{open_path}.subnet; give each network its own",
                )
            last = int(subnet.broadcast_address)
            if last > open_until:
                open_until, open_path = last, path


@rule("nodes-network-elsewhere", "the node's own addresses would be sought on another wire")
def nodes_network_elsewhere(site: Site) -> Iterator[Finding]:
    """The subnet that nodes are in is the untagged network, not a VLAN."""
    for _, path, network, family in families(site):
        for name, node in site.nodes.items():
            for address in node.own_addresses:
                if isinstance(network, VlanNetwork) and address in family.subnet:
                    yield Finding(
                        path=f"{path}.subnet",
                        value=family.subnet,
                        message=f"node {name} ({address}) is in it, untagged; write the VLAN's own"
                        " subnet",
                    )


@rule("mtu-range", "facts/cni.md section 9 row 8")
def mtu_range(site: Site) -> Iterator[Finding]:
    """At least 68 bytes, 1280 with IPv6, and not more than the parent's."""
    for name, network in site.networks.items():
        if network.mtu is None:
            continue
        least = 1280 if any(f.subnet.version == 6 for f in network.subnets) else 68
        most = min(_parent_mtus(site, network), default=network.mtu)
        if not least <= network.mtu <= most:
            yield Finding(
                path=f"networks.{name}.mtu",
                value=network.mtu,
                message=f"it must be from {least} to the parent's {most}; correct it, or the"
                " interface's mtu in house:nodes",
            )


def _parent_mtus(site: Site, network: HomeNetwork) -> list[int]:
    found = (node.interface(network.parent) for node in site.pod_nodes.values())
    return [interface.mtu for interface in found if interface is not None]
