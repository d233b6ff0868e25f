"""Home Assistant: image, data, service, and its interfaces in the home networks."""

from typing import Annotated

from pydantic import Field

from config.image import Image
from config.ip import Address, IpAddress
from config.model import Model
from config.time_zone import TimeZone
from config.values import (
    DnsSubdomain,
    IngressHost,
    InterfaceName,
    Mac,
    NetworkName,
    Quantity,
)


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


class Storage(Model):
    """The volume that keeps Home Assistant's data."""

    size: Quantity = Field("10Gi", description="The volume's size.")
    storage_class: DnsSubdomain | None = Field(
        None, description="The storage class; the cluster's default when left out."
    )


class Ingress(Model):
    """How the world outside the cluster reaches the user interface."""

    host: IngressHost = Field(description="The host name that browsers use.")
    ingress_class: DnsSubdomain | None = Field(
        None, description="The ingress class, for example traefik."
    )
    tls_secret: DnsSubdomain | None = Field(None, description="The Secret with the certificate.")


class HomeAssistant(Model):
    """The workload: one pod."""

    image: Image = Field(description="The container image with a version that does not move.")
    time_zone: TimeZone = Field(description="The time zone, for example Europe/Berlin.")
    storage: Storage = Field(Storage(), description="Where its data is kept.")
    ingress: Ingress | None = Field(None, description="An ingress, when there is to be one.")
    start_minutes: int = Field(
        15, ge=1, le=120, description="How long `up` waits for the pod before it fails."
    )
    verify_after_apply: bool = Field(
        default=True,
        description="Whether `up` fails when the pod is not exactly as planned: addresses, MTUs,"
        " routes, rules, sysctls. Interfaces and MACs are always checked.",
    )
    nodes: Annotated[
        tuple[DnsSubdomain, ...],
        Field(strict=False, description="The nodes that may run the pod; all when left out."),
    ] = ()
    discovery_default: NetworkName | None = Field(
        None,
        description="The network with `discovery` by which multicast and broadcast leave; the first"
        " one of `interfaces` when left out.",
    )
    interfaces: Annotated[
        tuple[PodInterface, ...],
        Field(strict=False, description="The pod's interfaces beside eth0, in order."),
    ]
