"""The home networks that pods get a foot in."""

from typing import Annotated, Literal

from pydantic import Field

from config.ip import Gateway, IpAddress, Network, Range
from config.model import Model
from config.values import InterfaceName, VlanId


class Subnet(Model):
    """One address family of a network."""

    subnet: Network = Field(description="The network's subnet, for example 192.168.18.0/24.")
    range: Range | None = Field(
        None, description="host-local: the addresses that pods may get, first-last."
    )
    gateway: Gateway | None = Field(None, description="The router's address in the subnet.")
    dhcp_pool: Range | None = Field(
        None, description="The addresses that the home's DHCP server hands out; never a pod's."
    )


class _Network(Subnet):
    parent: InterfaceName = Field(
        description="The nodes' interface that the network is reached by."
    )
    ipam: Literal["host-local", "static"] = Field(
        "host-local", description="host-local: leases from `range`, per node; static: fixed only."
    )
    ipv6: Subnet | None = Field(None, description="The IPv6 subnet of a dual-stack network.")
    mtu: int | None = Field(None, description="MTU in bytes; the parent's when left out.")
    routing: Literal["on_link", "discovery", "routed"] = Field(
        "on_link",
        description="on_link: none; discovery: multicast by it; routed: `routes` via gateway.",
    )
    routes: Annotated[
        tuple[Network, ...],
        Field(strict=False, description="routed: the destinations that the gateway leads to."),
    ] = ()

    @property
    def subnets(self) -> tuple[Subnet, ...]:
        """The families of the network, in the order in which addresses are given."""
        return (self,) if self.ipv6 is None else (self, self.ipv6)

    @property
    def gateways(self) -> dict[int, IpAddress]:
        """The gateway of each IP version that has one; the first subnet's comes first."""
        found: dict[int, IpAddress] = {}
        for family in self.subnets:
            if family.gateway is not None:
                found.setdefault(family.gateway.version, family.gateway)
        return found


class MacvlanNetwork(_Network):
    """A network that untagged frames of the parent belong to."""

    type: Literal["macvlan"] = Field(description="macvlan: the parent's own, untagged network.")
    mode: Literal["bridge", "private", "vepa"] = Field("bridge", description="The macvlan mode.")


class VlanNetwork(_Network):
    """A tagged network on the parent; one pod per node (facts/cni.md section 1.3)."""

    type: Literal["vlan"] = Field(description="vlan: a tagged network; one pod per node.")
    vlan_id: VlanId = Field(description="The switch's VLAN id, 1 to 4094.")


HomeNetwork = Annotated[MacvlanNetwork | VlanNetwork, Field(discriminator="type")]
