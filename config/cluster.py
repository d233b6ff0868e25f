"""The cluster: where it keeps its CNI configuration and plugins, and which networks are its own."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from ipaddress import ip_network
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from config.ip import ClusterNetwork
from config.model import Model
from config.values import AbsolutePath, ConflistName, ContextName, K3sVersion, PluginName

# The first release of each line whose plugin directory outlives upgrades
# (docs/background/k3s.md#plugin-directory).
STABLE_BIN_DIR_SINCE = {28: (15, 1), 29: (10, 1), 30: (6, 1), 31: (2, 1)}
# A release that bundles plugins of 2025; those of 2024 were 1.4.0
# (https://github.com/k3s-io/k3s/issues/9379).
_TABLES_SINCE = (33, 0, 0)
# Where containerd keeps a folder for each running container, in its folder of state.
RUNNING_CONTAINERS = "io.containerd.runtime.v2.task/k8s.io"
K3S_CONTAINERS = f"/run/k3s/containerd/{RUNNING_CONTAINERS}"
# docs/background/k3s.md#plugins
K3S_BUNDLED_PLUGINS = (
    "bandwidth",
    "bridge",
    "firewall",
    "flannel",
    "host-local",
    "loopback",
    "portmap",
)


@dataclass(frozen=True, kw_only=True)
class CniPaths:
    """Where the cluster's runtime looks for CNI on each node; all paths are the host's.

    `conflist_version` is the cniVersion of the default conflist where it is known.
    `running_containers` has a folder for each container, if the runtime is a containerd that has
    its state there.
    """

    conf_dir: str
    bin_dir: str
    default_conflist: str
    conflist_version: str | None
    bundled_plugins: tuple[str, ...]
    running_containers: str = f"/run/containerd/{RUNNING_CONTAINERS}"

    @property
    def multus_kubeconfig(self) -> str:
        """The path under which the multus binary, on the host, opens its kubeconfig."""
        return f"{self.conf_dir}/multus.d/multus.kubeconfig"


class _Cluster(Model, ABC):
    # Whether its services have each IP version that its pods have.
    services_follow_pods: ClassVar[bool]
    # Whether a volume of the default storage class stays on the node of its first pod.
    default_storage_is_local: ClassVar[bool]

    pod_networks: Annotated[
        tuple[ClusterNetwork, ...],
        Field(strict=False, min_length=1, description="Networks of the pods; k3s' own default."),
    ] = (ip_network("10.42.0.0/16"),)
    service_networks: Annotated[
        tuple[ClusterNetwork, ...],
        Field(strict=False, min_length=1, description="Networks of the services."),
    ] = (ip_network("10.43.0.0/16"),)

    context: ContextName | None = Field(
        None,
        description="The context of your own kubeconfig, where the secret `kubeconfig` is not set.",
    )

    @property
    def pod_versions(self) -> frozenset[int]:
        """The IP versions that pods have."""
        return frozenset(network.version for network in self.pod_networks)

    @property
    def host_local_keeps_tables(self) -> bool:
        """Whether the host-local in use is known to know routes' tables: release 1.6 or later."""
        return "host-local" not in self.cni.bundled_plugins

    @property
    @abstractmethod
    def cni(self) -> CniPaths:
        """Where the cluster's runtime looks for CNI."""

    @property
    def kubernetes_release(self) -> tuple[int, int] | None:
        """The major and minor number of the Kubernetes release, where it is known."""
        return None

    @property
    def unused_keys(self) -> tuple[str, ...]:
        """The keys that are given and change nothing."""
        return ()


