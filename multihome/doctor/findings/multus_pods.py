"""Multus is the site's own, and runs on every node of the stack file."""

from collections.abc import Iterator

from components.multus.manifest import CRD_NAME
from multihome.doctor.cluster_facts import ClusterFacts
from multihome.doctor.finding import Finding
from multihome.doctor.plan import Plan


def other_multus(plan: Plan, facts: ClusterFacts) -> Iterator[Finding]:
    """Somebody else's Multus where the site installs one: `up` stops at its definition."""
    if plan.site.multus.install and facts.definition_is_ours is False:
        yield Finding(
            name="multus-other",
            where="cluster",
            what=f"the CustomResourceDefinition {CRD_NAME} belongs to another Multus",
            why="`up` stops there before it changes anything, and a preview does not show it",
            cure="run `pulumi config set --path multihome:multus.install false` to use that Multus,"
            " or remove it and then its definition",
        )


def absent_multus(plan: Plan, facts: ClusterFacts) -> Iterator[Finding]:
    """Nodes without a Multus that runs, and nodes that the cluster does not know."""
    for name, node in plan.site.nodes.items():
        hostname = node.hostname or name
        where = f"node {name}"
        if hostname not in facts.nodes:
            yield Finding(
                name="node-unknown",
                where=where,
                what=f"the cluster has no node with the label kubernetes.io/hostname={hostname}",
                why="neither Multus nor the pod can run there",
                cure="write the label's value as `hostname` of the node",
            )
        elif not any(pod.runs for pod in facts.multus_of(hostname)):
            yield Finding(
                name="multus-absent",
                where=where,
                what="no pod of Multus runs there",
                why="pods that start there get eth0 alone",
                cure="`kubectl get pods -A -o wide | grep multus` shows its pod, and `kubectl"
                " describe` why it does not run; without one, run `up --refresh`",
            )
