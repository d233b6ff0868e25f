"""Rules about SSH: the host, the host key and the user of each node that it reaches."""

from collections.abc import Iterator

from config.checks.located import about_node
from config.checks.rule import Finding, rule
from config.host_key import KEYSCAN
from config.site import Site


@rule("node-twice", because="the other node would be left without plugins")
def node_twice(site: Site) -> Iterator[Finding]:
    """SSH reaches each node at a host and port of its own."""
    owners: dict[tuple[str, int], str] = {}
    for name, node in site.ssh_nodes.items():
        owner = owners.setdefault((node.host.lower(), node.port), name)
        if owner != name:
            yield about_node(
                name,
                "host",
                node.host,
                f"multihome:nodes.{owner} has this host and port already; write this node's own",
            )


@rule("host-key-missing", because="without it SSH trusts whoever answers", severity="warning")
def host_key_missing(site: Site) -> Iterator[Finding]:
    """Each node that SSH reaches has its host key; `up` refuses a node without one."""
    for name, node in site.ssh_nodes.items():
        if node.host_key is None:
            port = "" if node.port == 22 else f" -p {node.port}"
            yield about_node(
                name,
                "host_key",
                "(absent)",
                "`up` will refuse this node; add a line of"
                f" `{KEYSCAN}{port} {node.host}`, without the host",
            )


@rule("user-not-root", because="the folder of the plugins belongs to root")
def user_not_root(site: Site) -> Iterator[Finding]:
    """SSH logs in as root, or as a user who becomes root by sudo."""
    for name, node in site.ssh_nodes.items():
        if node.user != "root" and not node.sudo:
            yield about_node(
                name,
                "user",
                node.user,
                "only root can install plugins; write root, or add `sudo: true`",
            )


@rule(
    "sudo-of-root",
    because="root needs no sudo, and a node without it would fail",
    severity="warning",
)
def sudo_of_root(site: Site) -> Iterator[Finding]:
    """Only another user than root becomes root by sudo."""
    for name, node in site.ssh_nodes.items():
        if node.user == "root" and node.sudo:
            yield about_node(
                name, "sudo", "true", "root needs no sudo; remove the key, or write another user"
            )


@rule("sudo-password-without-sudo", because="nobody asks for the password", severity="warning")
def sudo_password_without_sudo(site: Site) -> Iterator[Finding]:
    """A password for sudo comes with `sudo: true`."""
    for name, node in site.nodes.items():
        if node.sudo_password is not None and not node.sudo:
            yield about_node(
                name,
                "sudo_password",
                node.sudo_password,
                "without sudo it changes nothing; add `sudo: true`, or remove the key",
            )
