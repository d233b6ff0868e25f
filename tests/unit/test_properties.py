"""For any input: values are kept or refused, checks end, conflists are complete."""

import ipaddress
import json
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from components.network_segment.conflist import conflist
from components.pod_networks.annotation import networks_annotation
from config import image, ip, time_zone, values
from config.reading.site import read_site
from config.reading.stack_file import read_stack_file
from tests.cases.sites import tree

TYPED = {
    name: TypeAdapter(getattr(module, name))
    for module, names in (
        (ip, ("Address", "NodeAddress", "Gateway", "Network", "ClusterNetwork", "Range")),
        (values, ("Mac", "InterfaceName", "HostKey", "HostName", "IngressHost", "UserName")),
        (values, ("ConflistName", "HttpsUrl", "DownloadUrl", "Sha256", "Quantity")),
        (image, ("Image",)),
        (time_zone, ("TimeZone",)),
    )
    for name in names
}
NEARLY = st.text(alphabet="0123456789abcdef:./-lnet \n\u0417", max_size=24)
LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12)
JUNK = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=6,
)


@pytest.mark.parametrize("name", TYPED)
@given(typed=NEARLY | st.text(max_size=24) | JUNK)
def test_a_value_is_kept_as_typed_or_refused_with_a_remedy(name: str, typed: object) -> None:
    try:
        parsed = TYPED[name].validate_python(typed)
    except ValidationError as error:
        (problem,) = error.errors(include_url=False)
        assert ";" in problem["msg"]
        return
    assert isinstance(typed, str)
    kept = str(parsed)
    if name not in {"Address", "Network", "Range"}:
        assert kept == (typed.lower() if name == "Mac" else typed)
    assert TYPED[name].validate_python(kept) == parsed


@given(address=st.ip_addresses())
def test_an_address_is_read_as_the_standard_library_reads_it(
    address: ipaddress.IPv4Address | ipaddress.IPv6Address,
) -> None:
    try:
        assert TYPED["Address"].validate_python(str(address)) == address
    except ValidationError:
        unusable = (
            address.is_unspecified
            or address.is_loopback
            or address.is_multicast
            or (address.version == 6 and address.is_link_local)
            or (address.version == 6 and address.ipv4_mapped is not None)
        )
        assert unusable


def places(node: Any, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    children = (
        node.items()
        if isinstance(node, dict)
        else enumerate(node)
        if isinstance(node, list)
        else ()
    )
    return [path, *(p for key, inner in children for p in places(inner, (*path, key)))]


@settings(max_examples=300, deadline=None)
@given(data=st.data(), junk=JUNK)
def test_junk_anywhere_in_a_site_is_reported_in_lines_and_raises_nothing(
    data: st.DataObject, junk: object
) -> None:
    site_tree: Any = tree("home")
    *parents, last = data.draw(st.sampled_from([p for p in places(site_tree) if p]))
    here = site_tree
    for key in parents:
        here = here[key]
    here[last] = junk

    reading = read_site(site_tree)
    assert (reading.site is None) == bool(reading.of("error"))
    for problem in reading.problems:
        assert problem.path.startswith("multihome:")
        assert len(problem.line().splitlines()) == 1


@settings(deadline=None)
@given(text=st.text(max_size=200))
def test_a_file_of_any_text_is_reported_and_raises_nothing(text: str) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "Pulumi.any.yaml"
        path.write_bytes(text.encode("utf-8", "surrogatepass"))
        file = read_stack_file(path)
    assert file.problems or file.tree == {}


@st.composite
def networks(draw: st.DrawFn) -> dict[str, object]:
    """A network that may be wrong; the checks decide."""
    prefix = draw(st.integers(8, 30))
    base = draw(st.integers(0x0B000000, 0xDF000000))
    subnet = ipaddress.ip_network((base, prefix), strict=False)
    size = subnet.num_addresses
    first, last = sorted(draw(st.tuples(st.integers(1, size - 2), st.integers(1, size - 2))))
    described: dict[str, object] = {
        "type": draw(st.sampled_from(["macvlan", "vlan"])),
        "parent": "eth0",
        "subnet": str(subnet),
        "discovery": draw(st.booleans()),
        "router_advertisements": draw(st.sampled_from(["ignore", "no_default_route", "accept"])),
    }
    if described["type"] == "vlan":
        described["vlan_id"] = draw(st.integers(1, 4094))
    if draw(st.booleans()):
        described["range"] = f"{subnet[first]}-{subnet[last]}"
        described["ipam"] = "host-local"
    if draw(st.booleans()):
        described["mtu"] = draw(st.integers(68, 1500))
    return described


@settings(max_examples=200, deadline=None)
@given(network=networks(), data=st.data())
def test_an_accepted_network_s_conflist_is_what_the_plugins_ask_for(
    network: dict[str, object], data: st.DataObject
) -> None:
    subnet = ipaddress.ip_network(str(network["subnet"]))
    address = subnet[data.draw(st.integers(0, subnet.num_addresses - 1))]
    changed_tree = tree("home")
    changed_tree["networks"] = {"lan": network}
    first = changed_tree["home_assistant"]["interfaces"][0]
    changed_tree["home_assistant"]["interfaces"] = [{**first, "address": str(address)}]
    described = read_site(changed_tree).site
    if described is None:
        return
    accepted = described.networks["lan"]
    config = conflist("home", "lan", described.conflist_plugins("lan"))

    assert config == conflist("home", "lan", described.conflist_plugins("lan"))
    assert json.loads(json.dumps(config)) == config
    assert config["cniVersion"] == "1.0.0"
    plugins = config["plugins"]
    assert isinstance(plugins, list)
    types = {plugin["type"] for plugin in plugins}
    assert types == {"loopback", "tuning", accepted.type}
    assert types | {accepted.ipam.name} <= {
        *described.missing_plugins,
        *described.cluster.cni.bundled_plugins,
    }
    for group in plugins[2]["ipam"].get("ranges", []):
        (given_range,) = group
        ends = [ipaddress.ip_address(given_range[key]) for key in ("rangeStart", "rangeEnd")]
        assert int(ends[0]) <= int(address) <= int(ends[1])
        assert all(end in subnet for end in ends)
    assert all("gw" in route for route in plugins[2]["ipam"].get("routes", []))
    (asked,) = json.loads(
        networks_annotation(described.home_assistant.interfaces, described.networks)
    )
    assert list(asked) == ["name", "interface", "ips", "mac"]
    assert asked["ips"] == [f"{address}/{subnet.prefixlen}"]


def seconds(count: int) -> float:
    site_tree = tree("home")
    interfaces = ["eth0", *(f"eth{number}" for number in range(1, 2 + count // 4000))]
    site_tree["nodes"]["k3s-1"]["interfaces"] = interfaces
    site_tree["networks"] |= {
        f"n{number}": {
            "type": "vlan",
            "parent": interfaces[number // 4000],
            "vlan_id": 10 + number % 4000,
            "ipam": "static",
            "subnet": f"172.{16 + number // 256}.{number % 256}.0/24",
        }
        for number in range(count)
    }
    started = time.perf_counter()
    reading = read_site(site_tree)
    spent = time.perf_counter() - started
    assert reading.of("error") == ()
    return spent


def test_a_thousand_networks_cost_about_a_thousand_times_one() -> None:
    few, many = min(seconds(100) for _ in range(3)), min(seconds(1000) for _ in range(3))
    # Each network against each other would be a hundred times as much.
    assert many / few < 40
