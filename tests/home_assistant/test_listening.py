"""`listen_on`: in which networks the real Home Assistant answers at all."""

from pathlib import Path

import pytest

from lab.home_assistant.networks import POD, POD_IN_IOT, POD_IN_LAN, Networks
from tests.home_assistant.instance import Instance
from tests.home_assistant.planned import PlannedPod, planned_site
from tests.home_assistant.requests import answers


@pytest.mark.parametrize("listen_on", [[], ["lan"], ["cluster", "iot"]], ids=",".join)
def test_home_assistant_answers_in_the_networks_of_listen_on_alone(
    listen_on: list[str], networks: Networks, tmp_path: Path
) -> None:
    site = planned_site({"home_assistant/listen_on": listen_on})
    pod = PlannedPod(site=site, namespace=networks.pod, folder=tmp_path)
    pod.prepare()
    instance = Instance(pod.home_assistant())
    try:
        instance.wait_until_it_answers()
        callers = {
            "cluster": (networks.cluster, POD),
            "lan": (networks.lan, POD_IN_LAN),
            "iot": (networks.iot, POD_IN_IOT),
        }
        answered = [name for name, (host, address) in callers.items() if answers(host, address)]
    finally:
        instance.stop()
    assert answered == listen_on
