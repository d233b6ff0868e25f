"""Home Assistant: a workload with settings of its own."""

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field

from config.folder import RelativeFolder, SecretKey
from config.http import Http
from config.restore import Restore
from config.settings import Settings
from config.time_zone import TimeZone
from config.values import DnsLabel, InterfaceName, NetworkName
from config.workload import Workload

# In `listen_on`: eth0.
CLUSTER = "cluster"


class HomeAssistant(Workload):
    """The keys that only Home Assistant has."""

    time_zone: TimeZone = Field(description="The time zone, for example Europe/Berlin.")
    settings: Settings | None = Field(None, description="What Home Assistant knows of the home.")
    http: Http = Field(Http(), description="The settings of its web server.")
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

    configuration: RelativeFolder | None = Field(
        None, description="A folder beside the stack file; its files *.yaml are packages."
    )
    configuration_secrets: dict[SecretKey, DnsLabel] = Field(
        default_factory=dict,
        description="The values of `!secret` in the packages: names in `secrets`, by the names that"
        " the packages use.",
    )
    check_before_replacing: bool = Field(
        default=True,
        description="Whether a Job checks data and configuration with the new image before `up`"
        " replaces the pod.",
    )
    copies: int = Field(
        3,
        ge=0,
        le=99,
        description="How many cold copies of the data are kept; one is made before each new release"
        " starts, and before a restore. 0 makes none.",
    )
    restore: Restore | None = Field(
        None, description="The backup to restore: a cold copy, or one of Home Assistant's own."
    )

    @property
    def listens_in_cluster(self) -> bool:
        """Whether it is called by the pod's address in the cluster's network."""
        return self.listen_on is None or CLUSTER in self.listen_on

    def secrets(self) -> Iterator[tuple[str, str]]:
        """As those of every workload, and those of its settings, packages and backup."""
        yield from super().secrets()
        if self.settings is not None and self.settings.location is not None:
            yield "settings.location", self.settings.location
        for key, name in self.configuration_secrets.items():
            yield f"configuration_secrets.{key}", name
        if self.restore is not None and self.restore.password is not None:
            yield "restore.password", self.restore.password
