"""Which plugins the nodes need: the types that the conflists name."""

from collections.abc import Iterable, Mapping
from typing import Any


def missing_plugins(
    conflists: Iterable[Mapping[str, Any]], bundled: Iterable[str]
) -> tuple[str, ...]:
    """The plugins that the conflists name and the cluster does not bring, sorted."""
    types: set[str] = set()
    for conflist in conflists:
        for plugin in conflist["plugins"]:
            types.add(plugin["type"])
            if "ipam" in plugin:
                types.add(plugin["ipam"]["type"])
    return tuple(sorted(types - set(bundled)))
