"""Rules about discovery: by which of the pod's networks devices are looked for."""

from collections.abc import Iterator

from config.checks.located import WORKLOAD
from config.checks.rule import Finding, rule
from config.site import Site


@rule("discovery-default", because="multicast would leave by the cluster")
def discovery_default(site: Site) -> Iterator[Finding]:
    """The discovery network is one of the pod's, and has `discovery: true` and IPv4."""
    chosen = site.home_assistant.discovery_default
    able = [name for name, n in site.attached_networks.items() if n.discovers_by_ipv4]
    if chosen is not None and chosen not in able:
        yield Finding(
            path=f"{WORKLOAD}.discovery_default",
            value=chosen,
            message="the pod has no such network with `discovery: true` and IPv4; write one of"
            f" these: {', '.join(able) or 'none yet'}",
            workload=WORKLOAD,
        )
