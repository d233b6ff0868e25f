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
    because="k3s' own storage class keeps a volume on the node where the pod ran first",
    source="https://docs.k3s.io/storage",
    severity="warning",
)
def data_on_one_node(site: Site) -> Iterator[Finding]:
    """A pod that several nodes may run has a storage class that each of them reaches."""
    storage = site.home_assistant.storage
    local = site.cluster.default_storage_is_local and storage.storage_class is None
    if local and len(site.pod_nodes) > 1:
        yield Finding(
            path=f"{WORKLOAD}.storage.storage_class",
            value="(absent)",
            message="the volume, and so the pod, stays on the node that runs it first; write a"
            f" class that all nodes reach, or one node in multihome:{WORKLOAD}.nodes",
            workload=WORKLOAD,
        )
