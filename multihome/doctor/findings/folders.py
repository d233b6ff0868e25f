"""The folders in which the runtime looks for CNI configurations and plugins."""

from collections.abc import Iterator

from multihome.doctor.finding import Finding
from multihome.doctor.node_facts import NodeFacts
from multihome.doctor.plan import Plan


def missing_folders(plan: Plan, node: str, facts: NodeFacts) -> Iterator[Finding]:
    """Folders of the cluster's profile that the node does not have."""
    cni = plan.site.cluster.cni
    for folder, there in ((cni.bin_dir, facts.has_bin_dir), (cni.conf_dir, facts.has_conf_dir)):
        if not there:
            yield Finding(
                name="folder-missing",
                where=f"node {node}",
                what=f"there is no folder {folder}",
                why="the node's runtime looks elsewhere, and Multus cannot start",
                cure="correct multihome:cluster for this node's release and flags, and run `up`",
            )
