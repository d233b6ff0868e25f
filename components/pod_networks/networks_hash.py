"""The pod is made anew when the configuration of a network changes: an annotation sees to it."""

import hashlib
import json
from collections.abc import Mapping

HASH_ANNOTATION = "multihome/networks-hash"


def networks_hash(conflists: Mapping[str, Mapping[str, object]]) -> str:
    """The annotation's value: another one for every change of a conflist."""
    text = json.dumps(conflists, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]
