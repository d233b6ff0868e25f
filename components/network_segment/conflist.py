"""A home network as a CNI conflist, as the plugins read it (facts/cni.md sections 1, 2, 10)."""

from config.networks import HomeNetwork, MacvlanNetwork, Subnet

# Exact text: plugins compare it with a list (facts/cni.md section 4).
CNI_VERSION = "1.0.0"
# Leases must not outlive the sandboxes they belong to, which a power cut ends (facts/cni.md 10b).
LEASE_FOLDER = "/run/cni/multihome"
ON_LINK = "0.0.0.0"  # noqa: S104 - the gateway that means "no gateway" to the plugins
MULTICAST = "224.0.0.0/4"


def network_name(namespace: str, name: str) -> str:
    """The conflist's name, which also names the folder of its leases: unique in the cluster."""
    return f"{namespace}-{name}"


def conflist(namespace: str, name: str, network: HomeNetwork) -> dict[str, object]:
    """The conflist of the network called `name` in the site."""
    main: dict[str, object]
    chained: list[dict[str, object]] = []
    if isinstance(network, MacvlanNetwork):
        main = {
            "type": "macvlan",
            "master": network.parent,
            "mode": network.mode,
            "capabilities": {"ips": True, "mac": True},
        }
    else:
        main = {
            "type": "vlan",
            "master": network.parent,
            "vlanId": network.vlan_id,
            "linkInContainer": False,
            "capabilities": {"ips": True},
        }
        # vlan itself cannot set a MAC (facts/cni.md 1.3); `sysctl` keeps tuning from a panic.
        chained.append({"type": "tuning", "sysctl": {}, "capabilities": {"mac": True}})
    if network.mtu is not None:
        main["mtu"] = network.mtu
    main["ipam"] = _ipam(network)
    return {
        "cniVersion": CNI_VERSION,
        "name": network_name(namespace, name),
        "plugins": [main, *chained],
    }


def _ipam(network: HomeNetwork) -> dict[str, object]:
    ipam: dict[str, object] = {"type": network.ipam}
    if network.ipam == "host-local":
        ipam["dataDir"] = LEASE_FOLDER
        ipam["ranges"] = [[_range(subnet)] for subnet in network.subnets]
    routes = _routes(network)
    if routes:
        ipam["routes"] = routes
    return ipam


def _range(subnet: Subnet) -> dict[str, str]:
    described = {"subnet": str(subnet.subnet)}
    if subnet.range is not None:
        described["rangeStart"] = str(subnet.range.first)
        described["rangeEnd"] = str(subnet.range.last)
    if subnet.gateway is not None:
        described["gateway"] = str(subnet.gateway)
    return described


def _routes(network: HomeNetwork) -> list[dict[str, str]]:
    """Every route names its gateway: host-local would fill in its own (facts/cni.md 10b)."""
    if network.routing == "discovery" and any(s.subnet.version == 4 for s in network.subnets):
        return [{"dst": MULTICAST, "gw": ON_LINK}]
    if network.routing == "routed":
        gateways = network.gateways
        return [{"dst": str(dst), "gw": str(gateways[dst.version])} for dst in network.routes]
    return []
