"""What every workload has: image, data, nodes, and its interfaces in the home networks."""

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field

from config.capabilities import Capability
from config.cluster_callers import ClusterCallers
from config.devices import Devices
from config.environment import Environment, secret_of
from config.http_route import HttpRoute
from config.image import Image
from config.ingress import Ingress
from config.metadata import Metadata
from config.model import Model
from config.pod_interface import PodInterface
from config.resources import Resources
from config.run_as import GroupId, RunAs
from config.service import Service
from config.storage import Storage
from config.tolerations import Toleration
from config.values import DnsSubdomain, NetworkName


class Workload(Model):
    """One pod, never two: its addresses and MACs are fixed."""

    image: Image = Field(description="The container image with a version that does not move.")
    storage: Storage = Field(Storage(), description="Where its data is kept.")
    ingress: Ingress | None = Field(None, description="An ingress, when there is to be one.")
    route: HttpRoute | None = Field(None, description="A route by a Gateway of the cluster.")
    service: Service = Field(Service(), description="The service in front of it.")
    cluster_callers: ClusterCallers | None = Field(
        None, description="Who may call it by the cluster's network; everyone when left out."
    )
    pod: Metadata = Field(Metadata(), description="Labels and annotations of the pod.")
    environment: Environment = Field(
        default_factory=dict,
        description="Further environment variables: a text, in which $(NAME) is replaced by the"
        " secret of that variable, or {secret: name}.",
    )
    resources: Resources = Field(
        Resources(), description="What its container gets of the node, at least and at most."
    )
    run_as: RunAs | None = Field(
        None, description="The user of a rootless image; the image's own when left out."
    )
    fs_group: GroupId | None = Field(
        None, description="The group that a new volume is given to, for a rootless image."
    )
    capabilities: Annotated[
        tuple[Capability, ...],
        Field(
            strict=False,
            description="Further capabilities: NET_RAW, for example, finds devices by DHCP.",
        ),
    ] = ()
    devices: Devices = Field(
        (),
        description="Devices: names of a device plugin's resources, or paths of one node with"
        " `privileged: true`.",
    )
    bluetooth: bool = Field(
        default=False,
        description="Whether it has the node's D-Bus, by which BlueZ gives it the adapter. Root in"
        " the pod may then do what root on the node may.",
    )
    privileged: bool = Field(
        default=False,
        description="Whether it has all rights of root on its node, which paths of devices need.",
    )
    host_users: bool = Field(
        default=True,
        description="False gives the pod user numbers of its own, so that its root is nobody on the"
        " node. It needs Linux 6.3, containerd 2.0 and a volume that is not NFS.",
    )
    start_minutes: int = Field(
        15, ge=1, le=120, description="How long `up` waits for the pod before it fails."
    )
    verify_after_apply: bool = Field(
        default=True,
        description="Whether `up` fails when the pod is not exactly as planned: addresses, MTUs,"
        " routes, rules, sysctls; or when Home Assistant starts in recovery mode. Interfaces and"
        " MACs are always checked.",
    )
    nodes: Annotated[
        tuple[DnsSubdomain, ...],
        Field(strict=False, description="The nodes that may run the pod; all when left out."),
    ] = ()
    tolerations: Annotated[
        tuple[Toleration, ...],
        Field(strict=False, description="The taints of nodes that may run the pod all the same."),
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

    @property
    def has_proxy(self) -> bool:
        """Whether a proxy of the cluster passes requests on."""
        return self.ingress is not None or self.route is not None

    def secrets(self) -> Iterator[tuple[str, str]]:
        """(key path below the workload's key, name of the secret) of each secret that it uses."""
        for name, value in self.environment.items():
            if (secret := secret_of(value)) is not None:
                yield f"environment.{name}.secret", secret

    def unused_keys(self) -> Iterator[tuple[str, str]]:
        """(key below the workload's key, reason) of each key that is given and changes nothing."""
        for key in self.storage.unused_keys:
            yield f"storage.{key}", "with `existing_claim`"
        if self.capabilities and self.privileged:
            yield "capabilities", "with `privileged: true`"
        # https://github.com/kubernetes/kubernetes/issues/56374
        elif self.capabilities and self.run_as is not None:
            yield "capabilities", "a user that is not root gets no capability: with `run_as`"

    @property
    def secret_names(self) -> tuple[str, ...]:
        """The names of the secrets that it uses, each once, sorted."""
        return tuple(sorted({name for _, name in self.secrets()}))
