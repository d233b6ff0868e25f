"""A home network as a CNI conflist."""

from config.networks import HomeNetwork

# Exact text: plugins compare it with a list (facts/cni.md section 4).
CNI_VERSION = "1.0.0"


def conflist(namespace: str, name: str, network: HomeNetwork) -> dict[str, object]:
    """The conflist of the network called `name` in the site.

    Its own name, which also names the folder of its leases, is unique in the cluster.
    """
    return {
        "cniVersion": CNI_VERSION,
        "name": f"{namespace}-{name}",
        "plugins": network.plugins(),
    }
