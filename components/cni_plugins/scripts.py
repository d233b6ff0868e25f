"""The scripts that run on a node, from the settings of the site: one to install, one to remove."""

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from config.cluster import CniPaths
from config.nodes import Architecture
from config.plugins import Plugins

HERE = Path(__file__).parent
# The source of the plugins: the scripts that install from it, in order.
INSTALL = {
    "release": ("stage_release", "unpack", "install"),
    "archive": ("stage_archive", "unpack", "install"),
    "build": ("stage_build", "install"),
}
REMOVE = ("forget_multus", "remove")
_PROLOGUE = "set -eu\numask 022\n"
_STAGE = "STAGE=$(mktemp -d)\ntrap 'rm -rf \"$STAGE\"' EXIT\ntrap 'exit 1' HUP INT TERM\n"


@dataclass(frozen=True, kw_only=True)
class NodeScripts:
    """POSIX sh for one node, which installs or removes the named plugins.

    `archive` is a file on this machine that is copied to the path `copied` of the node before, for
    the source `archive` alone.
    """

    plugins: tuple[str, ...]
    install: str
    remove: str
    archive: str | None
    copied: str | None


def node_scripts(
    plugins: Plugins, architecture: Architecture, names: Sequence[str], cni: CniPaths
) -> NodeScripts:
    """The scripts that install the named plugins on the node and remove them.

    The latter removes Multus' configuration too, in case Multus could not.
    """
    archive, digest = plugins.archive(architecture), plugins.digest(architecture)
    copied = None
    settings = {"BIN_DIR": cni.bin_dir, "PLUGINS": " ".join(names)}
    removed = {"BIN_DIR": cni.bin_dir, "CONF_DIR": cni.conf_dir}
    if plugins.has_archive:
        settings["SHA256"] = digest
    else:
        settings["VERSION"] = plugins.version
    if plugins.source == "release":
        settings["URL"] = plugins.url.format(version=plugins.version, architecture=architecture)
    cleaned = ""
    if archive is not None:
        copied = f"/tmp/multihome-cni-plugins-{digest[:16]}.tgz"  # noqa: S108 - verified before use
        settings["COPIED"] = copied
        cleaned = f"rm -f {shlex.quote(copied)}\n"
    return NodeScripts(
        plugins=tuple(names),
        install=_PROLOGUE + _assignments(settings) + _STAGE + _text(INSTALL[plugins.source]),
        remove=_PROLOGUE + _assignments(removed) + cleaned + _text(REMOVE),
        archive=archive,
        copied=copied,
    )


def _assignments(values: Mapping[str, str]) -> str:
    return "".join(f"{name}={shlex.quote(value)}\n" for name, value in values.items())


def _text(names: Sequence[str]) -> str:
    return "".join((HERE / f"{name}.sh").read_text(encoding="utf-8") for name in names)
