"""Who is on each segment of a node: one list of hosts, from the plain values of a site.

A port of the lab's switch is one segment. On it are the other nodes with their addresses, the
networks' routers, a client of each DHCP pool, and a neighbour in each network at an address that
nobody else has. An address of a segment has one host, so what two of these want one host has.
"""

import ipaddress
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from config.ip import AddressRange, IpAddress, IpNetwork
from config.link_local import link_local_of
from config.networks import HomeNetwork
from config.nodes import Node
from config.site import Site
from config.subnet import Subnet

CLUSTER_BRIDGE = "cni0"
LEAST_MTU_OF_IPV6 = 1280
# A host beyond each router, in no network of the site, that calls the pod.
CALLERS: dict[int, IpAddress] = {
    4: ipaddress.ip_address("192.0.2.200"),
    6: ipaddress.ip_address("2001:db8:ffff::200"),
}


class Port(NamedTuple):
    """A link of the node, and the VLAN ids of the frames there, the outer one first."""

    link: str
    vlans: tuple[int, ...] = ()


@dataclass
class Host:
    """A host at a port: what lab/netns/runner/scenario.go says of one."""

    name: str
    link: str
    vlans: tuple[int, ...]
    mac: str = ""
    router: bool = False
    addresses: list[str] = field(default_factory=list)
    loopback: list[str] = field(default_factory=list)
    on_link: list[str] = field(default_factory=list)

    @property
    def port(self) -> Port:
        """Where it is."""
        return Port(self.link, self.vlans)


def link_port(node: Node, link: str) -> Port:
    """Where the frames of a link leave the node; `eth0.30` is VLAN 30 of eth0."""
    parent, _, vlan_id = link.rpartition(".")
    known = node.interface(parent) is not None and vlan_id.isdigit()
    return Port(parent, (int(vlan_id),)) if known else Port(link)


def network_port(node: Node, network: HomeNetwork) -> Port | None:
    """Where the frames of a network leave the node; None where the node lacks the parent."""
    parent = _parent(node, network)
    if node.interface(parent) is None:
        return None
    link, vlans = link_port(node, parent)
    return Port(link, (*vlans, network.vlan_id) if network.type == "vlan" else vlans)


def _parent(node: Node, network: HomeNetwork) -> str:
    """The network's parent; whatever the site says, a LAN is not at the cluster's own bridge."""
    named: str = network.parent
    return node.interfaces[0].name if named == CLUSTER_BRIDGE and node.interfaces else named


def node_addresses(site: Site, node: Node, *, tagged: bool = False) -> Iterator[tuple[str, str]]:
    """(address with prefix length, network's name or "") for each address that others see.

    The pod's own node is in untagged networks alone; another one may be in a VLAN (`tagged`).
    """
    for address in node.own_addresses:
        if address.is_loopback:
            continue
        possible = [
            (name, subnet.cidr)
            for name, network in site.attached_networks.items()
            for subnet in network.subnets
            if address in subnet.cidr and (tagged or network.type != "vlan")
        ]
        name, cidr = next(iter(possible), ("", None))
        # Who has the broadcast's address is in a larger subnet than the site knows of.
        known = cidr is not None and address not in ends(cidr)
        yield f"{address}/{cidr.prefixlen if cidr and known else address.max_prefixlen}", name


def link_addresses(site: Site, node: Node) -> dict[str, list[str]]:
    """The node's own links, each with the addresses that it has there."""
    found: dict[str, list[str]] = {known.name: [] for known in node.own_interfaces}
    for text, name in node_addresses(site, node):
        big = [i.name for i in node.interfaces if ":" not in text or i.mtu >= LEAST_MTU_OF_IPV6]
        link = _parent(node, site.networks[name]) if name else next(iter(big), "")
        # No kernel has IPv6 on a link that is too small for it.
        if link in big:
            found[link].append(text)
    return found


def ends(cidr: IpNetwork) -> tuple[IpAddress, ...]:
    """What no host has: IPv4's broadcast address, IPv6's address of all routers."""
    if cidr.num_addresses <= 2:
        return ()
    return (cidr[-1] if cidr.version == 4 else cidr[0],)


def kept_for_router(network: HomeNetwork, subnet: Subnet) -> IpAddress | None:
    """The address that no lease has: the gateway, or for host-local the first one."""
    implied = subnet.cidr[min(1, subnet.cidr.num_addresses - 1)]
    return subnet.gateway or (implied if str(network.ipam) == "host-local" else None)


