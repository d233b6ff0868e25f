"""How Home Assistant is reached: port, proxies, route, policy, and where it listens."""

import json
from typing import Any

import kubernetes_validate
import pulumi
import pytest

from components.home_assistant.objects import url
from components.home_assistant.seed import seed_plan
from components.objects import site_objects
from config.site import Site
from lab.build.manifests import upstream_file
from tests.cases.changes import LAN6
from tests.cases.sites import changed, changed_tree, site
from tests.unit.recorder import record_site

HERE = "home_assistant"
INGRESS: dict[str, object] = {f"{HERE}/ingress": {"host": "home.example.org", "tls_secret": "home"}}
ROUTE: dict[str, object] = {
    f"{HERE}/route": {
        "host": "home.example.org",
        "gateway": "traefik-gateway",
        "gateway_namespace": "kube-system",
        "section": "websecure",
    }
}
CALLERS: dict[str, object] = {
    f"{HERE}/cluster_callers": {"namespaces": ["kube-system"], "networks": ["192.168.18.10/32"]}
}


def accepted(changes: dict[str, object], stack: str = "home") -> Site:
    reading = changed(stack, changes)
    assert reading.site is not None, reading.problems
    return reading.site


def refused(changes: dict[str, object]) -> str:
    (line,) = [problem.line() for problem in changed("home", changes).of("error")]
    return line


def made(changes: dict[str, object]) -> dict[str, Any]:
    return site_objects(accepted(changes), None).home_assistant


def container(changes: dict[str, object], name: str) -> dict[str, Any]:
    pod = made(changes)["StatefulSet"]["spec"]["template"]["spec"]
    (found,) = (c for c in [*pod["initContainers"], *pod["containers"]] if c["name"] == name)
    return dict(found)


@pytest.mark.parametrize("changes", [INGRESS, ROUTE])
def test_behind_a_proxy_the_cluster_s_pod_networks_are_trusted(changes: dict[str, object]) -> None:
    both = {**changes, "cluster/pod_networks": ["10.42.0.7/16", "fd00:42::/56"]}
    dual = {**both, "cluster/service_networks": ["10.43.0.0/16", "fd00:43::/112"]}
    assert seed_plan(accepted(dual))["http"] == {
        "server_port": 8123,
        "use_x_forwarded_for": True,
        "trusted_proxies": ["10.42.0.0/16", "fd00:42::/56"],
    }


def test_the_stack_file_s_proxies_are_trusted_in_their_place() -> None:
    own = {**INGRESS, f"{HERE}/http/trusted_proxies": ["192.168.18.9", "fd00:18::/64"]}
    proxies = seed_plan(accepted(own))["http"]["trusted_proxies"]
    assert proxies == ["192.168.18.9/32", "fd00:18::/64"]


@pytest.mark.parametrize(
    ("http", "says"),
    [
        ({"trusted_proxies": ["10.42.0.7/16"]}, "did you mean 10.42.0.0/16?"),
        ({"trusted_proxies": []}, "it is empty; add at least one"),
        ({"trusted_proxies": ["proxy.lan"]}, "address-form: invalid"),
        ({"port": 80}, "expected at least 1024"),
        ({"port": 65536}, "expected at most 65535"),
        ({"server_host": ["192.168.18.32"]}, "there is no such key"),
    ],
)
def test_what_home_assistant_would_discard_is_refused(http: object, says: str) -> None:
    assert says in refused({f"{HERE}/http": http})


