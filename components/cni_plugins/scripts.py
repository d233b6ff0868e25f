"""The scripts that run on a node, from the settings of the site: one to install, one to remove.

docs/decisions/nodes.md says what they leave on the node.
"""

import hashlib
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from config.cluster import CniPaths
from config.nodes import Architecture
from config.plugins import Plugins

HERE = Path(__file__).parent
# The folder of the removers on a node; only root can look into it.
FOLDER = "/var/lib/multihome"
# The folder of copied archives, in the SSH user's login folder.
COPIES = ".multihome"
# The source of the plugins: the scripts that leave them in $STAGE/bin, in order.
STAGE = {
    "release": ("stage_release", "unpack"),
    "archive": ("stage_archive", "unpack"),
    "build": ("stage_build",),
}
_NEW_STAGE = "STAGE=$(mktemp -d)\ntrap 'rm -rf \"$STAGE\"' EXIT\ntrap 'exit 1' HUP INT TERM\n"
_END = "END_OF_REMOVER"


@dataclass(frozen=True, kw_only=True)
class NodeScripts:
    """POSIX sh for one node, which installs or removes the named plugins.

    `install` also leaves `remove` on the node, as the file `remover`. `remove` takes the owner as
    its argument. `archive` is a file on this machine that is copied to the path `copied` of the
    login folder before, for the source `archive` alone.
    """

    plugins: tuple[str, ...]
    install: str
    remove: str
    remover: str
    archive: str | None
    copied: str | None


def node_scripts(
    plugins: Plugins,
    architecture: Architecture,
    names: Sequence[str],
    cni: CniPaths,
    *,
    owner: str,
    cluster_release: str,
    multus_is_ours: bool,
    folder: str = FOLDER,
) -> NodeScripts:
    """The scripts that install the named plugins on a node and remove them.

    `owner` is the node's key in the stack file; a removal for another owner does nothing. `folder`
    is that of the remover. What Multus left is removed too if `multus_is_ours`.
    """
    # One for each folder of plugins: after a change of it, the old folder's removal runs last.
    remover = f"{folder}/remove-{hashlib.sha256(cni.bin_dir.encode()).hexdigest()[:8]}"
    archive, url = plugins.archive(architecture), plugins.download_url(architecture)
    copied = None
    settings = {
        "BIN_DIR": cni.bin_dir,
        "OWNER": owner,
        "REMOVER": remover,
        "PLUGINS": " ".join(names),
        "ORIGIN": plugins.origin(architecture),
    }
    if url is not None:
        settings["URL"] = url
    if archive is not None:
        copied = f"{COPIES}/cni-plugins-{plugins.digest(architecture)[:16]}.tgz"
        settings["COPIED"] = copied
    remove = _remove(cni, remover, multus_is_ours=multus_is_ours)
    install = "".join(
        [
            f"# For the cluster's release {cluster_release}; generation {plugins.generation}.\n",
            _assignments(settings),
            _text("digest", "give_name", "lock", "find_missing"),
            f'if [ -n "$PLUGINS" ]; then\n{_NEW_STAGE}{_text(*STAGE[plugins.source])}fi\n',
            'mkdir -p "${REMOVER%/*}"\nchmod 0700 "${REMOVER%/*}"\n',
            f"cat >\"$REMOVER.new.$$\" <<'{_END}'\n{remove}{_END}\n",
            'give_name "$REMOVER.new.$$" "$REMOVER"\n',
            _text("install", "forget_copies"),
        ]
    )
    return NodeScripts(
        plugins=tuple(names),
        install=_whole(install),
        remove=remove,
        remover=remover,
        archive=archive,
        copied=copied,
    )


def _remove(cni: CniPaths, remover: str, *, multus_is_ours: bool) -> str:
    settings = {"BIN_DIR": cni.bin_dir, "REMOVER": remover}
    multus = ""
    if multus_is_ours:
        multus = _assignments({"CONF_DIR": cni.conf_dir}) + _text("forget_multus")
    return _whole(
        "OWNER=${1:?the key of the node in the stack file}\n"
        + _assignments(settings)
        + _text("digest", "lock", "check_owner")
        + multus
        + _text("remove", "forget_copies", "remove_itself")
    )


def _whole(script: str) -> str:
    """In braces the shell runs nothing of a script whose end is lost on the way."""
    return f"{{\nset -eu\numask 022\n{script}}}\n"


def _assignments(values: Mapping[str, str]) -> str:
    return "".join(f"{name}={shlex.quote(value)}\n" for name, value in values.items())


def _text(*names: str) -> str:
    return "".join((HERE / f"{name}.sh").read_text(encoding="utf-8") for name in names)
