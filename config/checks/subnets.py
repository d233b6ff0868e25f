"""Rules about subnets, their gateways and MTUs, and what subnets must not meet."""

import ipaddress
from collections.abc import Iterator

from config.checks.located import ENDS, NO_HOSTS, families, nobodys, overlap, used_networks
from config.checks.reach import link_local_of
from config.checks.rule import Finding, rule
from config.ip import IpAddress, IpNetwork
from config.networks import HomeNetwork, MacvlanNetwork, Subnet, VlanNetwork
from config.site import Site

_LEAST_MTU_OF_IPV6 = 1280
# What is sent there would go to the network instead of the cluster's.
_MULTICAST = ipaddress.ip_network("224.0.0.0/4")


@rule(
    "subnet-too-small",
    "facts/cni.md section 9 row 20; RFC 3021 and RFC 6164 for two addresses",
    shown="by eth0 instead of net1.2",
)
def subnet_too_small(site: Site) -> Iterator[Finding]:
    """host-local needs four addresses, and a subnet of one has no neighbours."""
    for _, path, network, family in families(site):
        least = 4 if network.ipam == "host-local" else 2
        if family.subnet.num_addresses < least:
            yield Finding(
                path=f"{path}.subnet",
                value=family.subnet,
                message=f"with ipam {network.ipam} it needs {least} addresses; take a shorter"
                " prefix",
            )


@rule(
    "subnet-not-local",
    "an address of these is never a host's on a home network",
    shown="there is no route to",
)
def subnet_not_local(site: Site) -> Iterator[Finding]:
    """Loopback, multicast and IPv6 link-local networks hold no hosts, nor does 0.0.0.0."""
    for _, path, _, family in families(site):
        if _holds_no_hosts(family.subnet):
            yield Finding(
                path=f"{path}.subnet",
                value=family.subnet,
                message="there are no hosts of a home network; write the network's own subnet",
            )


@rule("subnet-of-all", "every address would be sought on the link", severity="warning")
def subnet_of_all(site: Site) -> Iterator[Finding]:
    """`::/0` is no subnet of a home, though it does no harm where the pods have no IPv6."""
    for _, path, _, family in families(site):
        if family.subnet.prefixlen == 0:
            yield Finding(
                path=f"{path}.subnet",
                value=family.subnet,
                message="all addresses are in it; write the network's own subnet",
            )


@rule("subnet-link-local", "devices without DHCP choose these at random", severity="warning")
def subnet_link_local(site: Site) -> Iterator[Finding]:
    """169.254.0.0/16 works, and any device may take the pod's address at any time."""
    for _, path, _, family in families(site):
        if family.subnet.version == 4 and family.subnet.is_link_local:
            yield Finding(
                path=f"{path}.subnet",
                value=family.subnet,
                message="devices take addresses of it unasked; give the network another subnet",
            )


@rule("family-order", "`ipv6` is for the other IP version", shown="has no IPv6 address")
def family_order(site: Site) -> Iterator[Finding]:
    """A network with `ipv6` has an IPv6 subnet."""
    for name, network in site.networks.items():
        if network.ipv6 is not None and {s.subnet.version for s in network.subnets} == {4}:
            yield Finding(
                path=f"networks.{name}.ipv6.subnet",
                value=network.ipv6.subnet,
                message="`ipv6` holds an IPv6 subnet; write one, or remove it",
            )


@rule("family-twice", "most likely a slip", severity="warning")
def family_twice(site: Site) -> Iterator[Finding]:
    """Beside `ipv6` the `subnet` is an IPv4 one; else it is possible, and rarely meant."""
    for name, network in site.networks.items():
        if network.ipv6 is not None and network.subnet.version == 6:
            yield Finding(
                path=f"networks.{name}.subnet",
                value=network.subnet,
                message="an IPv6-only network has just `subnet`; write an IPv4 one here, or remove"
                " `ipv6`",
            )


@rule("gateway-outside-subnet", "facts/cni.md section 9 row 14", shown="network is unreachable")
def gateway_outside_subnet(site: Site) -> Iterator[Finding]:
    """The gateway of routes is a host of the subnet."""
    for name, path, network, family in families(site):
        if _is_needed(network, family) and _is_elsewhere(family):
            yield Finding(
                path=f"{path}.gateway",
                value=family.gateway,
                message=f"it is no host of {family.subnet}, and the routes of {name} go by it;"
                " write the router's address in this network",
            )


