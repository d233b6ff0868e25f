"""The parts of a site with the paths of their keys, as rules go over them.

No rule judges a network that the pod has no interface in.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from config.checks.rule import Finding
from config.ip import AddressRange, IpAddress, IpNetwork
from config.networks import HomeNetwork
from config.pod_interface import PodInterface
from config.segment import Segment
from config.site import Site
from config.subnet import Subnet

WORKLOAD = "home_assistant"


@dataclass(frozen=True, kw_only=True)
class LocatedNetwork:
    """A network that the pod is in."""

    name: str
    network: HomeNetwork

    def finding(self, key: str, value: object, message: str) -> Finding:
        """A finding about a key of the network, or about the network itself."""
        path = f"networks.{self.name}"
        return Finding(
            path=f"{path}.{key}" if key else path, value=value, message=message, network=self.name
        )


@dataclass(frozen=True, kw_only=True)
class LocatedSubnet:
    """A subnet of a network; `path` is that of the subnet's keys."""

    name: str
    path: str
    network: HomeNetwork
    subnet: Subnet

    @property
    def cidr(self) -> IpNetwork:
        """The subnet itself."""
        return self.subnet.cidr

    @property
    def segment(self) -> Segment:
        """The network's segment."""
        return self.network.segment

    @property
    def gateway(self) -> IpAddress | None:
        """The address that the network's IPAM takes for the router's."""
        return self.network.ipam.gateway(self.subnet)

    @property
    def leases(self) -> AddressRange | None:
        """The addresses that the network's IPAM gives out."""
        return self.network.ipam.leases(self.subnet)

    @property
    def uses_gateway(self) -> bool:
        """Whether a route leads by the subnet's gateway."""
        network, gateway = self.network, self.subnet.gateway
        if gateway is None or network.gateways[gateway.version] != gateway:
            return False
        led = any(route.version == gateway.version for route in network.routes)
        return led or network.source_based_routing

    def finding(self, key: str, value: object, message: str) -> Finding:
        """A finding about a key of the subnet."""
        path = f"{self.path}.{key}"
        return Finding(path=path, value=value, message=message, network=self.name)


@dataclass(frozen=True, kw_only=True)
class LocatedInterface:
    """An interface of the pod, in a network that there is."""

    path: str
    interface: PodInterface
    network: HomeNetwork

    @property
    def segment(self) -> Segment:
        """The network's segment."""
        return self.network.segment

    def finding(self, key: str, value: object, message: str) -> Finding:
        """A finding about a key of the interface."""
        return Finding(
            path=f"{self.path}.{key}",
            value=value,
            message=message,
            network=self.interface.network,
            workload=WORKLOAD,
        )


@dataclass(frozen=True, kw_only=True)
class LocatedAddress(LocatedInterface):
    """A fixed address of the pod, in a subnet that there is; `key` is the address's own."""

    key: str
    address: IpAddress
    subnet: Subnet

    @property
    def address_path(self) -> str:
        """The path of the address."""
        return f"{self.path}.{self.key}"

    def about(self, message: str) -> Finding:
        """A finding about the address."""
        return self.finding(self.key, self.address, message)


def located_networks(site: Site) -> Iterator[LocatedNetwork]:
    """Every network that the pod is in."""
    for name, network in site.attached_networks.items():
        yield LocatedNetwork(name=name, network=network)


def located_subnets(site: Site) -> Iterator[LocatedSubnet]:
    """Every subnet of every network that the pod is in."""
    for name, network in site.attached_networks.items():
        path = f"networks.{name}"
        yield LocatedSubnet(name=name, path=path, network=network, subnet=network)
        if network.ipv6 is not None:
            yield LocatedSubnet(
                name=name, path=f"{path}.ipv6", network=network, subnet=network.ipv6
            )


def located_interfaces(site: Site) -> Iterator[LocatedInterface]:
    """Every interface of the pod whose network there is."""
    for position, interface in enumerate(site.home_assistant.interfaces):
        network = site.networks.get(interface.network)
        if network is not None:
            path = f"{WORKLOAD}.interfaces[{position}]"
            yield LocatedInterface(path=path, interface=interface, network=network)


def located_addresses(site: Site) -> Iterator[LocatedAddress]:
    """Every fixed address of the pod that has a subnet."""
    for found in located_interfaces(site):
        interface, network = found.interface, found.network
        subnets = {"address": network.subnets[0], "ipv6_address": network.ipv6}
        for key, subnet in subnets.items():
            address = getattr(interface, key)
            if address is not None and subnet is not None:
                yield LocatedAddress(
                    path=found.path,
                    interface=interface,
                    network=network,
                    key=key,
                    address=address,
                    subnet=subnet,
                )


def about_node(name: str, key: str, value: object, message: str) -> Finding:
    """A finding about a key of a node."""
    return Finding(path=f"nodes.{name}.{key}", value=value, message=message, node=name)
