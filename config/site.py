"""The site: everything that one stack file says about one home."""

from pydantic import Field

from config.cluster import Cluster
from config.home_assistant import HomeAssistant
from config.model import Model
from config.multus import Multus
from config.networks import HomeNetwork
from config.nodes import Node
from config.plugins import Plugins, ReleasePlugins
from config.values import DnsLabel, NetworkName

# Top-level keys that are no part of the tree: they are read as secrets, where they are needed.
SECRET_KEYS = ("ssh_private_key", "ssh_private_key_password", "kubeconfig")


class Site(Model):
    """One home, frozen. Keys are those of the project's namespace in a stack file."""

    cluster: Cluster
    nodes: dict[DnsLabel, Node] = Field(min_length=1, description="The nodes, by their names.")
    multus: Multus = Field(Multus(), description="Which Multus is installed.")
    plugins: Plugins = Field(
        ReleasePlugins(source="release"), description="The CNI plugins that the cluster lacks."
    )
    networks: dict[NetworkName, HomeNetwork] = Field(
        min_length=1, description="The home networks, by name."
    )
    home_assistant: HomeAssistant = Field(description="The workload.")

    @property
    def pod_nodes(self) -> dict[str, Node]:
        """The nodes that may run the pod."""
        chosen = self.home_assistant.nodes or tuple(self.nodes)
        return {name: self.nodes[name] for name in chosen if name in self.nodes}
