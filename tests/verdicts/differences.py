"""What a pod was found to be, against what the site says that it is."""

import ipaddress
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from components.pod_networks.annotation import addresses
from config.home_assistant import PodInterface
from config.ip import IpAddress
from config.networks import MULTICAST, HomeNetwork
from config.site import Site
from lab.netns.channel import Report, Request
from tests.verdicts.scenarios.calls import POD

# Where host-local keeps leases when its configuration does not say.
LEASE_FOLDER = "/var/lib/cni/networks"
_SILENCE = re.compile(r" does not reach \S+: connection timed out$| is answered by 0 MACs ")


def differences(site: Site, node_name: str, asked: Request, report: Report) -> list[str]:
    """One line for each way in which the run was not as the site says; none when it was."""
    if report["error"]:
        return []
    return list(_differences(site, node_name, asked, report))


def is_silence(line: str) -> bool:
    """Whether the line says no more than that an answer did not come in time."""
    return _SILENCE.search(line) is not None


def _differences(site: Site, node_name: str, asked: Request, report: Report) -> Iterator[str]:
    for pod, seen in zip(asked["pods"], report["pods"], strict=True):
        if seen["error"]:
            yield f"{pod['name']} is not made: {seen['error']}"
        elif pod["name"] == POD:
            yield from _of_pod(site, node_name, seen)
        else:
            yield from _of_peer(site, pod, seen)
        if seen["delete_error"]:
            yield f"{pod['name']} cannot be removed: {seen['delete_error']}"
    yield from _of_calls(site, asked, report)
    yield from _of_owners(asked, report)
    yield from _of_traces(asked, report)
    for left in report["left"]:
        yield f"left behind: {left}"


def _of_pod(site: Site, node_name: str, seen: Mapping[str, Any]) -> Iterator[str]:
    node = site.nodes[node_name]
    status = {entry["interface"]: entry for entry in json.loads(seen["status"])}
    planned = {a.name for a in site.home_assistant.interfaces} | {"eth0"}
    if set(seen["interfaces"]) != planned:
        yield f"the pod has {sorted(seen['interfaces'])} instead of {sorted(planned)}"
    for interface in site.home_assistant.interfaces:
        network = site.networks[interface.network]
        parent = node.interface(network.parent)
        found = seen["interfaces"].get(interface.name)
        if found is None:
            continue
        wanted: dict[str, Any] = {
            **_planned_link(network),
            "mac": interface.mac,
            "mtu": network.mtu or (parent.mtu if parent else None),
            "addresses": sorted(_planned_addresses(interface, network)),
        }
        for key, value in wanted.items():
            got = sorted(found[key]) if key == "addresses" else found[key]
            if got != value:
                yield f"{interface.name} has {key} {got} instead of {value}"
        for text in found["unready"]:
            if text.partition(" ")[0] in wanted["addresses"]:
                yield f"{interface.name}: {text}"
        if network.ipv6 is not None and not any(":" in a for a in found["addresses"]):
            yield f"{interface.name} has no IPv6 address"
        said = status.get(interface.name, {"ips": []})["ips"]
        ips = sorted(address.partition("/")[0] for address in wanted["addresses"])
        if sorted(said) != ips:
            yield f"Multus says {said} of {interface.name} instead of {ips}"
    yield from _of_routes(site, seen["routes"])


def _planned_link(network: HomeNetwork) -> dict[str, Any]:
    """As the runner describes links: mode and VLAN are empty where a kind has none."""
    return {
        "kind": network.type,
        "mode": network.model_dump().get("mode", ""),
        "vlan": network.segment.vlan_id or 0,
        "parent": network.parent,
    }


def _planned_addresses(interface: PodInterface, network: HomeNetwork) -> list[str]:
    planned = addresses(interface, network)
    if interface.ipv6_address is not None and network.ipv6 is None:
        planned.append(str(interface.ipv6_address))
    return planned


def _of_routes(site: Site, routes: list[Mapping[str, str]]) -> Iterator[str]:
    found = sorted((r["destination"], r["gateway"], r["interface"]) for r in routes)
    wanted = []
    for interface in site.home_assistant.interfaces:
        network, name = site.networks[interface.network], interface.name
        wanted += [(str(s.cidr), "", name) for s in network.subnets]
        if network.has_multicast_route:
            wanted.append((MULTICAST, "", name))
        if network.routing == "routed":
            gateways = network.gateways
            wanted += [(str(r), str(gateways.get(r.version)), name) for r in network.routes]
    ours = [route for route in found if route[2] != "eth0"]
    for missing in sorted(set(wanted) - set(ours)):
        yield f"there is no route to {missing[0]} via {missing[1] or 'the link'} by {missing[2]}"
    for more in sorted(set(ours) - set(wanted)):
        yield f"there is a route to {more[0]} via {more[1] or 'the link'} by {more[2]}"
    for version in sorted(site.cluster.pod_versions):
        everywhere = "0.0.0.0/0" if version == 4 else "::/0"
        defaults = {route[2] for route in found if route[0] == everywhere}
        if defaults != {"eth0"}:
            yield f"the default route is by {sorted(defaults)} instead of eth0"


