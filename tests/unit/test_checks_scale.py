"""What the checks cost grows as the site does."""

import sys

from config.checks import check_plan
from config.site import Site
from tests.cases.sites import changed


def site_of(count: int) -> Site:
    """A pod in that many networks, with everything that an address may conflict with."""
    networks, interfaces = {}, []
    for number in range(count):
        subnet = f"{number // 200}.{number % 200}"
        tagged = {"type": "vlan", "vlan_id": number + 1}
        networks[f"n{number}"] = {
            **(tagged if number % 2 else {"type": "macvlan"}),
            "parent": f"eth{number}",
            "ipam": "host-local",
            "subnet": f"11.{subnet}.0/24",
            "range": f"11.{subnet}.10-11.{subnet}.90",
            "dhcp_pool": f"11.{subnet}.100-11.{subnet}.200",
            "gateway": f"11.{subnet}.1",
            "routes": [f"12.{subnet}.0/24"],
        }
        interfaces.append(
            {
                "network": f"n{number}",
                "name": f"p{number}",
                "address": f"11.{subnet}.20",
                "mac": f"02:00:00:00:{number // 256:02x}:{number % 256:02x}",
            }
        )
    parents = [
        {"name": f"eth{number}", "mac": f"02:00:00:01:{number // 256:02x}:{number % 256:02x}"}
        for number in range(count)
    ]
    changes: dict[str, object] = {
        "networks": networks,
        "nodes/k3s-1/interfaces": parents,
        "home_assistant/interfaces": interfaces,
    }
    found = changed("home", changes).site
    assert found is not None
    # A site whose derived values nobody has asked for yet.
    return found.model_copy()


def calls(site: Site) -> int:
    """How many functions the checks call."""
    count = 0

    def counting(_frame: object, event: str, _argument: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(counting)
    try:
        assert not [problem for problem in check_plan(site) if problem.severity == "error"]
    finally:
        sys.setprofile(None)
    return count


def test_a_thousand_networks_cost_at_most_twelve_times_a_hundred() -> None:
    assert calls(site_of(1000)) <= 12 * calls(site_of(100))
