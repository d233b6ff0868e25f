"""Every key does something: another value changes what is registered, or is refused."""

import functools
import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import pulumi
import pytest
from google.protobuf.json_format import MessageToDict

from components.program import build
from config.reading.json_schema import stack_file_schema
from config.reading.secrets import SECRET_KEYS
from config.releases import KNOWN_ARCHIVES, KNOWN_MANIFESTS
from lab.build.manifests import upstream_file
from tests.cases.changes import (
    DUAL,
    EVERYTHING_BUNDLED,
    HOST_KEY,
    LAN2,
    LAN6,
    NODE2,
    ROUTED6,
)
from tests.cases.sites import ROOT, changed, changed_tree
from tests.unit.recorder import private_key, record_site

Changes = Mapping[str, object]


class Row(NamedTuple):
    """A site as changes of `Pulumi.home.yaml`, and one key of it changed; `secret:` has secrets."""

    before: Changes
    change: Changes


TWO_NODES = {"nodes/k3s-2": {**NODE2, "interfaces": ["eth0", "eth1"]}}
SUDO = {"nodes/k3s-1/user": "ubuntu", "nodes/k3s-1/sudo": True}
PASSWORDS = {f"secrets/{name}": {"secure": f"v1:{name}"} for name in ("one", "two")}
ENCRYPTED: Changes = {
    "secret:ssh_private_key": private_key("one"),
    "secret:ssh_private_key_password": "one",
}
INGRESS = {"home_assistant/ingress": {"host": "home.example.org", "tls_secret": "home"}}
LOAD_BALANCER: Changes = {"home_assistant/service": {"type": "LoadBalancer"}}
TOLERATION = "home_assistant/tolerations/0"
TOLERATING: Changes = {
    "home_assistant/tolerations": [{"key": "home", "value": "one", "effect": "NoExecute"}]
}
ROOTLESS: Changes = {
    "home_assistant/image": "ghcr.io/home-operations/home-assistant:2026.11.0",
    "home_assistant/run_as": {"user": 65534},
    "home_assistant/fs_group": 65534,
}
# Two secrets, so that another one can be named.
BY_SECRET: Changes = {**PASSWORDS, "home_assistant/environment": {"DB_URL": {"secret": "one"}}}
HERE = "home_assistant"
ROUTE: Changes = {f"{HERE}/route": {"host": "home.example.org", "gateway": "traefik-gateway"}}
CALLERS: Changes = {f"{HERE}/cluster_callers": {"namespaces": ["kube-system"]}}
PLACES = {f"secrets/{name}": {"secure": f"{n}, 5, 2"} for n, name in enumerate(("one", "two"))}
LOCATED: Changes = {**PLACES, f"{HERE}/settings": {"location": "one"}}
RESTORE: Changes = {"home_assistant/restore": {"backup": "cold_copy_2026.10.2_1.tar"}}
PACKAGES: Changes = {
    **{f"secrets/{name}": {"secure": f"v1:{name}"} for name in ("one", "two")},
    "home_assistant/configuration": "tests/cases/packages",
    "home_assistant/configuration_secrets": {"recorder_url": "one"},
}
BY_CONTEXT: Changes = {"cluster/context": "home", "secret:kubeconfig": None}
CALICO: Changes = {"cluster/flannel": False, "cluster/default_conflist": "10-calico.conflist"}
CUSTOM: Changes = {"cluster": EVERYTHING_BUNDLED}
# Any file will do; nobody unpacks it here.
ARCHIVE = ROOT / "LICENSE"
ARCHIVED: Changes = {
    "plugins": {
        "source": "archive",
        "archives": {"amd64": str(ARCHIVE)},
        "sha256": {"amd64": hashlib.sha256(ARCHIVE.read_bytes()).hexdigest()},
    }
}
# A release whose archive is another file, as the program is made to know.
KNOWN, KNOWN_ARCHIVE = "v1.7.0", ROOT / "SECURITY.md"
BY_RELEASE: Changes = {
    "plugins": {"source": "archive", "archives": {"amd64": str(KNOWN_ARCHIVE)}, "version": KNOWN}
}
BUILT: Changes = {"plugins": {"source": "build", "version": "v1.9.1"}}
MIRROR = "https://mirror.lan/{version}/{architecture}.tgz"
RELEASE: Changes = {
    "plugins": {"source": "release", "url": MIRROR, "sha256": {"amd64": "5" * 64}},
}
FIXED_URL: Changes = {**RELEASE, "plugins/url": "https://mirror.lan/plugins.tgz"}
POD_S_ETH0 = {"name": "eth0", "mac": "32:44:0b:5a:0e:2e"}