def test_another_port_is_asked_served_and_told() -> None:
    changes: dict[str, object] = {f"{HERE}/http/port": 8443, **ROUTE}
    main = container(changes, "home-assistant")
    objects = made({**changes, **CALLERS})

    assert seed_plan(accepted(changes))["http"]["server_port"] == 8443
    assert main["ports"] == [{"name": "http", "containerPort": 8443}]
    assert main["readinessProbe"]["httpGet"]["port"] == "http"
    assert objects["Service"]["spec"]["ports"][0]["port"] == 8443
    assert objects["HTTPRoute"]["spec"]["rules"][0]["backendRefs"][0]["port"] == 8443
    assert objects["NetworkPolicy"]["spec"]["ingress"][0]["ports"][0]["port"] == 8443
    assert url(accepted({f"{HERE}/http/port": 8443}).home_assistant, "home").endswith(":8443")


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, "http://192.168.18.32:8123"),
        ({f"{HERE}/listen_on": ["iot"]}, "http://192.168.32.3:8123"),
        ({f"{HERE}/listen_on": ["cluster"]}, "http://home-assistant.homeassistant.svc:8123"),
        ({f"{HERE}/listen_on": []}, "http://127.0.0.1:8123"),
        (ROUTE, "https://home.example.org"),
        ({**ROUTE, f"{HERE}/route/tls": False}, "http://home.example.org"),
    ],
)
def test_the_url_is_where_it_answers(changes: dict[str, object], expected: str) -> None:
    described = accepted(changes)
    assert url(described.home_assistant, described.namespace) == expected


@pytest.mark.parametrize("listen_on", [["lan"], []])
def test_what_does_not_listen_on_eth0_is_probed_from_inside(listen_on: list[str]) -> None:
    changes: dict[str, object] = {f"{HERE}/listen_on": listen_on, f"{HERE}/http/port": 8200}
    main = container(changes, "home-assistant")

    for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
        assert "http://127.0.0.1:8200/manifest.json" in main[probe]["exec"]["command"][-1]


def test_the_seed_takes_the_planned_addresses_and_the_pod_s_own() -> None:
    dual: dict[str, object] = {f"{HERE}/listen_on": ["cabin", "cluster"]}
    assert seed_plan(accepted(dual, "cabin"))["listen"] == {
        "cluster": True,
        "addresses": ["10.20.0.32", "fd20:0:0:20::32"],
    }
    (pod_ips,) = container({f"{HERE}/listen_on": ["cluster"]}, "seed")["env"]
    assert pod_ips == {
        "name": "POD_IPS",
        "valueFrom": {"fieldRef": {"fieldPath": "status.podIPs"}},
    }
    assert container({f"{HERE}/listen_on": ["lan"]}, "seed")["env"] == []


def test_discovery_uses_the_interfaces_of_the_networks_that_have_it() -> None:
    assert seed_plan(site("cabin"))["adapters"] == ["lan"]
    own: dict[str, object] = {f"{HERE}/discovery_interfaces": ["heating", "eth0"]}
    assert seed_plan(accepted(own, "cabin"))["adapters"] == ["heating", "eth0"]


def test_devices_are_discovered_in_a_network_of_ipv6_alone() -> None:
    """No route tells Home Assistant so: multicast of IPv6 goes by each interface."""
    discovering = accepted({**LAN6, "networks/lan/discovery": True})
    assert seed_plan(discovering)["adapters"] == ["net1"]
    assert discovering.discovery_default is None


def test_settings_come_with_the_time_zone_and_without_the_secret() -> None:
    settings = {"name": "Zuhause", "country": "NL", "location": "place", "language": "nl"}
    changes: dict[str, object] = {
        f"{HERE}/settings": {**settings, "external_url": "https://home.example.org"},
        "secrets/place": {"secure": "v1:AAAA"},
    }
    seed = container(changes, "seed")

    assert json.loads(seed["command"][4])["settings"] == {
        "time_zone": "Asia/Shanghai",
        "name": "Zuhause",
        "country": "NL",
        "language": "nl",
        "external_url": "https://home.example.org",
    }
    source = {"secretKeyRef": {"name": "home-assistant-secrets", "key": "place"}}
    assert seed["env"] == [{"name": "LOCATION", "valueFrom": source}]
    assert made(changes)["Secret"]["stringData"] == {"place": "[secret]"}


