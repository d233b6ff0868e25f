"""IPAM plugins: how a pod interface gets its addresses, and what the checks must know of each."""

from collections.abc import Sequence
from typing import Annotated, ClassVar

from pydantic import PlainSerializer

from config.ip import AddressRange, IpAddress
from config.model import refusal
from config.subnet import Subnet
from config.text import parsed, schema

# Leases end with the sandboxes that they belong to, also when a power cut ends these.
LEASE_FOLDER = "/run/cni/multihome"


class Ipam:
    """An IPAM plugin. `fewest_addresses` is the size of the smallest subnet that it accepts."""

    name: ClassVar[str]
    gives_out_addresses: ClassVar[bool]
    takes_several_addresses: ClassVar[bool]
    fewest_addresses: ClassVar[int]

    def gateway(self, subnet: Subnet) -> IpAddress | None:
        """The address that the plugin takes for the router's."""
        return subnet.gateway

    def leases(self, subnet: Subnet) -> AddressRange | None:  # noqa: ARG002 - others use it
        """The addresses that the plugin gives out; None if it gives out none."""
        return None

    def settings(self, subnets: Sequence[Subnet]) -> dict[str, object]:  # noqa: ARG002 - ditto
        """The plugin's own keys of the `ipam` section of a conflist."""
        return {}

    def __str__(self) -> str:
        return self.name


class Static(Ipam):
    """The pod asks for its addresses; the plugin keeps no state and checks nothing."""

    name = "static"
    gives_out_addresses = False
    takes_several_addresses = True
    fewest_addresses = 2


class HostLocal(Ipam):
    """Each node leases the addresses of `range`; it fails when a pod asks for two of them."""

    name = "host-local"
    gives_out_addresses = True
    takes_several_addresses = False
    fewest_addresses = 4

    def gateway(self, subnet: Subnet) -> IpAddress | None:
        """The router's address, which is never leased: the first one unless given."""
        if subnet.gateway is None and subnet.cidr.num_addresses > 1:
            return subnet.cidr[1]
        return subnet.gateway

    def leases(self, subnet: Subnet) -> AddressRange | None:
        """The range, or both hosts of an IPv4 subnet of four; None where a range is missing."""
        cidr = subnet.cidr
        if subnet.range is None and cidr.version == 4 and cidr.num_addresses == 4:
            return AddressRange(first=cidr[1], last=cidr[2])
        return subnet.range

    def settings(self, subnets: Sequence[Subnet]) -> dict[str, object]:
        """Folder of the leases, and a range per subnet."""
        return {"dataDir": LEASE_FOLDER, "ranges": [[_range(subnet)] for subnet in subnets]}


def _range(subnet: Subnet) -> dict[str, str]:
    described = {"subnet": str(subnet.cidr)}
    if subnet.range is not None:
        described["rangeStart"] = str(subnet.range.first)
        described["rangeEnd"] = str(subnet.range.last)
    if subnet.gateway is not None:
        described["gateway"] = str(subnet.gateway)
    return described


HOST_LOCAL, STATIC = HostLocal(), Static()
IPAMS: dict[str, Ipam] = {ipam.name: ipam for ipam in (HOST_LOCAL, STATIC)}


def _parse(text: str) -> Ipam:
    if text not in IPAMS:
        raise refusal("ipam", "there is no such IPAM", f"expected {' or '.join(IPAMS)}")
    return IPAMS[text]


IpamName = Annotated[
    Ipam,
    parsed(_parse, "ipam", " or ".join(IPAMS)),
    PlainSerializer(str),
    schema(
        "host-local: leases from `range`, on each node; static: only the pod's fixed addresses.",
        enum=list(IPAMS),
    ),
]
