"""Rules about nodes: that the networks' parents are there, and that SSH can trust them."""

import re
from collections.abc import Iterator

from config.checks.rule import Finding, rule
from config.networks import MacvlanNetwork
from config.site import Site

_VIRTUAL = re.compile(
    r"(cni|docker|podman|virbr|lxdbr|dummy|tun|tunl|sit|wg|wwan|ppp|tailscale)[0-9]+"
    r"|(flannel|vxlan)\.\S+|flannel-wg(-v6)?|br-[0-9a-f]{12}|zt[a-z0-9]{8}|weave|nodelocaldns"
    r"|(veth|cali|cilium|lxc|kube-)\S*"
)


@rule("nodes-unknown", "the pod would never be scheduled", shown="node affinity")
def nodes_unknown(site: Site) -> Iterator[Finding]:
    """At least one of the nodes that may run the pod is one of the site's."""
    if not site.pod_nodes:
        yield Finding(
            path="home_assistant.nodes",
            value=", ".join(site.home_assistant.nodes),
            message=f"none of them is there; multihome:nodes has {', '.join(site.nodes)}",
        )


@rule("node-unknown", "most likely a slip: the pod never runs there", severity="warning")
def node_unknown(site: Site) -> Iterator[Finding]:
    """A node that may run the pod is one of the site's."""
    for position, name in enumerate(site.home_assistant.nodes):
        if name not in site.nodes:
            yield Finding(
                path=f"home_assistant.nodes[{position}]",
                value=name,
                message=f"no such node; multihome:nodes has {', '.join(site.nodes)}",
            )


@rule("node-twice", "the other node would be left without plugins", shown="1 machine for 2 nodes")
def node_twice(site: Site) -> Iterator[Finding]:
    """SSH reaches each node at a host and port of its own."""
    owners: dict[tuple[str, int], str] = {}
    for name, node in site.nodes.items():
        owner = owners.setdefault((node.host.lower(), node.port), name)
        if owner != name:
            yield Finding(
                path=f"nodes.{name}.host",
                value=node.host,
                message=f"SSH reaches multihome:nodes.{owner} there; write this node's own host, or its"
                " port",
            )


@rule(
    "parent-missing",
    "facts/cni.md section 1.1: absent parent, `Link not found`",
    shown="Link not found",
)
def parent_missing(site: Site) -> Iterator[Finding]:
    """Every node that may run the pod has the parent interface of every network."""
    for name, network in site.networks.items():
        for node_name, node in site.pod_nodes.items():
            if node.interface(network.parent) is None:
                yield Finding(
                    path=f"networks.{name}.parent",
                    value=network.parent,
                    message=f"node {node_name} may run the pod and has no such interface; add it to"
                    f" multihome:nodes.{node_name}.interfaces, or name the nodes in"
                    " multihome:home_assistant.nodes",
                )


@rule("interface-of-node-twice", "most likely a slip: the first one counts", severity="warning")
def interface_of_node_twice(site: Site) -> Iterator[Finding]:
    """A node's interface is named once."""
    for name, node in site.nodes.items():
        names = [interface.name for interface in node.interfaces]
        for interface in dict.fromkeys(n for n in names if names.count(n) > 1):
            yield Finding(
                path=f"nodes.{name}.interfaces",
                value=interface,
                message="it is named twice, and the first one counts; remove the other",
            )


@rule("address-of-node-loopback", "most likely a slip: no network leads to it", severity="warning")
def address_of_node_loopback(site: Site) -> Iterator[Finding]:
    """A node's further addresses are in networks; a loopback one keeps no pod from anything."""
    for name, node in site.nodes.items():
        for position, address in enumerate(node.addresses):
            if address.is_loopback:
                yield Finding(
                    path=f"nodes.{name}.addresses[{position}]",
                    value=address,
                    message="only the node itself reaches it; write the address that it has in a"
                    " network, or remove it",
                )


@rule("parent-wireless", "facts/cni.md section 9 row 42", shown="macvlan: not answered")
def parent_wireless(site: Site) -> Iterator[Finding]:
    """Wi-Fi carries no foreign MACs."""
    for name, network in site.networks.items():
        if network.parent.startswith("wl"):
            yield Finding(
                path=f"networks.{name}.parent",
                value=network.parent,
                message="Wi-Fi does not carry the pod's MAC; use a wired interface",
            )


@rule("parent-virtual", "facts/cni.md section 9 rows 40 and 42", shown="does not reach")
def parent_virtual(site: Site) -> Iterator[Finding]:
    """The cluster's own interfaces lead to no home network."""
    for name, network in site.networks.items():
        if _VIRTUAL.fullmatch(network.parent):
            yield Finding(
                path=f"networks.{name}.parent",
                value=network.parent,
                message="this is an interface of the cluster or of a tunnel; use the wired one",
            )


@rule("host-key-missing", "without it SSH trusts whoever answers", severity="warning")
def host_key_missing(site: Site) -> Iterator[Finding]:
    """Each node's host key is known; `up` refuses a node without."""
    for name, node in site.nodes.items():
        if node.host_key is None:
            yield Finding(
                path=f"nodes.{name}.host_key",
                value="(absent)",
                message="`up` will refuse this node; write what"
                f" `ssh-keyscan -t ed25519 {node.host}` prints after the host",
            )


@rule("user-not-root", "the plugins' folder belongs to root", shown="Permission denied")
def user_not_root(site: Site) -> Iterator[Finding]:
    """Only root can install plugins."""
    for name, node in site.nodes.items():
        if node.user != "root":
            yield Finding(
                path=f"nodes.{name}.user",
                value=node.user,
                message="only root can install plugins; allow root by key, and write root",
            )


@rule("leases-per-node", "facts/cni.md section 9 row 19", severity="warning")
def leases_per_node(site: Site) -> Iterator[Finding]:
    """host-local keeps its leases per node: two nodes may give out one address."""
    for name, network in site.networks.items():
        if network.ipam == "host-local" and len(site.pod_nodes) > 1:
            yield Finding(
                path=f"networks.{name}.ipam",
                value="host-local",
                message="each node has leases of its own; write `ipam: static`, or one node in"
                " multihome:home_assistant.nodes",
            )


@rule("node-beside-macvlan", "facts/cni.md section 7", severity="note")
def node_beside_macvlan(site: Site) -> Iterator[Finding]:
    """The kernel keeps a node and its own macvlan pods apart."""
    for name, network in site.networks.items():
        if isinstance(network, MacvlanNetwork):
            yield Finding(
                path=f"networks.{name}",
                value="macvlan",
                message="the node that runs the pod cannot reach it at this address; use the"
                " service from there",
            )
