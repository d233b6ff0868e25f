"""Rules about parents that networks share: VLAN ids and macvlan modes."""

from collections.abc import Iterator

from config.networks import MacvlanNetwork, VlanNetwork
from config.plan.rule import Finding, rule
from config.site import Site


@rule("vlan-twice", "facts/cni.md section 9 row 5: `file exists`")
def vlan_twice(site: Site) -> Iterator[Finding]:
    """The kernel has one interface per parent and VLAN id; so has the site one network."""
    owners: dict[tuple[str, int], str] = {}
    for name, network in site.networks.items():
        if not isinstance(network, VlanNetwork):
            continue
        key = (network.parent, network.vlan_id)
        if key in owners:
            yield Finding(
                path=f"networks.{name}.vlan_id",
                value=network.vlan_id,
                message=f"house:networks.{owners[key]} is this VLAN on {network.parent} already;"
                " make them one network",
            )
        owners.setdefault(key, name)


@rule("vlan-one-pod", "facts/cni.md section 9 row 5")
def vlan_one_pod(site: Site) -> Iterator[Finding]:
    """The kernel gives one pod per node a VLAN: the pod is in it once."""
    used: set[str] = set()
    for position, attachment in enumerate(site.home_assistant.interfaces):
        if attachment.network in used and isinstance(
            site.networks.get(attachment.network), VlanNetwork
        ):
            yield Finding(
                path=f"home_assistant.interfaces[{position}].network",
                value=attachment.network,
                message="a vlan network takes one interface per node; use macvlan on a VLAN"
                " interface of the node",
            )
        used.add(attachment.network)


@rule("vlan-on-vlan", "the node has that VLAN already (facts/cni.md section 9 row 5)")
def vlan_on_vlan(site: Site) -> Iterator[Finding]:
    """A VLAN that a node has as an interface (eth0.2) is not made a second time."""
    for name, network in site.networks.items():
        if not isinstance(network, VlanNetwork):
            continue
        existing = f"{network.parent}.{network.vlan_id}"
        for node_name, node in site.pod_nodes.items():
            if node.interface(existing) is not None:
                yield Finding(
                    path=f"networks.{name}.vlan_id",
                    value=network.vlan_id,
                    message=f"node {node_name} has {existing} already; write `type: macvlan` with"
                    f" `parent: {existing}`",
                )


@rule("passthru-shared", "facts/cni.md section 9 row 43")
def passthru_shared(site: Site) -> Iterator[Finding]:
    """A macvlan in passthru mode has its parent for itself."""
    for name, network in site.networks.items():
        if not isinstance(network, MacvlanNetwork) or network.mode != "passthru":
            continue
        for other_name, other in site.networks.items():
            if other_name != name and other.parent == network.parent:
                yield Finding(
                    path=f"networks.{name}.mode",
                    value="passthru",
                    message=f"house:networks.{other_name} is on {network.parent} as well; write"
                    " `mode: bridge`",
                )
