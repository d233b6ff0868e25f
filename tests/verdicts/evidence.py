"""The failure that is seen where a rule is left out and its site is executed all the same."""

import re

from tests.verdicts.runners import UNSETTLED

# For every rule that refuses, a text of the failure that its own case shows (test_rules.py).
EVIDENCE: dict[str, str] = {
    "network-unknown": "the program fails: KeyError",
    "address-outside-subnet": "failed to allocate all requested IPs",
    "address-ends-of-subnet": "does not reach",
    "address-outside-range": "failed to allocate all requested IPs",
    "address-in-dhcp-pool": "is answered by 2 MACs",
    "address-is-gateway": "is subnet's gateway",
    "address-twice": "is answered by 2 MACs",
    "address-of-family-missing": "there is no route to",
    "cluster-network-not-local": "by lo instead of eth0",
    "cluster-network-too-small": "too small to allocate from",
    "services-without-pods": "reaches 10.43.0.10 by nothing instead of eth0",
    "interface-twice": "interface name eth0 already exists",
    "mac-twice": "address already in use",
    "nodes-unknown": "node affinity",
    "node-twice": "1 machine for 2 nodes",
    "parent-missing": "Link not found",
    "parent-wireless": "macvlan: not answered",
    "parent-virtual": "does not reach",
    "user-not-root": "Permission denied",
    "range-missing": "is answered by 2 MACs",
    "range-without-leases": "IPAM plugin returned missing IP config",
    "range-outside-subnet": "not in network",
    "range-ends-of-subnet": "does not reach",
    "range-of-gateway": "is subnet's gateway",
    "range-meets-dhcp-pool": "is answered by 2 MACs",
    "range-holds-gateway": "is answered by 2 MACs",
    "range-holds-node": "is answered by 2 MACs",
    "ranges-meet": "is answered by 2 MACs",
    "manifest-unknown": "nodes run kube-multus and forged",
    "archive-unknown": "nothing was installed",
    "archive-missing": "the program fails: KeyError('amd64')",
    "conflist-missing": "another conflist becomes the master",
    "conflist-of-flannel": "the key changes nothing",
    "routes-without-routed": "by eth0 instead of net1",
    "route-without-gateway": "the program fails: KeyError",
    "default-route": "the default route is by",
    "route-meets-cluster": "by net1 instead of eth0",
    "route-into-network": "via 192.168.18.1 instead of the link",
    "route-to-no-hosts": "224.0.0.251 by net1 instead of eth0",
    "route-twice": "file exists",
    "discovery-twice": "224.0.0.251 by net1.2 instead of net1",
    "wire-twice": "failed to create vlan: file exists",
    "vlan-on-vlan": "failed to create vlan: file exists",
    "subnet-too-small": "by eth0 instead of net1.2",
    "subnet-not-local": "there is no route to",
    "family-order": "has no IPv6 address",
    "gateway-outside-subnet": "network is unreachable",
    "gateway-is-node": "does not reach 10.9.0.9",
    "networks-overlap": "instead of net1",
    "host-local-dual-stack": "error parsing value of pair",
    "meets-cluster-network": "by net1.2 instead of eth0",
    "nodes-network-elsewhere": "by net1.2 instead of eth0",
    "mtu-range": "invalid MTU 9000",
    "parent-mtu": "keep_addr_on_down",
}

_SHARED = (
    r"is answered by [02-9] MACs|DADFAILED|address already in use|has no IPv6 address"
    r"|has addresses|the peer pod has \["
)
_UNREACHED = r"does not reach"
_ELSEWHERE = r"reaches \S+ (by|via) .* instead of"
_NO_LEASE = r"failed to allocate|no IP addresses available|is subnet's gateway"
_NO_ROUTE = r"network is unreachable|no route to host|invalid argument"
_ROUTES = r"there is (a|no) route to|the default route is by"

# Beside that text, patterns of the failures that other sites of the rule show.
_MORE: dict[str, tuple[str, ...]] = {
    "address-in-dhcp-pool": (_SHARED,),
    "address-is-gateway": (_SHARED, _NO_LEASE, _UNREACHED, _ELSEWHERE, _NO_ROUTE),
    "address-outside-range": (_NO_LEASE,),
    "address-twice": (_SHARED, r"failed to add IP addr .*: file exists"),
    "cluster-network-not-local": (_NO_ROUTE, _ELSEWHERE),
    "gateway-is-node": (_UNREACHED, _SHARED),
    "mac-twice": (_SHARED,),
    "nodes-network-elsewhere": (_ELSEWHERE, _UNREACHED),
    "range-ends-of-subnet": (_SHARED, _UNREACHED),
    "range-holds-gateway": (_SHARED,),
    "range-holds-node": (_SHARED,),
    "range-meets-dhcp-pool": (_SHARED,),
    "range-missing": (_SHARED, _NO_LEASE),
    "ranges-meet": (_SHARED,),
    "route-into-network": (_ELSEWHERE,),
    "route-to-no-hosts": (_UNREACHED, _ELSEWHERE),
    "route-twice": (_ROUTES, _ELSEWHERE),
    "services-without-pods": (_ELSEWHERE,),
    "subnet-not-local": (_SHARED, _UNREACHED, _ELSEWHERE, _NO_ROUTE),
    "subnet-too-small": (r"too small to allocate from",),
    "wire-twice": (_SHARED,),
}


def shows(rule: str, failure: str) -> bool:
    """Whether the failure is what the rule is there for; an unsettled kernel's never is."""
    if UNSETTLED in failure:
        return False
    patterns = _MORE.get(rule, ())
    return EVIDENCE[rule] in failure or any(re.search(p, failure) for p in patterns)
