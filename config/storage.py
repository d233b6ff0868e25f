"""The volume of a workload."""

from pydantic import Field

from config.model import Model
from config.values import DnsSubdomain, Quantity


class Storage(Model):
    """The volume that keeps a workload's data."""

    size: Quantity = Field("10Gi", description="The volume's size.")
    storage_class: DnsSubdomain | None = Field(
        None, description="The storage class; the cluster's default when left out."
    )
