"""Rules whose failure no pod shows: a function for each gives what is seen without the rule."""

import dataclasses
import json
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pulumi
from pulumi.runtime import rpc

from components.cni_plugins.scripts import node_scripts
from components.home_assistant.seed import seed_plan
from components.multus.manifest import parse
from components.objects import node_scripts_of, site_objects
from components.stack import HomeAssistantStack, HomeAssistantStackArgs
from config.nodes import Architecture
from config.site import Site
from lab.build.manifests import upstream_file
from lab.web import serve_folder
from tests.cases.rules import CASES
from tests.cases.sites import changed_tree, unchecked_site
from tests.unit.recorder import Recording, record, record_site


def manifest_unknown() -> str:
    """Nobody can tell a forged manifest from upstream's, and the program applies it."""
    site = _site("manifest-unknown")
    objects = parse(upstream_file(unchecked_site({}).multus.version).read_text())
    (forged,) = (described for described in objects if described["kind"] == "DaemonSet")
    forged["spec"]["template"]["spec"]["containers"].append(
        {"name": "forged", "image": "example.org/forged:1"}
    )
    manifest = "\n---\n".join(map(json.dumps, objects))
    (applied,) = _program(site, manifest).of("kubernetes:apps/v1:DaemonSet")
    names = [c["name"] for c in applied.inputs["spec"]["template"]["spec"]["containers"]]
    return f"nodes run {' and '.join(names)}"


def archive_unknown() -> str:
    """The node's own script has nothing to hold the archive against, and installs none."""
    return _said_by_install("archive-unknown", serves="archive")


def archive_twice() -> str:
    """The script of an arm64 node downloads the archive for amd64, and installs none."""
    return _said_by_install("archive-twice", "arm64", serves="archive")


def archive_missing() -> str:
    """The node's script asks for an archive that nobody has copied, and installs nothing."""
    return _said_by_install("archive-missing")


def nodes_differ_in_ipv6() -> str:
    """One configuration is for all nodes, without the IPv6 settings that a node lacks."""
    chain: list[Any] = _site("nodes-differ-in-ipv6").conflist_plugins("lan")
    settings = [key for plugin in chain for key in plugin.get("sysctl", {})]
    return f"k3s-2 has IPv6, and its pod is told {' '.join(settings)}"


def user_not_root() -> str:
    """The script that puts plugins in their place as another user, in a folder as k3s makes it."""
    script = Path(__file__).parents[2] / "components" / "cni_plugins" / "install.sh"
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        for name in ("bin", "stage/bin"):
            (Path(folder) / name).mkdir(parents=True)
        shutil.copy("/bin/true", f"{folder}/stage/bin/vlan")
        told = f"BIN_DIR={folder}/bin STAGE={folder}/stage PLUGINS=vlan OWNER=k3s-1\n"
        return _error_of(told + script.read_text(), user=65534)


def _said_by_install(rule: str, architecture: Architecture = "amd64", serves: str = "") -> str:
    """What the script says that installs vlan; with `serves` its URL leads to a file of ours."""
    site = _site(rule)
    with tempfile.TemporaryDirectory() as folder, serve_folder(Path(folder)) as url:
        shutil.copy("/bin/true", f"{folder}/archive")
        script = node_scripts(
            site.plugins.model_copy(update={"url": f"{url}/{serves}"} if serves else {}),
            architecture,
            ("vlan",),
            dataclasses.replace(site.cluster.cni, bin_dir=folder),
            owner="k3s-1",
            cluster_release=site.cluster.release,
            multus_is_ours=True,
            folder=f"{folder}/removers",
        ).install
        return _error_of(script)


def _error_of(script: str, user: int = 0) -> str:
    return subprocess.run(
        ["sh", "-s"], input=script, capture_output=True, text=True, user=user, check=False
    ).stderr


def conflist_missing() -> str:
    """Multus is given no name, and takes the first file of the folder (docs/background)."""
    site = _site("conflist-missing")
    (applied,) = _program(site).of("kubernetes:apps/v1:DaemonSet")
    words = applied.inputs["spec"]["template"]["spec"]["containers"][0]["args"]
    said = dict(word.split("=", 1) for word in words if "=" in word)
    name, folder = said["--multus-master-cni-file-name"], said["--multus-autoconfig-dir"]
    return f"Multus looks for a file called {name!r} in {folder}"


def node_twice() -> str:
    """The program logs in to one machine for both nodes, and never to the other."""
    site = _site("node-twice")
    commands = _program(site).of("command:remote:Command")
    logins = [rpc.unwrap_rpc_secret(command.inputs["connection"]) for command in commands]
    machines = {(login["host"].lower(), login["port"]) for login in logins}
    return f"{len(machines)} machine for {len(logins)} nodes"


def hostname_twice() -> str:
    """What binds the pod to its nodes names one of them twice, and the other one not at all."""
    site = _site("hostname-twice")
    (applied,) = _program(site).of("kubernetes:apps/v1:StatefulSet")
    affinity = applied.inputs["spec"]["template"]["spec"]["affinity"]["nodeAffinity"]
    (term,) = affinity["requiredDuringSchedulingIgnoredDuringExecution"]["nodeSelectorTerms"]
    return f"bound to {term['matchExpressions'][0]['values']} instead of {' and '.join(site.nodes)}"


def secret_unknown() -> str:
    """The program asks the engine for a password that nobody has encrypted, and ends."""
    tree = changed_tree("home", CASES["secret-unknown"])
    with patch("components.program.load_site", return_value=Site.model_validate(tree)):
        try:
            return str(record_site(tree))
        except pulumi.ConfigMissingError as error:
            return str(error)


def listen_on_unknown() -> str:
    """Home Assistant listens on loopback alone."""
    return _called_by("listen-on-unknown")


def listen_on_without_proxy() -> str:
    """Home Assistant does not listen where the proxy calls."""
    return _called_by("listen-on-without-proxy")


def _called_by(rule: str) -> str:
    """The networks in which the pod's configuration makes Home Assistant listen."""
    site = _site(rule)
    listen = seed_plan(site)["listen"]
    assert listen is not None
    networks = [
        interface.network
        for interface in site.home_assistant.interfaces
        if str(interface.address) in listen["addresses"]
    ]
    return f"is called by {', '.join(['cluster'] * listen['cluster'] + networks) or 'nobody'}"


def callers_without_proxy() -> str:
    """The policy selects the pod and has no rule that lets a caller in."""
    site = _site("callers-without-proxy")
    (policy,) = _program(site).of("kubernetes:networking.k8s.io/v1:NetworkPolicy")
    return f"is called by {policy.inputs['spec'].get('ingress') or 'nobody'}"


WITHOUT_PODS: Mapping[str, Callable[[], str]] = {
    made.__name__.replace("_", "-"): made
    for made in (
        *(manifest_unknown, archive_unknown, archive_missing, archive_twice, conflist_missing),
        *(node_twice, hostname_twice, secret_unknown, user_not_root),
        *(listen_on_unknown, listen_on_without_proxy, callers_without_proxy),
        nodes_differ_in_ipv6,
    )
}


def _site(rule: str) -> Site:
    return unchecked_site(CASES[rule])


def _program(site: Site, manifest: str = "") -> Recording:
    """What the whole program registers for the site; no rule has looked at it."""
    args = HomeAssistantStackArgs(
        site=site,
        objects=site_objects(site, manifest or upstream_file(site.multus.version).read_text()),
        scripts=node_scripts_of(site),
        private_key="",
    )
    return record(lambda: HomeAssistantStack("scenario", args))
