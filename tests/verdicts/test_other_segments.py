"""The pod answers ARP for its addresses on every segment that it is on."""

from typing import Any

import pytest

from config.site import Site
from tests.cases.changes import LAN2
from tests.cases.sites import changed_tree
from tests.verdicts.execution import errors
from tests.verdicts.runners import Runners
from tests.verdicts.scenarios.request import request

UNTAGGED_IOT: dict[str, object] = {
    "nodes/k3s-1/interfaces": ["eth0", "eth1"],
    "networks/iot/type": "macvlan",
    "networks/iot/vlan_id": None,
    "networks/iot/parent": "eth1",
}


@pytest.mark.parametrize(
    ("keys", "rule"),
    [
        ({"dhcp_pool": "192.168.32.3-192.168.32.9"}, "address-in-dhcp-pool"),
        ({"gateway": "192.168.32.3"}, "address-is-gateway"),
    ],
)
def test_a_device_of_another_segment_shares_the_pods_address(
    runners: Runners, keys: dict[str, object], rule: str
) -> None:
    spare = {**LAN2, "subnet": "192.168.32.0/24", **keys}
    stack = changed_tree("home", {**UNTAGGED_IOT, "networks/spare": spare})
    scenario: dict[str, Any] = request(Site.model_validate(stack), "k3s-1")
    scenario["owners"] = [{"host": "n-lan", "address": "192.168.32.3"}]
    (report,) = runners.run_all([scenario])

    assert errors(stack) == (rule,)
    assert not report["error"]
    assert {"32:44:0b:5a:0e:2e"} < set(report["owners"][0]["macs"])
