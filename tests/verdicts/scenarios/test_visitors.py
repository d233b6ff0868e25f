"""Which address a pod has in a network of the lab that Home Assistant is not in."""

import ipaddress

from tests.cases.changes import LAN2
from tests.cases.sites import unchecked_site
from tests.verdicts.scenarios.visitors import visited_sites


def test_a_visitor_has_an_address_of_a_host() -> None:
    everything = {**LAN2, "subnet": "::/0"}
    reserved = {
        **LAN2,
        "subnet": "192.168.60.0/24",
        "ipam": "host-local",
        "range": "192.168.60.0-192.168.60.1",
    }
    loopback = {**LAN2, "subnet": "127.24.0.0/24"}
    changes = {
        "networks/everything": everything,
        "networks/reserved": reserved,
        "networks/loopback": loopback,
    }
    visitors = [
        site.home_assistant.interfaces[0] for site in visited_sites(unchecked_site(changes))
    ]
    found = {visitor.network: visitor.address for visitor in visitors}

    assert not found["everything"].is_multicast
    # Where there are none but these.
    assert found["loopback"].is_loopback
    # host-local keeps the first host's address for the router.
    assert str(found["reserved"]) == "192.168.60.0"


def test_a_visitor_takes_the_only_address_that_there_is() -> None:
    one, wide = {**LAN2, "subnet": "fd00:60::/128"}, {**LAN2, "subnet": "fd00:60::/64"}
    visited = visited_sites(unchecked_site({"networks/one": one, "networks/wide": wide}))

    given = {site.home_assistant.interfaces[0].address for site in visited}
    assert ipaddress.ip_address("fd00:60::") in given
