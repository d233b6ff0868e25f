"""`python -m multihome picture FILE`: the house as an SVG: pod, nodes, switch, networks."""

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from xml.sax.saxutils import escape

from config.networks import HomeNetwork, VlanNetwork
from config.reading.site import read_site
from config.reading.stack_file import read_stack_file
from config.site import Site

WIDTH, MARGIN, GAP = 880, 20, 20
POD_Y, NODES_Y, SWITCH_Y, NETWORKS_Y, HEIGHT = 20, 150, 270, 360, 470
COLOURS = ("#1f6feb", "#d1690e", "#6e40c9", "#1a7f37", "#bf3989", "#57606a")
CLUSTER_COLOUR = "#57606a"


def picture_command(files: Sequence[str]) -> int:
    """Writes the SVG to standard output; exit status 1 with one line per error."""
    if len(files) != 1:
        print("usage: python -m multihome picture FILE", file=sys.stderr)
        return 2
    file = read_stack_file(Path(files[0]))
    reading = read_site(file.tree)
    errors = [p for p in (*file.problems, *reading.problems) if p.severity == "error"]
    for problem in errors:
        print(f"{files[0]}: {problem.line()}", file=sys.stderr)
    if errors or reading.site is None:
        return 1
    sys.stdout.write(picture(reading.site))
    return 0


def picture(site: Site) -> str:
    """The SVG's text: each of the pod's legs leads down to its network."""
    shapes = "\n".join(_shapes(site))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}"'
        ' font-family="sans-serif" font-size="13">\n'
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>\n{shapes}\n</svg>\n'
    )


def _shapes(site: Site) -> Iterator[str]:
    legs = [("eth0", "the cluster's own network", "", CLUSTER_COLOUR)]
    for attachment in site.home_assistant.interfaces:
        colour = COLOURS[list(site.networks).index(attachment.network) % len(COLOURS)]
        addresses = [str(a) for a in (attachment.address, attachment.ipv6_address) if a]
        legs.append((attachment.name, ", ".join(addresses), attachment.mac, colour))
    places = _columns(len(legs))
    ends = dict(zip(site.networks, _columns(len(site.networks)), strict=True))
    for (name, _, _, colour), (left, width) in zip(legs, places, strict=True):
        foot = left + width // 2
        if name == "eth0":
            yield _line([(foot, POD_Y + 90), (foot, NODES_Y)], colour)
            continue
        network = next(a.network for a in site.home_assistant.interfaces if a.name == name)
        end_left, end_width = ends[network]
        end = end_left + end_width // 2
        path = [(foot, POD_Y + 90), (foot, SWITCH_Y), (end, SWITCH_Y + 40), (end, NETWORKS_Y)]
        yield _line(path, colour)
    yield _box((MARGIN, POD_Y), (WIDTH - 2 * MARGIN, 94), ["Home Assistant, one pod"], "#24292f")
    for (name, addresses_text, mac, colour), (left, width) in zip(legs, places, strict=True):
        yield _box((left, POD_Y + 30), (width, 64), [name, addresses_text, mac], colour)
    for (name, node), (left, width) in zip(
        site.nodes.items(), _columns(len(site.nodes)), strict=True
    ):
        interfaces = ", ".join(interface.name for interface in node.interfaces)
        yield _box((left, NODES_Y), (width, 64), [f"node {name}", node.host, interfaces], "#24292f")
    words = ["switch: each node on a trunk"]
    yield _box((MARGIN, SWITCH_Y), (WIDTH - 2 * MARGIN, 40), words, "#24292f")
    for number, (name, network) in enumerate(site.networks.items()):
        left, width = ends[name]
        lines = [f"{name}: {_wire(network)}", *(str(s.subnet) for s in network.subnets)]
        yield _box((left, NETWORKS_Y), (width, 90), lines, COLOURS[number % len(COLOURS)])


def _wire(network: HomeNetwork) -> str:
    if isinstance(network, VlanNetwork):
        return f"VLAN {network.vlan_id}, tagged"
    return f"{network.type}, untagged"


def _columns(count: int) -> list[tuple[int, int]]:
    """Left edge and width of so many boxes side by side."""
    width = (WIDTH - 2 * MARGIN - GAP * (count - 1)) // count
    return [(MARGIN + number * (width + GAP), width) for number in range(count)]


def _box(place: tuple[int, int], size: tuple[int, int], lines: Sequence[str], colour: str) -> str:
    (left, top), (width, height) = place, size
    middle = left + width // 2
    texts = "".join(
        f'<text x="{middle}" y="{top + 19 + 18 * number}" text-anchor="middle">'
        f"{escape(line)}</text>"
        for number, line in enumerate(lines)
        if line
    )
    return (
        f'<rect x="{left}" y="{top}" width="{width}" height="{height}" rx="6" fill="#ffffff"'
        f' stroke="{colour}" stroke-width="2"/>{texts}'
    )


def _line(points: Sequence[tuple[int, int]], colour: str) -> str:
    text = " ".join(f"{x},{y}" for x, y in points)
    return f'<polyline points="{text}" fill="none" stroke="{colour}" stroke-width="3"/>'
