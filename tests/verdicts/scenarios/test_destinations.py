"""Where routes lead in a scenario: to an address that is in no network of the site."""

import ipaddress

from tests.cases.changes import LAN2, pod_in
from tests.cases.sites import unchecked_site
from tests.verdicts.scenarios.destinations import beyond


def test_beyond_subnets_that_fill_a_route_there_is_nobody() -> None:
    other = {"networks/spare": {**LAN2, "subnet": "192.168.19.0/24"}}
    halves = {**other, **pod_in("lan", "spare")}
    route = ipaddress.ip_network("192.168.18.0/23")

    assert beyond(unchecked_site(halves), route) is None
    assert beyond(unchecked_site({}), route) not in (None, *ipaddress.ip_network("192.168.18.0/24"))
