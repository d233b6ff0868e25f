"""Rules whose failure no pod shows: a function for each gives what is seen without the rule."""

import dataclasses
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

from pulumi.runtime import rpc

from components.cni_plugins.scripts import node_scripts
from components.multus.manifest import parse
from components.objects import node_scripts_of, site_objects
from components.stack import HomeAssistantStack, HomeAssistantStackArgs
from config.site import Site
from lab.build.builder import build
from lab.build.manifests import upstream_file
from lab.web import serve_folder
from tests.cases.rules import CASES
from tests.cases.sites import unchecked_site
from tests.unit.recorder import Recording, record

# Multus' own entrypoint, with the service account that a cluster would give it.
ENTRYPOINT = """
set -eu
mount -t tmpfs none /run
account=/run/secrets/kubernetes.io/serviceaccount
mkdir -p "$account"
for file in token ca.crt namespace; do echo kube-system >"$account/$file"; done
KUBERNETES_SERVICE_HOST=10.43.0.1 KUBERNETES_SERVICE_PORT=443 timeout 60 "$1" \\
    --multus-conf-file=auto "--multus-autoconfig-dir=$2" "--cni-conf-dir=$2" "--cni-bin-dir=$2" \\
    "--multus-kubeconfig-file-host=$2/kubeconfig" "--multus-bin-file=$1" \\
    --skip-multus-binary-copy "--multus-master-cni-file-name=$3" &
entrypoint=$!
tries=0
until [ -s "$2/00-multus.conflist" ] || [ "$tries" -ge 300 ]; do
    tries=$((tries + 1))
    sleep 0.1
done
kill "$entrypoint"
"""


def manifest_unknown() -> str:
    """Nobody can tell a forged manifest from upstream's, and the program applies it."""
    site = _site("manifest-unknown")
    objects = parse(upstream_file(unchecked_site({}).multus.version).read_text())
    (forged,) = (described for described in objects if described["kind"] == "DaemonSet")
    forged["spec"]["template"]["spec"]["containers"].append(
        {"name": "forged", "image": "example.org/forged:1"}
    )
    recording = _program(site, "\n---\n".join(map(json.dumps, objects)))
    (applied,) = recording.of("kubernetes:apps/v1:DaemonSet")
    names = [c["name"] for c in applied.inputs["spec"]["template"]["spec"]["containers"]]
    return f"nodes run {' and '.join(names)}"


def archive_unknown() -> str:
    """The node's own script has nothing to hold the archive against, and installs none."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        shutil.copy("/bin/true", folder / "plugins.tgz")
        with serve_folder(folder) as url:
            site = unchecked_site({**CASES["archive-unknown"], "plugins/url": f"{url}/plugins.tgz"})
            cni = dataclasses.replace(site.cluster.cni, bin_dir=temporary)
            script = node_scripts(site.plugins, "amd64", ("vlan",), cni).install
            done = subprocess.run(
                ["sh", "-s"], input=script, capture_output=True, text=True, check=False
            )
    return done.stderr


def archive_missing() -> str:
    """The node's script asks for an archive that nobody has copied, and installs nothing."""
    scripts = node_scripts_of(_site("archive-missing"))
    done = subprocess.run(
        ["sh", "-s"], input=scripts["k3s-1"].install, capture_output=True, text=True, check=False
    )
    return done.stderr


def conflist_missing() -> str:
    """Multus takes the first file of the folder for the cluster's network."""
    wanted = _site("conflist-missing").cluster.cni.default_conflist
    with tempfile.TemporaryDirectory() as folder:
        for number, name in (("05", "vpn"), ("10", "calico")):
            text = f'{{"cniVersion":"1.0.0","name":"{name}","plugins":[{{"type":"bridge"}}]}}'
            (Path(folder) / f"{number}-{name}.conflist").write_text(text)
        entrypoint = build("multus") / "thin_entrypoint"
        command = ["unshare", "--mount", "sh", "-c", ENTRYPOINT, "sh"]
        subprocess.run([*command, entrypoint, folder, wanted], check=True, capture_output=True)
        written = (Path(folder) / "00-multus.conflist").read_text()
    return "another conflist becomes the master" if '"vpn"' in written else written


def conflist_of_flannel() -> str:
    """What was typed is nowhere in what is applied."""
    typed, plain = (
        {
            entry.urn: entry.inputs
            for entry in _program(site, upstream_file(site.multus.version).read_text()).registered
        }
        for site in (_site("conflist-with-flannel"), unchecked_site({}))
    )
    return "the key changes nothing" if typed == plain else "the key changes something"


def node_twice() -> str:
    """The program logs in to one machine for both nodes, and never to the other."""
    site = _site("node-twice")
    recording = _program(site, upstream_file(site.multus.version).read_text())
    commands = recording.of("command:remote:Command")
    logins = [rpc.unwrap_rpc_secret(command.inputs["connection"]) for command in commands]
    machines = {(login["host"].lower(), login["port"]) for login in logins}
    return f"{len(machines)} machine for {len(logins)} nodes"


def user_not_root() -> str:
    """The install script as another user, in a folder as k3s makes it."""
    script = Path(__file__).parents[2] / "components" / "cni_plugins" / "install.sh"
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        folder.chmod(0o755)
        for name in ("bin", "stage/bin"):
            (folder / name).mkdir(parents=True)
        shutil.copy("/bin/true", folder / "stage" / "bin" / "vlan")
        done = subprocess.run(
            ["sh", "-s"],
            input=script.read_text(),
            env={
                **os.environ,
                "BIN_DIR": str(folder / "bin"),
                "STAGE": str(folder / "stage"),
                "PLUGINS": "vlan",
            },
            user=65534,
            capture_output=True,
            text=True,
            check=False,
        )
    return done.stderr


WITHOUT_PODS: Mapping[str, Callable[[], str]] = {
    "manifest-unknown": manifest_unknown,
    "archive-unknown": archive_unknown,
    "archive-missing": archive_missing,
    "conflist-missing": conflist_missing,
    "conflist-with-flannel": conflist_of_flannel,
    "user-not-root": user_not_root,
    "node-twice": node_twice,
}


def _site(rule: str) -> Site:
    return unchecked_site(CASES[rule])


def _program(site: Site, manifest: str) -> Recording:
    """What the whole program registers for the site; no rule has looked at it."""
    args = HomeAssistantStackArgs(
        site=site,
        objects=site_objects(site, manifest),
        scripts=node_scripts_of(site),
        private_key="",
    )
    return record(lambda: HomeAssistantStack("scenario", args))
