"""Upstream's own manifests, transformed; and those that are refused, by name."""

import contextlib
import copy
import dataclasses
import random
from collections.abc import Callable
from typing import Any

import kubernetes_validate
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from components.multus.clean_up import SCRIPT
from components.multus.daemon_set import ManifestSettings
from components.multus.manifest import EXPECTED, ManifestError, parse
from components.multus.transform import transform
from components.pod_networks.node_affinity import node_affinity
from config.cluster import CustomCluster
from config.releases import KNOWN_MANIFESTS
from lab.build.manifests import THICK, upstream_file
from tests.cases.sites import site

SETTINGS = ManifestSettings(
    version="v4.2.4",
    image_digest=None,
    memory_limit="256Mi",
    reset=None,
    cni=site("home").cluster.cni,
    hostnames=("k3s-1",),
)


def upstream(version: str = "v4.2.4") -> list[dict[str, Any]]:
    return parse(upstream_file(version).read_text())


UPSTREAM = upstream()


@pytest.mark.parametrize("version", KNOWN_MANIFESTS)
def test_every_known_release_is_transformed_into_valid_objects(version: str) -> None:
    for described in transform(upstream(version), SETTINGS).values():
        kubernetes_validate.validate(described, "1.34", strict=True)


def test_the_daemon_set_has_the_article_s_edits_and_the_guards() -> None:
    daemon_set = transform(upstream(), SETTINGS)["DaemonSet"]
    pod = daemon_set["spec"]["template"]["spec"]
    (container,) = pod["containers"]

    conf = "/var/lib/rancher/k3s/agent/etc/cni/net.d"
    assert set(container["args"]) >= {
        f"--multus-kubeconfig-file-host={conf}/multus.d/multus.kubeconfig",
        "--cni-version=1.0.0",
        "--multus-master-cni-file-name=10-flannel.conflist",
        "--cleanup-config-on-exit=true",
        "--additional-bin-dir=/var/lib/rancher/k3s/data/cni",
    }
    paths = {v["name"]: v.get("hostPath", {}).get("path") for v in pod["volumes"]}
    assert paths["cni"] == conf
    assert paths["cnibin"] == "/var/lib/rancher/k3s/data/cni"
    assert pod["priorityClassName"] == "system-node-critical"
    assert container["resources"]["limits"]["memory"] == "256Mi"
    images = {c["image"] for c in (*pod["containers"], *pod["initContainers"])}
    assert images == {"ghcr.io/k8snetworkplumbingwg/multus-cni:v4.2.4-debug"}


@settings(max_examples=20, deadline=None)
@given(st.randoms(use_true_random=False))
def test_the_order_of_the_objects_does_not_matter(order: random.Random) -> None:
    objects = upstream()
    order.shuffle(objects)

    assert transform(objects, SETTINGS) == transform(upstream(), SETTINGS)


def test_a_transformed_manifest_stays_as_it_is() -> None:
    once = transform(upstream(), SETTINGS)

    assert transform(once.values(), SETTINGS) == once


@pytest.mark.parametrize("kind", EXPECTED)
def test_a_missing_object_is_named(kind: str) -> None:
    objects = [described for described in upstream() if described["kind"] != kind]

    with pytest.raises(ManifestError, match=f"lacks the {kind} {EXPECTED[kind]}"):
        transform(objects, SETTINGS)


Edit = Callable[[dict[str, Any]], object]


@pytest.mark.parametrize(
    ("edit", "named"),
    [
        (lambda pod: pod["containers"].clear(), "kube-multus"),
        (lambda pod: pod["initContainers"].clear(), "install-multus-binary"),
        (lambda pod: pod["volumes"].pop(0), "volume cni"),
        (lambda pod: pod["containers"][0].update(args=[]), "--multus-conf-file"),
        (lambda pod: pod["containers"][0].update(args=["-x"]), "'-x'"),
        (lambda pod: pod["containers"][0].update(command=["/sh"]), "thin"),
        (lambda pod: pod["containers"][0].update(resources={}), "requests"),
    ],
)
def test_a_missing_part_of_the_daemon_set_is_named(edit: Edit, named: str) -> None:
    objects = copy.deepcopy(upstream())
    daemon_set = next(described for described in objects if described["kind"] == "DaemonSet")
    edit(daemon_set["spec"]["template"]["spec"])

    with pytest.raises(ManifestError, match=named):
        transform(objects, SETTINGS)


def test_a_memory_limit_below_what_multus_requests_is_refused() -> None:
    with pytest.raises(ManifestError, match="16Mi is below the 50Mi"):
        transform(upstream(), dataclasses.replace(SETTINGS, memory_limit="16Mi"))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=3,
)


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_an_odd_manifest_is_refused_and_raises_nothing_else(data: st.DataObject) -> None:
    """One value anywhere in upstream's manifest becomes another."""
    objects = copy.deepcopy(UPSTREAM)
    here: Any = objects
    key: Any = data.draw(st.integers(0, len(objects) - 1))
    while here[key] and isinstance(here[key], dict | list) and data.draw(st.booleans()):
        here = here[key]
        keys = sorted(here) if isinstance(here, dict) else range(len(here))
        key = data.draw(st.sampled_from(keys))
    here[key] = data.draw(JSON)
    with contextlib.suppress(ManifestError):
        transform(objects, SETTINGS)


