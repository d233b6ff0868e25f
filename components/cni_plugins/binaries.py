"""CniPluginBinaries: the plugins that the cluster lacks, on every node, over SSH."""

import hashlib
from typing import NotRequired, TypedDict

import pulumi
from pulumi_command import remote

from components.cni_plugins.commands import Root, install_command, remove_command, with_password

# The plugin dials once more than this, with pauses of 0.1 s that grow by half to 5 s: a node that
# reboots may refuse for 61 s, and a dead one, which lets each dial wait, fails after 124 s.
DIAL_RETRIES = 20
DIAL_SECONDS = 3
# A little longer than the commands themselves take at most.
LONGEST = "30m"


class NodeArgs(TypedDict):
    """A node, and what is run on it."""

    host: str
    """Where SSH reaches the node: an address or a name."""
    port: int
    """The SSH port."""
    user: str
    """The SSH user."""
    sudo: NotRequired[bool]
    """Whether the user becomes root by sudo."""
    sudo_password: NotRequired[pulumi.Input[str]]
    """The password that sudo asks for; without it sudo must not ask."""
    host_key: NotRequired[str]
    """The node's public host key; without it SSH trusts anyone."""
    plugins: list[str]
    """The names of the plugins that `install` installs."""
    install: str
    """POSIX sh that installs the plugins; it may run again at any time."""
    remover: str
    """The path on the node of the script that `install` leaves, which removes the plugins."""
    archive: NotRequired[str]
    """A file on this machine that is copied to the node before."""
    copied: NotRequired[str]
    """The path in the user's login folder to which `archive` is copied."""


class CniPluginBinariesArgs(TypedDict):
    """The nodes, and how SSH logs in to them."""

    nodes: dict[str, NodeArgs]
    """The nodes by name, which owns what `install` leaves."""
    bin_dir: str
    """The folder of the plugins on each node."""
    private_key: pulumi.Input[str]
    """The SSH key's text."""
    private_key_password: NotRequired[pulumi.Input[str]]
    """The passphrase of the SSH key, if it has one."""


class CniPluginBinaries(pulumi.ComponentResource):
    """One command per node, which installs; its deletion removes just what it installed."""

    plugins: pulumi.Output[dict[str, list[str]]]
    """The plugins that each node is given."""

    def __init__(
        self, name: str, args: CniPluginBinariesArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("multihome:cniPlugins:CniPluginBinaries", name, None, opts)
        for key, node in args["nodes"].items():
            self._install(f"{name}-{key}", key, node, args)
        self.plugins = pulumi.Output.from_input(
            {key: list(node["plugins"]) for key, node in args["nodes"].items()}
        )
        self.register_outputs({"plugins": self.plugins})

    def _install(self, name: str, owner: str, node: NodeArgs, args: CniPluginBinariesArgs) -> None:
        connection = remote.ConnectionArgs(
            host=node["host"],
            port=node["port"],
            user=node["user"],
            private_key=args["private_key"],
            private_key_password=args.get("private_key_password"),
            host_key=node.get("host_key"),
            dial_error_limit=DIAL_RETRIES,
            per_dial_timeout=DIAL_SECONDS,
        )
        root = _root(node)
        remote.Command(
            f"{name}-plugins",
            connection=connection,
            create=install_command(root),
            stdin=_standard_input(node, root),
            delete=remove_command(root, node["remover"], owner),
            # Another folder replaces the command: installed here, then removed there. All else,
            # also another way to the machine, is an update, which runs `create` again: the node is
            # never without its plugins.
            triggers=[args["bin_dir"]],
            add_previous_output_in_env=False,
            # A line that is longer than its reader allows stops the plugin for ever.
            logging=remote.Logging.NONE,
            opts=pulumi.ResourceOptions(
                parent=self,
                depends_on=self._copy(name, node, connection),
                custom_timeouts=pulumi.CustomTimeouts(
                    create=LONGEST, update=LONGEST, delete=LONGEST
                ),
            ),
        )

    def _copy(
        self, name: str, node: NodeArgs, connection: remote.ConnectionArgs
    ) -> list[remote.CopyToRemote]:
        if "archive" not in node or "copied" not in node:
            return []
        return [
            remote.CopyToRemote(
                f"{name}-archive",
                connection=connection,
                source=pulumi.FileAsset(node["archive"]),
                remote_path=node["copied"],
                # The installation removes the copy, so whatever runs it again copies again.
                triggers=[
                    node["host"],
                    str(node["port"]),
                    node["user"],
                    node.get("host_key", ""),
                    hashlib.sha256(node["install"].encode()).hexdigest(),
                ],
                opts=pulumi.ResourceOptions(parent=self),
            )
        ]


def _root(node: NodeArgs) -> Root:
    return Root.of(sudo=node.get("sudo", False), asks_for_password="sudo_password" in node)


def _standard_input(node: NodeArgs, root: Root) -> pulumi.Input[str]:
    script = node["install"]
    if root is not Root.PASSWORD:
        return script
    password = pulumi.Output.secret(node["sudo_password"])
    return password.apply(lambda text: with_password(text, script))
