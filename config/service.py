"""The service in front of a workload's pod."""

from typing import Literal, Self

from pydantic import Field, model_validator

from config.metadata import Metadata
from config.model import refusal

ServiceType = Literal["ClusterIP", "LoadBalancer", "NodePort"]
TrafficPolicy = Literal["Cluster", "Local"]


class Service(Metadata):
    """How callers reach the pod's eth0."""

    type: ServiceType = Field(
        "ClusterIP",
        description="Who reaches it: the cluster, or also others by an address of a load balancer"
        " or by a port of the nodes.",
    )
    external_traffic_policy: TrafficPolicy | None = Field(
        None, description="Local keeps the callers' addresses, which no attached pod can answer."
    )

    @property
    def is_for_outside(self) -> bool:
        """Whether it has callers from outside the cluster."""
        return self.type != "ClusterIP"

    @model_validator(mode="after")
    def _policy_has_callers(self) -> Self:
        if self.external_traffic_policy is not None and not self.is_for_outside:
            raise refusal(
                "traffic-policy",
                "external_traffic_policy is for callers from outside, and ClusterIP has none",
                "remove it, or write another type",
            )
        return self
