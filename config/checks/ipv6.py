"""Rules about IPv6: nodes that start without it, and what routers advertise."""

from collections.abc import Iterator

from config.checks.located import about_node, located_networks
from config.checks.rule import Finding, rule
from config.site import Site


@rule("node-without-ipv6", because="the plugin fails: such a node has no IPv6 settings")
def node_without_ipv6(site: Site) -> Iterator[Finding]:
    """Every node that may run the pod has IPv6, where the cluster's pods or a network has it."""
    needed = [f"networks.{n.name}" for n in located_networks(site) if 6 in n.network.ip_versions]
    if 6 in site.cluster.pod_versions:
        needed.append("cluster.pod_networks")
    for name, node in site.pod_nodes.items():
        for owner in needed if not node.ipv6 else ():
            yield about_node(
                name,
                "ipv6",
                "false",
                f"multihome:{owner} has an IPv6 subnet; start the node with IPv6, or name other"
                " nodes in multihome:home_assistant.nodes",
            )


@rule(
    "nodes-differ-in-ipv6",
    because="one configuration is for all nodes: the settings that a node lacks fail there, and"
    " without them the pod takes what routers advertise on the others",
)
def nodes_differ_in_ipv6(site: Site) -> Iterator[Finding]:
    """All nodes that may run the pod have IPv6, or none has."""
    without = [name for name, node in site.pod_nodes.items() if not node.ipv6]
    if 0 < len(without) < len(site.pod_nodes):
        yield about_node(
            without[0],
            "ipv6",
            "false",
            "other nodes that may run the pod have IPv6; name nodes of one kind in"
            " multihome:home_assistant.nodes",
        )


@rule(
    "advertisements-without-ipv6",
    because="nobody takes advertisements there",
    severity="warning",
)
def advertisements_without_ipv6(site: Site) -> Iterator[Finding]:
    """`router_advertisements` is given where nodes have IPv6."""
    for located in () if site.nodes_have_ipv6 else located_networks(site):
        if located.network.router_advertisements != "ignore":
            yield located.finding(
                "router_advertisements",
                located.network.router_advertisements,
                "the nodes have no IPv6, so this key changes nothing; remove it",
            )


@rule(
    "advertisements-beside-table",
    because="answers from the planned address look in the network's own table, where routes of"
    " advertisements are not",
    source="docs/background/pod_interfaces.md#advertisements",
    severity="warning",
)
def advertisements_beside_table(site: Site) -> Iterator[Finding]:
    """The pod's planned IPv6 address takes the routes that routers advertise.

    Where the network's own table has no IPv6 default route, the main table is looked in as well.
    """
    for located in located_networks(site):
        network = located.network
        has_default = 6 in network.ip_versions and 6 in network.gateways
        by_table = network.source_based_routing and has_default
        if by_table and network.router_advertisements != "ignore":
            yield located.finding(
                "router_advertisements",
                network.router_advertisements,
                "a device behind a Thread border router gets no answer from the pod's planned"
                " address; write the other callers' subnets into `routes`, and remove"
                " `source_based_routing`",
            )