@rule(
    "gateway-is-node",
    "facts/cni.md section 7: macvlan keeps a node and its pods apart",
    shown="does not reach 10.9.0.9",
)
def gateway_is_node(site: Site) -> Iterator[Finding]:
    """The router of a macvlan network is not the node that runs the pod."""
    for _, path, network, family in families(site):
        for name, node in site.pod_nodes.items():
            if not isinstance(network, MacvlanNetwork) or not _is_needed(network, family):
                continue
            parent = node.interface(network.parent)
            own: tuple[IpAddress, ...] = node.own_addresses
            if parent is not None and parent.mac is not None:
                own = (*own, link_local_of(parent.mac))
            if family.gateway in own:
                yield Finding(
                    path=f"{path}.gateway",
                    value=family.gateway,
                    message=f"the pod on {name} cannot reach that node by macvlan; run the pod on"
                    " another node, or remove the routes",
                )


@rule("gateway-of-nobody", "it is read with `routing: routed` alone", severity="warning")
def gateway_of_nobody(site: Site) -> Iterator[Finding]:
    """A gateway that no route needs is a host of the subnet all the same."""
    for _, path, network, family in families(site):
        if not _is_needed(network, family) and _is_elsewhere(family):
            yield Finding(
                path=f"{path}.gateway",
                value=family.gateway,
                message=f"it is no host of {family.subnet}; write the router's address in this"
                " network",
            )


@rule("networks-overlap", "facts/cni.md section 9 row 21", shown="instead of net1")
def networks_overlap(site: Site) -> Iterator[Finding]:
    """No two networks of the pod share addresses: it could not tell them apart."""
    used = used_networks(site)
    for version in (4, 6):
        known = sorted(
            (
                (int(family.subnet.network_address), family.subnet.prefixlen, name, path, family)
                for name, path, _, family in families(site)
                if family.subnet.version == version and name in used
            ),
            key=lambda entry: entry[:4],
        )
        open_until, open_name, open_path = -1, "", ""
        for first, _, name, path, family in known:
            if first <= open_until and name != open_name:
                yield Finding(
                    path=f"{path}.subnet",
                    value=family.subnet,
                    message=f"it overlaps multihome:{open_path}.subnet; give each network its own",
                )
            last = int(family.subnet.broadcast_address)
            if last > open_until:
                open_until, open_name, open_path = last, name, path


@rule("host-local-dual-stack", "facts/cni.md section 9 row 24", shown="error parsing value of pair")
def host_local_dual_stack(site: Site) -> Iterator[Finding]:
    """host-local fails when a pod asks for two addresses."""
    for name, network in site.networks.items():
        if network.ipv6 is not None and network.ipam == "host-local":
            yield Finding(
                path=f"networks.{name}.ipam",
                value="host-local",
                message="it cannot give a pod two fixed addresses; write `ipam: static`",
            )


@rule(
    "meets-cluster-network", "pods would lose their own cluster", shown="by net1.2 instead of eth0"
)
def meets_cluster_network(site: Site) -> Iterator[Finding]:
    """A home network never overlaps the pods' or the services' networks."""
    for _, path, _, family in families(site):
        for kind in ("pod_networks", "service_networks"):
            for own in getattr(site.cluster, kind):
                if overlap(family.subnet, own):
                    yield Finding(
                        path=f"{path}.subnet",
                        value=family.subnet,
                        message=f"it meets the cluster's {own} (multihome:cluster.{kind}); write the"
                        " network's own subnet",
                    )


@rule(
    "nodes-network-elsewhere",
    "the node's own addresses would be sought on another wire",
    shown="by net1.2 instead of eth0",
)
def nodes_network_elsewhere(site: Site) -> Iterator[Finding]:
    """The subnet that the pod's nodes are in is the untagged network, not a VLAN.

    By an IP version that the pods' network lacks, the pod reaches no node anyhow.
    """
    for _, path, network, family in families(site):
        if (
            not isinstance(network, VlanNetwork)
            or family.subnet.version not in site.cluster.pod_versions
        ):
            continue
        for name, node in site.pod_nodes.items():
            for address in node.own_addresses:
                if address in family.subnet:
                    yield Finding(
                        path=f"{path}.subnet",
                        value=family.subnet,
                        message=f"node {name} ({address}) is in it, untagged; write the VLAN's own"
                        " subnet",
                    )


