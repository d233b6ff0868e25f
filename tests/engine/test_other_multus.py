"""A cluster where somebody else has installed Multus."""

from typing import Any

from components.multus.manifest import parse
from lab.build.manifests import upstream_file
from tests.cases.documents import OPERATIONS
from tests.cases.sites import ROOT
from tests.engine.lab import Lab
from tests.engine.reader import Reader

LOOKS = "PULUMI_K8S_ENABLE_PATCH_FORCE=false pulumi preview --stack <site>"
PATHS = {
    "ServiceAccount": "/api/v1/namespaces/kube-system/serviceaccounts",
    "ConfigMap": "/api/v1/namespaces/kube-system/configmaps",
    "DaemonSet": "/apis/apps/v1/namespaces/kube-system/daemonsets",
    "ClusterRole": "/apis/rbac.authorization.k8s.io/v1/clusterroles",
    "ClusterRoleBinding": "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings",
    "CustomResourceDefinition": "/apis/apiextensions.k8s.io/v1/customresourcedefinitions",
}


def install_upstream_s(lab: Lab) -> None:
    """Creates the objects of upstream's manifest, as `kubectl create` does."""
    for described in parse(upstream_file("v4.2.4").read_text()):
        path = f"{PATHS[described['kind']]}?fieldManager=kubectl-create"
        lab.plane.request("POST", path, described)


def found(lab: Lab) -> dict[str, Any]:
    """The spec, data and rules of each object of Multus, and who manages it."""
    kept: dict[str, Any] = {}
    for described in parse(upstream_file("v4.2.4").read_text()):
        name = described["metadata"]["name"]
        one = lab.plane.get(f"{PATHS[described['kind']]}/{name}")
        managers = {
            entry["manager"]
            for entry in one["metadata"].get("managedFields", [])
            if entry.get("subresource") is None
        }
        kept[described["kind"]] = (
            one["metadata"]["uid"],
            sorted(managers - {"kube-controller-manager", "kube-apiserver"}),
            {key: one.get(key) for key in ("data", "rules", "roleRef")},
            one["metadata"].get("generation"),
        )
    return kept


def test_another_multus_stops_up_and_is_used_and_left_as_it_is(reader: Reader) -> None:
    plane = reader.lab.plane
    install_upstream_s(reader.lab)
    before = found(reader.lab)
    reader.does(reader.PREPARATION)
    assert f"`{LOOKS}`" in " ".join((ROOT / "docs" / "operations.md").read_text().split())
    preview = reader.types(LOOKS)
    assert preview.returncode != 0
    assert "Server-Side Apply field conflict detected" in preview.stdout + preview.stderr
    done = reader.types("pulumi up --stack <site>")
    said = done.stdout + done.stderr

    assert done.returncode != 0
    assert "multihome-multus-crd" in said
    assert "Server-Side Apply field conflict detected" in said
    assert 'conflict with "kubectl-create"' in said
    assert found(reader.lab) == before
    assert not plane.exists("/api/v1/namespaces/homeassistant")
    assert reader.lab.connections() == 0

    reader.does(OPERATIONS["Another Multus is there"])
    assert plane.exists("/apis/apps/v1/namespaces/homeassistant/statefulsets/home-assistant")
    assert found(reader.lab) == before
    reader.does(OPERATIONS["Leaving"])
    assert found(reader.lab) == before
