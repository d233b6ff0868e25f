"""Rules about addresses that two claim: one table says which claims may not overlap."""

import heapq
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from config.checks import claims
from config.checks.claims import Claim, Claims
from config.checks.rule import Check, Finding, rule
from config.site import Site

_LEASES = "docs/background/cni.md#leases"
_ROUTES = "docs/background/cni.md#routes"


@dataclass(frozen=True, kw_only=True)
class Conflict:
    """A row of the table: `claims` may not overlap any of `others`.

    `message` is about the claim that gives way; `{owner}` and `{value}` are the other one's. Of two
    claims of one kind the one that is written later gives way.
    """

    name: str
    says: str
    because: str
    source: str
    claims: Claims
    others: tuple[Claims, ...]
    message: str

    def findings(self, site: Site) -> Iterator[Finding]:
        """A finding for every claim that overlaps another."""
        for others in self.others:
            found = list(self.claims(site))
            same = others is self.claims
            pairs = _earlier(found) if same else _overlaps(found, list(others(site)))
            for claim, other in pairs:
                if claim.finding is not None:
                    message = self.message.format(owner=other.owner, value=other.value)
                    yield claim.finding(message)


TABLE = (
    Conflict(
        name="address-in-dhcp-pool",
        says="A fixed address is not in a DHCP pool.",
        because="the DHCP server would give it to a second device",
        source=_LEASES,
        claims=claims.pod_addresses,
        others=(claims.dhcp_pools,),
        message="the DHCP server gives out {value}; write an address outside of it",
    ),
    Conflict(
        name="address-is-gateway",
        says="The pod does not have the router's address; host-local reserves one for the router.",
        because="two hosts would answer for one address, and host-local refuses it",
        source="docs/background/cni.md#host-local",
        claims=claims.pod_addresses,
        others=(claims.routers,),
        message="this is the network's gateway (the first address when no gateway is given); write"
        " another address, or give `gateway`",
    ),
    Conflict(
        name="mac-is-gateway",
        says="The pod's MAC does not give it the router's IPv6 address.",
        because="two hosts would answer for one address",
        source="https://www.rfc-editor.org/rfc/rfc4291#appendix-A",
        claims=claims.pod_link_local_addresses,
        others=(claims.routers,),
        message="this MAC gives the pod the address {value}, which is the network's gateway; write"
        " another MAC",
    ),
    Conflict(
        name="address-twice",
        says="An address has one owner on each segment, nodes included.",
        because="two hosts would answer for one address",
        source=_LEASES,
        claims=claims.pod_addresses,
        others=(claims.node_addresses, claims.pod_addresses),
        message="multihome:{owner} has this address already; write another",
    ),
    Conflict(
        name="node-address-twice",
        says="Each node has addresses of its own.",
        because="two hosts would answer for one address",
        source=_LEASES,
        claims=claims.nodes_own_addresses,
        others=(claims.nodes_own_addresses,),
        message="multihome:{owner} has this address already; write this node's own",
    ),
    Conflict(
        name="range-overlaps-dhcp-pool",
        says="host-local and the DHCP server do not give out the same addresses.",
        because="two hosts would answer for one address",
        source=_LEASES,
        claims=claims.ranges,
        others=(claims.dhcp_pools,),
        message="the range overlaps the DHCP pool {value}; end one of them before the other",
    ),
    Conflict(
        name="range-includes-node",
        says="No pod gets the address of a node.",
        because="two hosts would answer for one address",
        source=_LEASES,
        claims=claims.ranges,
        others=(claims.node_addresses,),
        message="the range includes {value} of multihome:{owner}; leave it out",
    ),
    Conflict(
        name="networks-overlap",
        says="No two networks of the pod share addresses.",
        because="the pod could not tell the two networks apart",
        source=_ROUTES,
        claims=claims.subnets,
        others=(claims.subnets,),
        message="the subnet overlaps multihome:{owner}; give each network its own",
    ),
    Conflict(
        name="overlaps-cluster-network",
        says="No home network overlaps the networks of the cluster's pods or services.",
        because="the pod would lose its own cluster",
        source=_ROUTES,
        claims=claims.subnets,
        others=(claims.cluster_networks,),
        message="the subnet overlaps the cluster's {value} (multihome:{owner}); write the"
        " network's own subnet",
    ),
    Conflict(
        name="node-in-vlan-subnet",
        says="The subnet that the pod's nodes are in is an untagged network's, not a VLAN's. By an"
        " IP version that the pods' network lacks, the pod reaches no node anyhow.",
        because="the pod would look for the node in the VLAN",
        source=_ROUTES,
        claims=claims.tagged_subnets,
        others=(claims.pod_nodes_addresses,),
        message="multihome:{owner} has {value} in this subnet, untagged; write the VLAN's own"
        " subnet",
    ),
    Conflict(
        name="gateway-is-node",
        says="The gateway of a macvlan network is not the node that runs the pod.",
        because="macvlan keeps a node and its pods apart",
        source="docs/background/cni.md#node-isolation",
        claims=claims.gateways_in_use,
        others=(claims.isolated_nodes,),
        message="by macvlan the pod cannot reach multihome:{owner}, the node that it runs on; run"
        " it on another node, or remove the routes",
    ),
)


def _check(conflict: Conflict) -> Check:
    def check(site: Site) -> Iterator[Finding]:
        return conflict.findings(site)

    check.__doc__ = conflict.says
    return check


for _row in TABLE:
    rule(_row.name, because=_row.because, source=_row.source)(_check(_row))


def _earlier(found: list[Claim]) -> Iterator[tuple[Claim, Claim]]:
    """Each claim with the first one before it that it overlaps, of another group."""
    position = {id(claim): number for number, claim in enumerate(found)}
    before: dict[int, Claim] = {}
    for claim, other in _overlaps(found, found):
        number, earlier = position[id(claim)], position[id(other)]
        if earlier < number and claim.group != other.group:
            known = before.setdefault(number, other)
            if earlier < position[id(known)]:
                before[number] = other
    return ((found[number], before[number]) for number in sorted(before))


def _overlaps(found: list[Claim], others: list[Claim]) -> Iterator[tuple[Claim, Claim]]:
    """The pairs that share an address, in the order of `found`: by a sweep over first addresses."""
    pairs: list[tuple[int, int]] = []
    for mine, theirs in _places(found, others):
        starts = [(int(found[i].addresses.first), 0, i) for i in mine]
        starts += [(int(others[i].addresses.first), 1, i) for i in theirs]
        open_claims: tuple[list[tuple[int, int]], list[tuple[int, int]]] = ([], [])
        for first, side, index in sorted(starts):
            opposite = open_claims[1 - side]
            while opposite and opposite[0][0] < first:
                heapq.heappop(opposite)
            pairs += [(index, i) if side == 0 else (i, index) for _, i in opposite]
            last = (found, others)[side][index].addresses.last
            heapq.heappush(open_claims[side], (int(last), index))
    return ((found[mine], others[theirs]) for mine, theirs in sorted(pairs))


def _places(
    found: Iterable[Claim], others: Iterable[Claim]
) -> Iterator[tuple[list[int], list[int]]]:
    """The positions of claims in both lists, for each place that both have."""
    placed: tuple[dict[object, list[int]], dict[object, list[int]]] = ({}, {})
    for side, listed in enumerate((found, others)):
        for index, claim in enumerate(listed):
            placed[side].setdefault(claim.place, []).append(index)
    return ((placed[0][place], placed[1][place]) for place in placed[0] if place in placed[1])
