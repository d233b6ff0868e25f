"""Rules about fixed addresses: one owner each, in the right network."""

from collections.abc import Iterator

from config.checks.located import (
    apart_by_tag,
    attachments,
    gateway_of_leases,
    leases,
    nobodys,
    pod_addresses,
)
from config.checks.reach import (
    answered_on,
    families_by_wire,
    is_answered_untagged,
    link_local_of,
    pod_wires,
    routers_by_wire,
    wire_of,
)
from config.checks.rule import Finding, rule
from config.ip import IpAddress
from config.site import Site


@rule(
    "network-unknown",
    "facts/multus.md section 9: the pod would never start",
    shown="the program fails: KeyError",
)
def network_unknown(site: Site) -> Iterator[Finding]:
    """An interface is in a network of the site."""
    for position, attachment in enumerate(site.home_assistant.interfaces):
        if attachment.network not in site.networks:
            yield Finding(
                path=f"home_assistant.interfaces[{position}].network",
                value=attachment.network,
                message=f"no such network; multihome:networks has {', '.join(site.networks)}",
            )


@rule(
    "address-outside-subnet",
    "facts/cni.md section 9 rows 16 and 22",
    shown="failed to allocate all requested IPs",
)
def address_outside_subnet(site: Site) -> Iterator[Finding]:
    """A fixed address is in its network's subnet."""
    for path, address, _, family in pod_addresses(site):
        if address not in family.subnet:
            yield Finding(
                path=path,
                value=address,
                message=f"it is not in {family.subnet}; choose an address of that network",
            )


@rule(
    "address-ends-of-subnet",
    "facts/cni.md section 2.2; RFC 4291 section 2.6.1",
    shown="does not reach",
)
def address_ends_of_subnet(site: Site) -> Iterator[Finding]:
    """The broadcast address, and IPv6's of all routers in a subnet of the wire, are nobody's."""
    routers = routers_by_wire(site)
    for path, address, network, family in pod_addresses(site):
        subnet = routers[wire_of(network)].get(address)
        if address in nobodys(family.subnet):
            subnet = family.subnet
        if subnet is not None:
            yield Finding(
                path=path,
                value=address,
                message=f"no host of {subnet} may have it; choose another",
            )


@rule(
    "address-of-subnet",
    "hosts with a kernel from before 2021 take it for a broadcast",
    severity="warning",
)
def address_of_subnet(site: Site) -> Iterator[Finding]:
    """The first address of an IPv4 subnet is better left to nobody."""
    for path, address, _, family in pod_addresses(site):
        subnet = family.subnet
        first = address == subnet.network_address and subnet.num_addresses > 2
        if subnet.version == 4 and first:
            yield Finding(
                path=path,
                value=address,
                message=f"older devices do not reach the first address of {subnet}; choose another",
            )


@rule(
    "address-outside-range",
    "facts/cni.md section 9 row 16",
    shown="failed to allocate all requested IPs",
)
def address_outside_range(site: Site) -> Iterator[Finding]:
    """host-local gives a fixed address only from its range."""
    for path, address, network, family in pod_addresses(site):
        hosts = leases(network, family)
        if hosts is not None and address in family.subnet and address not in hosts:
            yield Finding(
                path=path,
                value=address,
                message=f"host-local gives out only {hosts}; choose one of them",
            )


@rule("address-in-dhcp-pool", "facts/cni.md section 9 row 18", shown="is answered by 2 MACs")
def address_in_dhcp_pool(site: Site) -> Iterator[Finding]:
    """A fixed address is never one that the DHCP server hands out."""
    near, of_the_pod = families_by_wire(site), pod_wires(site)
    for path, address, network, family in pod_addresses(site):
        heard = (f for wire in answered_on(address, network, of_the_pod) for _, f in near[wire])
        for pool in (f.dhcp_pool for f in heard if f is family or address in f.subnet):
            if pool is not None and address in pool:
                yield Finding(
                    path=path,
                    value=address,
                    message=f"the DHCP server hands out {pool}; choose one outside",
                )


@rule("address-is-gateway", "facts/cni.md section 9 row 15", shown="is subnet's gateway")
def address_is_gateway(site: Site) -> Iterator[Finding]:
    """A pod is not the router; host-local takes the first address for it unless told."""
    near, of_the_pod = families_by_wire(site), pod_wires(site)
    for path, address, network, family in pod_addresses(site):
        own = gateway_of_leases(family) if network.ipam == "host-local" else family.gateway
        gateways = {
            f.gateway
            for wire in answered_on(address, network, of_the_pod)
            for _, f in near[wire]
            if f.gateway is not None and f.gateway in f.subnet
        }
        if address == own or address in gateways:
            yield Finding(
                path=path,
                value=address,
                message="it is the network's gateway (the first address when none is given);"
                " choose another, or give `gateway`",
            )
    for path, attachment, network in attachments(site):
        own_link_local = link_local_of(attachment.mac)
        if network.routing == "routed" and network.gateways.get(6) == own_link_local:
            yield Finding(
                path=f"{path}.mac",
                value=attachment.mac,
                message=f"the network's gateway {own_link_local} is the address that this MAC gives"
                " the pod; choose another",
            )


@rule("address-twice", "facts/cni.md section 9 row 17", shown="is answered by 2 MACs")
def address_twice(site: Site) -> Iterator[Finding]:
    """An address has one owner in the whole site, nodes included."""
    nodes: dict[IpAddress, str] = {}
    for name, node in site.nodes.items():
        for address in node.own_addresses:
            # Nodes behind tunnels of the operator's share a loopback address.
            if address.is_loopback:
                continue
            other = nodes.setdefault(address, name)
            known = site.nodes[other]
            # A router that leads to each node by a port of its own has the address itself.
            forwarded = known.host == node.host and known.port != node.port
            if other != name and not forwarded:
                yield _twice(f"nodes.{name}", address, f"nodes.{other}")
    owners = {address: f"nodes.{name}" for address, name in nodes.items()}
    for path, address, network, _ in pod_addresses(site):
        node_name = nodes.get(address)
        apart = (
            node_name is not None
            and apart_by_tag(site, network, address, node_name)
            and not is_answered_untagged(site, network, address)
        )
        if address in owners and not apart:
            yield _twice(path, address, owners[address])
        owners.setdefault(address, path)


@rule("address-of-family-missing", "facts/cni.md section 9 row 23", shown="there is no route to")
def address_of_family_missing(site: Site) -> Iterator[Finding]:
    """In a dual-stack network the pod has an address of each family, elsewhere just one."""
    for path, attachment, network in attachments(site):
        given, wanted = attachment.ipv6_address is not None, network.ipv6 is not None
        if wanted and not given:
            yield Finding(
                path=f"{path}.ipv6_address",
                value="(absent)",
                message=f"{attachment.network} has an ipv6 subnet; give the address in it",
            )
        if given and not wanted:
            yield Finding(
                path=f"{path}.ipv6_address",
                value=attachment.ipv6_address,
                message=f"{attachment.network} has no ipv6 subnet; remove it or add `ipv6`",
            )


def _twice(path: str, value: object, owner: str) -> Finding:
    return Finding(
        path=path, value=value, message=f"multihome:{owner} has it already; choose another"
    )
