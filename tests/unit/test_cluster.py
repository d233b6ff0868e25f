"""Where each release of k3s keeps its CNI configuration and plugins (docs/background/k3s.md)."""

import pytest

from tests.cases.sites import changed

OUTLIVES = "/var/lib/rancher/k3s/data/cni"
LOST = "/var/lib/rancher/k3s/data/current/bin"


@pytest.mark.parametrize(
    ("version", "folder"),
    [
        ("v1.28.14+k3s1", LOST),
        ("v1.28.15+k3s1", OUTLIVES),
        ("v1.29.9+k3s1", LOST),
        ("v1.29.10+k3s1", OUTLIVES),
        ("v1.30.5+k3s1", LOST),
        ("v1.30.6+k3s1", OUTLIVES),
        ("v1.31.1+k3s1", LOST),
        ("v1.31.2+k3s1", OUTLIVES),
        ("v1.32.0+k3s1", OUTLIVES),
        ("v1.34.3+k3s1", OUTLIVES),
    ],
)
def test_plugins_lie_where_the_release_looks_for_them(version: str, folder: str) -> None:
    described = changed("home", {"cluster/version": version}).site
    assert described is not None
    assert described.cluster.cni.bin_dir == folder


def test_another_data_folder_moves_all_of_it() -> None:
    described = changed("home", {"cluster/data_dir": "/srv/k3s"}).site
    assert described is not None
    cni = described.cluster.cni
    assert cni.bin_dir == "/srv/k3s/data/cni"
    assert cni.conf_dir == "/srv/k3s/agent/etc/cni/net.d"
    assert cni.default_conflist == "10-flannel.conflist"


def test_without_flannel_k3s_leaves_the_folders_to_containerd() -> None:
    cluster = {"cluster/flannel": False, "cluster/default_conflist": "10-calico.conflist"}
    described = changed("home", cluster).site
    assert described is not None
    cni = described.cluster.cni
    assert (cni.conf_dir, cni.bin_dir) == ("/etc/cni/net.d", "/opt/cni/bin")
    assert cni.default_conflist == "10-calico.conflist"


def test_another_cluster_names_its_own_folders_and_plugins() -> None:
    custom: dict[str, object] = {
        "distribution": "custom",
        "conf_dir": "/etc/cni/net.d",
        "bin_dir": "/opt/cni/bin",
        "default_conflist": "10-kindnet.conflist",
        "bundled_plugins": ["bridge", "host-local", "macvlan"],
    }
    described = changed("home", {"cluster": custom}).site
    assert described is not None
    assert set(described.cluster.cni.bundled_plugins) == {"bridge", "host-local", "macvlan"}