def file_of(version: str) -> str:
    """The path of upstream's manifest."""
    return str(upstream_file(version))


FROM_FILE: Changes = {"multus/manifest": {"file": file_of("v4.2.4")}}


def of_cluster(before: Changes) -> dict[str, Row]:
    """The keys that every cluster has."""
    return {
        "pod_networks": Row(before, {"cluster/pod_networks": ["192.168.0.0/16"]}),
        "service_networks": Row(before, {"cluster/service_networks": ["192.168.0.0/16"]}),
        "context": Row({**before, **BY_CONTEXT}, {"cluster/context": "other"}),
    }


def of_network(name: str, third: int) -> dict[str, Row]:
    """The keys that every network has."""
    here, subnet = f"networks/{name}", f"192.168.{third}"
    routed = {
        f"{here}/gateway": f"{subnet}.1",
        f"{here}/routes": ["10.9.0.0/16"],
    }
    both = {"nodes/k3s-1/interfaces": ["eth0", "eth1"]}
    return {
        "subnet": Row({}, {f"{here}/subnet": f"{subnet}.0/25"}),
        "range": Row({}, {f"{here}/range": f"{subnet}.3-{subnet}.99"}),
        "gateway": Row({}, {f"{here}/gateway": f"{subnet}.254"}),
        "dhcp_pool": Row({}, {f"{here}/dhcp_pool": f"{subnet}.90-{subnet}.110"}),
        "parent": Row(both, {f"{here}/parent": "eth1"}),
        "ipam": Row({}, {f"{here}/ipam": "static"}),
        "mtu": Row({}, {f"{here}/mtu": 1400}),
        "discovery": Row({}, {f"{here}/discovery": True}),
        "source_based_routing": Row(routed, {f"{here}/source_based_routing": True}),
        "router_advertisements": Row({}, {f"{here}/router_advertisements": "accept"}),
        "routes": Row(routed, {f"{here}/routes": ["10.8.0.0/16"]}),
    }


def of_metadata(before: Changes, path: str) -> dict[str, Row]:
    """The labels and annotations of an object."""
    return {
        key: Row(before, {f"home_assistant/{path}/{key}": {"example.org/name": "value"}})
        for key in ("labels", "annotations")
    }


def of_plugins(before: Changes) -> dict[str, Row]:
    """The keys that the plugins have from every source."""
    return {
        "generation": Row(before, {"plugins/generation": 2}),
        "version": Row(before, {"plugins/version": "v1.9.0"}),
    }