@pytest.mark.parametrize(
    "place", ["52.37, 4.89", "north, 4.89, 2", "52.37, 4.89, inf", "91, 4.89, 2"]
)
def test_a_secret_that_is_no_place_is_refused_and_never_repeated(place: str) -> None:
    changes = {f"{HERE}/settings": {"location": "place"}, "secrets/place": {"secure": place}}
    with pytest.raises(pulumi.RunError) as refusal:
        record_site(changed_tree("home", changes))

    assert "multihome:secrets.place: (hidden): location: " in str(refusal.value)
    assert place not in str(refusal.value).replace("52.37, 4.89, 2`", "")


def test_without_settings_they_are_left_to_the_user_interface() -> None:
    """One key in YAML closes all of them there."""
    assert seed_plan(site("home"))["settings"] == {}


@pytest.mark.parametrize(
    ("settings", "rule"),
    [
        ({"country": "XX"}, "country"),
        ({"currency": "EURO"}, "currency"),
        ({"language": "de-XX"}, "language"),
        ({"unit_system": "imperial"}, "unknown-choice"),
        ({"external_url": "https://home.example.org/ha"}, "url"),
        ({"internal_url": "192.168.18.32"}, "url"),
        ({"external_url": "https://user:password@home.example.org"}, "url"),
        ({"name": ""}, "home-name"),
        ({"name": "two\nlines"}, "home-name"),
        ({"location": "nowhere"}, "secret-unknown"),
    ],
)
def test_settings_that_home_assistant_refuses_are_refused(settings: object, rule: str) -> None:
    assert f": {rule}: " in refused({f"{HERE}/settings": settings})


def test_the_route_leads_from_the_gateway_to_the_service() -> None:
    assert made(ROUTE)["HTTPRoute"]["spec"] == {
        "parentRefs": [
            {
                "group": "gateway.networking.k8s.io",
                "kind": "Gateway",
                "name": "traefik-gateway",
                "namespace": "kube-system",
                "sectionName": "websecure",
            }
        ],
        "hostnames": ["home.example.org"],
        "rules": [
            {
                "matches": [{"path": {"type": "PathPrefix", "value": "/"}}],
                "backendRefs": [
                    {
                        "group": "",
                        "kind": "Service",
                        "name": "home-assistant",
                        "port": 8123,
                        "weight": 1,
                    }
                ],
            }
        ],
    }


def test_the_policy_lets_in_the_named_callers_alone() -> None:
    spec = made(CALLERS)["NetworkPolicy"]["spec"]
    (rule,) = spec["ingress"]

    assert rule["from"] == [
        {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "kube-system"}}},
        {"ipBlock": {"cidr": "192.168.18.10/32"}},
    ]
    assert spec["policyTypes"] == ["Ingress"]
    assert spec["podSelector"] == made(CALLERS)["StatefulSet"]["spec"]["selector"]


def test_a_policy_without_callers_lets_nobody_in() -> None:
    """A rule with an empty `from` would let everyone in."""
    assert made({f"{HERE}/cluster_callers": {}})["NetworkPolicy"]["spec"]["ingress"] == []
    assert "NetworkPolicy" not in made({})


def test_the_program_applies_route_and_policy_as_they_are_listed() -> None:
    changes = {**ROUTE, **CALLERS, f"{HERE}/listen_on": ["cluster", "lan"]}
    described = accepted(changes)
    manifest = upstream_file(described.multus.version).read_text()
    listed = {one["kind"]: one for one in site_objects(described, manifest)}
    applied = {
        entry.inputs["kind"]: entry.inputs
        for entry in record_site(changed_tree("home", changes)).registered
        if entry.type.startswith("kubernetes:")
    }

    for kind in ("HTTPRoute", "NetworkPolicy", "StatefulSet"):
        assert applied[kind] == json.loads(json.dumps(listed[kind]), parse_int=float)
    for kind in ("NetworkPolicy", "StatefulSet", "Service"):
        kubernetes_validate.validate(listed[kind], "1.34", strict=True)
