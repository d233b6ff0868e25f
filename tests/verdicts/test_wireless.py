"""The failure without `parent-wireless`: simulated radios, real hostapd and plugins."""

import pytest

from components.network_segment.conflist import conflist
from components.pod_networks.annotation import addresses
from lab.netns.wireless import missing, wireless_results
from tests.cases.rules import CASES
from tests.cases.sites import unchecked_site
from tests.verdicts.evidence import EVIDENCE

RULE = "parent-wireless"


def test_an_access_point_answers_its_station_and_not_the_pod_behind_it() -> None:
    if why := missing():
        pytest.skip(why)
    site = unchecked_site(CASES[RULE])
    lan, pod = site.networks["lan"], site.home_assistant.interfaces[0]
    written = conflist(site.namespace, "lan", lan)

    found = wireless_results(written, addresses(pod, lan), str(pod.mac))
    assert found == {
        "station": "answered",
        "macvlan": "not answered",
        "macvlan by wire": "answered",
    }
    assert EVIDENCE[RULE] in [f"{name}: {result}" for name, result in found.items()]
