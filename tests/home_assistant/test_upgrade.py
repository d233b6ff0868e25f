"""An upgrade by one release, and the way back."""

from dataclasses import replace
from pathlib import Path

import pytest

from lab.home_assistant.networks import Networks
from tests.home_assistant.instance import Instance
from tests.home_assistant.planned import INGRESS, ContainerError, PlannedPod, planned_site

BEFORE = "2026.10.0"
ENTITIES = ".storage/core.entity_registry"


def knows_its_owner(pod: PlannedPod, token: str) -> bool:
    """Whether the pod's Home Assistant takes a token from before."""
    instance = Instance(pod.home_assistant(), token)
    try:
        instance.wait_until_it_answers()
        return instance.get("/api/config").status == 200
    finally:
        instance.stop()


@pytest.mark.long
@pytest.mark.timeout(900)  # it may have to build the other release
def test_an_upgrade_has_a_way_back(networks: Networks, tmp_path: Path) -> None:
    new = PlannedPod(site=planned_site(INGRESS), namespace=networks.pod, folder=tmp_path)
    old = replace(new, version=BEFORE)
    old.prepare()
    first = Instance(old.home_assistant())
    try:
        first.wait_until_it_answers()
        first.onboard()
        first.wait_until_it_runs()
    finally:
        assert first.stop() == 0
    entities = (new.config / ENTITIES).read_bytes()

    new.prepare()
    (copy,) = new.backups
    assert knows_its_owner(new, first.token)

    with pytest.raises(ContainerError, match="restore"):
        old.prepare()
    replace(new.restoring(copy), version=BEFORE).prepare()
    assert (new.config / ENTITIES).read_bytes() == entities
    assert knows_its_owner(old, first.token)
