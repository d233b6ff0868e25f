"""The program of a stack: its configuration, read and checked, as a HomeAssistantStack."""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

import pulumi
import pulumi_command as command
import pulumi_kubernetes as kubernetes

from components.multus.manifest import ManifestError
from components.multus.source import ManifestUnavailableError, manifest_of, refused_manifest
from components.objects import node_scripts_of, site_objects
from components.stack import HomeAssistantStack, HomeAssistantStackArgs
from components.this_machine import agent_problem, file_problems, packages_of
from config.reading.engine import load_site
from config.reading.problem import Problem
from config.reading.ssh_key import needs_password
from config.site import Site

NAME = "multihome"
# The engine runs the program in the folder of the stack file.
FOLDER = Path()


def build() -> HomeAssistantStack:
    """Builds the stack; raises `pulumi.RunError` with one line per mistake, before any resource."""
    site = load_site(_found_here)
    try:
        packages = packages_of(site, FOLDER)
        objects = site_objects(site, manifest_of(site.multus), packages)
    except (ManifestError, ManifestUnavailableError) as error:
        raise pulumi.RunError(refused_manifest(site.multus, error).line()) from error
    scripts = node_scripts_of(site)
    config = pulumi.Config()
    cluster = kubernetes.Provider(
        f"{NAME}-cluster",
        # Without a text the provider itself looks for kubeconfigs, in all files of KUBECONFIG. The
        # SDK would hand that variable over as the name of one file.
        kubeconfig=config.get_secret("kubeconfig") or "",
        # `up` has one of the two; a preview with neither takes the ambient context.
        context=site.cluster.context,
        # A renewed kubeconfig must not look like another cluster, which replaces everything.
        cluster_identifier=NAME,
    )
    nodes = command.Provider(f"{NAME}-nodes")
    args: HomeAssistantStackArgs = {
        "site": site,
        "objects": objects,
        "scripts": scripts,
        "private_key": config.get_secret("ssh_private_key") or "",
        "passwords": _named(config, _sudo_passwords(site)),
        "secrets": _named(config, {name: name for name in site.home_assistant.secret_names}),
    }
    passphrase = config.get_secret("ssh_private_key_password")
    # SSH refuses a passphrase for a key that has none.
    if passphrase is not None and needs_password(config.get("ssh_private_key") or ""):
        args["private_key_password"] = passphrase
    return HomeAssistantStack(NAME, args, pulumi.ResourceOptions(providers=[cluster, nodes]))


def _found_here(site: Site) -> Iterator[Problem]:
    yield from file_problems(site, FOLDER)
    if site.missing_plugins and pulumi.Config().get("ssh_private_key"):
        found = agent_problem(os.environ)
        yield from [found] if found else []


def _sudo_passwords(site: Site) -> dict[str, str]:
    """The names of the secrets that sudo asks for, by the nodes' names."""
    return {
        key: node.sudo_password
        for key, node in site.nodes.items()
        if node.sudo and node.sudo_password is not None
    }


def _named(config: pulumi.Config, names: Mapping[str, str]) -> dict[str, pulumi.Output[str]]:
    """The values of named secrets, by the keys of `names`. The engine hands them over decrypted."""
    secrets = config.require_secret_object("secrets") if names else pulumi.Output.from_input({})
    return {key: secrets[name] for key, name in names.items()}
