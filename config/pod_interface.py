"""One interface of a pod in a home network."""

from pydantic import Field

from config.ip import Address, IpAddress
from config.model import Model
from config.values import InterfaceName, Mac, NetworkName


class PodInterface(Model):
    """One interface of the pod in a home network, with fixed address and MAC."""

    network: NetworkName = Field(description="The name of one of the networks.")
    name: InterfaceName = Field(description="The interface's name in the pod.")
    address: Address = Field(description="The pod's fixed address in the network.")
    ipv6_address: Address | None = Field(
        None, description="The fixed IPv6 address in a dual-stack network."
    )
    mac: Mac = Field(description="The interface's fixed MAC, in quotes.")

    @property
    def addresses(self) -> tuple[IpAddress, ...]:
        """The fixed addresses, in the order of the network's subnets."""
        return (self.address,) if self.ipv6_address is None else (self.address, self.ipv6_address)
