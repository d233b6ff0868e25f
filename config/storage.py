"""The volume of a workload."""

import re
from typing import Literal

from pydantic import Field

from config.model import Model
from config.values import DnsSubdomain, Quantity

AccessMode = Literal["ReadWriteOnce", "ReadWriteOncePod", "ReadWriteMany"]


class Storage(Model):
    """The volume that keeps a workload's data."""

    size: Quantity = Field("10Gi", description="The volume's size.")
    storage_class: DnsSubdomain | None = Field(
        None, description="The storage class; the cluster's default when left out."
    )
    access_mode: AccessMode = Field(
        "ReadWriteOnce", description="Who may mount the volume: one node, one pod, or many nodes."
    )
    existing_claim: DnsSubdomain | None = Field(
        None,
        description="A claim of the namespace that is there already. It is used as it is, and is"
        " neither made, changed nor protected.",
    )

    @property
    def is_named_after_nfs(self) -> bool:
        """Whether the storage class calls itself NFS."""
        return "nfs" in re.split("[-.]", self.storage_class or "")

    @property
    def unused_keys(self) -> tuple[str, ...]:
        """The keys that are given and change nothing."""
        if self.existing_claim is None:
            return ()
        return tuple(sorted(self.model_fields_set - {"existing_claim"}))
