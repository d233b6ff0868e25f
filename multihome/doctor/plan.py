"""The plan as `doctor` compares it: the conflists that `up` applies, and what they need."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from components.home_assistant.objects import NAME
from components.objects import site_objects
from config.site import Site

# The kernel module that a plugin needs (docs/background/cni.md).
MODULE_OF = {"macvlan": "macvlan", "vlan": "8021q", "ipvlan": "ipvlan"}
# host-local's own, for a conflist that names no other.
LEASES = "/var/lib/cni/networks"

Json = dict[str, Any]


@dataclass(frozen=True)
class Plan:
    """What a site needs of its nodes and its cluster."""

    site: Site

    @property
    def pod(self) -> str:
        """The name of the pod."""
        return f"{NAME}-0"

    @cached_property
    def conflists(self) -> dict[str, Json]:
        """The conflist of each network, by the network's name."""
        objects = site_objects(self.site, None)
        return {
            name: json.loads(described["spec"]["config"])
            for name, described in objects.networks.items()
        }

    @property
    def plugin_types(self) -> tuple[str, ...]:
        """The plugins that the conflists call and those that the cluster brings, sorted."""
        return tuple(sorted(self.site.called_plugins | {*self.site.cluster.cni.bundled_plugins}))

    @property
    def modules(self) -> tuple[str, ...]:
        """The kernel modules that the conflists need, sorted."""
        types = {str(plugin["type"]) for plugin in self._plugins()}
        return tuple(sorted(MODULE_OF[type_] for type_ in types & set(MODULE_OF)))

    @property
    def sysctls(self) -> tuple[str, ...]:
        """The paths below /proc/sys that the conflists write, for the interface `lo`; sorted."""
        keys = {key for plugin in self._plugins() for key in plugin.get("sysctl", {})}
        # As the plugin does: `/` separates where it is used at all.
        paths = (key if "/" in key else key.replace(".", "/") for key in keys)
        return tuple(sorted(path.replace("IFNAME", "lo") for path in paths))

    @property
    def lease_folders(self) -> tuple[str, ...]:
        """The folders in which host-local keeps the leases of the networks."""
        return tuple(
            f"{ipam.get('dataDir', LEASES)}/{conflist['name']}"
            for conflist in self.conflists.values()
            for ipam in _ipams_of(conflist)
            if ipam["type"] == "host-local"
        )

    @property
    def parents(self) -> tuple[str, ...]:
        """The parent interfaces of the networks, each once."""
        return tuple(
            dict.fromkeys(network.segment.parent for network in self.site.networks.values())
        )

    def _plugins(self) -> Iterator[Json]:
        for conflist in self.conflists.values():
            yield from conflist["plugins"]


def _ipams_of(conflist: Json) -> Iterator[Json]:
    for plugin in conflist["plugins"]:
        if plugin.get("ipam"):
            yield plugin["ipam"]
