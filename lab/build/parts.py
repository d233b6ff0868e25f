"""What is built from Go modules: the packages, and the names of their programs."""

from dataclasses import dataclass, field
from pathlib import Path

from lab.build.versions import KUBERNETES, KUBERNETES_PLUGIN, LANGUAGE_HOST, MODULES, PULUMI

_CNI = "github.com/containernetworking/plugins/plugins"
_MULTUS = "gopkg.in/k8snetworkplumbingwg/multus-cni.v4/cmd"
_PULUMI_FLAG = "-X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version="
_KUBERNETES_FLAGS = " ".join(
    f"-X k8s.io/component-base/version.{name}={value}"
    for name, value in (
        ("gitVersion", KUBERNETES),
        ("gitMajor", KUBERNETES.removeprefix("v").split(".")[0]),
        ("gitMinor", KUBERNETES.split(".")[1]),
    )
)


@dataclass(frozen=True, kw_only=True)
class Program:
    """A program: its package, its name, and (module, path, name) of files beside it."""

    package: str
    name: str
    beside: tuple[tuple[str, str, str], ...] = ()


@dataclass(frozen=True, kw_only=True)
class Part:
    """Programs of one folder of `modules`. `minutes` is for a first build on two cores.

    What `repr` shows is part of the key under which the cache keeps the build.
    """

    module: str
    programs: tuple[Program, ...]
    minutes: float = field(repr=False)
    ldflags: str = ""

    @property
    def folder(self) -> Path:
        """The folder with the part's go.mod and go.sum."""
        return MODULES / self.module


_KUBERNETES_PROVIDER = "github.com/pulumi/pulumi-kubernetes/provider/v4"

PARTS: dict[str, Part] = {
    "cli": Part(
        module="cli",
        programs=(Program(package="github.com/pulumi/pulumi/pkg/v3/cmd/pulumi", name="pulumi"),),
        minutes=3,
        ldflags=f"{_PULUMI_FLAG}v{PULUMI}",
    ),
    "language-host": Part(
        module="language-host",
        programs=(
            Program(
                package="github.com/pulumi/pulumi/sdk/v3/python/cmd/pulumi-language-python",
                name="pulumi-language-python",
            ),
        ),
        minutes=0.5,
        ldflags=f"{_PULUMI_FLAG}{LANGUAGE_HOST}",
    ),
    "kubernetes-provider": Part(
        module="kubernetes-provider",
        programs=(
            Program(
                package=".",
                name="pulumi-resource-kubernetes",
                beside=(
                    (
                        _KUBERNETES_PROVIDER,
                        "cmd/pulumi-resource-kubernetes/schema.json",
                        "kubernetes-schema.json",
                    ),
                ),
            ),
        ),
        minutes=6,
        ldflags=f"-X main.version={KUBERNETES_PLUGIN}"
        f" -X {_KUBERNETES_PROVIDER}/pkg/version.Version={KUBERNETES_PLUGIN}",
    ),
    "kubernetes": Part(
        module="kubernetes",
        programs=tuple(
            Program(package=f"k8s.io/kubernetes/cmd/{name}", name=name)
            for name in ("kube-apiserver", "kube-controller-manager", "kube-scheduler")
        ),
        minutes=4,
        ldflags=_KUBERNETES_FLAGS,
    ),
    "kubelet": Part(
        module="kubernetes",
        programs=tuple(
            Program(package=f"k8s.io/kubernetes/cmd/{name}", name=name)
            for name in ("kubelet", "kube-proxy")
        ),
        minutes=2,
        ldflags=_KUBERNETES_FLAGS,
    ),
    "kubectl": Part(
        module="kubernetes",
        programs=(Program(package="k8s.io/kubernetes/cmd/kubectl", name="kubectl"),),
        minutes=2.5,
        ldflags=_KUBERNETES_FLAGS,
    ),
    "multus": Part(
        module="multus",
        programs=(
            Program(package=f"{_MULTUS}/multus", name="multus"),
            Program(package=f"{_MULTUS}/passthru-cni", name="passthru"),
            Program(package=f"{_MULTUS}/thin_entrypoint", name="thin_entrypoint"),
            Program(package=f"{_MULTUS}/install_multus", name="install_multus"),
        ),
        minutes=1.5,
    ),
    "runner": Part(
        module="../../netns/runner",
        programs=(Program(package=".", name="runner"),),
        minutes=1.5,
    ),
    "etcd": Part(
        module="etcd",
        programs=(Program(package="go.etcd.io/etcd/server/v3", name="etcd"),),
        minutes=0.5,
    ),
    "kwok": Part(
        module="kwok",
        programs=(Program(package="sigs.k8s.io/kwok/cmd/kwok", name="kwok"),),
        minutes=1,
    ),
    "cnitool": Part(
        module="cnitool",
        programs=(Program(package="github.com/containernetworking/cni/cnitool", name="cnitool"),),
        minutes=0.2,
    ),
    "cni-plugins": Part(
        module="cni-plugins",
        programs=tuple(
            Program(package=f"{_CNI}/{path}", name=path.rsplit("/", 1)[-1])
            for path in (
                "main/bridge",
                "main/loopback",
                "main/macvlan",
                "main/vlan",
                "ipam/host-local",
                "ipam/static",
                "meta/bandwidth",
                "meta/firewall",
                "meta/portmap",
                "meta/sbr",
                "meta/tuning",
            )
        ),
        minutes=0.5,
    ),
}
