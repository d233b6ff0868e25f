"""The CNI plugins that the cluster lacks: which release, and how it comes to the nodes."""

from typing import Annotated, Literal

from pydantic import Field

from config.model import Model
from config.nodes import Architecture
from config.values import AbsolutePath, DownloadUrl, PluginsVersion, Sha256

UPSTREAM_RELEASE = (
    "https://github.com/containernetworking/plugins/releases/download/"
    "{version}/cni-plugins-linux-{architecture}-{version}.tgz"
)


class ReleasePlugins(Model):
    """Each node downloads upstream's archive and verifies it."""

    source: Literal["release"] = Field(description="Nodes download upstream's archive.")
    version: PluginsVersion = Field("v1.9.1", description="The release of the plugins.")
    url: DownloadUrl = Field(
        UPSTREAM_RELEASE, description="A mirror's URL; {version} and {architecture} are filled in."
    )
    sha256: dict[Architecture, Sha256] = Field(
        default_factory=dict, description="Digests of archives that this program does not know."
    )


class BuiltPlugins(Model):
    """A node that has Go builds the plugins, verified by Go's checksum database."""

    source: Literal["build"] = Field(description="Each node builds the plugins with its own Go.")
    version: PluginsVersion = Field("v1.9.1", description="The release of the plugins.")


class ArchivedPlugins(Model):
    """Archives on the operator's machine, copied to nodes without internet."""

    source: Literal["archive"] = Field(description="Archives on this machine are copied to nodes.")
    version: PluginsVersion = Field("v1.9.1", description="The release of the plugins.")
    archives: dict[Architecture, AbsolutePath] = Field(description="The archive per architecture.")
    sha256: dict[Architecture, Sha256] = Field(
        default_factory=dict, description="Digests of archives that this program does not know."
    )


Plugins = Annotated[ReleasePlugins | BuiltPlugins | ArchivedPlugins, Field(discriminator="source")]
