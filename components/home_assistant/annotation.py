"""What the pod tells Multus: the networks annotation (facts/multus.md section 8)."""

import hashlib
import json
from collections.abc import Mapping

from config.home_assistant import Attachment
from config.networks import HomeNetwork

NETWORKS_ANNOTATION = "k8s.v1.cni.cncf.io/networks"


def addresses(attachment: Attachment, network: HomeNetwork) -> list[str]:
    """The attachment's addresses with prefix lengths, in the order of the network's subnets."""
    given = (attachment.address, attachment.ipv6_address)
    return [
        f"{address}/{subnet.subnet.prefixlen}"
        for address, subnet in zip(given, network.subnets, strict=False)
        if address is not None
    ]


def networks_annotation(
    attachments: tuple[Attachment, ...], networks: Mapping[str, HomeNetwork]
) -> str:
    """The annotation's value: a JSON list, in the order of the site."""
    return json.dumps(
        [
            {
                "name": attachment.network,
                "interface": attachment.name,
                "ips": addresses(attachment, networks[attachment.network]),
                "mac": attachment.mac,
            }
            for attachment in attachments
        ]
    )


def networks_hash(configs: Mapping[str, Mapping[str, object]]) -> str:
    """Changes when any of the networks' configurations does, so that the pod is rolled."""
    text = json.dumps(configs, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]
