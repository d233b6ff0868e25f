"""A stack file of the repository, applied to a virtual lab."""

import os
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from config.reading.site import read_site
from config.reading.stack_file import read_stack_file
from lab.engine.applied import Applied
from lab.engine.environment import CHECKOUT, private_environment
from lab.vm.plugin_archive import URL, plugins_digest
from lab.vm.virtual_lab import VirtualLab

STACK = "home"
# The keys whose values differ from the repository's stack file.
OVERRIDES = frozenset({"host_key", "url", "sha256", "storage"})


def virtual_lab(name: str, nodes: Sequence[str] = ("k3s-1",)) -> VirtualLab:
    """A lab of that name with the images that the stack file names."""
    site = read_site(read_stack_file(CHECKOUT / f"Pulumi.{STACK}.yaml").tree).site
    assert site is not None
    return VirtualLab(
        name=name,
        multus_version=site.multus.version,
        home_assistant=site.home_assistant.image,
        nodes=nodes,
    )


def applied(lab: VirtualLab, engine: list[Path]) -> Applied:
    """The stack with the lab's host key, archive and storage, and the state of its engine.

    What was prepared before, for a lab that still runs, is used again.
    """
    environment = private_environment(lab.folder / "state", engine, "vm")
    environment["TMPDIR"] = tempfile.gettempdir()
    environment["XDG_CACHE_HOME"] = os.environ.get("XDG_CACHE_HOME", str(Path.home() / ".cache"))
    stack = Applied(STACK, lab.folder, environment)
    # `prepare` writes the kubeconfig last.
    if stack.file.exists() and "multihome:kubeconfig" in stack.file.read_text(encoding="utf-8"):
        return stack
    stack.prepare(
        lambda tree: _override(tree, lab),
        {"ssh_private_key": lab.private_key, "kubeconfig": lab.plane.kubeconfig},
    )
    return stack


def _override(tree: dict[str, Any], lab: VirtualLab) -> None:
    nodes = tree["multihome:nodes"]
    for name in lab.nodes:
        nodes.setdefault(name, dict(nodes["k3s-1"]))
        nodes[name].update(host=lab.address(name), host_key=lab.host_key)
    tree["multihome:plugins"].update(url=URL, sha256={"amd64": plugins_digest(lab.folder)})
    tree["multihome:home_assistant"]["storage"] = {"storage_class": "lab"}
