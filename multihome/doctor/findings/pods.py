"""The pod: it starts, and has the interfaces, addresses and MACs of the plan."""

from collections.abc import Iterator
from ipaddress import ip_address
from typing import Any

from multihome.doctor.cluster_facts import ClusterFacts
from multihome.doctor.finding import Finding
from multihome.doctor.findings.sandbox_errors import explained
from multihome.doctor.plan import Plan

_ANEW = "delete the pod; its successor gets its interfaces from the plan"


def pod_findings(plan: Plan, facts: ClusterFacts) -> Iterator[Finding]:
    """What is wrong with the pod."""
    where = f"pod {plan.site.namespace}/{plan.pod}"
    if facts.pod is None:
        yield Finding(
            name="pod-missing",
            where=where,
            what="there is no such pod",
            why="Home Assistant does not run",
            cure="run `up --refresh`; a StatefulSet that was scaled to 0 is scaled up again",
        )
        return
    pod = facts.pod
    if pod.phase == "Pending" and not pod.has_address and facts.sandbox_failures:
        yield _stuck(where, facts.sandbox_failures[-1])
        return
    if pod.phase != "Running":
        waits = f" ({', '.join(dict.fromkeys(pod.reasons))})" if pod.reasons else ""
        yield Finding(
            name="pod-not-running",
            where=where,
            what=f"it is {pod.phase}{waits}",
            why="Home Assistant does not run, or not yet",
            cure="`kubectl describe pod` shows what it waits for",
        )
    if pod.has_address:
        yield from _interfaces(plan, where, pod.networks or {})


def _stuck(where: str, message: str) -> Finding:
    known = explained(message)
    cause, cure = known or (
        f"its Event says: {' '.join(message.split())[-200:]}",
        "`kubectl describe pod` shows the whole Event",
    )
    return Finding(
        name="pod-stuck",
        where=where,
        what=f"it stays in ContainerCreating: {cause}",
        why="Home Assistant does not run",
        cure=cure,
    )


def _interfaces(plan: Plan, where: str, networks: dict[str, dict[str, Any]]) -> Iterator[Finding]:
    for planned in plan.site.home_assistant.interfaces:
        found = networks.get(planned.name)
        if found is None:
            yield Finding(
                name="interface-missing",
                where=where,
                what=f"it has no interface {planned.name} in {planned.network}",
                why="it started without Multus, and an interface is never added later",
                cure=f"see the findings of Multus on its node, then {_ANEW}",
            )
            continue
        wanted = {ip_address(address) for address in planned.addresses}
        addresses = {ip_address(address) for address in found.get("ips", [])}
        if addresses != wanted:
            yield Finding(
                name="address-wrong",
                where=where,
                what=f"{planned.name} has {_listed(addresses)}, planned {_listed(wanted)}",
                why="devices of the network look for the planned address",
                cure=f"run `up`; if nothing changes, {_ANEW}",
            )
        if found.get("mac", "").lower() != planned.mac:
            yield Finding(
                name="mac-wrong",
                where=where,
                what=f"{planned.name} has the MAC {found.get('mac') or '-'}, planned {planned.mac}",
                why="the router's rules for the planned MAC do not hold for it",
                cure=f"run `up`; if nothing changes, {_ANEW}",
            )


def _listed(addresses: set[Any]) -> str:
    return ", ".join(sorted(map(str, addresses))) or "no address"
