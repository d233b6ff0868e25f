"""Multus' configuration on a node: current, of a Multus that runs, and not nested in itself."""

import json
from collections.abc import Collection, Iterator
from typing import Any

from multihome.doctor.finding import Finding
from multihome.doctor.node_facts import NodeFacts
from multihome.doctor.plan import Plan

_MULTUS = ("multus", "multus-shim")
_RESET = (
    "delete Multus' pod on this node, remove the file, and let the DaemonSet start Multus again"
)


def stale_configs(
    plan: Plan, node: str, facts: NodeFacts, *, multus_runs: bool | None
) -> Iterator[Finding]:
    """Configurations that no running Multus keeps; `multus_runs` is None where nobody knows."""
    folder, where = plan.site.cluster.cni.conf_dir, f"node {node}"
    current = facts.multus_configs
    if multus_runs is False:
        for name in current:
            yield Finding(
                name="multus-config-stale",
                where=where,
                what=f"{folder}/{name} is there, and no Multus runs on the node",
                why="every new pod waits for a Multus that nobody keeps, or fails with"
                " `Unauthorized`",
                cure="start Multus there (`up`), or remove the file",
            )
    elif len(current) > 1:
        yield Finding(
            name="multus-config-stale",
            where=where,
            what=f"{folder} has both {' and '.join(current)}",
            why=f"the runtime takes {next(iter(current))}, and Multus keeps one of them alone",
            cure=_RESET.replace("the file", "both files"),
        )
    for name in facts.configs:
        if "multus" in name and name not in current and name.endswith((".conf", ".conflist")):
            yield Finding(
                name="multus-config-stale",
                where=where,
                what=f"{folder}/{name} is there, which this Multus does not write",
                why="Multus may take it for the cluster's own network, and then calls itself",
                cure=f"remove {folder}/{name}",
            )


def self_delegation(plan: Plan, node: str, facts: NodeFacts) -> Iterator[Finding]:
    """A Multus that calls itself for eth0, as v4.0.0 to v4.0.2 do after each restart."""
    for name, text in facts.multus_configs.items():
        depth = _nested(text)
        if depth > 0:
            yield Finding(
                name="multus-calls-itself",
                where=f"node {node}",
                what=f"in {plan.site.cluster.cni.conf_dir}/{name} Multus calls itself"
                f" {depth} time{'s' * (depth > 1)}",
                why="each start of a pod makes its interfaces twice, fails with `interface name"
                " net1 already exists`, and takes the next addresses of the range",
                cure=f"use Multus v4.1.0 or later; {_RESET}",
            )


def _nested(text: str) -> int:
    """How many Multus are within Multus."""
    try:
        return _deepest(json.loads(text)) - 1
    except ValueError:
        return 0


def _deepest(value: Any) -> int:
    if isinstance(value, list):
        return max(map(_deepest, value), default=0)
    if not isinstance(value, dict):
        return 0
    inner = max(
        (_deepest(value[key]) for key in ("plugins", "delegates") if key in value), default=0
    )
    return inner + (value.get("type") in _MULTUS)


def dead_token(
    plan: Plan, node: str, facts: NodeFacts, *, multus_uids: Collection[str] | None
) -> Iterator[Finding]:
    """A token that the API server refuses: it has ended, or its pod is gone.

    Kubernetes binds the token to Multus' pod. The token stays on the node: there it is tried by a
    `kubectl`, if there is one, and its claims are read. `multus_uids` are the pods of Multus that
    exist, None where nobody knows.
    """
    if not facts.multus_configs or facts.claims is None:
        return
    claims = facts.claims
    ends, pod = claims.get("exp"), claims.get("kubernetes.io", {}).get("pod", {})
    if isinstance(ends, int | float) and ends <= facts.time:
        wrong = f"has ended {int((facts.time - ends) // 86400)} days ago"
    elif multus_uids is not None and pod and pod.get("uid") not in multus_uids:
        wrong = f"belongs to the pod {pod.get('name')}, which is gone"
    elif facts.token_refused:
        wrong = "is refused by the API server"
    else:
        return
    yield Finding(
        name="multus-token-dead",
        where=f"node {node}",
        what=f"the token in {plan.site.cluster.cni.multus_kubeconfig} {wrong}",
        why="the API server answers Multus with 401, and pods fail with `Unauthorized`",
        cure="delete Multus' pod on this node; its successor writes the file anew",
    )
