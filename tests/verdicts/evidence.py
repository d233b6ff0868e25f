"""The failure that is seen where a rule is left out and its site is executed all the same."""

import re
from collections.abc import Iterable

# For every rule that refuses, an expression for the failure that its sites show (test_rules.py):
# who does not reach whom, from which address, by which interface, and the frames that are seen.
EVIDENCE: dict[str, str] = {
    "network-unknown": "the program fails: KeyError",
    "address-outside-subnet": "failed to allocate all requested IPs",
    "address-unassignable": r"n-lan does not reach 192.168.18.255 from 192.168.18.2 by lan: sends"
    r"|net1: fd00:18:0:1::/48 is somebody else's",
    "address-outside-range": "failed to allocate all requested IPs|no IP addresses available",
    "address-in-dhcp-pool": "192.168.18.32 is answered by 2 MACs"
    "|net1: fd00:18::3/64 is somebody else's",
    "address-is-gateway": "192.168.18.32 is subnet's gateway|failed to add route",
    "address-twice": "192.168.(18.10|32.3) is answered by 2 MACs",
    "node-address-twice": "(10.9.0.5|fd00:18::f0) is answered by 2 MACs",
    "mac-is-gateway": "failed to add route",
    "ipv6-address": "there is no route to fd00::/64 via the link by net1",
    "cluster-network-without-hosts": "127.43.0.10 by lo instead of eth0"
    "|failed to add route|fe80::a from .* by eth0: sends nothing: invalid argument",
    "cluster-network-too-small": "too small to allocate from",
    "services-without-pods": "reaches (10.43.0.10|fd00:43::a) by nothing instead of eth0",
    "interface-twice": "interface name eth0 already exists",
    "mac-twice": "address already in use",
    "node-twice": "1 machine for 2 nodes",
    "hostname-twice": r"bound to \['k3s-1', 'k3s-1'\] instead of k3s-1 and k3s-2",
    "node-without-ipv6": "(homeassistant-lan|cbr0).*keep_addr_on_down",
    "parent-missing": "Link not found",
    "parent-virtual": "does not reach 192.168.18.2 from 192.168.18.32 by net1: asks who has"
    " 192.168.18.2: connection timed out",
    "user-not-root": "Permission denied",
    "listen-on-unknown": "is called by nobody",
    "listen-on-without-cluster": "is called by lan",
    "callers-without-proxy": "is called by nobody",
    "secret-unknown": r"the program fails: KeyError\('k3s-1'\)",
    "range-missing": "192.168.18.2 is answered by 2 MACs",
    "range-outside-subnet": "not in network",
    "range-unassignable": r"peer-[01] does not reach 192.168.18.2 from 192.168.18.255 by net1: "
    "|DADFAILED",
    "range-overlaps-dhcp-pool": "192.168.18.100 is answered by 2 MACs",
    "range-includes-node": "192.168.(18.10|60.2) is answered by 2 MACs|DADFAILED",
    "manifest-unknown": "nodes run kube-multus and forged",
    "archive-unknown": "has sha256 [0-9a-f]{64}, not : nothing was installed",
    "archive-of-another-release": "has sha256 [0-9a-f]{64}, not b98f74a0[0-9a-f]{56}: nothing was"
    " installed",
    "archive-twice": "has sha256 [0-9a-f]{64}, not 56171987[0-9a-f]{56}: nothing was installed",
    "archive-missing": "COPIED",
    "source-based-routing-without-gateway": "n-lan does not reach 192.168.18.32 from 192.0.2.200 by"
    " lan: (?!.*gets from)",
    "source-based-routing-ipam": "reaches fd00:18::2 via fd00:18::1 instead of the link",
    "routing-table-twice": r"r-\d+ does not reach 192.168.(6|51).3 from 192.0.2.200 by lan:"
    " (?!.*gets from)",
    "route-without-gateway": "10.9.0.9 by eth0 instead of net1",
    "default-route": "the default route is by",
    "route-overlaps-cluster": "10.43.0.10 by net1 instead of eth0",
    "route-into-network": "192.168.18.(2|5) via 192.168.18.1 instead of the link",
    "route-without-hosts": "224.0.0.251 by net1 instead of eth0|255.255.255.255 via the link",
    "route-twice": "file exists|there is no route to 2001:db8:5::/48 via fe80::1 by fourth",
    "discovery-default": "224.0.0.251 by net1 instead of eth0",
    "vlan-twice": "failed to create vlan: file exists",
    "vlan-exists": "failed to create vlan: file exists",
    "subnet-too-small": "192.168.32.4 by eth0 instead of net1.2|too small to allocate from",
    "subnet-without-hosts": "there is no route to (0.0.0.0/24|fe80::/9) via the link by net1.2"
    "|255.255.255.25[45]|too small to allocate from",
    "gateway-outside-subnet": "failed to add route .* network is unreachable",
    "gateway-is-node": "from (192.168.18.32|fd00:18::3) by net1: asks who has"
    " (192.168.18.1|fe80::5054:ff:fe00:1): connection timed out",
    "networks-overlap": "192.168.18.137 by net1.2 instead of net1",
    "host-local-dual-stack": "error parsing value of pair|Link not found",
    "overlaps-cluster-network": "10.42.3.9 by net1.2 instead of eth0",
    "node-in-vlan-subnet": "192.168.(32.200|18.10) by net1.2 instead of eth0",
    "mtu-range": "invalid MTU 9000",
    "parent-mtu": "keep_addr_on_down",
}

# Rules whose failure a test of another tier shows, as file:function.
ELSEWHERE = {
    "no-node-for-pod": "engine/test_nodes.py:test_a_pod_for_nodes_that_are_not_there_is_refused",
    "discovery-interface-unknown": "home_assistant/test_adapters.py:test_where_an_adapter_is_not",
    "host-users-ignored": "engine/test_nodes.py:test_without_user_namespaces_the_api_server_drops",
    "nodes-differ-in-ipv6": "cni/test_advertisements.py:test_without_the_settings_of_ipv6_the_pod",
    "conflist-missing": "node/multus/test_faults.py:test_without_a_name_multus_takes_the_first",
    "conflist-with-flannel": "node/multus/test_faults.py:test_multus_does_not_start_where_the_file",
    "traffic-policy-local": "cni/test_callers.py:test_a_service_that_keeps_the_caller_s_address",
}
# What no test shows: the rule's source has who announced or documented it.
ANNOUNCED = {
    "access-mode-of-local-class",
    "access-mode-of-one-pod",
    "device-on-one-node",
    "device-without-privilege",
    "host-users",
    "image-starts-as-nobody",
    "image-starts-as-root",
    "image-without-arm",
    "parent-wireless",
}


def shows(rule: str, failures: Iterable[str]) -> bool:
    """Whether one of the failures is what the rule is there for."""
    return any(re.search(EVIDENCE[rule], failure) for failure in failures)
