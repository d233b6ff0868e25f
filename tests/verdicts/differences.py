"""What a pod was found to be, against what the site says that it is."""

import ipaddress
import json
from collections.abc import Iterator, Mapping
from typing import Any

from config.networks import HomeNetwork
from config.pod_interface import PodInterface
from config.site import Site
from lab.netns.channel import Report
from tests.verdicts.calls import DISCOVERY, POD, Request, discovery_interface

_EVERYWHERE = {4: "0.0.0.0/0", 6: "::/0"}


def differences(site: Site, node: str, asked: Request, report: Report) -> Iterator[str]:
    """One line for each way in which the run was not as the site says; none when it was."""
    for pod, seen in zip(asked["pods"], report["pods"], strict=True):
        if seen["error"]:
            yield f"{pod['name']} is not made: {seen['error']}"
            continue
        if pod["name"] == POD:
            yield from _of_interfaces(site, node, seen["interfaces"])
            yield from _of_routes(site, seen["routes"])
        if seen["delete_error"]:
            yield f"{pod['name']} cannot be removed: {seen['delete_error']}"
        # What was not seen while a pod lived cannot be missed after it was removed.
        for trace in _traces(asked, pod, seen["interfaces"]):
            if not any(present.endswith(trace) for present in report["present"]):
                yield f"{trace} of {pod['name']} is not where it is looked for"
    for left in report["left"]:
        yield f"left behind: {left}"
    for call, got in zip(asked["calls"], report["calls"], strict=True):
        if not report["pods"][call.get("pod", 0)]["error"]:
            yield from _of_call(site, asked, call, got)
    yield from _of_owners(asked, report)


def _of_interfaces(site: Site, node: str, found: Mapping[str, Any]) -> Iterator[str]:
    planned = {interface.name for interface in site.home_assistant.interfaces} | {"eth0"}
    if set(found) != planned:
        yield f"the pod has {sorted(found)} instead of {sorted(planned)}"
    for interface in site.home_assistant.interfaces:
        seen, network = found.get(interface.name), site.networks[interface.network]
        if seen is None:
            continue
        parent = site.nodes[node].interface(network.parent)
        wanted: dict[str, Any] = {
            "mac": interface.mac,
            "mtu": network.mtu or (parent.mtu if parent else None),
            "addresses": sorted(_planned(interface, network)),
        }
        for key, value in wanted.items():
            got = sorted(seen[key]) if key == "addresses" else seen[key]
            if got != value:
                yield f"{interface.name} has {key} {got} instead of {value}"
        for text in seen["unready"]:
            if text.partition(" ")[0] in wanted["addresses"]:
                yield f"{interface.name}: {text}"


def _planned(interface: PodInterface, network: HomeNetwork) -> list[str]:
    """The addresses with the prefix lengths of their subnets; one without a subnet stays bare."""
    lengths = [f"/{subnet.cidr.prefixlen}" for subnet in network.subnets]
    given = [f"{a}{n}" for a, n in zip(interface.addresses, [*lengths, ""], strict=False)]
    missing = lengths[len(interface.addresses) :]
    return [*given, *(f"an IPv6 address{length}" for length in missing)]


def _of_routes(site: Site, routes: list[list[str]]) -> Iterator[str]:
    found = {(destination, gateway, name) for destination, gateway, name in routes}
    wanted = set()
    for interface in site.home_assistant.interfaces:
        network, name = site.networks[interface.network], interface.name
        wanted |= {(str(s.cidr), "", name) for s in network.subnets}
        wanted |= {(str(r), str(network.gateways.get(r.version)), name) for r in network.routes}
    if (by := discovery_interface(site)) not in {"eth0", None}:
        wanted |= {("224.0.0.0/4", "", str(by)), (f"{DISCOVERY[1]}/32", "", str(by))}
    ours = {route for route in found if route[2] != "eth0"}
    for route in sorted(ours ^ wanted):
        destination, gateway, name = route
        found_one = "a" if route in ours else "no"
        yield f"there is {found_one} route to {destination} via {gateway or 'the link'} by {name}"
    for version in site.cluster.pod_versions:
        defaults = {route[2] for route in found if route[0] == _EVERYWHERE[version]}
        if defaults != {"eth0"}:
            yield f"the default route is by {sorted(defaults)} instead of eth0"


def _of_call(site: Site, asked: Request, call: Request, got: Mapping[str, Any]) -> Iterator[str]:
    caller = call.get("host") or asked["pods"][call.get("pod", 0)]["name"]
    by, via, to = call.get("by"), call.get("via", ""), call["to"]
    if by is not None and got["interface"] != by:
        yield f"{caller} reaches {to} by {got['interface'] or 'nothing'} instead of {by}"
    elif by not in {None, "eth0"} and got["gateway"] != via:
        wrong, right = got["gateway"] or "the link", via or "the link"
        yield f"{caller} reaches {to} via {wrong} instead of {right}"
    elif not got["answered"] and not call.get("route_only"):
        frames = ", ".join(got["frames"]) or "sends nothing"
        way = f"from {got['source'] or 'nowhere'} by {got['interface']}"
        yield f"{caller} does not reach {to} {way}: {frames}: {got['error']}"
    if caller == POD and by != "eth0" and "source" not in call and got["interface"] == by:
        version = ipaddress.ip_address(to).version
        own = {a for i in site.home_assistant.interfaces if i.name == by for a in i.addresses}
        sources = {str(address) for address in own if address.version == version}
        if sources and got["source"] not in sources:
            wrong, right = got["source"] or "nowhere", " or ".join(sorted(sources))
            yield f"{caller} calls {to} from {wrong} instead of {right}"


def _of_owners(asked: Request, report: Report) -> Iterator[str]:
    """An address has one owner on a segment, and of a pod's that is the pod's interface."""
    macs_of: dict[str, set[str]] = {}
    made = all(not pod["error"] for pod in report["pods"])
    for pod in report["pods"]:
        for seen in (pod["interfaces"] or {}).values():
            for text in seen["addresses"]:
                macs_of.setdefault(text.partition("/")[0], set()).add(seen["mac"])
    for question, macs in zip(asked["questions"], report["macs"], strict=True):
        of_pods = macs_of.get(question["address"], set())
        asker, address = question["host"], question["address"]
        if len(macs) > 1:
            yield f"{address} is answered by {len(macs)} MACs ({', '.join(macs)}) to {asker}"
        elif question["expected"] and made and not set(macs) & of_pods:
            yield f"{address} is not answered by its pod to {asker}, but by {macs or 'nobody'}"
        elif not question["expected"] and of_pods and set(macs) & set().union(*macs_of.values()):
            yield f"{address} is answered to {asker} on a segment where no pod has it"


def _traces(asked: Request, pod: Mapping[str, str], found: Mapping[str, Any]) -> Iterator[str]:
    """What there is of a pod while it lives: interfaces, and leases of host-local."""
    yield from (f"pod-{pod['name']}: {name}" for name in found)
    for element in json.loads(pod["annotation"]):
        config = json.loads(asked["networks"][element["name"]])
        if any(p.get("ipam", {}).get("type") == "host-local" for p in config["plugins"]):
            for text in element["ips"]:
                yield f"{config['name']}/{text.partition('/')[0]}"
