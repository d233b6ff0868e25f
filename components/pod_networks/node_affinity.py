"""The affinity that binds pods to the nodes that the rules have judged."""

from collections.abc import Sequence
from typing import Any


def node_affinity(hostnames: Sequence[str]) -> dict[str, Any]:
    """Requires one of the nodes, named by their labels kubernetes.io/hostname, in any order."""
    expression = {"key": "kubernetes.io/hostname", "operator": "In", "values": sorted(hostnames)}
    required = {"nodeSelectorTerms": [{"matchExpressions": [expression]}]}
    return {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": required}}
