"""Rules about MTUs: the parent's, and the least that each IP version needs."""

from collections.abc import Iterator

from config.checks.located import located_networks
from config.checks.rule import Finding, rule
from config.networks import HomeNetwork
from config.site import Site

# RFC 791 and RFC 8200.
_LEAST_MTU = {4: 68, 6: 1280}


@rule("mtu-range", because="the plugin refuses it", source="docs/background/cni.md#interfaces")
def mtu_range(site: Site) -> Iterator[Finding]:
    """A network's MTU is at least 68 bytes, 1280 with IPv6, and at most the parent's."""
    for located in located_networks(site):
        mtu = located.network.mtu
        if mtu is None:
            continue
        least = _least_mtu(located.network)
        most = min(_parent_mtus(site, located.network), default=mtu)
        if not least <= mtu <= most:
            yield located.finding(
                "mtu",
                mtu,
                f"the MTU must be at least {least}, and at most the parent's {most}; correct it, or"
                " the interface's mtu in multihome:nodes",
            )


@rule(
    "parent-mtu",
    because="Linux removes IPv6 from an interface with a smaller MTU (RFC 8200 section 5)",
    source="docs/background/cni.md#interfaces",
)
def parent_mtu(site: Site) -> Iterator[Finding]:
    """A network without an MTU of its own has its parent's, which must be enough for IPv6."""
    for located in located_networks(site):
        network = located.network
        least = min(_parent_mtus(site, network), default=_least_mtu(network))
        if network.mtu is None and least < _least_mtu(network):
            yield located.finding(
                "parent",
                network.parent,
                f"its MTU of {least} is too small for IPv6, which needs {_LEAST_MTU[6]}; raise it"
                " on the node, and in multihome:nodes",
            )


def _least_mtu(network: HomeNetwork) -> int:
    return max(_LEAST_MTU[version] for version in network.ip_versions)


def _parent_mtus(site: Site, network: HomeNetwork) -> list[int]:
    """The parent's MTU on each node; that of `eth0.30` is eth0's at most."""
    found: list[int] = []
    for node in site.pod_nodes.values():
        parent = node.interface(network.parent)
        if parent is not None:
            below = node.interface(network.parent.rpartition(".")[0])
            found.append(min(parent.mtu, parent.mtu if below is None else below.mtu))
    return found
