"""How browsers outside the cluster reach a workload."""

from pydantic import Field

from config.model import Model
from config.values import DnsSubdomain, IngressHost


class Ingress(Model):
    """An ingress for the user interface."""

    host: IngressHost = Field(description="The host name that browsers use.")
    ingress_class: DnsSubdomain | None = Field(
        None, description="The ingress class, for example traefik."
    )
    tls_secret: DnsSubdomain | None = Field(None, description="The Secret with the certificate.")
