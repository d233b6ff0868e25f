"""The tolerations of a workload's pod."""

from collections.abc import Iterable
from typing import Any

from config.tolerations import Toleration


def described(tolerations: Iterable[Toleration]) -> list[dict[str, Any]]:
    """The tolerations as a pod has them."""
    return [_described(toleration) for toleration in tolerations]


def _described(toleration: Toleration) -> dict[str, Any]:
    found = toleration.model_dump(exclude_none=True)
    if "seconds" in found:
        found["tolerationSeconds"] = found.pop("seconds")
    return found
