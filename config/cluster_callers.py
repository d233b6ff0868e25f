"""Who may call a workload by the cluster's own network."""

from typing import Annotated

from pydantic import Field

from config.ip import Network
from config.model import Model
from config.values import DnsLabel


class ClusterCallers(Model):
    """The only callers from the cluster, by a NetworkPolicy; the pod's own node always may."""

    namespaces: Annotated[
        tuple[DnsLabel, ...],
        Field(strict=False, description="All pods of these namespaces, for example kube-system."),
    ] = ()
    networks: Annotated[
        tuple[Network, ...],
        Field(strict=False, description="Addresses that are no pod's, for example a node's /32."),
    ] = ()

    @property
    def nobody(self) -> bool:
        """Whether no caller is named."""
        return not (self.namespaces or self.networks)