ROWS: dict[str, dict[str, Row]] = {
    "config": {
        "namespace": Row({}, {"namespace": "other"}),
        "kubeconfig": Row({}, {"secret:kubeconfig": "another"}),
        "ssh_private_key": Row({}, {"secret:ssh_private_key": "another"}),
        "ssh_private_key_password": Row(ENCRYPTED, {"secret:ssh_private_key_password": "two"}),
    },
    "K3s": {
        **of_cluster({}),
        "distribution": Row({}, CUSTOM),
        "version": Row({}, {"cluster/version": "v1.31.1+k3s1"}),
        "flannel": Row({}, CALICO),
        "default_conflist": Row(CALICO, {"cluster/default_conflist": "20-calico.conflist"}),
        "data_dir": Row({}, {"cluster/data_dir": "/srv/k3s"}),
    },
    "CustomCluster": {
        **of_cluster(CUSTOM),
        "distribution": Row(
            CUSTOM, {"cluster": {"distribution": "k3s", "version": "v1.34.3+k3s1"}}
        ),
        "conf_dir": Row(CUSTOM, {"cluster/conf_dir": "/srv/net.d"}),
        "bin_dir": Row(CUSTOM, {"cluster/bin_dir": "/srv/bin"}),
        "default_conflist": Row(CUSTOM, {"cluster/default_conflist": "10-other.conflist"}),
        "bundled_plugins": Row(CUSTOM, {"cluster/bundled_plugins": ["macvlan"]}),
    },
    "Node": {
        "host": Row({}, {"nodes/k3s-1/host": "k3s-1.lan"}),
        "port": Row({}, {"nodes/k3s-1/port": 2222}),
        "user": Row(SUDO, {"nodes/k3s-1/user": "debian"}),
        "sudo": Row({}, {"nodes/k3s-1/sudo": True}),
        "sudo_password": Row(
            {**SUDO, **PASSWORDS, "nodes/k3s-1/sudo_password": "one"},
            {"nodes/k3s-1/sudo_password": "two"},
        ),
        "hostname": Row({}, {"nodes/k3s-1/hostname": "k3s-1.lan"}),
        "host_key": Row({}, {"nodes/k3s-1/host_key": HOST_KEY}),
        "architecture": Row({}, {"nodes/k3s-1/architecture": "arm64"}),
        "ipv6": Row({}, {"nodes/k3s-1/ipv6": False}),
        "addresses": Row({}, {"nodes/k3s-1/addresses": ["192.168.18.40"]}),
    },
    "Interface": {
        "name": Row({}, {"nodes/k3s-1/interfaces": [{"name": "eth1"}]}),
        "mtu": Row(
            {"networks/lan/mtu": 1500}, {"nodes/k3s-1/interfaces": [{"name": "eth0", "mtu": 1400}]}
        ),
        "mac": Row({}, {"nodes/k3s-1/interfaces": [POD_S_ETH0]}),
    },
    "Multus": {
        "install": Row({}, {"multus/install": False}),
        "version": Row({}, {"multus/version": "v4.2.3"}),
        "image_digest": Row({}, {"multus/image_digest": "5" * 64}),
        "memory_limit": Row({}, {"multus/memory_limit": "512Mi"}),
        "reset": Row({"multus/reset": "first time"}, {"multus/reset": "after the move"}),
    },
    "ManifestFile": {
        "file": Row(FROM_FILE, {"multus/manifest": {"file": file_of("v4.3.0")}}),
    },
    "ManifestUrl": {
        "sha256": Row({}, {"multus/manifest": {"sha256": KNOWN_MANIFESTS["v4.3.0"]}}),
    },
    "ReleasePlugins": {
        **of_plugins(RELEASE),
        "source": Row({}, {"plugins/source": "build"}),
        "url": Row(RELEASE, {"plugins/url": f"{MIRROR}.gz"}),
        "sha256": Row(RELEASE, {"plugins/sha256": {"amd64": "6" * 64}}),
    },
    "BuiltPlugins": {
        **of_plugins(BUILT),
        "source": Row(BUILT, {"plugins/source": "release"}),
    },
    "ArchivedPlugins": {
        **of_plugins(ARCHIVED),
        "version": Row(BY_RELEASE, {"plugins/version": "v1.9.1"}),
        "source": Row(ARCHIVED, {"plugins": {"source": "release"}}),
        "sha256": Row(ARCHIVED, {"plugins/sha256": {"amd64": "6" * 64}}),
        "archives": Row(ARCHIVED, {"plugins/archives": {"amd64": "/nowhere.tgz"}}),
    },
    "MacvlanNetwork": {
        **of_network("lan", 18),
        "type": Row({}, {"networks/lan/type": "vlan", "networks/lan/vlan_id": 18}),
        "mode": Row({}, {"networks/lan/mode": "vepa"}),
    },
    "VlanNetwork": {
        **of_network("iot", 32),
        "type": Row({}, {"networks/iot/type": "macvlan", "networks/iot/vlan_id": None}),
        "vlan_id": Row({}, {"networks/iot/vlan_id": 3}),
    },
    "Subnet": {
        "subnet": Row(DUAL, {"networks/lan/ipv6/subnet": "fd00:18::/48"}),
        "gateway": Row(
            {**DUAL, **ROUTED6, "networks/lan/ipv6/gateway": "fe80::1"},
            {"networks/lan/ipv6/gateway": "fe80::2"},
        ),
        "dhcp_pool": Row(DUAL, {"networks/lan/ipv6/dhcp_pool": "fd00:18::2-fd00:18::9"}),
    },
    "HomeAssistant": {
        "image": Row({}, {"home_assistant/image": "registry.lan/own/image:1.2.3"}),
        "time_zone": Row({}, {"home_assistant/time_zone": "Europe/Berlin"}),
        "discovery_default": Row(
            {"networks/lan/discovery": True, "networks/iot/discovery": True},
            {"home_assistant/discovery_default": "iot"},
        ),
        "start_minutes": Row({}, {"home_assistant/start_minutes": 60}),
        "verify_after_apply": Row({}, {"home_assistant/verify_after_apply": False}),
        "fs_group": Row({}, {"home_assistant/fs_group": 65534}),
        "capabilities": Row({}, {"home_assistant/capabilities": ["NET_RAW"]}),
        "devices": Row({}, {"home_assistant/devices": ["squat.ai/serial"]}),
        "bluetooth": Row({}, {"home_assistant/bluetooth": True}),
        "privileged": Row({}, {"home_assistant/privileged": True}),
        "host_users": Row({}, {"home_assistant/host_users": False}),
        "nodes": Row(
            {**TWO_NODES, "home_assistant/nodes": ["k3s-1"]}, {"home_assistant/nodes": ["k3s-2"]}
        ),
        "configuration": Row(
            {"home_assistant/configuration": "tests/cases/other_packages"},
            {**PACKAGES, "home_assistant/configuration": "tests/cases/packages"},
        ),
        "configuration_secrets": Row(
            PACKAGES, {"home_assistant/configuration_secrets/recorder_url": "two"}
        ),
        "check_before_replacing": Row(PACKAGES, {"home_assistant/check_before_replacing": False}),
        "copies": Row({}, {"home_assistant/copies": 5}),
        "listen_on": Row({}, {f"{HERE}/listen_on": ["lan"]}),
        "discovery_interfaces": Row({}, {f"{HERE}/discovery_interfaces": ["net1"]}),
    },
    "Http": {
        "port": Row({}, {f"{HERE}/http/port": 8124}),
        "trusted_proxies": Row(INGRESS, {f"{HERE}/http/trusted_proxies": ["192.168.18.9"]}),
    },
    "HttpRoute": {
        "host": Row(ROUTE, {f"{HERE}/route/host": "other.example.org"}),
        "gateway": Row(ROUTE, {f"{HERE}/route/gateway": "other"}),
        "gateway_namespace": Row(ROUTE, {f"{HERE}/route/gateway_namespace": "kube-system"}),
        "section": Row(ROUTE, {f"{HERE}/route/section": "websecure"}),
    },
    "ClusterCallers": {
        "namespaces": Row(CALLERS, {f"{HERE}/cluster_callers/namespaces": ["traefik"]}),
        "networks": Row(CALLERS, {f"{HERE}/cluster_callers/networks": ["192.168.18.0/24"]}),
    },
    "Settings": {
        "name": Row({}, {f"{HERE}/settings/name": "Zuhause für alle"}),
        "location": Row(LOCATED, {f"{HERE}/settings/location": "two"}),
        "unit_system": Row({}, {f"{HERE}/settings/unit_system": "metric"}),
        "country": Row({}, {f"{HERE}/settings/country": "NL"}),
        "currency": Row({}, {f"{HERE}/settings/currency": "EUR"}),
        "language": Row({}, {f"{HERE}/settings/language": "nl"}),
        "internal_url": Row({}, {f"{HERE}/settings/internal_url": "http://192.168.18.32:8123"}),
        "external_url": Row({}, {f"{HERE}/settings/external_url": "https://home.example.org"}),
    },
    "Ingress": {
        **of_metadata(INGRESS, "ingress"),
        "host": Row(INGRESS, {"home_assistant/ingress/host": "other.example.org"}),
        "ingress_class": Row(INGRESS, {"home_assistant/ingress/ingress_class": "traefik"}),
        "tls_secret": Row(INGRESS, {"home_assistant/ingress/tls_secret": "home.example.org-tls"}),
    },
    "SecretReference": {
        "secret": Row(BY_SECRET, {"home_assistant/environment/DB_URL/secret": "two"}),
    },
    "Requests": {
        "cpu": Row({}, {"home_assistant/resources/requests/cpu": "200m"}),
        "memory": Row({}, {"home_assistant/resources/requests/memory": "1Gi"}),
    },
    "Limits": {
        "cpu": Row({}, {"home_assistant/resources/limits/cpu": "2"}),
        "memory": Row({}, {"home_assistant/resources/limits/memory": "4Gi"}),
    },
    "Metadata": of_metadata({}, "pod"),
    "Service": {
        **of_metadata({}, "service"),
        "type": Row({}, {"home_assistant/service": {"type": "NodePort"}}),
        "external_traffic_policy": Row(
            LOAD_BALANCER, {"home_assistant/service/external_traffic_policy": "Cluster"}
        ),
    },
    "Toleration": {
        "key": Row(TOLERATING, {f"{TOLERATION}/key": "other"}),
        "operator": Row(
            {**TOLERATING, f"{TOLERATION}/value": ""}, {f"{TOLERATION}/operator": "Exists"}
        ),
        "value": Row(TOLERATING, {f"{TOLERATION}/value": "other"}),
        "effect": Row(TOLERATING, {f"{TOLERATION}/effect": None}),
        "seconds": Row(TOLERATING, {f"{TOLERATION}/seconds": 60}),
    },
    "RunAs": {
        "user": Row(ROOTLESS, {"home_assistant/run_as/user": 568}),
        "group": Row(ROOTLESS, {"home_assistant/run_as/group": 568}),
        "groups": Row(ROOTLESS, {"home_assistant/run_as/groups": [20]}),
    },
    "Storage": {
        "size": Row({}, {"home_assistant/storage": {"size": "20Gi"}}),
        "storage_class": Row({}, {"home_assistant/storage": {"storage_class": "longhorn.fast"}}),
        "access_mode": Row({}, {"home_assistant/storage": {"access_mode": "ReadWriteOncePod"}}),
        "existing_claim": Row({}, {"home_assistant/storage": {"existing_claim": "old-config"}}),
    },
    "Restore": {
        "backup": Row(RESTORE, {"home_assistant/restore/backup": "other.tar"}),
        "password": Row(
            {**RESTORE, **PASSWORDS, "home_assistant/restore/password": "one"},
            {"home_assistant/restore/password": "two"},
        ),
        "again": Row(RESTORE, {"home_assistant/restore/again": "2"}),
    },
    "PodInterface": {
        "network": Row(
            {
                "nodes/k3s-1/interfaces": ["eth0", "eth1"],
                "networks/spare": {**LAN2, "parent": "eth1", "subnet": "192.168.18.0/24"},
            },
            {"home_assistant/interfaces/0/network": "spare"},
        ),
        "name": Row({}, {"home_assistant/interfaces/0/name": "lan"}),
        "address": Row({}, {"home_assistant/interfaces/0/address": "192.168.18.33"}),
        "ipv6_address": Row(DUAL, {"home_assistant/interfaces/0/ipv6_address": "fd00:18::4"}),
        "mac": Row({}, {"home_assistant/interfaces/0/mac": "02:00:00:00:00:05"}),
    },
}
WITHOUT_EFFECT = {
    "ManifestUrl.url": "the sha256 says what is applied; the URL only where it comes from",
    "HttpRoute.tls": "how the URL starts that `up` prints (test_http.py)",
    "Subnet.range": "of `ipv6`: such a network is static, and range-unused warns of the key",
    "Secret.secure": "what Pulumi encrypted; a node's sudo_password names it",
}


