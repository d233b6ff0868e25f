"""Multus: the release, its manifest and its limits."""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar

from pydantic import Discriminator, Field, Tag

from config.model import Model
from config.releases import KNOWN_MANIFESTS
from config.values import AbsolutePath, HttpsUrl, MultusVersion, Quantity, ResetText, Sha256

UPSTREAM_MANIFEST = (
    "https://raw.githubusercontent.com/k8snetworkplumbingwg/multus-cni/"
    "{version}/deployments/multus-daemonset.yml"
)


class ManifestFile(Model):
    """A manifest on the operator's machine."""

    url: ClassVar[str | None] = None
    sha256: ClassVar[str] = ""

    file: AbsolutePath = Field(description="Path of the manifest on this machine.")


class ManifestUrl(Model):
    """A manifest elsewhere, verified before it is used."""

    file: ClassVar[str | None] = None

    url: HttpsUrl | None = Field(
        None, description="Where the manifest is fetched; upstream's own URL when left out."
    )
    sha256: Sha256 = Field(description="Its digest.")


def _kind_of_manifest(value: Any) -> str:
    """A mapping with `file` is a file; anything else should be a URL."""
    named = value if isinstance(value, Mapping) else getattr(value, "__dict__", {})
    return "ManifestFile" if "file" in named else "ManifestUrl"


Manifest = Annotated[
    Annotated[ManifestFile, Tag("ManifestFile")] | Annotated[ManifestUrl, Tag("ManifestUrl")],
    Discriminator(_kind_of_manifest),
]


class Multus(Model):
    """Which Multus is installed."""

    install: bool = Field(
        default=True,
        description="False where another Multus is there already: this one makes nothing of it.",
    )
    version: MultusVersion = Field(
        "v4.2.4", description="The release; manifest and image are one version."
    )
    image_digest: Sha256 | None = Field(
        None,
        description="Pins the image by digest as well: that of the tag `<version>-debug`, which has"
        " the shell that cleans up.",
    )
    manifest: Manifest | None = Field(
        None, description="Another source of the manifest, or the digest of upstream's own."
    )
    memory_limit: Quantity = Field("256Mi", description="The container's memory limit.")
    reset: ResetText | None = Field(
        None,
        description="Any new text stops Multus on each node, removes what it left, and starts it.",
    )

    @property
    def manifest_file(self) -> str | None:
        """The path of the manifest on this machine, if it is given as a file."""
        return None if self.manifest is None else self.manifest.file

    @property
    def manifest_url(self) -> str:
        """Where the manifest is fetched if it is no file: the given URL, else upstream's."""
        given = None if self.manifest is None else self.manifest.url
        return given or UPSTREAM_MANIFEST.format(version=self.version)

    @property
    def manifest_digest(self) -> str:
        """The sha256 of what is fetched: the given one, else the known one; else empty."""
        given = "" if self.manifest is None else self.manifest.sha256
        return given or KNOWN_MANIFESTS.get(self.version, "")
