"""A home network as a CNI conflist, and the NetworkAttachmentDefinition that holds it."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from config.networks import Plugin

# Exact text: plugins compare it with a list (docs/background/cni.md#versions).
CNI_VERSION = "1.0.0"


def conflist(namespace: str, name: str, plugins: Sequence[Plugin]) -> dict[str, object]:
    """The conflist of the network called `name`, of its `plugins` (docs/background/cni.md).

    Its own name, which also names the folder of its leases, is unique in the cluster.
    """
    return {
        "cniVersion": CNI_VERSION,
        "name": f"{namespace}-{name}",
        "plugins": list(plugins),
    }


def attachment_definition(
    namespace: str, name: str, config: Mapping[str, object]
) -> dict[str, Any]:
    """The NetworkAttachmentDefinition of the network called `name`; `config` is its conflist."""
    return {
        "apiVersion": "k8s.cni.cncf.io/v1",
        "kind": "NetworkAttachmentDefinition",
        "metadata": {"name": name, "namespace": namespace},
        "spec": {"config": json.dumps(config)},
    }