def leaves() -> Iterator[str]:
    """Every key of the schema that has no keys below it, as `<model>.<key>`."""
    schema = stack_file_schema()
    models = {"config": schema["properties"]["config"], **schema["$defs"]}
    for name, model in models.items():
        for key, described in model["properties"].items():
            short = key.partition(":")[2] or key
            if short in SECRET_KEYS or _is_leaf(described, schema["$defs"]):
                yield f"{name}.{short}"


def _is_leaf(described: Mapping[str, Any], models: Mapping[str, Any]) -> bool:
    if "$ref" in described:
        return "properties" not in models[described["$ref"].rpartition("/")[2]]
    inner = [*described.get("oneOf", []), *described.get("anyOf", [])]
    inner += [*described.get("patternProperties", {}).values(), described.get("items", {})]
    inner += [each for each in [described.get("additionalProperties")] if isinstance(each, dict)]
    return all(_is_leaf(each, models) for each in inner if each)


KEYS = [f"{model}.{key}" for model, rows in ROWS.items() for key in rows]


def test_every_key_of_the_schema_has_a_row_or_a_reason() -> None:
    assert sorted(leaves()) == sorted([*KEYS, *WITHOUT_EFFECT])


@pytest.mark.parametrize("key", KEYS)
def test_another_value_changes_what_is_registered_or_is_refused(key: str) -> None:
    model, _, name = key.partition(".")
    row = ROWS[model][name]
    before = registered(json.dumps(dict(row.before)))

    assert isinstance(before, dict), before
    assert registered(json.dumps({**row.before, **row.change})) != before


