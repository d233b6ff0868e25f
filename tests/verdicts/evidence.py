"""The words in which a rule's harm is seen: whatever else fails does not show it."""

import re
from collections.abc import Iterable

from config.checks import RULES
from tests.verdicts.runners import UNSETTLED

_SHARED = (
    r"is answered by [02-9] MACs|DADFAILED|address already in use|has no IPv6 address"
    r"|has addresses|the guest has \["
)
_UNREACHED = r"does not reach"
_ELSEWHERE = r"reaches \S+ (by|via) .* instead of"
_NO_LEASE = r"failed to allocate|no IP addresses available|is subnet's gateway"
_NO_ROUTE = r"network is unreachable|no route to host|invalid argument"
_ROUTES = r"there is (a|no) route to|the default route is by"
_ADDRESSES = r"has addresses|Multus says|invalid CIDR address"
_MTU = r"invalid MTU|failed to create (macvlan|vlan): invalid argument|keep_addr_on_down"

# Beside the words that the rule itself names, seen where the scenario is another.
_MORE = {
    "address-in-dhcp-pool": (_SHARED,),
    "address-is-gateway": (_SHARED, _NO_LEASE, _UNREACHED, _ELSEWHERE, _NO_ROUTE),
    "address-of-family-missing": (_ADDRESSES,),
    "address-outside-range": (_NO_LEASE,),
    "address-outside-subnet": (
        *(_ADDRESSES, _NO_LEASE, _NO_ROUTE, _ROUTES, _UNREACHED, _ELSEWHERE),
    ),
    "address-twice": (_SHARED, r"failed to add IP addr .*: file exists"),
    "cluster-network-not-local": (_NO_ROUTE, _ELSEWHERE),
    "discovery-twice": (_ELSEWHERE,),
    "gateway-is-node": (_UNREACHED, _SHARED),
    "gateway-outside-subnet": (_NO_ROUTE,),
    "interface-twice": (r"interface name \S+ already exists",),
    "mac-twice": (_SHARED,),
    "meets-cluster-network": (_ELSEWHERE, _ROUTES, _UNREACHED, _SHARED),
    "mtu-range": (_MTU, _UNREACHED),
    "networks-overlap": (_ELSEWHERE, _UNREACHED),
    "nodes-network-elsewhere": (_ELSEWHERE, _UNREACHED),
    "range-ends-of-subnet": (_SHARED, _UNREACHED),
    "range-holds-gateway": (_SHARED,),
    "range-holds-node": (_SHARED,),
    "range-meets-dhcp-pool": (_SHARED,),
    "range-missing": (_SHARED, _NO_LEASE),
    "ranges-meet": (_SHARED,),
    "route-into-network": (_ELSEWHERE,),
    "route-meets-cluster": (_ELSEWHERE,),
    "route-to-no-hosts": (_UNREACHED, _ELSEWHERE),
    "route-twice": (_ROUTES, _ELSEWHERE),
    "routes-without-routed": (_ELSEWHERE,),
    "services-without-pods": (_ELSEWHERE,),
    "subnet-not-local": (_SHARED, _UNREACHED, _ELSEWHERE, _NO_ROUTE),
    "subnet-too-small": (_ROUTES, _ELSEWHERE, _UNREACHED, r"too small to allocate from"),
    "wire-twice": (_SHARED,),
}


def is_harm_of(rule: str, line: str) -> bool:
    """Whether the line tells of the harm that the rule is there for."""
    # A kernel that had no time yet has harmed nobody.
    if UNSETTLED in line:
        return False
    return RULES[rule].shown in line or any(re.search(p, line) for p in _MORE.get(rule, ()))


def harms(rules: Iterable[str], lines: Iterable[str]) -> list[str]:
    """Those of the lines that tell of the harm of one of the rules."""
    known = list(rules)
    return [line for line in lines if any(is_harm_of(rule, line) for rule in known)]
