"""What a workload's container may use of its node, and what the node keeps free for it."""

from typing import Self

from pydantic import Field, model_validator

from config.model import Model, refusal
from config.quantities import Cpu, kibibytes, thousandths
from config.values import Quantity


class Requests(Model):
    """What is kept free."""

    cpu: Cpu = Field("100m", description="The processors that are kept free.")
    memory: Quantity = Field("512Mi", description="The memory that is kept free.")


class Limits(Model):
    """What is not exceeded."""

    cpu: Cpu | None = Field(
        None, description="The processors that it may use; all when left out: a limit slows it."
    )
    memory: Quantity = Field(
        "2Gi", description="The memory beyond which the kernel ends the program."
    )


class Resources(Model):
    """Requests and limits. No request is above its limit, as the API server demands."""

    requests: Requests = Field(Requests(), description="What is kept free on the node.")
    limits: Limits = Field(Limits(), description="What it may use at most.")

    @model_validator(mode="after")
    def _requests_within_limits(self) -> Self:
        for key, amount in (("cpu", thousandths), ("memory", kibibytes)):
            request, limit = getattr(self.requests, key), getattr(self.limits, key)
            if limit is not None and amount(request) > amount(limit):
                raise refusal(
                    "request-above-limit",
                    f"{request} of {key} are requested, and the limit is {limit}",
                    f"write another requests.{key} or limits.{key}",
                )
        return self
