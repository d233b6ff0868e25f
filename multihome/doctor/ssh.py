"""Looks at a node by the system's own `ssh`, as root; sends one script and changes nothing."""

import os
import shlex
import subprocess
import tempfile
from pathlib import Path

from components.cni_plugins.commands import Root, reading_command, with_password
from config.nodes import Node
from multihome.doctor.finding import Unseen
from multihome.doctor.node_facts import NodeFacts, parse
from multihome.doctor.plan import Plan

LOOK = Path(__file__).with_name("look.sh")
# Where sudo asks for a password, it is the value of this variable.
PASSWORD_VARIABLE = "MULTIHOME_SUDO_PASSWORD"  # noqa: S105 - a name
SECONDS = 120
# The name under which ssh looks the host key up; the node's address may be any.
_ALIAS = "multihome-node"


def look_at_node(plan: Plan, name: str, node: Node) -> NodeFacts | Unseen:
    """The facts of the node that the site calls `name`."""
    where = f"node {name}"
    password = os.environ.get(PASSWORD_VARIABLE)
    if node.host_key is None:
        return Unseen(where=where, why="it has no `host_key` in the stack file")
    root = Root.of(sudo=node.sudo, asks_for_password=node.sudo_password is not None)
    if root is Root.PASSWORD and password is None:
        return Unseen(where=where, why=f"sudo needs a password; set {PASSWORD_VARIABLE}")
    script = look_script(plan)
    if root is Root.PASSWORD:
        script = with_password(password or "", script)
    with tempfile.NamedTemporaryFile("w", prefix="multihome-known-hosts-") as known_hosts:
        known_hosts.write(f"{_ALIAS} {node.host_key}\n")
        known_hosts.flush()
        words = ssh_words(node, known_hosts.name, reading_command(root, "sh -s"))
        try:
            done = subprocess.run(
                words,
                input=script,
                capture_output=True,
                encoding="utf-8",
                errors="replace",
                check=False,
                timeout=SECONDS,
            )
        except FileNotFoundError:
            return Unseen(where=where, why="there is no `ssh` on this machine")
        except subprocess.TimeoutExpired:
            return Unseen(where=where, why=f"no answer within {SECONDS} s")
    facts = parse(done.stdout)
    if facts is not None:
        return facts
    said = done.stderr.strip().splitlines() or [f"ssh ended with status {done.returncode}"]
    return Unseen(where=where, why=said[-1])


def look_script(plan: Plan) -> str:
    """The script that prints the facts."""
    cni = plan.site.cluster.cni
    settings = {
        "BIN_DIR": cni.bin_dir,
        "CONF_DIR": cni.conf_dir,
        "KUBECONFIG_OF_MULTUS": cni.multus_kubeconfig,
        "PLUGINS": " ".join(plan.plugin_types),
        "PARENTS": " ".join(plan.parents),
        "MODULES": " ".join(plan.modules),
        "LEASES": " ".join(plan.lease_folders),
        "SYSCTLS": " ".join(plan.sysctls),
    }
    assignments = "".join(f"{key}={shlex.quote(value)}\n" for key, value in settings.items())
    # In braces the shell runs nothing of a script whose end is lost on the way.
    return f"{{\n{assignments}{LOOK.read_text(encoding='utf-8')}}}\n"


def ssh_words(node: Node, known_hosts: str, command: str) -> list[str]:
    """The command line: ssh asks nothing, and trusts the node's own key alone."""
    options = {
        "BatchMode": "yes",
        "StrictHostKeyChecking": "yes",
        "UserKnownHostsFile": known_hosts,
        "GlobalKnownHostsFile": "/dev/null",
        "HostKeyAlias": _ALIAS,
        "UpdateHostKeys": "no",
        "ConnectTimeout": "10",
        "ServerAliveInterval": "10",
        "LogLevel": "ERROR",
    }
    set_options = [word for key, value in options.items() for word in ("-o", f"{key}={value}")]
    return ["ssh", "-T", *set_options, "-p", str(node.port), "-l", node.user, node.host, command]
