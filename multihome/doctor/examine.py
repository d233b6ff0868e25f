"""Every finding about a site, from what was seen."""

from collections.abc import Iterator, Mapping

from multihome.doctor.cluster_facts import ClusterFacts
from multihome.doctor.finding import Finding
from multihome.doctor.findings.folders import missing_folders
from multihome.doctor.findings.interfaces import modules, parents, sysctls, vlans
from multihome.doctor.findings.k3s_files import changed_k3s_files
from multihome.doctor.findings.leases import left_leases
from multihome.doctor.findings.multus_config import dead_token, self_delegation, stale_configs
from multihome.doctor.findings.multus_pods import absent_multus, other_multus
from multihome.doctor.findings.networks import drifted_attachments
from multihome.doctor.findings.plugins import (
    changed_plugins,
    missing_plugins,
    overwritten_plugins,
)
from multihome.doctor.findings.pods import pod_findings
from multihome.doctor.findings.routes import pod_routes
from multihome.doctor.node_facts import NodeFacts
from multihome.doctor.plan import Plan


def examine(
    plan: Plan, nodes: Mapping[str, NodeFacts], cluster: ClusterFacts | None
) -> Iterator[Finding]:
    """The findings: the nodes' first, by their names in the site."""
    for name, facts in nodes.items():
        yield from _of_node(plan, name, facts, cluster)
    if cluster is not None:
        yield from other_multus(plan, cluster)
        yield from absent_multus(plan, cluster)
        yield from drifted_attachments(plan, cluster)
        yield from pod_findings(plan, cluster)
        yield from pod_routes(plan, cluster)


def _of_node(
    plan: Plan, name: str, facts: NodeFacts, cluster: ClusterFacts | None
) -> Iterator[Finding]:
    hostname = plan.site.nodes[name].hostname or name
    multus = None if cluster is None else cluster.multus_of(hostname)
    yield from missing_folders(plan, name, facts)
    yield from missing_plugins(plan, name, facts)
    yield from overwritten_plugins(plan, name, facts)
    yield from changed_plugins(plan, name, facts)
    yield from changed_k3s_files(name, facts)
    yield from stale_configs(
        plan,
        name,
        facts,
        multus_runs=None if multus is None else any(pod.runs for pod in multus),
    )
    yield from self_delegation(plan, name, facts)
    yield from dead_token(
        plan, name, facts, multus_uids=None if multus is None else {pod.uid for pod in multus}
    )
    yield from parents(plan, name, facts)
    yield from modules(plan, name, facts)
    yield from vlans(plan, name, facts)
    yield from sysctls(name, facts)
    yield from left_leases(name, facts)
