"""The real Home Assistant answers forwarded requests as `tests/cases/forwarded.py` says."""

import json
from pathlib import Path

import pytest

from lab.home_assistant.container import Container, Mount
from lab.home_assistant.networks import POD, Networks
from tests.cases.forwarded import FORWARDED
from tests.home_assistant.instance import Instance
from tests.home_assistant.requests import ask


@pytest.mark.parametrize("case", FORWARDED)
def test_a_forwarded_request_is_answered_as_the_stand_in_does(
    case: str, networks: Networks, tmp_path: Path
) -> None:
    content, expected = FORWARDED[case]
    config = tmp_path / "config"
    (config / ".storage").mkdir(parents=True)
    (config / "configuration.yaml").write_text("frontend:\n")
    if content is not None:
        (config / ".storage" / "http").write_text(json.dumps(content))
    mount = Mount(source=config, path="/config")
    instance = Instance(Container(namespace=networks.pod, folder=tmp_path, mounts=[mount]))
    try:
        instance.wait_until_it_answers()

        url, header = f"http://{POD}:8123/manifest.json", {"X-Forwarded-For": "203.0.113.9"}
        assert ask(networks.cluster, url, header).status == expected
    finally:
        instance.stop()