class K3s(_Cluster):
    """A k3s cluster; the release decides where its CNI plugins lie (docs/background/k3s.md)."""

    services_follow_pods = True
    default_storage_is_local = True

    distribution: Literal["k3s"] = Field(description="The cluster's distribution.")
    version: K3sVersion = Field(description="The k3s release, for example v1.34.3+k3s1.")
    flannel: bool = Field(default=True, description="False with --flannel-backend=none.")
    default_conflist: ConflistName | None = Field(
        None, description="Without flannel: the file name of the network configuration in use."
    )
    data_dir: AbsolutePath = Field("/var/lib/rancher/k3s", description="k3s' --data-dir.")

    @property
    def unused_keys(self) -> tuple[str, ...]:
        """Without flannel k3s sets neither of the folders that lie in `data_dir`."""
        unused = not self.flannel and "data_dir" in self.model_fields_set
        return ("data_dir",) if unused else ()

    @property
    def release(self) -> str:
        """The release as the user names it."""
        return str(self.version)

    @property
    def kubernetes_release(self) -> tuple[int, int]:
        """The major and minor number of the Kubernetes release."""
        return 1, _k3s_release(self.version)[0]

    @property
    def names_default_conflist(self) -> bool:
        """Whether the cluster itself names its configuration, so that nobody else can."""
        return self.flannel

    @property
    def keeps_plugins_across_upgrades(self) -> bool:
        """Whether added plugins are still there after an upgrade of the cluster."""
        return not self.flannel or self.bin_dir_outlives_upgrades

    @property
    def bin_dir_outlives_upgrades(self) -> bool:
        """Whether this release keeps CNI plugins in `data/cni`, which upgrades leave alone."""
        minor, patch, build = _k3s_release(self.version)
        if minor > max(STABLE_BIN_DIR_SINCE):
            return True
        return (patch, build) >= STABLE_BIN_DIR_SINCE.get(minor, (1 << 30, 0))

    @property
    def host_local_keeps_tables(self) -> bool:
        """Whether the host-local in use is known to know routes' tables: release 1.6 or later."""
        return super().host_local_keeps_tables or _k3s_release(self.version) >= _TABLES_SINCE

    @property
    def kubelet_calls_by_pod_network(self) -> bool:
        """Whether kubelet's calls to pods come from the pod network, as by flannel's bridge.

        Elsewhere (Calico) they come from the node's own address, which a pod with an interface in
        the node's network seeks on that interface: macvlan keeps the two apart.
        """
        return self.flannel

    @property
    def cni(self) -> CniPaths:
        """The paths of this release and these flags."""
        if not self.flannel:
            return CniPaths(
                conf_dir="/etc/cni/net.d",
                bin_dir="/opt/cni/bin",
                default_conflist=self.default_conflist or "",
                conflist_version=None,
                bundled_plugins=("loopback",),
                running_containers=K3S_CONTAINERS,
            )
        folder = "data/cni" if self.bin_dir_outlives_upgrades else "data/current/bin"
        return CniPaths(
            conf_dir=f"{self.data_dir}/agent/etc/cni/net.d",
            bin_dir=f"{self.data_dir}/{folder}",
            default_conflist="10-flannel.conflist",
            conflist_version="1.0.0",
            bundled_plugins=K3S_BUNDLED_PLUGINS,
            running_containers=K3S_CONTAINERS,
        )


class CustomCluster(_Cluster):
    """Any other cluster, by explicit paths."""

    services_follow_pods = False
    default_storage_is_local = False

    distribution: Literal["custom"] = Field(description="The cluster's distribution.")
    conf_dir: AbsolutePath = Field(description="Where the runtime reads CNI configurations.")
    bin_dir: AbsolutePath = Field(description="Where the runtime finds CNI plugins.")
    default_conflist: ConflistName = Field(description="The cluster's own configuration there.")
    bundled_plugins: Annotated[
        tuple[PluginName, ...], Field(strict=False, description="Plugins that the cluster brings.")
    ] = ()

    @property
    def release(self) -> str:
        """Nothing is known of it."""
        return self.distribution

    @property
    def names_default_conflist(self) -> bool:
        """The stack file names it."""
        return False

    @property
    def keeps_plugins_across_upgrades(self) -> bool:
        """The folder is the user's choice."""
        return True

    @property
    def kubelet_calls_by_pod_network(self) -> bool:
        """Nothing is known of it."""
        return False

    @property
    def cni(self) -> CniPaths:
        """The paths as given."""
        return CniPaths(
            conf_dir=self.conf_dir,
            bin_dir=self.bin_dir,
            default_conflist=self.default_conflist,
            conflist_version=None,
            bundled_plugins=self.bundled_plugins,
        )


Cluster = Annotated[K3s | CustomCluster, Field(discriminator="distribution")]


def _k3s_release(version: str) -> tuple[int, int, int]:
    core, _, build = version.removeprefix("v").partition("+k3s")
    _, minor, patch = core.split(".")
    return int(minor), int(patch), int(build)
