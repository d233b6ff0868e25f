"""Home Assistant: a workload with settings of its own."""

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field

from config.cluster_callers import ClusterCallers
from config.http import Http
from config.http_route import HttpRoute
from config.settings import Settings
from config.time_zone import TimeZone
from config.values import InterfaceName, NetworkName
from config.workload import Workload

# In `listen_on`: eth0.
CLUSTER = "cluster"


class HomeAssistant(Workload):
    """The keys that only Home Assistant has."""

    time_zone: TimeZone = Field(description="The time zone, for example Europe/Berlin.")
    settings: Settings | None = Field(None, description="What Home Assistant knows of the home.")
    http: Http = Field(Http(), description="The settings of its web server.")
    route: HttpRoute | None = Field(None, description="A route by a Gateway of the cluster.")
    cluster_callers: ClusterCallers | None = Field(
        None, description="Who may call it by the cluster's network; everyone when left out."
    )
    listen_on: Annotated[
        tuple[NetworkName, ...] | None,
        Field(
            strict=False,
            description="The networks by whose addresses it is called, and `cluster` for eth0; all"
            " when left out, and with [] only `kubectl port-forward`. This is no isolation: see"
            " docs/background/home-assistant.md#listening.",
        ),
    ] = None
    discovery_interfaces: Annotated[
        tuple[InterfaceName, ...] | None,
        Field(
            strict=False,
            min_length=1,
            description="The pod's interfaces that mDNS and SSDP use; those in networks with"
            " `discovery` when left out.",
        ),
    ] = None

    @property
    def has_proxy(self) -> bool:
        """Whether a proxy of the cluster passes requests on."""
        return self.ingress is not None or self.route is not None

    @property
    def listens_in_cluster(self) -> bool:
        """Whether it is called by the pod's address in the cluster's network."""
        return self.listen_on is None or CLUSTER in self.listen_on

    def secrets(self) -> Iterator[tuple[str, str]]:
        """(key path below the workload's key, name of the secret) of each secret that it uses."""
        yield from super().secrets()
        if self.settings is not None and self.settings.location is not None:
            yield "settings.location", self.settings.location
