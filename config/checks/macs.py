"""Rules about MACs: one owner on each segment, and no maker's."""

from collections.abc import Iterator

from config.checks.located import located_interfaces
from config.checks.rule import Finding, rule
from config.segment import Segment
from config.site import Site

# The bit of the first byte by which a MAC is nobody's but the network's own.
_LOCALLY_ADMINISTERED = 0x02


@rule(
    "mac-twice",
    because="the switch would send frames of one host to the other",
    source="docs/background/cni.md#interfaces",
)
def mac_twice(site: Site) -> Iterator[Finding]:
    """On the untagged segment of a parent a MAC has one owner, nodes included."""
    owners: dict[tuple[str, str], str] = {}
    parents = {network.parent for network in site.attached_networks.values()}
    for name, node in site.nodes.items():
        for interface in node.own_interfaces:
            path = f"nodes.{name}.interfaces.{interface.name}"
            # A VLAN interface without a MAC of its own has its parent's.
            parent = node.interface(interface.name.rpartition(".")[0])
            inherited = parent.mac if parent is not None else None
            key = (interface.name, interface.mac or inherited or "")
            if interface.name in parents and interface.mac is not None and key in owners:
                yield Finding(
                    path=path, value=interface.mac, message=_owned(owners[key]), node=name
                )
            owners.setdefault(key, path)
    for located in located_interfaces(site):
        mac = located.interface.mac
        key = (located.network.parent, mac)
        if located.segment.is_tagged:
            continue
        if key in owners:
            yield located.finding("mac", mac, _owned(owners[key]))
        owners.setdefault(key, f"{located.path}.mac")


@rule(
    "mac-on-two-segments",
    because="some switches learn the MACs of all VLANs in one table",
    severity="warning",
)
def mac_on_two_segments(site: Site) -> Iterator[Finding]:
    """A MAC that two segments see confuses some switches."""
    owners: dict[str, tuple[str, Segment]] = {}
    of_nodes = _node_interfaces(site)
    for located in located_interfaces(site):
        mac = located.interface.mac
        known = owners.get(mac)
        untagged = None if located.segment.is_tagged else located.segment.parent
        elsewhere = (path for name, path in of_nodes.get(mac, ()) if name != untagged)
        owner = next(elsewhere, None)
        if known is not None and known[1] != located.segment:
            owner = known[0]
        if owner is not None:
            yield located.finding("mac", mac, _owned(owner))
        owners.setdefault(mac, (f"{located.path}.mac", located.segment))


@rule(
    "mac-of-a-maker",
    because="a device of that maker may have the same one; locally administered ones are free",
    source="https://www.rfc-editor.org/rfc/rfc9542#section-2.1",
    severity="warning",
)
def mac_of_a_maker(site: Site) -> Iterator[Finding]:
    """The MAC of a pod interface is locally administered: no maker gives it to a device."""
    for located in located_interfaces(site):
        mac = located.interface.mac
        first = int(mac[:2], 16)
        if not first & _LOCALLY_ADMINISTERED:
            own = f"{first | _LOCALLY_ADMINISTERED:02x}{mac[2:]}"
            yield located.finding(
                "mac",
                mac,
                f"a maker of network devices has MACs like this one; write {own}, for example",
            )


def _node_interfaces(site: Site) -> dict[str, list[tuple[str, str]]]:
    """The nodes' interfaces by MAC: name and path."""
    found: dict[str, list[tuple[str, str]]] = {}
    for node_name, node in site.nodes.items():
        for interface in node.interfaces:
            if interface.mac is not None:
                path = f"nodes.{node_name}.interfaces.{interface.name}"
                found.setdefault(interface.mac, []).append((interface.name, path))
    return found


def _owned(owner: str) -> str:
    return f"multihome:{owner} has this MAC already; write another"
