"""What a pod tells Multus about its interfaces (docs/background/multus.md#annotation)."""

import json
from collections.abc import Mapping, Sequence

from config.networks import HomeNetwork
from config.pod_interface import PodInterface

NETWORKS_ANNOTATION = "k8s.v1.cni.cncf.io/networks"


def addresses(interface: PodInterface, network: HomeNetwork) -> list[str]:
    """The interface's addresses with prefix lengths, in the order of the network's subnets."""
    return [
        f"{address}/{subnet.cidr.prefixlen}"
        for address, subnet in zip(interface.addresses, network.subnets, strict=False)
    ]


def networks_annotation(
    interfaces: Sequence[PodInterface], networks: Mapping[str, HomeNetwork]
) -> str:
    """The annotation's value: a JSON list of the interfaces in the order of the site."""
    return json.dumps(
        [
            {
                "name": interface.network,
                "interface": interface.name,
                "ips": addresses(interface, networks[interface.network]),
                "mac": interface.mac,
            }
            for interface in interfaces
        ]
    )
