"""The program of a stack: its configuration, read and checked, as a HomeAssistantStack."""

import pulumi

from components.multus.manifest import ManifestError
from components.multus.source import ManifestUnavailableError, read_manifest
from components.stack import HomeAssistantStack, HomeAssistantStackArgs
from config.reading.engine import load_site


def build() -> HomeAssistantStack:
    """Builds the stack; raises `pulumi.RunError` with one line per mistake, before any resource."""
    site = load_site()
    config = pulumi.Config()
    try:
        return HomeAssistantStack(
            "multihome",
            HomeAssistantStackArgs(
                site=site,
                manifest=read_manifest(site.multus),
                private_key=config.get_secret("ssh_private_key") or "",
                kubeconfig=config.get_secret("kubeconfig"),
            ),
        )
    except (ManifestError, ManifestUnavailableError) as error:
        raise pulumi.RunError(str(error)) from error
