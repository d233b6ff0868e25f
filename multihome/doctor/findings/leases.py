"""Leases of host-local whose sandbox is gone."""

from collections.abc import Iterator

from multihome.doctor.finding import Finding
from multihome.doctor.node_facts import NodeFacts


def left_leases(node: str, facts: NodeFacts) -> Iterator[Finding]:
    """Leases that nobody will release.

    A pod that is being made has a lease before its sandbox runs, so young leases do not count.
    """
    if not facts.runtimes:
        return
    for lease in facts.leases:
        if lease.old and lease.container not in facts.containers:
            yield Finding(
                name="lease-left",
                where=f"node {node}",
                what=f"{lease.file} belongs to the sandbox {lease.container[:13]}, which is gone",
                why="a pod that asks for this address fails with `requested IP address ... is not"
                " available`",
                cure=f"`rm {lease.file}` on the node, or write `ipam: static`",
            )
