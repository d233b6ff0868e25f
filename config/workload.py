"""What every workload has: image, data, nodes, and its interfaces in the home networks."""

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field

from config.environment import Environment, SecretReference
from config.image import Image
from config.ingress import Ingress
from config.model import Model
from config.pod_interface import PodInterface
from config.resources import Resources
from config.storage import Storage
from config.values import DnsSubdomain, NetworkName


class Workload(Model):
    """One pod, never two: its addresses and MACs are fixed."""

    image: Image = Field(description="The container image with a version that does not move.")
    storage: Storage = Field(Storage(), description="Where its data is kept.")
    ingress: Ingress | None = Field(None, description="An ingress, when there is to be one.")
    environment: Environment = Field(
        default_factory=dict,
        description="Further environment variables: a text, in which $(NAME) is replaced by the"
        " secret of that variable, or {secret: name}.",
    )
    resources: Resources = Field(
        Resources(), description="What its container gets of the node, at least and at most."
    )
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

    def secrets(self) -> Iterator[tuple[str, str]]:
        """(key path below the workload's key, name of the secret) of each secret that it uses."""
        for name, value in self.environment.items():
            if isinstance(value, SecretReference):
                yield f"environment.{name}.secret", value.secret

    @property
    def secret_names(self) -> tuple[str, ...]:
        """The names of the secrets that it uses, each once, sorted."""
        return tuple(sorted({name for _, name in self.secrets()}))
