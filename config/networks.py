"""The home networks: each is a segment with its subnets, and knows the plugins that make it."""

from abc import ABC, abstractmethod
from typing import Annotated, ClassVar, Literal, NamedTuple

from pydantic import Field

from config.ip import IpAddress, Network
from config.ipam import HOST_LOCAL, IpamName
from config.subnet import Subnet
from config.values import InterfaceName, VlanId

ON_LINK = "0.0.0.0"  # noqa: S104 - the gateway that means "no gateway" to the plugins
MULTICAST = "224.0.0.0/4"

Plugin = dict[str, object]


class Segment(NamedTuple):
    """One broadcast domain: a parent interface, and the VLAN id of a tagged network on it."""

    parent: str
    vlan_id: int | None

    @property
    def is_tagged(self) -> bool:
        """Whether the pod's plugin tags the frames, on a parent that others use untagged."""
        return self.vlan_id is not None

    @property
    def label(self) -> str:
        """`VLAN 2 on eth0`, or `untagged on eth0`; a parent `bond0.70` is VLAN 70 on bond0."""
        if self.vlan_id is not None:
            return f"VLAN {self.vlan_id} on {self.parent}"
        device, _, vlan_id = self.parent.rpartition(".")
        tagged = bool(device) and vlan_id.isdigit()
        return f"VLAN {vlan_id} on {device}" if tagged else f"untagged on {self.parent}"


class _Network(Subnet, ABC):
    # Whether the kernel keeps a node and the pods on it apart in this network.
    isolates_node: ClassVar[bool]
    # Whether a node makes the segment's interface once, for one pod.
    one_pod_per_node: ClassVar[bool]

    parent: InterfaceName = Field(description="The nodes' interface that leads to the network.")
    ipam: IpamName = Field(
        default_factory=lambda: HOST_LOCAL, json_schema_extra={"default": "host-local"}
    )
    ipv6: Subnet | None = Field(None, description="The IPv6 subnet of a dual-stack network.")
    mtu: int | None = Field(None, description="MTU in bytes; the parent's when left out.")
    routing: Literal["on_link", "discovery", "routed"] = Field(
        "on_link",
        description="on_link: the subnet alone; discovery: multicast as well; routed: `routes`"
        " by `gateway` as well.",
    )
    routes: Annotated[
        tuple[Network, ...],
        Field(strict=False, description="routed: the destinations that the gateway leads to."),
    ] = ()

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
    def has_multicast_route(self) -> bool:
        """Whether the pod's multicast goes by this network; IPv6 needs no route for it."""
        return self.routing == "discovery" and 4 in self.ip_versions

    @property
    @abstractmethod
    def segment(self) -> Segment:
        """The broadcast domain that the network is."""

    def plugins(self) -> list[Plugin]:
        """The plugins of the network's conflist: the interface first, with its IPAM."""
        first, *chained = self._chain()
        if self.mtu is not None:
            first["mtu"] = self.mtu
        ipam: Plugin = {"type": self.ipam.name, **self.ipam.settings(self.subnets)}
        if routes := self._routes():
            ipam["routes"] = routes
        return [{**first, "ipam": ipam}, *chained]

    def plugin_types(self) -> set[str]:
        """The names of the plugins that the conflist calls, IPAM included."""
        return {str(plugin["type"]) for plugin in self._chain()} | {self.ipam.name}

    @abstractmethod
    def _chain(self) -> list[Plugin]:
        """The plugins without MTU and IPAM, the one that makes the interface first."""

    def _routes(self) -> list[dict[str, str]]:
        """Every route names its gateway: host-local would fill in its own."""
        if self.has_multicast_route:
            return [{"dst": MULTICAST, "gw": ON_LINK}]
        if self.routing == "routed":
            gateways = self.gateways
            return [
                {"dst": str(dst), "gw": str(gateways[dst.version])}
                for dst in self.routes
                if dst.version in gateways
            ]
        return []


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

    def _chain(self) -> list[Plugin]:
        return [
            {
                "type": "macvlan",
                "master": self.parent,
                "mode": self.mode,
                "capabilities": {"ips": True, "mac": True},
            }
        ]


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

    def _chain(self) -> list[Plugin]:
        interface: Plugin = {
            "type": "vlan",
            "master": self.parent,
            "vlanId": self.vlan_id,
            "linkInContainer": False,
            "capabilities": {"ips": True},
        }
        # The plugin vlan cannot set a MAC; an empty `sysctl` keeps tuning from a panic.
        mac: Plugin = {"type": "tuning", "sysctl": {}, "capabilities": {"mac": True}}
        return [interface, mac]


HomeNetwork = Annotated[MacvlanNetwork | VlanNetwork, Field(discriminator="type")]
