"""The failure that is seen where a rule is left out and its site is executed all the same."""

# For every rule that refuses, a text of the failure that its own case shows (test_rules.py).
EVIDENCE: dict[str, str] = {
    "network-unknown": "the program fails: KeyError",
    "address-outside-subnet": "failed to allocate all requested IPs",
    "address-unassignable": "does not reach",
    "address-outside-range": "failed to allocate all requested IPs",
    "address-in-dhcp-pool": "is answered by 2 MACs",
    "address-is-gateway": "is subnet's gateway",
    "address-twice": "is answered by 2 MACs",
    "ipv6-address": "there is no route to",
    "cluster-network-without-hosts": "by lo instead of eth0",
    "cluster-network-too-small": "too small to allocate from",
    "services-without-pods": "reaches 10.43.0.10 by nothing instead of eth0",
    "interface-twice": "interface name eth0 already exists",
    "mac-twice": "address already in use",
    "no-node-for-pod": "must be specified when `operator` is 'In'",
    "node-twice": "1 machine for 2 nodes",
    "hostname-twice": "1 label for 2 nodes",
    "parent-missing": "Link not found",
    "parent-wireless": "macvlan: not answered",
    "parent-virtual": "does not reach",
    "user-not-root": "Permission denied",
    "sudo-password-without-sudo": "the key changes nothing",
    "secret-unknown": "the program fails: KeyError",
    "range-missing": "is answered by 2 MACs",
    "range-unused": "IPAM plugin returned missing IP config",
    "range-outside-subnet": "not in network",
    "range-unassignable": "does not reach",
    "range-overlaps-dhcp-pool": "is answered by 2 MACs",
    "range-includes-node": "is answered by 2 MACs",
    "manifest-unknown": "nodes run kube-multus and forged",
    "archive-unknown": "nothing was installed",
    "archive-missing": "COPIED",
    "conflist-missing": "another conflist becomes the master",
    "conflist-with-flannel": "the key changes nothing",
    "routes-without-routed": "by eth0 instead of net1",
    "route-without-gateway": "by eth0 instead of net1",
    "default-route": "the default route is by",
    "route-overlaps-cluster": "by net1 instead of eth0",
    "route-into-network": "via 192.168.18.1 instead of the link",
    "route-without-hosts": "224.0.0.251 by net1 instead of eth0",
    "route-twice": "file exists",
    "discovery-without-ipv4": "the key changes nothing",
    "discovery-twice": "224.0.0.251 by net1.2 instead of net1",
    "segment-twice": "failed to create vlan: file exists",
    "vlan-exists": "failed to create vlan: file exists",
    "subnet-too-small": "by eth0 instead of net1.2",
    "subnet-without-hosts": "there is no route to",
    "ipv6-subnet": "has no IPv6 address",
    "gateway-outside-subnet": "network is unreachable",
    "gateway-is-node": "does not reach 10.9.0.9",
    "networks-overlap": "instead of net1",
    "host-local-dual-stack": "error parsing value of pair",
    "overlaps-cluster-network": "by net1.2 instead of eth0",
    "node-in-vlan-subnet": "by net1.2 instead of eth0",
    "mtu-range": "invalid MTU 9000",
    "parent-mtu": "keep_addr_on_down",
}

# What no test can show here, and upstream has announced: the rule's source says where.
ANNOUNCED = {"image-without-arm"}

# Texts of the failures that other sites of the rules show (tests/cases/more_rules.py).
_OF_OTHER_SITES: dict[str, tuple[str, ...]] = {
    "address-in-dhcp-pool": ("is somebody else's",),
    "address-is-gateway": ("failed to add route",),
    "address-outside-range": ("no IP addresses available",),
    "cluster-network-without-hosts": ("failed to add route", "invalid argument"),
    "gateway-is-node": ("does not reach 2001:db8:5::9",),
    "range-includes-node": ("DADFAILED",),
    "range-unassignable": ("DADFAILED",),
    "route-without-hosts": ("255.255.255.255 via the link instead of",),
    "route-twice": ("there is no route to",),
    "services-without-pods": ("by nothing instead of eth0",),
    "subnet-without-hosts": ("network is unreachable", "too small to allocate from"),
}


def shows(rule: str, failure: str) -> bool:
    """Whether the failure is one that the rule is there for."""
    return any(text in failure for text in (EVIDENCE[rule], *_OF_OTHER_SITES.get(rule, ())))
