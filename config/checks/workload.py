"""Rules about the workload: whether its image runs on the nodes, and where its data stays."""

from collections.abc import Iterator

from config.checks.located import WORKLOAD
from config.checks.rule import Finding, rule
from config.image import home_assistant_release
from config.site import Site

# Since this release there are images for amd64 and arm64 alone.
_WITHOUT_32_BITS = (2025, 12)


@rule(
    "image-without-arm",
    because="Home Assistant has no 32-bit images since 2025.12",
    source="https://www.home-assistant.io/blog/2025/05/22/"
    "deprecating-core-and-supervised-installation-methods-and-32-bit-systems/",
)
def image_without_arm(site: Site) -> Iterator[Finding]:
    """Every node that may run the pod has an image of its architecture."""
    release = home_assistant_release(site.home_assistant.image)
    if release is None or release < _WITHOUT_32_BITS:
        return
    for name, node in site.pod_nodes.items():
        if node.architecture == "arm":
            yield Finding(
                path=f"{WORKLOAD}.image",
                value=site.home_assistant.image,
                message=f"node {name} may run the pod, and there is no such image for 32-bit ARM;"
                " write a release up to 2025.11, or name other nodes in"
                f" multihome:{WORKLOAD}.nodes",
                node=name,
                workload=WORKLOAD,
            )


@rule(
    "data-on-one-node",
    because="k3s' own storage class keeps a volume on the node of the first Job or pod",
    source="https://docs.k3s.io/storage",
    severity="warning",
)
def data_on_one_node(site: Site) -> Iterator[Finding]:
    """A pod that several nodes may run has a storage class that each of them reaches."""
    storage = site.home_assistant.storage
    if _is_local(site) and storage.existing_claim is None and len(site.pod_nodes) > 1:
        yield Finding(
            path=f"{WORKLOAD}.storage.storage_class",
            value=storage.storage_class or "(absent)",
            message="the volume, and so the pod, stays on the node that is taken first, also where"
            " the pod's devices or memory are not; write a class that all nodes reach, or one node"
            f" in multihome:{WORKLOAD}.nodes",
            workload=WORKLOAD,
        )


@rule(
    "access-mode-of-local-class",
    because="k3s' own storage class makes volumes for one node, and the claim would wait for ever",
    source="https://github.com/rancher/local-path-provisioner",
)
def access_mode_of_local_class(site: Site) -> Iterator[Finding]:
    """A volume that many nodes mount has a storage class that makes such volumes."""
    storage = site.home_assistant.storage
    mode = storage.access_mode
    if _is_local(site) and storage.existing_claim is None and mode == "ReadWriteMany":
        yield Finding(
            path=f"{WORKLOAD}.storage.access_mode",
            value=mode,
            message="the default class makes no such volume; write a storage_class that does, or"
            " ReadWriteOnce",
            workload=WORKLOAD,
        )


@rule(
    "access-mode-of-one-pod",
    because="the Job that checks the data beside the running pod would wait for ever",
    source="https://kubernetes.io/docs/concepts/storage/persistent-volumes/#access-modes",
)
def access_mode_of_one_pod(site: Site) -> Iterator[Finding]:
    """A volume that a Job looks at beside the running pod is not for one pod alone."""
    settings = site.home_assistant
    mode = settings.storage.access_mode
    is_ours = settings.storage.existing_claim is None
    if settings.check_before_replacing and is_ours and mode == "ReadWriteOncePod":
        yield Finding(
            path=f"{WORKLOAD}.storage.access_mode",
            value=mode,
            message="the running pod has the volume for itself, and the Job of"
            " `check_before_replacing` never starts; write ReadWriteOnce for a new claim, or"
            " `check_before_replacing: false`",
            workload=WORKLOAD,
        )


def _is_local(site: Site) -> bool:
    """Whether the volume's class is k3s' own."""
    wanted = site.home_assistant.storage.storage_class
    return site.cluster.default_storage_is_local and wanted in (None, "local-path")


@rule(
    "workload-key-unused",
    because="other keys say the same, or leave it without effect",
    severity="warning",
)
def workload_key_unused(site: Site) -> Iterator[Finding]:
    """Each key of the workload is read with the other ones that are there."""
    for key, reason in site.home_assistant.unused_keys():
        yield Finding(
            path=f"{WORKLOAD}.{key}",
            value="(present)",
            message=f"{reason}, this key changes nothing; remove it",
            workload=WORKLOAD,
        )


@rule(
    "traffic-policy-local",
    because="the pod sees the caller's own address, and answers a neighbour from another address"
    " than the one that was called",
    source="https://kubernetes.io/docs/tutorials/services/source-ip/",
)
def traffic_policy_local(site: Site) -> Iterator[Finding]:
    """A pod with an interface in a home network has no service that keeps callers' addresses."""
    if site.home_assistant.service.external_traffic_policy != "Local":
        return
    for name, network in site.attached_networks.items():
        subnets = " and ".join(str(subnet.cidr) for subnet in network.subnets)
        yield Finding(
            path=f"{WORKLOAD}.service.external_traffic_policy",
            value="Local",
            message=f"callers in {subnets} get no answer: it leaves by the pod's interface there;"
            " write Cluster, or call the pod's own address",
            network=name,
            workload=WORKLOAD,
        )
