"""A route of the Gateway API: how browsers outside the cluster reach a workload by a Gateway."""

from pydantic import Field

from config.model import Model
from config.values import DnsLabel, DnsSubdomain, IngressHost


class HttpRoute(Model):
    """An HTTPRoute for the user interface; the Gateway is there already."""

    host: IngressHost = Field(description="The host name that browsers use.")
    gateway: DnsSubdomain = Field(description="The name of the Gateway.")
    gateway_namespace: DnsLabel | None = Field(
        None, description="The namespace of the Gateway; the workload's own when left out."
    )
    section: DnsSubdomain | None = Field(
        None, description="The name of the Gateway's listener; all that fit when left out."
    )
    tls: bool = Field(
        default=True,
        description="Whether the listener speaks TLS, so that the URL starts with https://",
    )
