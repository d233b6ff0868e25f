"""Rules whose failure no pod shows: a function for each gives what is seen of the rule's site."""

import dataclasses
import json
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from unittest.mock import patch

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
from tests.cases.sites import ROOT, changed_tree, unchecked_site
from tests.unit.recorder import Recording, record, record_site


def forged_manifest(site: Site) -> str:
    """Nobody can tell a forged manifest from upstream's, and the program applies it."""
    objects = parse(upstream_file(unchecked_site({}).multus.version).read_text())
    (forged,) = (described for described in objects if described["kind"] == "DaemonSet")
    forged["spec"]["template"]["spec"]["containers"].append(
        {"name": "forged", "image": "example.org/forged:1"}
    )
    manifest = "\n---\n".join(map(json.dumps, objects))
    (applied,) = _program(site, manifest).of("kubernetes:apps/v1:DaemonSet")
    names = [c["name"] for c in applied.inputs["spec"]["template"]["spec"]["containers"]]
    return f"nodes run {' and '.join(names)}"


def installed_by_another_user(_: Site) -> str:
    """What the script says that puts plugins in their place, in a folder as k3s makes it."""
    script = ROOT / "components" / "cni_plugins" / "install.sh"
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        for name in ("bin", "stage/bin"):
            (Path(folder) / name).mkdir(parents=True)
        shutil.copy("/bin/true", f"{folder}/stage/bin/vlan")
        told = f"BIN_DIR={folder}/bin STAGE={folder}/stage PLUGINS=vlan OWNER=k3s-1\n"
        return _error_of(told + script.read_text(), user=65534)


def installed(site: Site, architecture: Architecture = "amd64", *, is_served: bool = True) -> str:
    """What the script says that installs vlan; the URL leads to a file of ours if it is served."""
    with tempfile.TemporaryDirectory() as folder, serve_folder(Path(folder)) as url:
        shutil.copy("/bin/true", f"{folder}/archive")
        script = node_scripts(
            site.plugins.model_copy(update={"url": f"{url}/archive"} if is_served else {}),
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


def machines(site: Site) -> str:
    """The program logs in to one machine for both nodes, and never to the other."""
    commands = _program(site).of("command:remote:Command")
    logins = [rpc.unwrap_rpc_secret(command.inputs["connection"]) for command in commands]
    found = {(login["host"].lower(), login["port"]) for login in logins}
    return f"{len(found)} machine for {len(logins)} nodes"


def bound_to(site: Site) -> str:
    """What binds the pod to its nodes names one of them twice, and the other one not at all."""
    (applied,) = _program(site).of("kubernetes:apps/v1:StatefulSet")
    affinity = applied.inputs["spec"]["template"]["spec"]["affinity"]["nodeAffinity"]
    (term,) = affinity["requiredDuringSchedulingIgnoredDuringExecution"]["nodeSelectorTerms"]
    return f"bound to {term['matchExpressions'][0]['values']} instead of {' and '.join(site.nodes)}"


def asked_of_the_engine(site: Site) -> str:
    """The program looks for a password that nobody has encrypted, and ends."""
    with patch("components.program.load_site", return_value=site):
        try:
            return str(record_site(changed_tree("home", CASES["secret-unknown"])))
        except KeyError as error:
            return f"the program fails: {error!r}"


def called_by(site: Site) -> str:
    """The networks in which the pod's configuration makes Home Assistant listen."""
    listen = seed_plan(site)["listen"]
    assert listen is not None
    networks = [
        interface.network
        for interface in site.home_assistant.interfaces
        if str(interface.address) in listen["addresses"]
    ]
    return f"is called by {', '.join(['cluster'] * listen['cluster'] + networks) or 'nobody'}"


def let_in(site: Site) -> str:
    """The policy selects the pod and has no rule that lets a caller in."""
    (policy,) = _program(site).of("kubernetes:networking.k8s.io/v1:NetworkPolicy")
    return f"is called by {policy.inputs['spec'].get('ingress') or 'nobody'}"


WITHOUT_PODS: Mapping[str, Callable[[Site], str]] = {
    "manifest-unknown": forged_manifest,
    # The node's own script has nothing to hold the archive against, and installs none.
    "archive-unknown": installed,
    # Upstream's archive of the release has another digest, and the script installs none.
    "archive-of-another-release": installed,
    # The script of an arm64 node downloads the archive for amd64, and installs none.
    "archive-twice": lambda site: installed(site, "arm64"),
    # The node's script asks for an archive that nobody has copied, and installs nothing.
    "archive-missing": lambda site: installed(site, is_served=False),
    "user-not-root": installed_by_another_user,
    "node-twice": machines,
    "hostname-twice": bound_to,
    "secret-unknown": asked_of_the_engine,
    # Home Assistant listens on loopback alone.
    "listen-on-unknown": called_by,
    # Home Assistant does not listen where the proxy calls.
    "listen-on-without-cluster": called_by,
    "callers-without-proxy": let_in,
}


def _program(site: Site, manifest: str = "") -> Recording:
    """What the whole program registers for the site; no rule has looked at it."""
    args = HomeAssistantStackArgs(
        site=site,
        objects=site_objects(site, manifest or upstream_file(site.multus.version).read_text()),
        scripts=node_scripts_of(site),
        private_key="",
    )
    return record(lambda: HomeAssistantStack("scenario", args))
