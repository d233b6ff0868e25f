"""Rules about Home Assistant's web server: who reaches it, and by which networks."""

from collections.abc import Iterator

from config.checks.located import WORKLOAD
from config.checks.rule import Finding, rule
from config.home_assistant import CLUSTER
from config.site import Site

_BACKGROUND = "docs/background/home-assistant.md"


def _finding(key: str, value: object, message: str) -> Finding:
    return Finding(path=f"{WORKLOAD}.{key}", value=value, message=message, workload=WORKLOAD)


@rule(
    "listen-on-unknown",
    because="nobody would reach it there",
    source=f"{_BACKGROUND}#listening",
)
def listen_on_unknown(site: Site) -> Iterator[Finding]:
    """Home Assistant listens on eth0, which is `cluster`, and in networks of the pod."""
    able = [CLUSTER, *site.attached_networks]
    for position, name in enumerate(site.home_assistant.listen_on or ()):
        if name not in able:
            yield _finding(
                f"listen_on[{position}]",
                name,
                f"the pod has no interface in this network; expected one of {', '.join(able)}",
            )


@rule(
    "listen-on-without-cluster",
    because="proxies and services call eth0, and nobody would answer",
    source=f"{_BACKGROUND}#listening",
)
def listen_on_without_cluster(site: Site) -> Iterator[Finding]:
    """With an ingress, a route or a service for outside Home Assistant listens on eth0."""
    settings = site.home_assistant
    ways = {
        "ingress": settings.ingress is not None,
        "route": settings.route is not None,
        settings.service.type: settings.service.is_for_outside,
    }
    used = [way for way, is_used in ways.items() if is_used]
    if used and not settings.listens_in_cluster:
        yield _finding(
            "listen_on",
            ", ".join(settings.listen_on or ()) or "[]",
            f"callers by the {' and '.join(used)} reach the pod's eth0 alone; add {CLUSTER}",
        )


@rule(
    "callers-without-proxy",
    because="the policy lets nobody in",
    source=f"{_BACKGROUND}#callers",
)
def callers_without_proxy(site: Site) -> Iterator[Finding]:
    """With an ingress or a route somebody may call the pod by the cluster's network."""
    callers = site.home_assistant.cluster_callers
    if site.home_assistant.has_proxy and callers is not None and callers.nobody:
        yield _finding(
            "cluster_callers",
            "{}",
            "the ingress or route could not call the pod; add the namespace of its controller, for"
            " example `namespaces: [kube-system]`",
        )


@rule(
    "discovery-interface-unknown",
    because="Home Assistant would use the interface of the default route, and say nothing",
    source="https://github.com/home-assistant/core/blob/2026.11.0/homeassistant/components/network/"
    "network.py",
)
def discovery_interface_unknown(site: Site) -> Iterator[Finding]:
    """The interfaces for discovery are the pod's."""
    settings = site.home_assistant
    able = ["eth0", *(interface.name for interface in settings.interfaces)]
    for position, name in enumerate(settings.discovery_interfaces or ()):
        if name not in able:
            yield _finding(
                f"discovery_interfaces[{position}]",
                name,
                f"the pod has no such interface; expected one of {', '.join(able)}",
            )


@rule(
    "trusted-proxies-everyone",
    because="any caller could claim any address, and no address would be banned",
    source="https://www.home-assistant.io/integrations/http/",
    severity="warning",
)
def trusted_proxies_everyone(site: Site) -> Iterator[Finding]:
    """Trusted proxies are some, not all."""
    for position, network in enumerate(site.home_assistant.http.trusted_proxies or ()):
        if network.prefixlen == 0:
            yield _finding(
                f"http.trusted_proxies[{position}]",
                network,
                "every caller would be a trusted proxy; write the addresses of your proxies",
            )
