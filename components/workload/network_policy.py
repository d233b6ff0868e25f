"""The NetworkPolicy of a workload's interface in the cluster's network.

The cluster's CNI enforces it, on eth0 alone (docs/background/home-assistant.md#callers).
"""

from typing import Any

from components.workload.labels import labels
from config.cluster_callers import ClusterCallers


def network_policy(
    workload: str, callers: ClusterCallers, namespace: str, port: int
) -> dict[str, Any]:
    """Lets the callers in, to the one port, and nobody else; the pod's own node always may."""
    named = "kubernetes.io/metadata.name"
    peers: list[dict[str, Any]] = [
        {"namespaceSelector": {"matchLabels": {named: each}}} for each in callers.namespaces
    ]
    peers += [{"ipBlock": {"cidr": str(each)}} for each in callers.networks]
    # Without a peer a rule would let everyone in.
    rules = [{"from": peers, "ports": [{"protocol": "TCP", "port": port}]}] if peers else []
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {"name": workload, "namespace": namespace, "labels": labels(workload)},
        "spec": {
            "podSelector": {"matchLabels": labels(workload)},
            "policyTypes": ["Ingress"],
            "ingress": rules,
        },
    }
