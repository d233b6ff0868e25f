"""Rules about the names of the pod's interfaces, and about networks without one."""

import re
from collections.abc import Iterator

from config.checks.located import WORKLOAD, LocatedNetwork
from config.checks.rule import Finding, rule
from config.site import Site


@rule(
    "interface-twice",
    because="the plugin refuses the second one",
    source="docs/background/cni.md#interfaces",
)
def interface_twice(site: Site) -> Iterator[Finding]:
    """Each pod interface has a name of its own; eth0 is the cluster's."""
    seen = {"eth0"}
    for position, interface in enumerate(site.home_assistant.interfaces):
        if interface.name in seen:
            yield _about_name(
                position,
                interface.name,
                "the pod already has an interface of this name; write another",
            )
        seen.add(interface.name)


@rule(
    "interface-number",
    because="Multus calls the Nth interface netN",
    source="docs/background/multus.md#annotation",
    severity="warning",
)
def interface_number(site: Site) -> Iterator[Finding]:
    """Multus calls the Nth interface `netN`; on another one the name misleads."""
    for position, interface in enumerate(site.home_assistant.interfaces):
        match = re.fullmatch(r"net([0-9]+)", interface.name)
        if match and int(match[1]) != position + 1:
            yield _about_name(
                position,
                interface.name,
                f"Multus gives this name to interface number {match[1]} by default, and this one is"
                f" number {position + 1}; write net{position + 1}, or a name of another form",
            )


@rule("network-unused", because="it is most likely a mistake", severity="warning")
def network_unused(site: Site) -> Iterator[Finding]:
    """Each network has a pod interface; no other rule looks at one without."""
    for name, network in site.networks.items():
        if name not in site.attached_networks:
            yield LocatedNetwork(name=name, network=network).finding(
                "",
                name,
                "no pod interface is in this network, and nothing more is checked of it; add one to"
                " multihome:home_assistant.interfaces, or remove the network",
            )


def _about_name(position: int, name: str, message: str) -> Finding:
    return Finding(
        path=f"{WORKLOAD}.interfaces[{position}].name",
        value=name,
        message=message,
        workload=WORKLOAD,
    )
