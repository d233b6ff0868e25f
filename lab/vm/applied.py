"""A stack file of the repository, applied to a house in a box."""

import hashlib
import os
import tempfile
from pathlib import Path
from typing import Any

from lab.engine.applied import Applied
from lab.engine.environment import private_environment
from lab.vm.virtual_lab import Box

# Everything in which the applied stack file differs from the repository's; and further nodes.
OVERRIDES = frozenset({"host_key", "url", "sha256", "storage"})


def applied(box: Box, engine: list[Path], stack: str = "home") -> Applied:
    """The stack with this house's host key, archive and storage, in a state of its own."""
    environment = private_environment(box.folder / "state", engine, "vm")
    environment["TMPDIR"] = tempfile.gettempdir()
    environment["XDG_CACHE_HOME"] = os.environ.get("XDG_CACHE_HOME", str(Path.home() / ".cache"))
    house = Applied(stack, box.folder, environment)
    # The last thing that `prepare` writes.
    if house.file.exists() and "multihome:kubeconfig" in house.file.read_text(encoding="utf-8"):
        return house
    house.prepare(
        lambda tree: _override(tree, box),
        {"ssh_private_key": box.private_key, "kubeconfig": box.plane.kubeconfig},
    )
    return house


def _override(tree: dict[str, Any], box: Box) -> None:
    nodes = tree["multihome:nodes"]
    for name in box.nodes:
        nodes.setdefault(name, dict(nodes["k3s-1"]))
        nodes[name].update(host=box.address(name), host_key=box.host_key)
    digest = hashlib.sha256(box.archive.read_bytes()).hexdigest()
    tree["multihome:plugins"].update(url=box.archive_url, sha256={"amd64": digest})
    tree["multihome:home_assistant"]["storage"] = {"storage_class": "lab"}