def leases(network: HomeNetwork, subnet: Subnet) -> AddressRange | None:
    """What host-local gives out: the range, or else every host of the subnet."""
    if str(network.ipam) != "host-local" or subnet.range is not None:
        return subnet.range
    cidr = subnet.cidr
    return AddressRange(cidr[1], cidr[-2 if cidr.version == 4 else -1])


class Segments:
    """The segments that a node shares with the pod that runs on it."""

    def __init__(self, site: Site, node_name: str) -> None:
        self.site, self.node = site, site.nodes[node_name]
        self.hosts: list[Host] = []
        # By network: its port, its neighbour, and who is near in each subnet.
        self.ports: dict[str, Port] = {}
        self.neighbours: dict[str, Host] = {}
        self.near: dict[str, list[tuple[Host, IpAddress] | None]] = {}
        # By network and IP version: who has the gateway's address.
        self.routers: dict[tuple[str, int], Host] = {}
        self._owners: dict[tuple[Port, IpAddress], Host] = {}
        for name, network in site.attached_networks.items():
            if (port := network_port(self.node, network)) is not None:
                self.ports[name] = port
                self.neighbours[name] = Host(f"n-{name}", *port, router=True)
        addresses = link_addresses(site, self.node)
        for known in self.node.own_interfaces:
            if known.name != CLUSTER_BRIDGE:
                # The node itself: others find its addresses taken.
                port = link_port(self.node, known.name)
                self._know(Host("", *port, known.mac or ""), addresses[known.name])
        for name in site.nodes:
            if name != node_name:
                self._add_node(name)
        self.hosts += self.neighbours.values()
        for add in (self._add_router, self._add_device, self._add_neighbour, self._lead):
            for name in self.ports:
                for subnet in self.site.networks[name].subnets:
                    add(name, subnet)
        used = {*self.ports.values(), *(port for port, _ in self._owners)}
        self.observers = {port: Host(f"o{n}", *port) for n, port in enumerate(sorted(used))}
        self.hosts += self.observers.values()

    @property
    def of_all_routers(self) -> set[IpAddress]:
        """The IPv6 addresses that each router of a subnet answers for (RFC 4291 section 2.6.1)."""
        subnets = [s for n in self.site.attached_networks.values() for s in n.subnets]
        return {end for s in subnets if s.cidr.version == 6 for end in ends(s.cidr)}

    def owned(self, port: Port) -> list[IpAddress]:
        """The addresses that hosts and the node itself have on a segment."""
        return [address for at, address in self._owners if at == port]

    def _subnets(self, port: Port) -> list[tuple[HomeNetwork, Subnet]]:
        """The subnets of a segment, each with its network."""
        names = [name for name, known in self.ports.items() if known == port]
        return [(n, s) for n in (self.site.networks[name] for name in names) for s in n.subnets]

    def _claim(self, host: Host, text: str) -> Host:
        """The host that has the address: this one, unless another had it first."""
        owner = self._owners.setdefault((host.port, ipaddress.ip_interface(text).ip), host)
        if owner is host:
            host.addresses.append(text)
        return owner

    def _know(self, host: Host, texts: Iterable[str]) -> None:
        """A node that has these addresses at the port, and one that its MAC gives it."""
        for text in texts:
            # Whoever else has it: a node has what the site says.
            host.addresses.append(text)
            self._owners.setdefault((host.port, ipaddress.ip_interface(text).ip), host)
        if host.mac:
            self._owners.setdefault((host.port, link_local_of(host.mac)), host)

    def _add_node(self, name: str) -> None:
        other, by_port = self.site.nodes[name], dict[Port, Host]()
        # Where nodes have addresses of no network.
        first = Port(next((known.name for known in self.node.interfaces), ""))
        for known, port in self.ports.items():
            network = self.site.networks[known]
            interface = None if network.type == "vlan" else other.interface(network.parent)
            mac = (interface.mac if interface else None) or ""
            host = by_port.setdefault(port, Host(f"{name}-{len(by_port)}", *port, mac, router=True))
            addresses = node_addresses(self.site, other, tagged=True)
            here = {known} if port != first else {known, ""}
            texts = [text for text, where in addresses if where in here]
            self._know(host, [text for text in texts if text not in host.addresses])
        self.hosts += [host for host in by_port.values() if host.addresses or host.mac]

    def _add_router(self, name: str, subnet: Subnet) -> None:
        gateway = subnet.gateway
        if gateway is not None and (gateway in subnet.cidr or gateway.is_link_local):
            length = min(subnet.cidr.prefixlen, gateway.max_prefixlen - 1)
            router = Host(f"r-{len(self.hosts)}", *self.ports[name], router=True)
            owner = self._claim(router, f"{gateway}/{length}")
            if owner is router:
                self.hosts.append(router)
            if owner.name:
                self.routers.setdefault((name, gateway.version), owner)

    def _add_device(self, name: str, subnet: Subnet) -> None:
        """A client of the DHCP pool, with the worst address for the pods of the segment."""
        pool, port = subnet.dhcp_pool, self.ports[name]
        if pool is None:
            return
        wanted, unfit = [*self._of_pod(port), pool.first, pool.last], set[IpAddress]()
        for network, other in self._subnets(port):
            given = leases(network, other)
            unfit |= set(ends(other.cidr))
            if given is not None and given.first.version == pool.first.version:
                start = max(given.first, pool.first, key=int)
                wanted[-2:-2] = [a for a in (start, start + 1) if a in given]
        fit = [a for a in wanted if a in pool and a in subnet.cidr and a not in unfit]
        if fit and (port, fit[0]) not in self._owners:
            device = Host(f"d{len(self.hosts)}", *port)
            self._claim(device, f"{fit[0]}/{subnet.cidr.prefixlen}")
            self.hosts.append(device)

    def _add_neighbour(self, name: str, subnet: Subnet) -> None:
        host, cidr = self.neighbours[name], subnet.cidr
        owner, address = host, self._free(name, subnet)
        if address is not None:
            self._claim(host, f"{address}/{min(cidr.prefixlen, cidr.max_prefixlen - 1)}")
        elif subnet.gateway is not None and subnet.gateway in cidr:
            owner, address = self._owners[host.port, subnet.gateway], subnet.gateway
        found = (owner, address) if address is not None and owner.name else None
        self.near.setdefault(name, []).append(found)

    def _free(self, name: str, subnet: Subnet) -> IpAddress | None:
        """An address of the subnet that nobody has, nor is promised to anybody."""
        cidr, port = subnet.cidr, self.ports[name]
        if cidr.num_addresses == 1:
            # Its only address is the pod's: a neighbour has the next one.
            return None if int(cidr[0]) == (1 << cidr.max_prefixlen) - 1 else cidr[0] + 1
        taken = {*self._of_pod(None), *self.owned(port)}
        taken |= {a for node in self.site.nodes.values() for a in node.own_addresses}
        promised: list[AddressRange] = []
        for _, other in self._subnets(port):
            taken |= {*ends(other.cidr), *([] if other.gateway is None else [other.gateway])}
            promised += [r for r in (other.range, other.dhcp_pool) if r is not None]
        first = (0, 1) if cidr.num_addresses == 2 else (1,)
        for number in (*range(2, min(cidr.num_addresses, 64)), *first):
            address = cidr[number]
            # Of leases host-local keeps the router's for the router.
            kept = address == kept_for_router(self.site.networks[name], subnet)
            offered = not kept and any(address in r for r in promised)
            if not (address in taken or offered or address.is_loopback or address.is_unspecified):
                return address
        return None

    def _of_pod(self, port: Port | None) -> Iterator[IpAddress]:
        """The pod's addresses on a segment, or on all."""
        for interface in self.site.home_assistant.interfaces:
            if port is None or self.ports.get(interface.network) == port:
                yield from interface.addresses

    def _lead(self, name: str, subnet: Subnet) -> None:
        """A router leads to the destinations of its network, and to its subnets by the link."""
        network, version = self.site.networks[name], subnet.cidr.version
        router = self.routers.get((name, version), self.neighbours[name])
        far = [beyond(self.site, route) for route in network.routes if route.version == version]
        callers = [CALLERS[version]] if network.source_based_routing else []
        behind = [f"{a}/{a.max_prefixlen}" for a in (*far, *callers) if a is not None]
        router.loopback = list(dict.fromkeys((*router.loopback, *behind)))
        own = [ipaddress.ip_interface(text).ip for text in router.addresses]
        cidrs = [s.cidr for s in network.subnets if not any(a in s.cidr for a in own)]
        router.on_link += [str(cidr) for cidr in cidrs if str(cidr) not in router.on_link]


def beyond(site: Site, route: IpNetwork) -> IpAddress | None:
    """An address of the route that is in no network of the pod; None when none is found."""
    subnets = [s.cidr for network in site.attached_networks.values() for s in network.subnets]
    return next((a for a in inside(route) if not any(a in subnet for subnet in subnets)), None)


def inside(network: IpNetwork) -> list[IpAddress]:
    """Addresses of the network that hosts may have, the same for the same network."""
    last = network.num_addresses - 1
    numbers = min(9, max(0, last - 1)), max(0, last - 1), min(1, last)
    return [network[number] for number in numbers]