def _of_peer(site: Site, pod: Mapping[str, str], seen: Mapping[str, Any]) -> Iterator[str]:
    (wanted,) = json.loads(pod["annotation"])
    network = site.networks[wanted["name"]]
    found = [text.partition("/")[0] for text in seen["interfaces"]["net1"]["addresses"]]
    if found != wanted.get("ips", found):
        yield f"the peer pod has {found} instead of {wanted['ips']}"
    for address in found:
        if network.range is not None and ipaddress.ip_address(address) not in network.range:
            yield f"the peer pod has {address}, which is not in {network.range}"


def _of_calls(site: Site, asked: Request, report: Report) -> Iterator[str]:
    for call, got in zip(asked["calls"], report["calls"], strict=True):
        number = call.get("pod", 0)
        pod, seen = asked["pods"][number]["name"], report["pods"][number]
        caller = call.get("host") or pod
        if seen["error"]:
            continue
        by, via = call.get("by"), call.get("via", "")
        if by is not None and got["interface"] != by:
            other = got["interface"] or "nothing"
            yield f"{caller} reaches {call['to']} by {other} instead of {by}"
        elif by is not None and by != "eth0" and got["gateway"] != via:
            wrong, right = got["gateway"] or "the link", via or "the link"
            yield f"{caller} reaches {call['to']} via {wrong} instead of {right}"
        elif not got["answered"] and not call.get("route_only"):
            yield f"{caller} does not reach {call['to']}: {got['error']}"
        if caller == POD and by != "eth0" and got["interface"] == by:
            right_ones = _sources(site, call, seen["interfaces"][by])
            if got["source"] not in map(str, right_ones):
                wrong, right = got["source"] or "nowhere", " or ".join(map(str, right_ones))
                yield f"{caller} calls {call['to']} from {wrong} instead of {right}"


def _sources(site: Site, call: Request, seen: Mapping[str, Any]) -> list[IpAddress]:
    """The addresses that the call may come from: those that are planned where it goes out.

    In a pod without a planned one that is good beyond the link, IPv6 chooses among all it has.
    """
    version = ipaddress.ip_address(call["to"]).version
    texts = [
        text
        for interface in site.home_assistant.interfaces
        if interface.name == call["by"]
        for text in _planned_addresses(interface, site.networks[interface.network])
    ]
    planned = [a for a in _without_prefixes(texts) if a.version == version]
    if version == 6 and all(address.is_link_local for address in planned):
        has = _without_prefixes([*seen["addresses"], *seen["link_local"]])
        planned += [a for a in has if a.version == 6 and a not in planned]
    return planned


def _without_prefixes(texts: list[str]) -> list[IpAddress]:
    return [ipaddress.ip_interface(text).ip for text in texts]


def _of_owners(asked: Request, report: Report) -> Iterator[str]:
    owned: dict[tuple[str | None, str], str] = {}
    for pod, seen in zip(asked["pods"], report["pods"], strict=True):
        for element in json.loads(pod["annotation"]):
            found = (seen["interfaces"] or {}).get(element["interface"])
            if found is None:
                continue
            for address in found["addresses"]:
                key = (element["name"], address.partition("/")[0])
                owned.setdefault(key, found["mac"])
    for question, entry in zip(asked["owners"], report["owners"], strict=True):
        key = (question.get("network"), entry["address"])
        macs = entry["macs"]
        if len(macs) > 1 or (key in owned and macs != [owned[key]]):
            yield (
                f"{entry['address']} is answered by {len(macs)} MACs ({', '.join(macs)})"
                f" instead of {owned.get(key, 'one')}"
            )


def _of_traces(asked: Request, report: Report) -> Iterator[str]:
    """What was not seen while a pod lived cannot be missed after it was removed."""
    for pod, seen in zip(asked["pods"], report["pods"], strict=True):
        for what, trace in () if seen["error"] else _traces(asked, pod, seen):
            if trace not in report["present"]:
                yield f"{what} is not where it is looked for"


def _traces(
    asked: Request, pod: Mapping[str, str], seen: Mapping[str, Any]
) -> Iterator[tuple[str, str]]:
    """What there is of a pod while it lives, each with the trace of it that is looked for."""
    for name, found in seen["interfaces"].items():
        yield f"{name} of {pod['name']}", f"pod: {name}"
        if found["kind"] == "veth":
            yield f"the node's end of {name} of {pod['name']}", f"node: {found['parent']}"
    status = {entry["interface"]: entry for entry in json.loads(seen["status"])}
    for element in json.loads(pod["annotation"]):
        config = json.loads(asked["networks"][element["name"]])
        ipam = config["plugins"][0]["ipam"]
        if ipam["type"] == "host-local":
            folder = f"{ipam.get('dataDir', LEASE_FOLDER)}/{config['name']}"
            for address in status.get(element["interface"], {"ips": []})["ips"]:
                yield f"the lease of {address}", f"{folder}/{address}"
