"""What the plugin `tuning` sets for an interface of a pod (kernel: ip-sysctl)."""

from typing import Literal

RouterAdvertisements = Literal["ignore", "no_default_route", "accept"]

# An address is answered for by its own interface alone, and a pod forwards nothing: pods inherit
# the node's `ip_forward`. For IPv6, only the key of `all` stops forwarding.
_IPV4 = {"default.arp_ignore": "1", "default.arp_announce": "2", "all.forwarding": "0"}
_IPV6 = {"all.forwarding": "0"}
# The prefix as well: without an address of it, the pod has no source for the routes.
_TAKEN = {
    # Also on a node that forwards.
    "accept_ra": "2",
    "accept_ra_pinfo": "1",
    "accept_ra_rt_info_max_plen": "64",
    "autoconf": "1",
    "use_tempaddr": "0",
}
_ADVERTISEMENTS: dict[RouterAdvertisements, dict[str, str]] = {
    "ignore": {"accept_ra": "0"},
    "no_default_route": {**_TAKEN, "accept_ra_defrtr": "0"},
    "accept": {**_TAKEN, "accept_ra_defrtr": "1"},
}
# The cluster's own default route has 1024. Linux has this key since 5.12.
_BEHIND_THE_CLUSTER = {"ra_defrtr_metric": "2048"}


def ipv4_sysctls() -> dict[str, str]:
    """The IPv4 keys of the interfaces that are made next."""
    return {f"net.ipv4.conf.{key}": value for key, value in _IPV4.items()}


def ipv6_sysctls(advertisements: RouterAdvertisements, *, pods_have_ipv6: bool) -> dict[str, str]:
    """The IPv6 keys of the interfaces that are made next."""
    wanted = dict(_ADVERTISEMENTS[advertisements])
    if advertisements == "accept" and pods_have_ipv6:
        wanted |= _BEHIND_THE_CLUSTER
    found = _IPV6 | {f"default.{key}": value for key, value in wanted.items()}
    return {f"net.ipv6.conf.{key}": value for key, value in found.items()}
