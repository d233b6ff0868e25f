"""The plan of a site as tables: its networks, the pod's interfaces, the nodes."""

import sys
from collections.abc import Iterator, Sequence

from config.site import Site

# Headings first, then the rows.
Table = list[tuple[str, ...]]


def print_plan(site: Site) -> None:
    """Prints the tables: fitted to a terminal's width, else as plain text of any width."""
    for table in plan_tables(site):
        if sys.stdout.isatty():
            _print_fitted(table)
        else:
            print("\n".join(_lines(table)))
        print()


def plan_tables(site: Site) -> tuple[Table, Table, Table]:
    """The three tables."""
    networks: Table = [("network", "segment", "subnet", "range")]
    for name, network in site.networks.items():
        for subnet in network.subnets:
            given = network.ipam.leases(subnet)
            # With blanks, so that a narrow table breaks the line between the two addresses.
            pool = "fixed only" if given is None else f"{given.first} - {given.last}"
            networks.append((name, network.segment.label, str(subnet.cidr), pool))
    interfaces: Table = [
        ("pod", "interface", "network", "address", "MAC", "callers from other subnets")
    ]
    for interface in site.home_assistant.interfaces:
        network = site.networks[interface.network]
        for address in interface.addresses:
            interfaces.append(
                (
                    "home-assistant",
                    interface.name,
                    interface.network,
                    str(address),
                    interface.mac,
                    network.callers(address.version),
                )
            )
    nodes: Table = [("node", "host", "architecture", "interfaces")]
    for name, node in site.nodes.items():
        parents = ", ".join(interface.name for interface in node.interfaces)
        nodes.append((name, node.host, node.architecture, parents))
    return networks, interfaces, nodes


def _print_fitted(table: Table) -> None:
    from rich import box  # noqa: PLC0415 - a pipe needs none of it
    from rich.console import Console  # noqa: PLC0415
    from rich.table import Table as RichTable  # noqa: PLC0415

    _, *rows = table
    fitted = RichTable(box=box.SIMPLE_HEAD, show_edge=False, padding=(0, 1, 0, 0))
    for heading, *cells in zip(*table, strict=True):
        # Lines break at blanks first.
        breakable = any(" " in cell for cell in (heading, *cells))
        fitted.add_column(heading, overflow="fold", no_wrap=not breakable)
    for row in rows:
        fitted.add_row(*row)
    Console(highlight=False, markup=False).print(fitted)


def _lines(table: Table) -> Iterator[str]:
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    headings, *rows = table
    for cells in (headings, ["-" * width for width in widths], *rows):
        yield _line(cells, widths)


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    return "  ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)).rstrip()
