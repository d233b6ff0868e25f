"""Rules about nodes: which there are, and that they have the networks' parent interfaces."""

import re
from collections import Counter
from collections.abc import Iterator

from config.checks.located import WORKLOAD, about_node, located_networks
from config.checks.rule import Finding, rule
from config.site import Site

_VIRTUAL = re.compile(
    r"(cni|docker|podman|virbr|lxdbr|dummy|tun|tunl|sit|wg|wwan|ppp|tailscale)[0-9]+"
    r"|(flannel|vxlan)\.\S+|flannel-wg(-v6)?|br-[0-9a-f]{12}|zt[a-z0-9]{8}|weave|nodelocaldns"
    r"|(veth|cali|cilium|lxc|kube-)\S*"
)


@rule("no-node-for-pod", because="the pod would never be scheduled")
def no_node_for_pod(site: Site) -> Iterator[Finding]:
    """At least one of the nodes that may run the pod is one of the site's."""
    if not site.pod_nodes:
        yield Finding(
            path=f"{WORKLOAD}.nodes",
            value=", ".join(site.home_assistant.nodes),
            message="there is no such node; write names of multihome:nodes:"
            f" {', '.join(site.nodes)}",
            workload=WORKLOAD,
        )


@rule(
    "node-unknown",
    because="it is most likely a mistake: the pod never runs there",
    severity="warning",
)
def node_unknown(site: Site) -> Iterator[Finding]:
    """Every node that may run the pod is one of the site's."""
    for position, name in enumerate(site.home_assistant.nodes):
        if name not in site.nodes:
            yield Finding(
                path=f"{WORKLOAD}.nodes[{position}]",
                value=name,
                message=f"there is no such node; write one of multihome:nodes:"
                f" {', '.join(site.nodes)}",
                workload=WORKLOAD,
            )


@rule(
    "hostname-twice",
    because="the scheduler cannot tell nodes of one label apart, and may take either",
)
def hostname_twice(site: Site) -> Iterator[Finding]:
    """Each node has a label kubernetes.io/hostname of its own: its key, or `hostname`."""
    owners: dict[str, str] = {}
    for name, label in zip(site.nodes, site.hostnames, strict=True):
        owner = owners.setdefault(label, name)
        if owner != name:
            yield about_node(
                name,
                "hostname",
                label,
                f"multihome:nodes.{owner} has this label already; write this node's own",
            )


@rule(
    "node-addresses-unknown",
    because="no check compares its addresses with those of pods, ranges and routes",
    severity="warning",
)
def node_addresses_unknown(site: Site) -> Iterator[Finding]:
    """A node that is reached by a name has its addresses in `addresses`."""
    for name, node in site.nodes.items():
        if not node.own_addresses:
            yield about_node(
                name,
                "addresses",
                "(absent)",
                f"{node.host} is a name, so the node's addresses are unknown; write them",
            )


@rule(
    "parent-missing",
    because="the plugin fails with `Link not found`",
    source="docs/background/cni.md#parent",
)
def parent_missing(site: Site) -> Iterator[Finding]:
    """Every node that may run the pod has the parent interface of each of the pod's networks."""
    for located in located_networks(site):
        parent = located.network.parent
        for node_name, node in site.pod_nodes.items():
            if node.interface(parent) is None:
                yield located.finding(
                    "parent",
                    parent,
                    f"node {node_name} may run the pod and has no such interface; add it to"
                    f" multihome:nodes.{node_name}.interfaces, or name the nodes that have it in"
                    " multihome:home_assistant.nodes",
                )


@rule(
    "node-interface-twice",
    because="it is most likely a mistake: only the first entry counts",
    severity="warning",
)
def node_interface_twice(site: Site) -> Iterator[Finding]:
    """A node's interface is named once."""
    for name, node in site.nodes.items():
        count = Counter(interface.name for interface in node.interfaces)
        for interface in (named for named, times in count.items() if times > 1):
            yield about_node(
                name,
                "interfaces",
                interface,
                "this interface is named twice, and only the first entry counts; remove the other",
            )


@rule(
    "node-address-loopback",
    because="it is most likely a mistake: no network leads to it",
    severity="warning",
)
def node_address_loopback(site: Site) -> Iterator[Finding]:
    """A node's further addresses are in networks; loopback addresses are its own affair."""
    for name, node in site.nodes.items():
        for position, address in enumerate(node.addresses):
            if address.is_loopback:
                yield about_node(
                    name,
                    f"addresses[{position}]",
                    address,
                    "only the node itself reaches a loopback address; write the node's address in a"
                    " network, or remove it",
                )


@rule(
    "parent-wireless",
    because="an access point drops frames with the pod's MAC",
    source="docs/background/cni.md#parent",
)
def parent_wireless(site: Site) -> Iterator[Finding]:
    """The parent is no Wi-Fi interface: an access point accepts frames of one MAC alone."""
    for located in located_networks(site):
        parent = located.network.parent
        if parent.startswith("wl"):
            yield located.finding(
                "parent",
                parent,
                "Wi-Fi does not carry frames with the pod's MAC; write a wired interface",
            )


@rule(
    "parent-virtual",
    because="these interfaces lead to no home network",
    source="docs/background/cni.md#parent",
)
def parent_virtual(site: Site) -> Iterator[Finding]:
    """The parent is no interface of the cluster or of a tunnel: these lead to no home network."""
    for located in located_networks(site):
        parent = located.network.parent
        if _VIRTUAL.fullmatch(parent):
            yield located.finding(
                "parent",
                parent,
                "this is an interface of the cluster or of a tunnel; write the wired one",
            )


@rule(
    "leases-per-node",
    because="two nodes may give out one address",
    source="docs/background/cni.md#leases",
    severity="warning",
)
def leases_per_node(site: Site) -> Iterator[Finding]:
    """host-local keeps its leases on each node: two nodes may give out one address."""
    for located in located_networks(site):
        ipam = located.network.ipam
        if ipam.gives_out_addresses and len(site.pod_nodes) > 1:
            yield located.finding(
                "ipam",
                ipam,
                "each node has leases of its own; write `ipam: static`, or one node in"
                " multihome:home_assistant.nodes",
            )


@rule(
    "node-isolated",
    because="the kernel keeps a node and its own macvlan interfaces apart",
    source="docs/background/cni.md#node-isolation",
    severity="note",
)
def node_isolated(site: Site) -> Iterator[Finding]:
    """The kernel keeps a node and its own macvlan pods apart."""
    for located in located_networks(site):
        if located.network.isolates_node:
            yield located.finding(
                "",
                located.network.type,
                "the node that runs the pod cannot reach the pod's address in this network; use the"
                " service from there",
            )
