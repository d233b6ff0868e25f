"""Rules about the names of the pod's interfaces."""

import re
from collections.abc import Iterator

from config.checks.rule import Finding, rule
from config.site import Site


@rule(
    "interface-twice", "facts/cni.md section 9 row 31", shown="interface name eth0 already exists"
)
def interface_twice(site: Site) -> Iterator[Finding]:
    """A pod has each interface once, and eth0 is the cluster's."""
    seen = {"eth0"}
    for position, attachment in enumerate(site.home_assistant.interfaces):
        if attachment.name in seen:
            yield Finding(
                path=f"home_assistant.interfaces[{position}].name",
                value=attachment.name,
                message="the pod has an interface of that name already; choose another",
            )
        seen.add(attachment.name)


@rule(
    "interface-number",
    "facts/multus.md section 8.2: netN is the name of the Nth",
    severity="warning",
)
def interface_number(site: Site) -> Iterator[Finding]:
    """`netN` is what Multus calls the Nth interface; on another one it misleads."""
    for position, attachment in enumerate(site.home_assistant.interfaces):
        match = re.fullmatch(r"net([0-9]+)", attachment.name)
        if match and int(match[1]) != position + 1:
            yield Finding(
                path=f"home_assistant.interfaces[{position}].name",
                value=attachment.name,
                message=f"Multus gives that name to another interface; write net{position + 1}, or"
                " a name of your own",
            )


@rule("network-unused", "a network that nobody is in is most likely a slip", severity="warning")
def network_unused(site: Site) -> Iterator[Finding]:
    """Each network has an interface in it."""
    used = {attachment.network for attachment in site.home_assistant.interfaces}
    for name in site.networks:
        if name not in used:
            yield Finding(
                path=f"networks.{name}",
                value=name,
                message="no interface is in it; add one to multihome:home_assistant.interfaces",
            )
