"""CniPluginBinaries: the plugins that the cluster lacks, on every node, over SSH."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
from pulumi_command import Provider, remote

from components.cni_plugins.scripts import NodeScripts, node_scripts
from config.cluster import CniPaths
from config.nodes import Node
from config.plugins import ArchivedPlugins, Plugins

DIAL_ATTEMPTS = 5
# The shell reads the script from standard input, so that no process list shows it.
SHELL = "sh -s"


@dataclass(frozen=True, kw_only=True)
class CniPluginBinariesArgs:
    """`names` are the plugins to install; `private_key` is the SSH key's text."""

    nodes: Mapping[str, Node]
    plugins: Plugins
    names: Sequence[str]
    cni: CniPaths
    private_key: pulumi.Input[str]


class CniPluginBinaries(pulumi.ComponentResource):
    """Per node one command, which installs; its deletion removes just what it installed."""

    plugins: pulumi.Output[dict[str, list[str]]]
    commands: list[remote.Command]

    def __init__(
        self, name: str, args: CniPluginBinariesArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("multihome:cniPlugins:CniPluginBinaries", name, None, opts)
        names = list(args.names)
        self._provider = Provider(f"{name}-ssh", opts=pulumi.ResourceOptions(parent=self))
        self.commands = (
            [self._install(f"{name}-{key}", node, args) for key, node in args.nodes.items()]
            if names
            else []
        )
        installed = dict.fromkeys(args.nodes, names)
        done = pulumi.Output.all(*[command.create for command in self.commands])
        self.plugins = done.apply(lambda _: installed)
        self.register_outputs({"plugins": self.plugins})

    def _install(self, name: str, node: Node, args: CniPluginBinariesArgs) -> remote.Command:
        scripts = node_scripts(args.plugins, node.architecture, args.names, args.cni)
        connection = remote.ConnectionArgs(
            host=node.host,
            port=node.port,
            user=node.user,
            private_key=args.private_key,
            host_key=node.host_key,
            dial_error_limit=DIAL_ATTEMPTS,
        )
        before = self._copy(name, node, args, scripts, connection)
        return remote.Command(
            f"{name}-plugins",
            connection=connection,
            create=SHELL,
            stdin=scripts.install,
            delete=with_input(scripts.remove),
            # Another machine or folder: removed there, installed here. All else is an update,
            # which runs `create` again and so never leaves a node without its plugins.
            triggers=[f"{node.host}:{node.port}", args.cni.bin_dir],
            add_previous_output_in_env=False,
            logging=remote.Logging.STDERR,
            opts=pulumi.ResourceOptions(
                parent=self,
                provider=self._provider,
                depends_on=before,
                delete_before_replace=True,
                custom_timeouts=pulumi.CustomTimeouts(create="30m", update="30m", delete="5m"),
            ),
        )

    def _copy(
        self,
        name: str,
        node: Node,
        args: CniPluginBinariesArgs,
        scripts: NodeScripts,
        connection: remote.ConnectionArgs,
    ) -> list[remote.CopyToRemote]:
        if not isinstance(args.plugins, ArchivedPlugins) or scripts.copied is None:
            return []
        return [
            remote.CopyToRemote(
                f"{name}-archive",
                connection=connection,
                source=pulumi.FileAsset(args.plugins.archives[node.architecture]),
                remote_path=scripts.copied,
                triggers=[f"{node.host}:{node.port}", node.host_key or ""],
                opts=pulumi.ResourceOptions(parent=self, provider=self._provider),
            )
        ]


def with_input(script: str) -> str:
    """The script as one command: a delete has no standard input of its own, and no secret."""
    return f"sh -s <<'END_OF_SCRIPT'\n{script}END_OF_SCRIPT\n"