@rule("subnet-ends-at-node", "RFC 919 section 7, RFC 4291 section 2.6.1", severity="warning")
def subnet_ends_at_node(site: Site) -> Iterator[Finding]:
    """A node in a subnet has a host's address of it."""
    for _, path, network, family in families(site):
        for name, node in site.nodes.items() if isinstance(network, MacvlanNetwork) else ():
            for address in node.own_addresses:
                if address in nobodys(family.subnet):
                    yield Finding(
                        path=f"{path}.subnet",
                        value=family.subnet,
                        message=f"node {name} has {address}, as no host of it can; write the home's"
                        " subnet, which is most likely larger",
                    )


@rule("mtu-range", "facts/cni.md section 9 row 8", shown="invalid MTU 9000")
def mtu_range(site: Site) -> Iterator[Finding]:
    """At least 68 bytes, 1280 with IPv6, and not more than the parent's."""
    for name, network in site.networks.items():
        if network.mtu is None:
            continue
        least, most = _least_mtu(network), min(_parent_mtus(site, network), default=network.mtu)
        if not least <= network.mtu <= most:
            span = f"be from {least} to" if least <= most else f"be {least} at least, and not over"
            yield Finding(
                path=f"networks.{name}.mtu",
                value=network.mtu,
                message=f"it must {span} the parent's {most}; correct it, or the interface's mtu in"
                " multihome:nodes",
            )


@rule("parent-mtu", "facts/cni.md section 9 row 8", shown="keep_addr_on_down")
def parent_mtu(site: Site) -> Iterator[Finding]:
    """A network without an MTU of its own has its parent's, which must do for IPv6."""
    for name, network in site.networks.items():
        least = min(_parent_mtus(site, network), default=_least_mtu(network))
        if network.mtu is None and least < _least_mtu(network):
            yield Finding(
                path=f"networks.{name}.parent",
                value=network.parent,
                message=f"its MTU of {least} is too small for IPv6, which needs"
                f" {_LEAST_MTU_OF_IPV6}; raise it on the node, and in multihome:nodes",
            )


def _holds_no_hosts(subnet: IpNetwork) -> bool:
    first = subnet.network_address
    if any(first in n for n in NO_HOSTS):
        return True
    if subnet.version == 6:
        return False
    # In a subnet of two its last address is a host's, and this one never is.
    last = subnet.num_addresses <= 2 and subnet.broadcast_address in ENDS[1]
    return last or first in ENDS[0] or overlap(subnet, _MULTICAST)


def _is_needed(network: HomeNetwork, family: Subnet) -> bool:
    """Whether a route goes by the family's gateway."""
    gateway = family.gateway
    if network.routing != "routed" or gateway is None:
        return False
    first = network.gateways[gateway.version] == gateway
    return first and any(route.version == gateway.version for route in network.routes)


def _is_elsewhere(family: Subnet) -> bool:
    if family.gateway is None:
        return False
    # In IPv6 the address of all routers is a router's, and routers are known by link-local ones.
    if family.subnet.version == 6 and family.gateway.version == 6:
        return family.gateway not in family.subnet and not family.gateway.is_link_local
    return family.gateway not in family.subnet or family.gateway in nobodys(family.subnet)


def _least_mtu(network: HomeNetwork) -> int:
    return _LEAST_MTU_OF_IPV6 if any(s.subnet.version == 6 for s in network.subnets) else 68


def _parent_mtus(site: Site, network: HomeNetwork) -> list[int]:
    """The parent's MTU on each node; that of `eth0.30` is eth0's at most."""
    found: list[int] = []
    for node in site.pod_nodes.values():
        parent = node.interface(network.parent)
        if parent is not None:
            below = node.interface(network.parent.rpartition(".")[0])
            found.append(min(parent.mtu, parent.mtu if below is None else below.mtu))
    return found
