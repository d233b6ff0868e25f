"""No workload without its networks: what the interface check sees, and how little it may do."""

import json
from pathlib import Path

import pytest

from components.home_assistant import objects
from components.pod_networks import interface_check
from components.pod_networks.check_interfaces import missing
from tests.cases.sites import site

PLANNED = {"net1": "32:44:0b:5a:0e:2e", "net1.2": "00:e0:4c:68:02:3d"}


def have(folder: Path, interfaces: dict[str, str]) -> Path:
    for name, mac in interfaces.items():
        (folder / name).mkdir()
        (folder / name / "address").write_text(f"{mac}\n")
    return folder


def test_all_interfaces_with_their_macs_are_enough(tmp_path: Path) -> None:
    assert missing(PLANNED, have(tmp_path, {**PLANNED, "eth0": "02:00:00:00:00:01"})) == []


@pytest.mark.parametrize(
    ("there", "absent"),
    [
        ({}, ["net1", "net1.2"]),
        ({"net1": PLANNED["net1"]}, ["net1.2"]),
        ({**PLANNED, "net1": "02:00:00:00:00:01"}, ["net1"]),
    ],
)
def test_an_interface_that_is_absent_or_another_is_missed(
    tmp_path: Path, there: dict[str, str], absent: list[str]
) -> None:
    assert missing(PLANNED, have(tmp_path, there)) == absent


def test_the_role_allows_to_delete_this_one_pod_and_nothing_else() -> None:
    assert interface_check.role("home-assistant", "home")["rules"] == [
        {
            "apiGroups": [""],
            "resources": ["pods"],
            "resourceNames": ["home-assistant-0"],
            "verbs": ["delete"],
        }
    ]


def test_only_the_check_has_the_token_and_it_runs_before_home_assistant() -> None:
    described = site("home")
    pod = objects.stateful_set(
        described.home_assistant, "home", described.networks, {}, probed_from_inside=False
    )["spec"]["template"]["spec"]

    (first,) = pod["initContainers"]
    (container,) = pod["containers"]
    assert pod["automountServiceAccountToken"] is False
    assert [mount["name"] for mount in first["volumeMounts"]] == [interface_check.VOLUME]
    assert interface_check.VOLUME not in [mount["name"] for mount in container["volumeMounts"]]
    assert json.loads(first["command"][-1]) == PLANNED
    assert first["image"] == container["image"]
