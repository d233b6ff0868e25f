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
            return _said_by_install(site, temporary)


def _said_by_install(site: Site, folder: str) -> str:
    """What the script says on standard error that installs vlan into the folder."""
    cni = dataclasses.replace(site.cluster.cni, bin_dir=folder)
    script = node_scripts(
        site.plugins,
        "amd64",
        ("vlan",),
        cni,
        owner="k3s-1",
        cluster_release=site.cluster.release,
        multus_is_ours=True,
        folder=f"{folder}/removers",
    ).install
    done = subprocess.run(["sh", "-s"], input=script, capture_output=True, text=True, check=False)
    return done.stderr


def archive_missing() -> str:
    """The node's script asks for an archive that nobody has copied, and installs nothing."""
    site = _site("archive-missing")
    with tempfile.TemporaryDirectory() as temporary:
        return _said_by_install(site, temporary)


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


def node_twice() -> str:
    """The program logs in to one machine for both nodes, and never to the other."""
    site = _site("node-twice")
    recording = _program(site, upstream_file(site.multus.version).read_text())
    commands = recording.of("command:remote:Command")
    logins = [rpc.unwrap_rpc_secret(command.inputs["connection"]) for command in commands]
    machines = {(login["host"].lower(), login["port"]) for login in logins}
    return f"{len(machines)} machine for {len(logins)} nodes"


def hostname_twice() -> str:
    """What binds a pod to its nodes names fewer labels than there are nodes."""
    labels = _site("hostname-twice").hostnames
    return f"{len(set(labels))} label for {len(labels)} nodes"


def secret_unknown() -> str:
    """Nothing holds the password that the node names."""
    site = _site("secret-unknown")
    try:
        passwords = [site.secrets[str(node.sudo_password)] for node in site.nodes.values()]
    except KeyError as error:
        return f"the program fails: {error!r}"
    return f"{len(passwords)} passwords are there"


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
                "OWNER": "k3s-1",
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
    "conflist-with-flannel": lambda: _changed_by("conflist-with-flannel"),
    "discovery-without-ipv4": lambda: _changed_by("discovery-without-ipv4"),
    "sudo-password-without-sudo": lambda: _changed_by("sudo-password-without-sudo"),
    "secret-unknown": secret_unknown,
    "hostname-twice": hostname_twice,
    "user-not-root": user_not_root,
    "node-twice": node_twice,
}


# The key of each case that is nowhere in what is applied.
_KEYS = {
    "conflist-with-flannel": "cluster/default_conflist",
    "discovery-without-ipv4": "networks/lan/routing",
    "sudo-password-without-sudo": "nodes/k3s-1/sudo_password",
}


def _changed_by(rule: str) -> str:
    """What the key of the rule's case changes in what the whole program registers."""
    typed, plain = (
        {
            entry.urn: entry.inputs
            for entry in _program(site, upstream_file(site.multus.version).read_text()).registered
        }
        for site in (_site(rule), unchecked_site({**CASES[rule], _KEYS[rule]: None}))
    )
    return "the key changes nothing" if typed == plain else "the key changes something"


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
