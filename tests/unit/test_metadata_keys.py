"""Labels and annotations that a site adds, and the service that it asks for."""

import pytest

from tests.unit.pods import Keys, made, pod, refused

CERT_MANAGER = {"cert-manager.io/cluster-issuer": "letsencrypt"}
METADATA = {"labels": {"example.org/team": "home"}, "annotations": CERT_MANAGER}
INGRESS: dict[str, object] = {"host": "home.example.org", "tls_secret": "home-tls"}


def test_labels_and_annotations_are_added_to_pod_service_and_ingress() -> None:
    objects = made(
        {"pod": METADATA, "service": METADATA, "ingress": {**INGRESS, **METADATA}}
    ).home_assistant
    ours = {"app.kubernetes.io/name": "home-assistant", "example.org/team": "home"}
    template = objects["StatefulSet"]["spec"]["template"]
    for each in (objects["Service"], objects["Ingress"], template):
        assert each["metadata"]["labels"] == ours
        assert CERT_MANAGER.items() <= each["metadata"]["annotations"].items()
    assert objects["StatefulSet"]["spec"]["selector"]["matchLabels"].items() < ours.items()


@pytest.mark.parametrize(
    ("keys", "rolls"),
    [
        ({"pod": METADATA}, True),
        ({"service": METADATA}, False),
        ({"service": {"type": "LoadBalancer"}}, False),
        ({"ingress": {**INGRESS, **METADATA}}, False),
    ],
)
def test_only_what_the_pod_itself_has_makes_another_pod(keys: Keys, *, rolls: bool) -> None:
    # That there is an ingress at all makes its proxy a trusted one.
    before: Keys = {"ingress": INGRESS}
    assert (pod({**before, **keys}) != pod(before)) is rolls


@pytest.mark.parametrize(
    "key",
    [
        "k8s.v1.cni.cncf.io/networks",
        "v1.multus-cni.io/default-network",
        "multihome/networks-hash",
        "pulumi.com/skipAwait",
        "app.kubernetes.io/name",
        "controller-revision-hash",
        "-a",
        "a/b/c",
        "/a",
        "a/",
        "Example.org/a",
        "a" * 64,
        f"{'a' * 64}/a",
        f"{'a.' * 126}aa/a",
        "blank here",
    ],
)
@pytest.mark.parametrize(
    ("where", "kind", "more"),
    [("pod", "labels", {}), ("service", "annotations", {}), ("ingress", "labels", INGRESS)],
)
def test_a_key_that_is_taken_or_invalid_is_refused(
    where: str, kind: str, more: Keys, key: str
) -> None:
    assert refused({where: {**more, kind: {key: "value"}}}) == {"metadata-key"}


@pytest.mark.parametrize("value", ["-a", "a b", "a/b", "a" * 64, "ä"])
def test_an_invalid_value_of_a_label_is_refused(value: str) -> None:
    assert refused({"pod": {"labels": {"example.org/name": value}}}) == {"label-value"}


def test_annotations_beyond_the_size_that_kubernetes_takes_are_refused() -> None:
    annotations = {"example.org/name": "a" * (240 * 1024)}
    assert refused({"pod": {"annotations": annotations}}) == {"annotations-size"}


def test_two_names_of_the_ingress_class_are_refused() -> None:
    annotations = {"kubernetes.io/ingress.class": "traefik"}
    assert refused({"ingress": {**INGRESS, "annotations": annotations}}) == set()
    twice = {**INGRESS, "ingress_class": "traefik", "annotations": annotations}
    assert refused({"ingress": twice}) == {"ingress-class-twice"}


def test_a_service_has_its_type_and_policy() -> None:
    service = {"type": "LoadBalancer", "external_traffic_policy": "Cluster"}
    spec = made({"service": service}).home_assistant["Service"]["spec"]
    assert (spec["type"], spec["externalTrafficPolicy"]) == ("LoadBalancer", "Cluster")
    assert refused({"service": {"external_traffic_policy": "Cluster"}}) == {"traffic-policy"}


def test_callers_addresses_are_kept_where_no_interface_is_attached() -> None:
    service = {"type": "NodePort", "external_traffic_policy": "Local"}
    assert refused({"service": service, "interfaces": []}) == set()
    assert refused({"service": service}) == {"traffic-policy-local"}
