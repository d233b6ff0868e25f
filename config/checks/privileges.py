"""Rules about the pod's rights: what it may do on its node, and as which user."""

from collections.abc import Iterator

from config.checks.located import WORKLOAD
from config.checks.rule import Finding, rule
from config.devices import paths
from config.image import home_assistant_release
from config.image_users import runs_as_nobody
from config.site import Site

# Where user namespaces are on unless somebody turns them off.
_USER_NAMESPACES_SINCE = (1, 33)
_HIGHEST_USER = 65535


@rule(
    "device-without-privilege",
    because="the kernel lets only privileged containers open devices that no device plugin gave",
    source="https://github.com/kubernetes/kubernetes/issues/5607",
)
def device_without_privilege(site: Site) -> Iterator[Finding]:
    """A pod with a device by its path is privileged."""
    devices = paths(site.home_assistant.devices)
    if devices and not site.home_assistant.privileged:
        yield _finding(
            "devices",
            devices[0],
            "the pod may not open it; write `privileged: true`, or the name of a device plugin's"
            " resource, or use a radio that is reached over the network",
        )


@rule(
    "device-on-one-node",
    because="a pod on a node without its device waits for ever",
    source="https://kubernetes.io/docs/concepts/storage/volumes/#hostpath",
)
def device_on_one_node(site: Site) -> Iterator[Finding]:
    """A pod with a device by its path runs on one node, which has it."""
    devices = paths(site.home_assistant.devices)
    if devices and len(site.pod_nodes) > 1:
        nodes = " or ".join(site.pod_nodes)
        yield _finding(
            "devices",
            devices[0],
            f"{nodes} may run the pod; write the one that has the device as"
            f" multihome:{WORKLOAD}.nodes",
        )


@rule(
    "image-starts-as-root",
    because="the init of the official image starts as root only",
    source="https://github.com/home-assistant/architecture/blob/master/adr/"
    "0013-home-assistant-container.md",
)
def image_starts_as_root(site: Site) -> Iterator[Finding]:
    """The official image has no `run_as`."""
    settings = site.home_assistant
    if settings.run_as is not None and home_assistant_release(settings.image) is not None:
        yield _finding(
            "run_as.user",
            settings.run_as.user,
            "the official image does not start as this user; remove `run_as`, or write a rootless"
            " image",
        )


@rule(
    "image-starts-as-nobody",
    because="a new volume belongs to root, and the image's user could not write it",
    source="https://github.com/home-operations/containers/blob/main/apps/home-assistant/Dockerfile",
)
def image_starts_as_nobody(site: Site) -> Iterator[Finding]:
    """A rootless image has a user, and a group that owns its new volume."""
    settings = site.home_assistant
    if not runs_as_nobody(settings.image):
        return
    if settings.run_as is None:
        yield _finding(
            "image", settings.image, "the image is rootless; add `run_as: {user: 65534}`"
        )
    if settings.fs_group is None and settings.storage.existing_claim is None:
        yield _finding("image", settings.image, "the image is rootless; add `fs_group: 65534`")


@rule(
    "host-users",
    because="a pod with user numbers of its own is nobody to the node's files and sockets",
    source="https://kubernetes.io/docs/concepts/workloads/pods/user-namespaces/",
)
def host_users(site: Site) -> Iterator[Finding]:
    """A pod with `host_users: false` uses nothing that knows the node's users."""
    settings = site.home_assistant
    storage = settings.storage
    if settings.host_users:
        return
    combined = {
        "privileged": settings.privileged,
        "devices": bool(settings.devices),
        "bluetooth": settings.bluetooth,
        f"storage.access_mode: {storage.access_mode}": storage.access_mode == "ReadWriteMany",
        f"storage.storage_class: {storage.storage_class}": storage.is_named_after_nfs,
    }
    for key, is_there in combined.items():
        if is_there:
            yield _finding("host_users", "false", f"it excludes `{key}`; remove one of the two")
    run_as = settings.run_as
    if run_as is not None:
        for number in (run_as.user, run_as.own_group, *run_as.groups):
            if number > _HIGHEST_USER:
                yield _finding(
                    "run_as",
                    number,
                    f"with `host_users: false` no number is above {_HIGHEST_USER}; write another",
                )


@rule(
    "host-users-ignored",
    because="before Kubernetes 1.33 the API server drops the key and says nothing",
    source="https://kubernetes.io/docs/concepts/workloads/pods/user-namespaces/",
)
def host_users_ignored(site: Site) -> Iterator[Finding]:
    """A pod with `host_users: false` is in a cluster that has user namespaces."""
    release = site.cluster.kubernetes_release
    if site.home_assistant.host_users or release is None or release >= _USER_NAMESPACES_SINCE:
        return
    yield _finding(
        "host_users", "false", "the cluster ignores it; remove it, or upgrade k3s to v1.33 or later"
    )


def _finding(key: str, value: object, message: str) -> Finding:
    return Finding(path=f"{WORKLOAD}.{key}", value=value, message=message, workload=WORKLOAD)
