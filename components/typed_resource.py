"""A Kubernetes object as the arguments of the SDK's class for its kind."""

import re
from collections.abc import Mapping
from typing import Any


def arguments(described: Mapping[str, Any]) -> dict[str, Any]:
    """The object's top-level keys by their Python names; the class itself says version and kind."""
    return {
        re.sub("[A-Z]", lambda match: f"_{match[0].lower()}", key): value
        for key, value in described.items()
        if key not in {"apiVersion", "kind"}
    }
