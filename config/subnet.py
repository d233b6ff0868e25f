"""A subnet of a home network, with the addresses that are spoken for in it."""

from pydantic import Field

from config.ip import Gateway, IpAddress, Network, Range
from config.model import Model


class Subnet(Model):
    """One subnet of a network; a dual-stack network has two."""

    cidr: Network = Field(
        alias="subnet", description="The network's subnet, for example 192.168.18.0/24."
    )
    range: Range | None = Field(
        None, description="host-local: the addresses that pods may get, first-last."
    )
    gateway: Gateway | None = Field(None, description="The router's address in the subnet.")
    dhcp_pool: Range | None = Field(
        None, description="The addresses that the home's DHCP server gives out; never a pod's."
    )

    @property
    def unassignable(self) -> tuple[IpAddress, ...]:
        """What no host may have: IPv4's broadcast address, IPv6's address of all routers.

        A subnet of two addresses has neither (RFC 3021, RFC 6164).
        """
        if self.cidr.num_addresses <= 2:
            return ()
        last, first = self.cidr.broadcast_address, self.cidr.network_address
        return (last if self.cidr.version == 4 else first,)
