"""By which adapter Home Assistant discovers where none is there of those that it is told."""

from pathlib import Path

from lab.home_assistant.networks import Networks
from tests.cases.rules import CASES
from tests.cases.sites import unchecked_site
from tests.home_assistant.instance import Instance, wait_for
from tests.home_assistant.planned import PlannedPod


def test_where_an_adapter_is_not_there_devices_are_looked_for_in_the_cluster(
    networks: Networks, tmp_path: Path
) -> None:
    site = unchecked_site(CASES["discovery-interface-unknown"])
    pod = PlannedPod(site=site, namespace=networks.pod, folder=tmp_path)
    pod.prepare()
    instance = Instance(pod.home_assistant())
    try:
        wait_for(lambda: bool(instance.discovers_by), "a socket for mDNS", 60)
        instance.wait_until_it_answers()
        assert instance.discovers_by == {"eth0"}
    finally:
        instance.stop()
