"""What happens without the rules whose harm no pod shows: each gives the words that were seen."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

from pulumi.runtime import rpc

from components.cni_plugins.binaries import CniPluginBinaries, CniPluginBinariesArgs
from components.cni_plugins.scripts import node_scripts
from components.multus.source import ManifestUnavailableError, origin
from config.plugins import ArchivedPlugins
from config.site import Site
from lab.build import build
from tests.rule_cases import CASES
from tests.sites import unchecked_site
from tests.unit.recorder import record

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
    """The program cannot tell a forged manifest from upstream's, and stops in the middle."""
    try:
        origin(_site("manifest-unknown").multus)
    except ManifestUnavailableError as error:
        return str(error)
    return "a manifest was taken"


def archive_unknown() -> str:
    """The node's own check has nothing to hold the archive against."""
    site = _site("archive-unknown")
    scripts = node_scripts(site.plugins, "amd64", ("vlan",), site.cluster.cni)
    return "no sha256 to verify by" if "SHA256=''" in scripts.install else "a sha256"


def archive_missing() -> str:
    """The component finds no archive for the node's architecture."""
    plugins = _site("archive-missing").plugins
    assert isinstance(plugins, ArchivedPlugins)
    try:
        return str(plugins.archives["amd64"])
    except KeyError as error:
        return f"the program fails: {error!r}"


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
    """What was typed is not what is applied."""
    typed = _site("conflist-of-flannel").cluster.cni
    without = unchecked_site({}).cluster.cni
    return "the key changes nothing" if typed == without else "the key changes something"


def node_twice() -> str:
    """The program logs in to one machine for both nodes, and never to the other."""
    site = _site("node-twice")
    args = CniPluginBinariesArgs(
        nodes=site.nodes,
        plugins=site.plugins,
        names=("vlan",),
        cni=site.cluster.cni,
        private_key="",
    )
    recording = record(lambda: CniPluginBinaries("plugins", args))
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


ELSEWHERE: Mapping[str, Callable[[], str]] = {
    "manifest-unknown": manifest_unknown,
    "archive-unknown": archive_unknown,
    "archive-missing": archive_missing,
    "conflist-missing": conflist_missing,
    "conflist-of-flannel": conflist_of_flannel,
    "user-not-root": user_not_root,
    "node-twice": node_twice,
}


def _site(rule: str) -> Site:
    return unchecked_site(CASES[rule])
