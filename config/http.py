"""How Home Assistant's own web server is reached."""

import ipaddress
from typing import Annotated

from pydantic import Field, PlainSerializer

from config.ip import IpNetwork, parse_network, parse_node_address
from config.model import Model
from config.text import parsed, schema

PORT = 8123


def _parse_proxy(text: str) -> IpNetwork:
    """A network, or one address as the network of it alone."""
    if "/" in text:
        return parse_network(text)
    return ipaddress.ip_network(parse_node_address(text))


TrustedProxy = Annotated[
    IpNetwork,
    parsed(_parse_proxy, "subnet-form", "a network like 10.42.0.0/16 or an address"),
    PlainSerializer(str),
    schema(
        "A proxy's address, or the network that it is in, for example 10.42.0.0/16.",
        r"^[0-9A-Fa-f:.]+(/[0-9]+)?$",
    ),
]


class Http(Model):
    """The settings of the web server."""

    port: int = Field(
        PORT, ge=1024, le=65535, description="The port that Home Assistant listens on."
    )
    trusted_proxies: Annotated[
        tuple[TrustedProxy, ...] | None,
        Field(
            strict=False,
            min_length=1,
            description="The proxies that Home Assistant believes who the caller is; with an"
            " ingress or a route the cluster's pod networks when left out.",
        ),
    ] = None
