"""The files of the CNI plugins: there, runnable, and each the plugin that its name says."""

import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from multihome.doctor.finding import Finding
from multihome.doctor.node_facts import NodeFacts, PluginFile
from multihome.doctor.plan import Plan

MULTUS = "multus"
# `CNI loopback plugin v1.9.1`; flannel's own line has another form and tells nothing.
_NAMES_ITSELF = re.compile(r"CNI ([a-z0-9-]+) plugin ")
# What k3s' program says when it is called by a name that it lacks.
_K3S_PROGRAM = "plugins"


def missing_plugins(plan: Plan, node: str, facts: NodeFacts) -> Iterator[Finding]:
    """Plugins that a conflist calls and the node lacks, or cannot run."""
    folder, where = plan.site.cluster.cni.bin_dir, f"node {node}"
    wanted = [*plan.plugin_types, *([MULTUS] if facts.multus_configs else [])]
    for name in wanted if facts.has_bin_dir else ():
        file = facts.plugins.get(name)
        if file is None or not file.sha256:
            wrong = "is missing" if file is None else "is a link that leads nowhere"
        elif not file.runs:
            wrong = "is not executable"
        else:
            continue
        yield Finding(
            name="plugin-missing",
            where=where,
            what=f"{folder}/{name} {wrong}",
            why=f'pods stay in ContainerCreating with `failed to find plugin "{name}"`',
            cure=_way_to(plan, name),
        )


def _way_to(plan: Plan, name: str) -> str:
    if name in plan.site.cluster.cni.bundled_plugins:
        return "restart the cluster's service on the node, which brings this plugin"
    if name == MULTUS:
        return "delete the Multus pod of this node: its init container copies the program"
    return "raise multihome:plugins.generation and run `up`"


def overwritten_plugins(plan: Plan, node: str, facts: NodeFacts) -> Iterator[Finding]:
    """Files that are another plugin than their name says, by what they say of themselves.

    k3s keeps one program for all its plugins behind links. A copy onto a link replaces the
    program: then every plugin behind it is the one that was copied last.
    """
    by_file: dict[str, list[tuple[str, str]]] = {}
    for name in plan.plugin_types:
        file = facts.plugins.get(name)
        is_now = None if file is None else another_plugin(name, file)
        if file is None or is_now is None:
            continue
        if is_now == _K3S_PROGRAM:
            yield _no_plugin_of_k3s(plan, node, name, file)
        else:
            by_file.setdefault(file.path, []).append((name, is_now))
    folder = plan.site.cluster.cni.bin_dir
    for path, found in by_file.items():
        names, is_now = [name for name, _ in found], found[0][1]
        through_link = any(path != f"{folder}/{name}" for name in names)
        yield Finding(
            name="plugin-overwritten",
            where=f"node {node}",
            what=f"{path}, which {_listed(names)} should run, is the plugin {is_now}"
            + (": somebody copied files onto the links to it" if through_link else ""),
            why="pods do not start (`must be called as chained plugin`, or another plugin's error),"
            " and a restart does not bring the file back",
            cure=_bring_back(path)
            if through_link
            else f"remove {path}, then restart the cluster's service or run `up` with a raised"
            " multihome:plugins.generation",
        )


def _no_plugin_of_k3s(plan: Plan, node: str, name: str, file: PluginFile) -> Finding:
    link = f"{plan.site.cluster.cni.bin_dir}/{name}"
    return Finding(
        name="plugin-not-of-k3s",
        where=f"node {node}",
        what=f"{link} leads to {file.path}, which has no plugin {name}",
        why="pods do not start (`unexpected end of JSON input`), and `up` leaves links alone",
        cure=f"`rm {link}`, then raise multihome:plugins.generation and run `up`",
    )


def changed_plugins(plan: Plan, node: str, facts: NodeFacts) -> Iterator[Finding]:
    """Plugins that this program has installed, and that are another file now."""
    folder = plan.site.cluster.cni.bin_dir
    for name, sums in facts.installed.items():
        file = facts.plugins.get(name)
        if file is not None and file.sha256 and file.sha256 not in sums:
            yield Finding(
                name="plugin-changed",
                where=f"node {node}",
                what=f"{folder}/{name} is not the file that `up` has installed",
                why="pods are made by a plugin that nobody has verified; `destroy` leaves it there",
                cure="raise multihome:plugins.generation and run `up`, which installs its own",
            )


def another_plugin(name: str, file: PluginFile) -> str | None:
    """The plugin that the file of that name is instead; None if it is itself, or says nothing."""
    found = _NAMES_ITSELF.match(file.says)
    return None if found is None or found[1] == name else found[1]


def _bring_back(path: str) -> str:
    # k3s unpacks a release into data/<hash>, once.
    folder = PurePosixPath(path).parent.parent
    return (
        f"drain the node, stop k3s, move {folder} away and start k3s, which unpacks its own"
        " plugins again; copy no plugins by hand, or remove a link first"
    )


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
