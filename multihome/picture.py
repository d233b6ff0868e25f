"""`python -m multihome picture FILE`: the site's networks as a Mermaid flowchart."""

from collections.abc import Iterator
from pathlib import Path

from config.site import Site
from multihome.site_file import read_site_file


def picture_file(path: Path) -> int:
    """Prints the picture, or one line per error; returns the exit status."""
    file = read_site_file(path)
    if file.site is None:
        file.print_errors()
    else:
        print("\n".join(picture(file.site)))
    return file.exit_status


def picture(site: Site) -> Iterator[str]:
    """The lines of the flowchart: from the pod by its networks to the nodes that may run it."""
    yield from ("flowchart LR", '  subgraph pod["Home Assistant"]', '    eth0["eth0"]')
    interfaces = site.home_assistant.interfaces
    for number, interface in enumerate(interfaces):
        words = _words(interface.name, *interface.addresses, interface.mac)
        yield f"    interface{number}[{words}]"
    yield from ("  end", '  subgraph nodes["nodes"]', "    direction LR")
    for number, (name, node) in enumerate(site.pod_nodes.items()):
        yield f"    node{number}[{_words(name, node.host)}]"
    yield from ("  end", '  eth0 --- cluster(["cluster network"]) --- nodes')
    names = list(site.networks)
    for number, (name, network) in enumerate(site.networks.items()):
        words = _words(name, *(subnet.cidr for subnet in network.subnets))
        yield f'  network{number}([{words}]) -- "{network.segment.label}" --- nodes'
    for number, interface in enumerate(interfaces):
        yield f"  interface{number} --- network{names.index(interface.network)}"


def _words(*lines: object) -> str:
    return f'"{"<br/>".join(map(str, lines))}"'
