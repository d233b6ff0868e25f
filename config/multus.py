"""Multus: the release, its manifest and its limits."""

from pydantic import Field

from config.model import Model
from config.values import AbsolutePath, HttpsUrl, MultusVersion, Quantity, Sha256


class ManifestFile(Model):
    """A manifest on the operator's machine."""

    file: AbsolutePath = Field(description="Path of the manifest on this machine.")


class ManifestUrl(Model):
    """A manifest elsewhere, verified before it is used."""

    url: HttpsUrl = Field(description="Where the manifest is fetched.")
    sha256: Sha256 = Field(description="Its digest.")


class Multus(Model):
    """Which Multus is installed."""

    version: MultusVersion = Field(
        "v4.2.4", description="The release; manifest and image are one version."
    )
    image_digest: Sha256 | None = Field(None, description="Pins the image by digest as well.")
    manifest: ManifestFile | ManifestUrl | None = Field(
        None, description="Another source of the manifest than upstream's own file of the release."
    )
    memory_limit: Quantity = Field("256Mi", description="The container's memory limit.")
