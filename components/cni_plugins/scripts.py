"""The scripts that run on a node, from the settings of the site: one to install, one to remove."""

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from config.cluster import CniPaths
from config.nodes import Architecture
from config.plugins import ArchivedPlugins, Plugins, ReleasePlugins
from config.releases import KNOWN_ARCHIVES

HERE = Path(__file__).parent
_PROLOGUE = "set -eu\numask 022\n"
_STAGE = "STAGE=$(mktemp -d)\ntrap 'rm -rf \"$STAGE\"' EXIT\ntrap 'exit 1' HUP INT TERM\n"


@dataclass(frozen=True, kw_only=True)
class NodeScripts:
    """POSIX sh for one node. `copied` is where an archive is to be put before, if any."""

    install: str
    remove: str
    copied: str | None


def archive_digest(plugins: ReleasePlugins | ArchivedPlugins, architecture: Architecture) -> str:
    """The archive's sha256: the site's own, else the known one; empty when there is none."""
    given: str | None = plugins.sha256.get(architecture)
    return given or KNOWN_ARCHIVES.get((plugins.version, architecture), "")


def node_scripts(
    plugins: Plugins, architecture: Architecture, names: Sequence[str], cni: CniPaths
) -> NodeScripts:
    """The scripts that bring the named plugins to the node and take them away again.

    The latter takes Multus' configuration as well, for the case that Multus could not.
    """
    settings = {"BIN_DIR": cni.bin_dir, "PLUGINS": " ".join(names)}
    copied = None
    steps: tuple[str, ...]
    if isinstance(plugins, ReleasePlugins):
        url = plugins.url.format(version=plugins.version, architecture=architecture)
        steps = ("stage_release", "unpack", "install")
        settings |= {"URL": url, "SHA256": archive_digest(plugins, architecture)}
    elif isinstance(plugins, ArchivedPlugins):
        digest = archive_digest(plugins, architecture)
        copied = f"/tmp/multihome-cni-plugins-{digest[:16]}.tgz"  # noqa: S108 - verified before use
        steps = ("stage_archive", "unpack", "install")
        settings |= {"COPIED": copied, "SHA256": digest}
    else:
        steps = ("stage_build", "install")
        settings |= {"VERSION": plugins.version}
    remove = {"BIN_DIR": cni.bin_dir, "CONF_DIR": cni.conf_dir}
    cleaned = "" if copied is None else f"rm -f {shlex.quote(copied)}\n"
    return NodeScripts(
        install=_PROLOGUE + _assignments(settings) + _STAGE + "".join(map(_step, steps)),
        remove=_PROLOGUE
        + _assignments(remove)
        + cleaned
        + _step("forget_multus")
        + _step("remove"),
        copied=copied,
    )


def _assignments(values: Mapping[str, str]) -> str:
    return "".join(f"{name}={shlex.quote(value)}\n" for name, value in values.items())


def _step(name: str) -> str:
    return (HERE / f"{name}.sh").read_text(encoding="utf-8")
