"""The parent interfaces, kernel modules and sysctls that the networks need on a node."""

from collections.abc import Iterator

from multihome.doctor.finding import Finding
from multihome.doctor.node_facts import NodeFacts
from multihome.doctor.plan import MODULE_OF, Plan

# The kernel's words for an interface that carries nothing (RFC 2863).
_DOWN = ("down", "lowerlayerdown", "notpresent")


def parents(plan: Plan, node: str, facts: NodeFacts) -> Iterator[Finding]:
    """Parent interfaces that are missing or down, or whose MTU is too small."""
    where = f"node {node}"
    for parent in plan.parents:
        networks = ", ".join(
            name for name, network in plan.site.networks.items() if network.segment.parent == parent
        )
        found = facts.interfaces.get(parent)
        if found is None:
            yield Finding(
                name="parent-missing",
                where=where,
                what=f"there is no interface {parent}, the parent of {networks}",
                why="pods fail with `Link not found`",
                cure=f"correct `parent`, or give the interface that name (`ip link property add"
                f" dev <interface> altname {parent}`)",
            )
        elif not found.up:
            yield Finding(
                name="parent-down",
                where=where,
                what=f"the interface {parent} is down, the parent of {networks}",
                why="pods start, and nothing that they send leaves the node",
                cure=f"`ip link set {parent} up`, and make the node's network configuration do it",
            )
        elif found.state in _DOWN:
            yield Finding(
                name="parent-down",
                where=where,
                what=f"the interface {parent} has no carrier, the parent of {networks}",
                why="pods start, and nothing that they send leaves the node",
                cure="look at the cable and at the port of the switch",
            )
        else:
            yield from _mtus(plan, where, parent, found.mtu)


def _mtus(plan: Plan, where: str, parent: str, largest: int) -> Iterator[Finding]:
    for name, network in plan.site.networks.items():
        if network.segment.parent == parent and (network.mtu or 0) > largest:
            yield Finding(
                name="parent-mtu",
                where=where,
                what=f"{parent} has the MTU {largest}, and {name} needs {network.mtu}",
                why="pods fail with `invalid MTU`",
                cure=f"raise the MTU of {parent}, or lower `mtu` of {name}",
            )


def modules(plan: Plan, node: str, facts: NodeFacts) -> Iterator[Finding]:
    """Kernel modules that are neither loaded, nor built in, nor installed."""
    for module in plan.modules:
        if facts.modules.get(module) == "absent":
            plugin = next(name for name, needed in MODULE_OF.items() if needed == module)
            yield Finding(
                name="module-missing",
                where=f"node {node}",
                what=f"the running kernel has no module {module}, which the plugin {plugin} needs",
                why="pods fail with `operation not supported`",
                cure="install the modules of the running kernel (on Ubuntu linux-modules-extra-*),"
                " or restart the node if its kernel has been replaced",
            )


def vlans(plan: Plan, node: str, facts: NodeFacts) -> Iterator[Finding]:
    """VLAN interfaces of the node in the place of those that the plugin vlan makes."""
    for name, network in plan.site.networks.items():
        parent, vlan_id = network.segment
        found = facts.interfaces.get(parent)
        taken = None if vlan_id is None or found is None else facts.vlans.get((found.name, vlan_id))
        if taken is not None:
            yield Finding(
                name="vlan-taken",
                where=f"node {node}",
                what=f"{taken} is VLAN {vlan_id} on {parent} already, which {name} needs",
                why="pods fail with `file exists`: a parent has one interface per VLAN",
                cure=f"remove {taken}, or write `type: macvlan` with `parent: {taken}`",
            )


def sysctls(node: str, facts: NodeFacts) -> Iterator[Finding]:
    """Sysctls that the networks write and the kernel lacks."""
    for path in facts.missing_sysctls:
        yield Finding(
            name="sysctl-missing",
            where=f"node {node}",
            what=f"the kernel has no /proc/sys/{path.replace('/lo/', '/<interface>/')}",
            why="pods fail with `open /proc/sys/...: no such file or directory`",
            cure="start the node without `ipv6.disable=1`, or with a later kernel",
        )
