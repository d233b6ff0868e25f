"""CniPluginBinaries: the plugins that the cluster lacks, on every node, over SSH."""

from typing import NotRequired, TypedDict

import pulumi
from pulumi_command import remote

DIAL_ATTEMPTS = 5
# The shell reads the script from standard input, so that no process list shows it.
SHELL = "sh -s"


class NodeArgs(TypedDict):
    """A node, and what is run on it."""

    host: str
    """Where SSH reaches the node: an address or a name."""
    port: int
    """The SSH port."""
    user: str
    """The SSH user."""
    host_key: NotRequired[str]
    """The node's public host key; without it SSH trusts anyone."""
    plugins: list[str]
    """The names of the plugins that `install` installs."""
    install: str
    """POSIX sh that installs the plugins; it may run again at any time."""
    remove: str
    """POSIX sh that removes what `install` installed."""
    archive: NotRequired[str]
    """A file on this machine that is copied to the node before."""
    copied: NotRequired[str]
    """The path on the node to which `archive` is copied."""


class CniPluginBinariesArgs(TypedDict):
    """The nodes, and how SSH logs in to them."""

    nodes: dict[str, NodeArgs]
    """The nodes by name."""
    bin_dir: str
    """The folder of the plugins on each node."""
    private_key: pulumi.Input[str]
    """The SSH key's text."""


class CniPluginBinaries(pulumi.ComponentResource):
    """One command per node, which installs; its deletion removes just what it installed."""

    plugins: pulumi.Output[dict[str, list[str]]]
    """The plugins that each node is given."""

    def __init__(
        self, name: str, args: CniPluginBinariesArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("multihome:cniPlugins:CniPluginBinaries", name, None, opts)
        for key, node in args["nodes"].items():
            self._install(f"{name}-{key}", node, args)
        self.plugins = pulumi.Output.from_input(
            {key: list(node["plugins"]) for key, node in args["nodes"].items()}
        )
        self.register_outputs({"plugins": self.plugins})

    def _install(self, name: str, node: NodeArgs, args: CniPluginBinariesArgs) -> None:
        connection = remote.ConnectionArgs(
            host=node["host"],
            port=node["port"],
            user=node["user"],
            private_key=args["private_key"],
            host_key=node.get("host_key"),
            dial_error_limit=DIAL_ATTEMPTS,
        )
        remote.Command(
            f"{name}-plugins",
            connection=connection,
            create=SHELL,
            stdin=node["install"],
            delete=with_input(node["remove"]),
            # Another machine or folder replaces the command: removed there, installed here. All
            # else is an update, which runs `create` again: the node is never without its plugins.
            triggers=[f"{node['host']}:{node['port']}", args["bin_dir"]],
            add_previous_output_in_env=False,
            logging=remote.Logging.STDERR,
            opts=pulumi.ResourceOptions(
                parent=self,
                depends_on=self._copy(name, node, connection),
                delete_before_replace=True,
                custom_timeouts=pulumi.CustomTimeouts(create="30m", update="30m", delete="5m"),
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
                triggers=[f"{node['host']}:{node['port']}", node.get("host_key", "")],
                opts=pulumi.ResourceOptions(parent=self),
            )
        ]


def with_input(script: str) -> str:
    """The script as one command: a delete has no standard input of its own, and no secret."""
    return f"sh -s <<'END_OF_SCRIPT'\n{script}END_OF_SCRIPT\n"
