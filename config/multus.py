"""Multus: the release, its manifest and its limits."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Discriminator, Field, Tag

from config.model import Model
from config.values import AbsolutePath, HttpsUrl, MultusVersion, Quantity, Sha256


class ManifestFile(Model):
    """A manifest on the operator's machine."""

    file: AbsolutePath = Field(description="Path of the manifest on this machine.")


class ManifestUrl(Model):
    """A manifest elsewhere, verified before it is used."""

    url: HttpsUrl = Field(description="Where the manifest is fetched.")
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
    image_digest: Sha256 | None = Field(None, description="Pins the image by digest as well.")
    manifest: Manifest | None = Field(
        None, description="Another source of the manifest than upstream's own file of the release."
    )
    memory_limit: Quantity = Field("256Mi", description="The container's memory limit.")
