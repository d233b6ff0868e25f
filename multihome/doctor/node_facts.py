"""What look.sh prints on a node, parsed."""

import base64
import binascii
import json
from collections import defaultdict
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True)
class PluginFile:
    """A file or link in the folder of plugins.

    `path` is the file itself, behind all links; `sha256` is empty where a link leads nowhere.
    `says` is the line by which a CNI plugin names itself; only planned plugins are asked.
    """

    path: str
    sha256: str
    runs: bool
    says: str


@dataclass(frozen=True, kw_only=True)
class ParentInterface:
    """A parent interface: its own name, whether it is set up, the kernel's operstate, its MTU."""

    name: str
    up: bool
    state: str
    mtu: int


@dataclass(frozen=True, kw_only=True)
class Lease:
    """A lease of host-local; `container` is the id of its sandbox, `old` is over 5 minutes."""

    file: str
    container: str
    old: bool


@dataclass(frozen=True, kw_only=True)
class NodeFacts:
    """What is on a node; `time` is its clock in seconds since 1970.

    `installed` has the sha256 of each plugin that this program has installed; of one that is
    being replaced there are two.
    `configs` has the files of the configuration folder by name, with the text of Multus' own.
    `claims` are those of Multus' token: None without a kubeconfig, empty where it has none.
    `token_refused` is set where the node has a `kubectl`, and the API server refused the token.
    `interfaces` has the parents that are there, `vlans` the interface of each (parent, VLAN id).
    `containers` means something where `runtimes` has an entry. `check_config` is what k3s' own
    check says, None where there is none.
    """

    time: int
    has_bin_dir: bool
    has_conf_dir: bool
    plugins: dict[str, PluginFile]
    installed: dict[str, tuple[str, ...]]
    configs: dict[str, str]
    claims: dict[str, Any] | None
    token_refused: bool
    interfaces: dict[str, ParentInterface]
    vlans: dict[tuple[str, int], str]
    modules: dict[str, str]
    leases: tuple[Lease, ...]
    runtimes: tuple[str, ...]
    containers: frozenset[str]
    missing_sysctls: tuple[str, ...]
    check_config: str | None

    @property
    def multus_configs(self) -> dict[str, str]:
        """The configurations that Multus writes, in the order in which a runtime prefers them."""
        names = ("00-multus.conf", "00-multus.conflist")
        return {name: self.configs[name] for name in names if name in self.configs}


def parse(printed: str) -> NodeFacts | None:
    """The facts; None where the script did not come to its end."""
    lines = printed.splitlines()
    if not lines or lines[-1] != "end":
        return None
    found: dict[str, list[list[str]]] = defaultdict(list)
    for line in lines:
        kind, *fields = line.split("\t")
        found[kind].append(fields)
    tokens, checks = found["token"], found["check_config"]
    return NodeFacts(
        time=int(found["time"][0][0]),
        has_bin_dir="bin_dir" in found,
        has_conf_dir="conf_dir" in found,
        plugins={
            name: PluginFile(path=path, sha256=sha256, runs=runs == "yes", says=says)
            for name, path, sha256, runs, says in found["plugin"]
        },
        installed=_installed(found["installed"]),
        configs={name: _text(content) for name, content in found["config"]},
        claims=_claims(tokens[0][0]) if tokens else None,
        token_refused="token_refused" in found,
        interfaces={
            parent: ParentInterface(name=name, up=up == "yes", state=state, mtu=int(mtu))
            for parent, name, up, state, mtu in found["interface"]
        },
        vlans={(parent, int(vlan_id)): name for parent, vlan_id, name in found["vlan"]},
        modules=dict(found["module"]),
        leases=tuple(
            Lease(file=file, container=container, old=age == "old")
            for file, container, age in found["lease"]
        ),
        runtimes=tuple(name for (name,) in found["runtime"]),
        containers=frozenset(name for (name,) in found["container"]),
        missing_sysctls=tuple(key for (key,) in found["no_sysctl"]),
        check_config=_text(checks[0][0]) if checks else None,
    )


def _installed(lines: list[list[str]]) -> dict[str, tuple[str, ...]]:
    """By plugin, from the record's lines; its line `owner  NODE` is about no plugin."""
    known: dict[str, tuple[str, ...]] = {}
    for name, sha256 in lines:
        if sha256 != "owner":
            known[name] = (*known.get(name, ()), sha256)
    return known


def _text(digits: str) -> str:
    return bytes.fromhex(digits).decode(errors="replace")


def _claims(payload: str) -> dict[str, Any]:
    """The claims of a token (RFC 7519), which nobody has verified."""
    try:
        claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    except (ValueError, binascii.Error):
        return {}
    return claims if isinstance(claims, dict) else {}