def test_the_thick_manifest_is_refused_by_name() -> None:
    with pytest.raises(ManifestError, match="thick"):
        transform(parse(upstream_file("v4.2.4", THICK).read_text()), SETTINGS)


def test_without_flannel_the_version_of_the_conflist_is_left_to_multus() -> None:
    cabin = ManifestSettings(
        version="v4.3.0",
        image_digest="a" * 64,
        memory_limit="1Gi",
        reset=None,
        cni=site("cabin").cluster.cni,
        hostnames=("attic", "cellar"),
    )
    daemon_set = transform(upstream("v4.3.0"), cabin)["DaemonSet"]
    (container,) = daemon_set["spec"]["template"]["spec"]["containers"]

    assert not [a for a in container["args"] if a.startswith("--cni-version")]
    assert container["image"].endswith(f":v4.3.0-debug@sha256:{'a' * 64}")


def test_multus_runs_on_the_nodes_of_the_stack_file_alone() -> None:
    template = transform(upstream(), SETTINGS)["DaemonSet"]["spec"]["template"]

    assert template["spec"]["affinity"] == node_affinity(["k3s-1"])


def test_the_definition_differs_from_upstream_s_by_a_text_that_says_whose_it_is() -> None:
    """Server-side apply finds somebody else's definition by it."""
    kind = "CustomResourceDefinition"
    (theirs,) = (one for one in upstream() if one["kind"] == kind)
    (ours,) = transform(upstream(), SETTINGS)[kind]["spec"]["versions"]
    schema = ours["schema"]["openAPIV3Schema"]

    assert schema["description"].endswith("Installed by multihome.")
    described = theirs["spec"]["versions"][0]["schema"]["openAPIV3Schema"]["description"]
    schema["description"] = described
    assert [ours] == theirs["spec"]["versions"]


def clean_up_of(settings: ManifestSettings) -> tuple[dict[str, str], dict[str, str]]:
    """The plain environment of the clean-up, and the node's folders by those in the container."""
    pod = transform(upstream(), settings)["DaemonSet"]["spec"]["template"]["spec"]
    container = pod["initContainers"][0]
    assert container["command"] == ["/busybox/sh", "-c", SCRIPT.read_text()]
    folders = {v["name"]: v["hostPath"]["path"] for v in pod["volumes"] if "hostPath" in v}
    environment = {e["name"]: e["value"] for e in container["env"] if "value" in e}
    mounts = {m["mountPath"]: folders[m["name"]] for m in container["volumeMounts"]}
    return environment, mounts


def test_the_clean_up_comes_first_and_finds_the_folders_of_k3s() -> None:
    environment, mounts = clean_up_of(SETTINGS)

    assert environment["KEPT"] == "00-multus.conflist"
    assert {name: mounts[environment[name]] for name in ("CONF_DIR", "LEASES", "CONTAINERS")} == {
        "CONF_DIR": "/var/lib/rancher/k3s/agent/etc/cni/net.d",
        "LEASES": "/run/cni/multihome",
        "CONTAINERS": "/run/k3s/containerd/io.containerd.runtime.v2.task/k8s.io",
    }


def test_the_clean_up_of_another_cluster_keeps_no_configuration_of_multus() -> None:
    cni = CustomCluster(
        distribution="custom",
        conf_dir="/etc/cni/net.d",
        bin_dir="/opt/cni/bin",
        default_conflist="10-calico.conflist",
    ).cni
    environment, mounts = clean_up_of(dataclasses.replace(SETTINGS, cni=cni))

    assert environment["KEPT"] == ""
    containers = mounts[environment["CONTAINERS"]]
    assert containers == "/run/containerd/io.containerd.runtime.v2.task/k8s.io"


def test_kubernetes_expands_nothing_in_the_script() -> None:
    """It makes `$` of `$$`, and puts a value for `$(NAME)`, in each word of a command."""
    environment, _ = clean_up_of(SETTINGS)
    script = SCRIPT.read_text()

    assert "$$" not in script
    assert not [name for name in environment if f"$({name})" in script]


@pytest.mark.parametrize("name", [[], {}, None, "clean-up"])
def test_an_odd_name_beside_the_clean_up_is_left_to_the_api_server(name: object) -> None:
    objects = upstream()
    (daemon_set,) = (described for described in objects if described["kind"] == "DaemonSet")
    pod = daemon_set["spec"]["template"]["spec"]
    for items in (pod["initContainers"], pod["volumes"]):
        items.append({"name": name})

    pod = transform(objects, SETTINGS)["DaemonSet"]["spec"]["template"]["spec"]
    assert [c["name"] for c in pod["initContainers"]].count("clean-up") == 1


def test_a_new_text_of_reset_changes_the_pods_alone() -> None:
    before = transform(upstream(), dataclasses.replace(SETTINGS, reset="first time"))
    after = transform(upstream(), dataclasses.replace(SETTINGS, reset="after the move"))

    annotations = after["DaemonSet"]["spec"]["template"]["metadata"]["annotations"]
    assert annotations["multihome/reset"] == "after the move"
    annotations["multihome/reset"] = "first time"
    assert after == before
    without = transform(upstream(), SETTINGS)["DaemonSet"]["spec"]["template"]["metadata"]
    assert "multihome/reset" not in without["annotations"]
