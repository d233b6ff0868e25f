"""Each version is written down once; what must repeat it, as go.mod must, agrees."""

import pytest

from config.multus import Multus
from config.plugins import ReleasePlugins
from lab.build.versions import KUBERNETES_PLUGIN, PULUMI, pinned, required

# Go has no version of the provider's module but commits; this is the commit of each release.
PROVIDER_COMMITS = {"4.25.0": "f47bc2d6f199"}


@pytest.mark.parametrize("path", ["pkg", "sdk"])
def test_the_engine_is_built_from_the_release_of_the_sdk(path: str) -> None:
    assert required("cli", f"github.com/pulumi/pulumi/{path}/v3") == f"v{PULUMI}"


def test_the_kubernetes_plugin_is_built_from_the_commit_of_the_sdk_s_release() -> None:
    built = required("kubernetes-provider", "github.com/pulumi/pulumi-kubernetes/provider/v4")
    assert built.rpartition("-")[2] == PROVIDER_COMMITS[KUBERNETES_PLUGIN]


@pytest.mark.parametrize("module", ["multus", "../../netns/runner"])
def test_the_lab_runs_the_multus_that_is_installed_by_default(module: str) -> None:
    path = "gopkg.in/k8snetworkplumbingwg/multus-cni.v4"
    assert required(module, path) == Multus().version


def test_the_lab_runs_the_plugins_that_are_installed_by_default() -> None:
    built = required("cni-plugins", "github.com/containernetworking/plugins")
    assert built == ReleasePlugins(source="release").version


def test_a_package_without_a_pin_has_no_version() -> None:
    with pytest.raises(LookupError, match=r"requirements\.txt"):
        pinned("pulumi-kubernete")
