"""Tolerations: which tainted nodes may run a pod all the same."""

from typing import Literal, Self

from pydantic import Field, model_validator

from config.label_forms import LabelValue, QualifiedName
from config.model import Model, refusal


class Toleration(Model):
    """One toleration, with the meaning that Kubernetes gives to its keys."""

    key: QualifiedName | None = Field(None, description="The taint's key; every key without it.")
    operator: Literal["Equal", "Exists"] = Field(
        "Equal", description="Whether the taint's value is compared."
    )
    value: LabelValue | None = Field(None, description="The taint's value, for Equal.")
    effect: Literal["NoSchedule", "PreferNoSchedule", "NoExecute"] | None = Field(
        None, description="The taint's effect; every effect without it."
    )
    seconds: int | None = Field(
        None, ge=0, description="For NoExecute: how long the pod stays; for ever without it."
    )

    @model_validator(mode="after")
    def _as_the_api_server_takes_it(self) -> Self:
        if self.operator == "Exists" and self.value:
            raise refusal("toleration", "Exists compares no value", "remove `value`")
        if self.key is None and self.operator == "Equal":
            raise refusal(
                "toleration", "without `key` it is for every taint", "write `operator: Exists`"
            )
        if self.seconds is not None and self.effect != "NoExecute":
            raise refusal(
                "toleration", "`seconds` are for one effect alone", "write `effect: NoExecute`"
            )
        return self
