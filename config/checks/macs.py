"""Rules about MACs: one owner on each wire."""

from collections.abc import Iterator

from config.checks.located import attachments
from config.checks.reach import Wire, wire_of
from config.checks.rule import Finding, rule
from config.networks import HomeNetwork, MacvlanNetwork
from config.site import Site


@rule("mac-twice", "facts/cni.md section 9 row 28", shown="address already in use")
def mac_twice(site: Site) -> Iterator[Finding]:
    """On the untagged wire of a parent a MAC has one owner, nodes included."""
    owners: dict[tuple[str, str], str] = {}
    parents = {network.parent for network in site.networks.values()}
    for name, node in site.nodes.items():
        for interface in node.own_interfaces:
            path = f"nodes.{name}.interfaces.{interface.name}"
            # A VLAN interface without a MAC of its own has its parent's.
            parent = node.interface(interface.name.rpartition(".")[0])
            inherited = parent.mac if parent is not None else None
            key = (interface.name, interface.mac or inherited or "")
            if interface.name in parents and interface.mac is not None and key in owners:
                yield _twice(path, interface.mac, owners[key])
            owners.setdefault(key, path)
    for path, attachment, network in attachments(site):
        key = (network.parent, attachment.mac)
        if not isinstance(network, MacvlanNetwork):
            continue
        if key in owners:
            yield _twice(f"{path}.mac", attachment.mac, owners[key])
        owners.setdefault(key, f"{path}.mac")


@rule("mac-on-two-wires", "some switches learn the MACs of all VLANs together", severity="warning")
def mac_on_two_wires(site: Site) -> Iterator[Finding]:
    """A MAC that is seen on two wires confuses some switches."""
    owners: dict[str, tuple[str, Wire]] = {}
    for path, attachment, network in attachments(site):
        known = owners.get(attachment.mac)
        owner = _node_elsewhere(site, network, attachment.mac)
        if known is not None and known[1] != wire_of(network):
            owner = known[0]
        if owner is not None:
            yield _twice(f"{path}.mac", attachment.mac, owner)
        owners.setdefault(attachment.mac, (f"{path}.mac", wire_of(network)))


def _node_elsewhere(site: Site, network: HomeNetwork, mac: str) -> str | None:
    """The interface of a node that has the MAC on another wire than the network's."""
    wire = network.parent if isinstance(network, MacvlanNetwork) else None
    for name, node in site.nodes.items():
        for interface in node.interfaces:
            if interface.mac == mac and interface.name != wire:
                return f"nodes.{name}.interfaces.{interface.name}"
    return None


def _twice(path: str, value: str, owner: str) -> Finding:
    return Finding(
        path=path, value=value, message=f"multihome:{owner} has it already; choose another"
    )
