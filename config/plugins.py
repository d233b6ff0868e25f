"""The CNI plugins that the cluster lacks: which release, and how it comes to the nodes."""

from collections.abc import Iterable
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from config.model import Model
from config.nodes import Architecture
from config.releases import KNOWN_ARCHIVES
from config.values import AbsolutePath, DownloadUrl, PluginsVersion, Sha256

UPSTREAM_RELEASE = (
    "https://github.com/containernetworking/plugins/releases/download/"
    "{version}/cni-plugins-linux-{architecture}-{version}.tgz"
)


class _Plugins(Model):
    # Whether nodes unpack an archive, which is verified by its sha256.
    has_archive: ClassVar[bool] = True

    version: PluginsVersion = Field("v1.9.1", description="The release of the plugins.")
    generation: int = Field(
        1,
        ge=1,
        le=1_000_000,
        description="Raise it when nodes lost their plugins: the next `up` installs what is"
        " missing.",
    )

    def digest(self, architecture: Architecture) -> str:
        """The sha256 of the archive: the known one; empty when there is none."""
        return KNOWN_ARCHIVES.get((self.version, architecture), "")

    def origin(self, architecture: Architecture) -> str:
        """What the plugins of a node are made of: the sha256 of an archive, or a release."""
        return self.digest(architecture) if self.has_archive else self.version

    def download_url(self, architecture: Architecture) -> str | None:  # noqa: ARG002 - others use it
        """Where nodes download the archive, if they do."""
        return None

    def archive(self, architecture: Architecture) -> str | None:  # noqa: ARG002 - others use it
        """The path on this machine of the archive that is copied to nodes, if one is."""
        return None

    def without_archive(
        self,
        architectures: Iterable[Architecture],  # noqa: ARG002 - others use it
    ) -> list[Architecture]:
        """The architectures whose archive has to be given, and is not."""
        return []


class _ArchivePlugins(_Plugins):
    sha256: dict[Architecture, Sha256] = Field(
        default_factory=dict,
        description="Digests of archives that this program does not know; `version` then only"
        " fills in a `url`.",
    )

    def digest(self, architecture: Architecture) -> str:
        """The sha256 of the archive: the given one, else the known one; else empty."""
        return self.sha256.get(architecture) or super().digest(architecture)


class ReleasePlugins(_ArchivePlugins):
    """Each node downloads upstream's archive and verifies it."""

    source: Literal["release"] = Field(description="Nodes download upstream's archive.")
    url: DownloadUrl = Field(
        UPSTREAM_RELEASE, description="A mirror's URL; {version} and {architecture} are filled in."
    )

    def download_url(self, architecture: Architecture) -> str | None:
        """The URL, filled in."""
        filled = str(self.url).replace("{version}", self.version)
        return filled.replace("{architecture}", architecture)


class BuiltPlugins(_Plugins):
    """A node that has Go builds the plugins, verified by Go's checksum database."""

    has_archive = False

    source: Literal["build"] = Field(description="Each node builds the plugins with its own Go.")


class ArchivedPlugins(_ArchivePlugins):
    """Archives on the operator's machine, copied to nodes without internet."""

    source: Literal["archive"] = Field(description="Archives on this machine are copied to nodes.")
    archives: dict[Architecture, AbsolutePath] = Field(description="The archive per architecture.")

    def archive(self, architecture: Architecture) -> str | None:
        """The path on this machine of the architecture's archive, if it is given."""
        return self.archives.get(architecture)

    def without_archive(self, architectures: Iterable[Architecture]) -> list[Architecture]:
        """The architectures of no archive."""
        return [each for each in architectures if each not in self.archives]


Plugins = Annotated[ReleasePlugins | BuiltPlugins | ArchivedPlugins, Field(discriminator="source")]
