"""An annotation that changes with the networks' configuration, so that the pod is replaced."""

import hashlib
import json
from collections.abc import Mapping

HASH_ANNOTATION = "multihome/networks-hash"


def networks_hash(conflists: Mapping[str, Mapping[str, object]]) -> str:
    """The annotation's value, which is another one when any conflist changes."""
    text = json.dumps(conflists, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]
