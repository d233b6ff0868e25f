"""How browsers outside the cluster reach a workload."""

from typing import Self

from pydantic import Field, model_validator

from config.metadata import Metadata
from config.model import refusal
from config.values import DnsSubdomain, IngressHost

# What named the class before `ingressClassName` did.
_OLD_CLASS = "kubernetes.io/ingress.class"


class Ingress(Metadata):
    """An ingress for the user interface. An annotation for cert-manager has a certificate made."""

    host: IngressHost = Field(description="The host name that browsers use.")
    ingress_class: DnsSubdomain | None = Field(
        None, description="The ingress class, for example traefik."
    )
    tls_secret: DnsSubdomain | None = Field(None, description="The Secret with the certificate.")

    @model_validator(mode="after")
    def _one_class(self) -> Self:
        if self.ingress_class is not None and _OLD_CLASS in self.annotations:
            raise refusal(
                "ingress-class-twice",
                f"the annotation {_OLD_CLASS} names a class as well",
                "remove the annotation",
            )
        return self
