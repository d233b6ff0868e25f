"""Home Assistant: a workload with settings of its own."""

from pydantic import Field

from config.time_zone import TimeZone
from config.workload import Workload


class HomeAssistant(Workload):
    """The keys that only Home Assistant has."""

    time_zone: TimeZone = Field(description="The time zone, for example Europe/Berlin.")
