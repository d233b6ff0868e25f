"""The site: everything that one stack file says about one home."""

from functools import cached_property

from pydantic import Field

from config.cluster import Cluster
from config.home_assistant import HomeAssistant
from config.model import Model
from config.multus import Multus
from config.networks import HomeNetwork, Plugin, Surroundings
from config.nodes import Architecture, Node
from config.plugins import Plugins, ReleasePlugins
from config.routing import routing_table
from config.values import DnsLabel, NetworkName, NodeHostname

# Container runtimes call it for each pod, so it is on every node.
RUNTIME_PLUGIN = "loopback"


class Secret(Model):
    """An encrypted value, which this program never reads as part of the site."""

    secure: str = Field(description="Written by `pulumi config set --secret --path`.")


class Site(Model):
    """One home, frozen. Keys are those of the project's namespace in a stack file."""

    cluster: Cluster = Field(description="The cluster that the pods run in.")
    nodes: dict[NodeHostname, Node] = Field(
        min_length=1,
        description="The nodes; a node's key is its label kubernetes.io/hostname unless it has the"
        " key `hostname`.",
    )
    multus: Multus = Field(Multus(), description="Which Multus is installed.")
    plugins: Plugins = Field(
        ReleasePlugins(source="release"), description="The CNI plugins that the cluster lacks."
    )
    networks: dict[NetworkName, HomeNetwork] = Field(
        min_length=1, description="The home networks, by name."
    )
    namespace: DnsLabel = Field(
        "multihome", description="The namespace of the networks and of the workloads."
    )
    secrets: dict[DnsLabel, Secret] = Field(
        default_factory=dict, description="Encrypted values, by the names that other keys use."
    )
    home_assistant: HomeAssistant = Field(description="Home Assistant: image, data, interfaces.")

    @cached_property
    def pod_nodes(self) -> dict[str, Node]:
        """The nodes that may run the pod."""
        chosen = self.home_assistant.nodes or tuple(self.nodes)
        return {name: self.nodes[name] for name in chosen if name in self.nodes}

    @cached_property
    def called_plugins(self) -> frozenset[str]:
        """The plugins that the conflists name."""
        return frozenset(
            plugin
            for name, network in self.networks.items()
            for plugin in network.plugin_types(self._surroundings(name))
        )

    @cached_property
    def missing_plugins(self) -> tuple[str, ...]:
        """The plugins that the conflists name and the cluster does not bring, sorted.

        Without one, no node is reached over SSH.
        """
        brought = {*self.cluster.cni.bundled_plugins, RUNTIME_PLUGIN}
        return tuple(sorted(self.called_plugins - brought))

    def conflist_plugins(self, name: str) -> list[Plugin]:
        """The plugins of the conflist of the network called `name`."""
        return self.networks[name].plugins(self._surroundings(name))

    @cached_property
    def discovery_default(self) -> str | None:
        """The network by which the pod's multicast and limited broadcast leave, if there is one."""
        chosen: str | None = self.home_assistant.discovery_default
        able = (name for name, n in self.attached_networks.items() if n.discovers_by_ipv4)
        return chosen or next(able, None)

    @cached_property
    def nodes_have_ipv6(self) -> bool:
        """Whether each node that may run the pod has IPv6."""
        return all(node.ipv6 for node in self.pod_nodes.values())

    def routing_table(self, name: str) -> int:
        """The number of the routing table of the network called `name`."""
        return routing_table(self.namespace, name)

    def _surroundings(self, name: str) -> Surroundings:
        return Surroundings(
            table=self.routing_table(name),
            is_discovery_default=name == self.discovery_default,
            nodes_have_ipv6=self.nodes_have_ipv6,
            pods_have_ipv6=6 in self.cluster.pod_versions,
        )

    @cached_property
    def ssh_nodes(self) -> dict[str, Node]:
        """The nodes that are reached over SSH: all, or none where no plugin is missing."""
        return self.nodes if self.missing_plugins else {}

    @property
    def hostnames(self) -> tuple[str, ...]:
        """The labels kubernetes.io/hostname of the nodes."""
        return tuple(node.hostname or name for name, node in self.nodes.items())

    @property
    def pod_hostnames(self) -> tuple[str, ...]:
        """The labels kubernetes.io/hostname of the nodes that may run the pod."""
        return tuple(node.hostname or name for name, node in self.pod_nodes.items())

    @property
    def architectures(self) -> list[Architecture]:
        """The processor architectures of the nodes, each once."""
        return sorted({node.architecture for node in self.nodes.values()})

    @cached_property
    def attached_networks(self) -> dict[str, HomeNetwork]:
        """The networks that the pod has an interface in, by name."""
        used = (interface.network for interface in self.home_assistant.interfaces)
        return {name: self.networks[name] for name in used if name in self.networks}
