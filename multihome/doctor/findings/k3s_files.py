"""What `k3s check-config` says of k3s' own files.

It compares the folder of k3s' programs (`data/current/bin`) with the lists that k3s has unpacked
beside them. It does not look at the links in `data/cni`; findings/plugins.py does.
"""

import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from multihome.doctor.finding import Finding
from multihome.doctor.node_facts import NodeFacts

_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
_CHANGED = re.compile(r"^\s*\.\.\. (\S+): FAILED", re.MULTILINE)
_REPLACED = re.compile(r"^- (\S+): symlink to (\S+) \(fail\)$", re.MULTILINE)
_FOLDER = re.compile(r"^Verifying binaries in (\S+):$", re.MULTILINE)


def changed_k3s_files(node: str, facts: NodeFacts) -> Iterator[Finding]:
    """Files of k3s with another digest, and links of k3s that are something else."""
    said = _COLOUR.sub("", facts.check_config or "")
    folder = _FOLDER.search(said)
    place = folder[1] if folder else "data/<hash>/bin"
    wrong = [f"{name} has another sha256" for name in _CHANGED.findall(said)]
    if not wrong and "- sha256sum: does not match" in said:
        wrong = ["a program has another sha256"]
    wrong += [f"{name} is no link to {target}" for name, target in _REPLACED.findall(said)]
    if wrong:
        yield Finding(
            name="k3s-files-changed",
            where=f"node {node}",
            what=f"`k3s check-config` says of {place}: {'; '.join(wrong)}",
            why="k3s runs a program that is not its own; it does not unpack its own again",
            cure=f"drain the node, stop k3s, move {PurePosixPath(place).parent} away and start k3s,"
            " which unpacks its own programs again",
        )