@pytest.mark.parametrize("before", [ARCHIVED, FIXED_URL], ids=["archive", "url"])
def test_the_release_changes_nothing_where_other_keys_say_which_archive(before: Changes) -> None:
    """As the description of `sha256` says."""
    expected = registered(json.dumps(before))
    assert isinstance(expected, dict), expected
    assert registered(json.dumps({**before, "plugins/version": "v1.9.0"})) == expected


def test_discovery_changes_something_in_a_network_of_ipv6_alone_too() -> None:
    """What is written into Home Assistant's storage; the conflist needs no route for it."""
    before = registered(json.dumps(LAN6))
    after = registered(json.dumps({**LAN6, "networks/lan/discovery": True}))
    assert isinstance(before, dict), before
    assert isinstance(after, dict), after
    assert before != after


@pytest.fixture(autouse=True)
def known_archive(monkeypatch: pytest.MonkeyPatch) -> None:
    digest = hashlib.sha256(KNOWN_ARCHIVE.read_bytes()).hexdigest()
    monkeypatch.setitem(KNOWN_ARCHIVES, (KNOWN, "amd64"), digest)


@functools.cache
def registered(changes: str) -> dict[str, object] | str:
    """What the program registers, by URN; the error where the site is refused."""
    given: dict[str, Any] = json.loads(changes)
    secrets = {k.partition(":")[2]: v for k, v in given.items() if k.startswith("secret:")}
    plain = {k: v for k, v in given.items() if not k.startswith("secret:")}
    refused = [problem.line() for problem in changed("home", plain).of("error")]
    if refused:
        return "\n".join(refused)

    def program() -> None:
        try:
            build()
        except pulumi.RunError as error:
            refused.append(str(error))

    recording = record_site(changed_tree("home", plain), program, secrets=secrets)
    if refused:
        return "\n".join(refused)
    return {
        entry.urn: (MessageToDict(entry.request.object), str(entry.request.customTimeouts))
        for entry in recording.registered
    }
