"""The address plan of a site as a table: the networks, and who has which address."""

from collections.abc import Iterable, Sequence

from config.networks import VlanNetwork
from config.site import Site


def address_plan(site: Site) -> str:
    """Two tables: the networks; then the pod's interfaces and the nodes."""
    networks = [("network", "VLAN", "parent", "subnet", "range")]
    for name, network in site.networks.items():
        vlan = str(network.vlan_id) if isinstance(network, VlanNetwork) else "untagged"
        for family in network.subnets:
            given = str(family.range) if family.range is not None else "fixed addresses only"
            networks.append((name, vlan, network.parent, str(family.subnet), given))
    owners = [("who", "interface", "network", "address", "MAC")]
    for attachment in site.home_assistant.interfaces:
        addresses = [attachment.address, attachment.ipv6_address]
        owners += [
            ("home-assistant", attachment.name, attachment.network, str(address), attachment.mac)
            for address in addresses
            if address is not None
        ]
    for name, node in site.nodes.items():
        interfaces = ", ".join(interface.name for interface in node.interfaces)
        owners.append((f"node {name}", interfaces, "cluster", node.host, ""))
    return f"{_table(networks)}\n\n{_table(owners)}"


def _table(rows: Sequence[Sequence[str]]) -> str:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [_line(rows[0], widths), _line(["-" * width for width in widths], widths)]
    return "\n".join([*lines, *(_line(row, widths) for row in rows[1:])])


def _line(cells: Iterable[str], widths: Sequence[int]) -> str:
    return "  ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)).rstrip()
