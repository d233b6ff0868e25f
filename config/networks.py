"""The home networks: each is a segment with its subnets, and knows the plugins that make it."""

from abc import ABC, abstractmethod
from typing import Annotated, ClassVar, Literal, NamedTuple

from pydantic import Field

from config.ip import IpAddress, Network
from config.ipam import STATIC, IpamName
from config.routing import Route, discovery_routes, routes_by_gateway, table_routes
from config.segment import Segment
from config.subnet import Subnet
from config.sysctls import RouterAdvertisements, ipv4_sysctls, ipv6_sysctls
from config.values import InterfaceName, VlanId

Plugin = dict[str, object]

_NO_MAC = {"cni": {"mac": ""}}


class Surroundings(NamedTuple):
    """What a network's conflist takes from the rest of the site."""

    table: int
    """The number of the network's own routing table."""
    is_discovery_default: bool
    """Whether the pod's multicast and limited broadcast go by this network."""
    nodes_have_ipv6: bool
    """Whether the nodes that may run the pod have IPv6, and so its sysctls."""
    pods_have_ipv6: bool
    """Whether the cluster gives pods an IPv6 default route."""


class _Network(Subnet, ABC):
    # Whether the kernel keeps a node and the pods on it apart in this network.
    isolates_node: ClassVar[bool]
    # Whether a node makes the segment's interface once, for one pod.
    one_pod_per_node: ClassVar[bool]

    parent: InterfaceName = Field(description="The nodes' interface that leads to the network.")
    ipam: IpamName = Field(default_factory=lambda: STATIC, json_schema_extra={"default": "static"})
    ipv6: Subnet | None = Field(None, description="The IPv6 subnet of a dual-stack network.")
    mtu: int | None = Field(None, description="MTU in bytes; the parent's when left out.")
    discovery: bool = Field(
        default=False,
        description="Whether the pod finds devices there by multicast and broadcast.",
    )
    routes: Annotated[
        tuple[Network, ...],
        Field(strict=False, description="The destinations that the gateway leads to."),
    ] = ()
    source_based_routing: bool = Field(
        default=False,
        description="Whether callers from other subnets are answered by this network's gateway.",
    )
    router_advertisements: RouterAdvertisements = Field(
        "ignore",
        description="What the pod takes from IPv6 routers: ignore: nothing; no_default_route:"
        " addresses and routes, as Thread needs; accept: a default route as well.",
    )

    @property
    def subnets(self) -> tuple[Subnet, ...]:
        """The subnets, in the order in which addresses are given."""
        return (self,) if self.ipv6 is None else (self, self.ipv6)

    @property
    def ip_versions(self) -> frozenset[int]:
        """The IP versions of the subnets."""
        return frozenset(subnet.cidr.version for subnet in self.subnets)

    @property
    def gateways(self) -> dict[int, IpAddress]:
        """The gateway of each IP version that has one; the first subnet's comes first."""
        found: dict[int, IpAddress] = {}
        for subnet in self.subnets:
            if subnet.gateway is not None:
                found.setdefault(subnet.gateway.version, subnet.gateway)
        return found

    @property
    def discovers_by_ipv4(self) -> bool:
        """Whether the network may be the pod's discovery network; IPv6 needs no route for it."""
        return self.discovery and 4 in self.ip_versions

    def callers(self, version: int) -> str:
        """Which callers from other subnets are answered, by an IP version."""
        if self.source_based_routing and version in self.gateways:
            return "any"
        led = [str(route) for route in self.routes if route.version == version]
        return ", ".join(led) or "none"

    @property
    @abstractmethod
    def segment(self) -> Segment:
        """The broadcast domain that the network is."""

    def plugins(self, surroundings: Surroundings) -> list[Plugin]:
        """The plugins of the network's conflist, with the one that makes the interface's IPAM."""
        ipam: Plugin = {"type": self.ipam.name, **self.ipam.settings(self.subnets)}
        if routes := self._routes(surroundings):
            ipam["routes"] = routes
        interface = self._interface()
        if self.mtu is not None:
            interface["mtu"] = self.mtu
        # Before the interface is made: an advertisement may come as soon as it is up. `tuning`
        # cannot be the first of a chain, and fails by the pod's MAC where there is no interface.
        settings: Plugin = {
            "type": "tuning",
            "sysctl": self._sysctls(surroundings),
            "args": _NO_MAC,
        }
        chain: list[Plugin] = [{"type": "loopback"}, settings, {**interface, "ipam": ipam}]
        chain += self._after()
        if self.source_based_routing:
            chain.append({"type": "sbr", "table": surroundings.table})
        return chain

    def plugin_types(self, surroundings: Surroundings) -> set[str]:
        """The names of the plugins that the conflist calls, IPAM included."""
        return {str(plugin["type"]) for plugin in self.plugins(surroundings)} | {self.ipam.name}

    @abstractmethod
    def _interface(self) -> Plugin:
        """The plugin that makes the interface, without MTU and IPAM."""

    def _after(self) -> list[Plugin]:
        """What sets the interface's MAC where its own plugin cannot."""
        return []

    def _sysctls(self, surroundings: Surroundings) -> dict[str, str]:
        if not surroundings.nodes_have_ipv6:
            return ipv4_sysctls()
        return ipv4_sysctls() | ipv6_sysctls(
            self.router_advertisements, pods_have_ipv6=surroundings.pods_have_ipv6
        )

    def _routes(self, surroundings: Surroundings) -> list[Route]:
        """The routes of the main table, then those of the network's own."""
        main = routes_by_gateway(self.routes, self.gateways)
        if surroundings.is_discovery_default:
            main = [*discovery_routes(), *main]
        if not self.source_based_routing:
            return main
        cidrs = [subnet.cidr for subnet in self.subnets]
        return [*main, *table_routes(cidrs, self.gateways, main, surroundings.table)]


class MacvlanNetwork(_Network):
    """A network that untagged frames of the parent belong to."""

    isolates_node = True
    one_pod_per_node = False

    type: Literal["macvlan"] = Field(description="macvlan: the parent's own, untagged network.")
    mode: Literal["bridge", "private", "vepa"] = Field("bridge", description="The macvlan mode.")

    @property
    def segment(self) -> Segment:
        """The parent itself."""
        return Segment(self.parent, None)

    def _interface(self) -> Plugin:
        return {
            "type": "macvlan",
            "master": self.parent,
            "mode": self.mode,
            "capabilities": {"ips": True, "mac": True},
        }


class VlanNetwork(_Network):
    """A tagged network on the parent, whose VLAN interface moves into one pod of each node."""

    isolates_node = False
    one_pod_per_node = True

    type: Literal["vlan"] = Field(description="vlan: a tagged network; one pod per node.")
    vlan_id: VlanId = Field(description="The switch's VLAN id, 1 to 4094.")

    @property
    def segment(self) -> Segment:
        """The VLAN on the parent."""
        return Segment(self.parent, self.vlan_id)

    def _interface(self) -> Plugin:
        return {
            "type": "vlan",
            "master": self.parent,
            "vlanId": self.vlan_id,
            "linkInContainer": False,
            "capabilities": {"ips": True},
        }

    def _after(self) -> list[Plugin]:
        # An empty `sysctl` keeps `tuning` from a panic.
        return [{"type": "tuning", "sysctl": {}, "capabilities": {"mac": True}}]


HomeNetwork = Annotated[MacvlanNetwork | VlanNetwork, Field(discriminator="type")]
