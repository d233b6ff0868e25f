"""The data outlive the pod: stops, upgrades, restores, a trial of settings, a broken file."""

import json
import shutil
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from lab.home_assistant.container import Container, Mount
from lab.home_assistant.networks import Networks
from lab.home_assistant.root import VERSION
from tests.home_assistant.instance import Instance, python, wait_for
from tests.home_assistant.planned import INGRESS, ContainerError, PlannedPod, planned_site, stored

TRIED = {
    "use_x_forwarded_for": True,
    "trusted_proxies": ["10.42.0.0/16"],
    "login_attempts_threshold": 7,
}
DATABASE, STORE = "home-assistant_v2.db", ".storage/core.entity_registry"
ENTRIES = ".storage/core.config_entries"
PASSWORD = "CORR-ECTH-ORSE-BATT-ERYS-TAPL-E000"  # noqa: S105 - only for tests
# How Home Assistant OS encrypts: not at all, as it did for years, and as it does now.
OF_THE_OS = {"open": (None, 3), "encrypted": (PASSWORD, 2), "encrypted anew": (PASSWORD, 3)}


@dataclass(frozen=True, kw_only=True)
class Life:
    """A volume after Home Assistant was set up, ran, and was stopped with this exit status."""

    volume: Path
    token: str
    backup: str
    trial: dict[str, Any]
    changed_status: int
    status: int


@pytest.fixture(scope="module")
def life(networks: Networks, tmp_path_factory: pytest.TempPathFactory) -> Life:
    """Set up, a backup of its own, new settings on trial, another pod, and its end."""
    pod = PlannedPod(
        site=planned_site(INGRESS),
        namespace=networks.pod,
        folder=tmp_path_factory.mktemp("life"),
    )
    pod.prepare()
    first = Instance(pod.home_assistant())
    try:
        first.wait_until_it_answers()
        first.onboard()
        first.wait_until_it_runs()
        ask = {"type": "backup/generate", "agent_ids": ["backup.local"], "include_database": True}
        first.commands({**ask, "include_homeassistant": True, "name": "before moving"})
        wait_for(lambda: bool(pod.backups), "a backup", 60)
        first.commands({"type": "http/config/configure", "config": TRIED})
        changed_status = first.wait()
    finally:
        first.stop()
    pod.prepare()
    second = Instance(pod.home_assistant(), first.token)
    try:
        second.wait_until_it_answers()
        (trial,) = second.commands({"type": "http/config"})
        second.wait_until_it_runs()
    finally:
        status = second.stop()
    return Life(
        volume=pod.config,
        token=first.token,
        backup=pod.backups[0],
        trial=trial,
        changed_status=changed_status,
        status=status,
    )


@pytest.fixture
def pod(life: Life, networks: Networks, tmp_path: Path) -> Iterator[PlannedPod]:
    """The pod with a copy of that volume."""
    shutil.copytree(life.volume, tmp_path / "config", symlinks=True)
    yield PlannedPod(site=planned_site(INGRESS), namespace=networks.pod, folder=tmp_path)
    # A copy is as large as its database.
    shutil.rmtree(tmp_path / "config")


def test_sigterm_ends_a_running_one_cleanly(life: Life) -> None:
    assert life.status == 0


def test_a_trial_of_settings_outlives_its_pod(life: Life) -> None:
    assert life.changed_status == 100
    assert life.trial["active_config_type"] == "pending"
    assert life.trial["pending"]["login_attempts_threshold"] == 7
    assert life.trial["pending"]["trusted_proxies"] == ["10.42.0.0/16"]


def test_settings_of_a_user_outlive_the_pod(pod: PlannedPod) -> None:
    store = stored(pod, "http")
    promoted = {**store["data"]["stable"], "login_attempts_threshold": 7}
    content = {**store, "data": {**store["data"], "stable": promoted, "pending": None}}
    (pod.config / ".storage" / "http").write_text(json.dumps(content))

    pod.prepare()

    instance = Instance(pod.home_assistant())
    try:
        instance.wait_until_it_answers()
    finally:
        instance.stop()
    assert stored(pod, "http")["data"]["stable"]["login_attempts_threshold"] == 7


def test_data_of_another_release_come_back_byte_for_byte(pod: PlannedPod) -> None:
    (pod.config / ".HA_VERSION").write_text("2026.10.4")
    before = {name: (pod.config / name).read_bytes() for name in (DATABASE, STORE)}
    pod.prepare()
    (copy,) = (name for name in pod.backups if name.startswith("cold_copy"))
    with sqlite3.connect(pod.config / DATABASE) as database:
        database.execute("DROP TABLE states")
    (pod.config / STORE).unlink()

    pod.restoring(copy).prepare()

    assert {name: (pod.config / name).read_bytes() for name in before} == before


def test_data_of_a_later_release_are_refused_with_the_way_back(pod: PlannedPod) -> None:
    (pod.config / ".HA_VERSION").write_text("2026.12.1")

    with pytest.raises(ContainerError, match=r"set `image` back to 2026\.12\.1"):
        pod.prepare()


def test_a_backup_of_its_own_is_restored_on_a_new_volume(
    life: Life, networks: Networks, tmp_path: Path
) -> None:
    empty = PlannedPod(site=planned_site(INGRESS), namespace=networks.pod, folder=tmp_path)
    (empty.config / "backups").mkdir(parents=True)
    shutil.copy(life.volume / "backups" / life.backup, empty.config / "backups")
    empty.restoring(life.backup).prepare()

    instance = Instance(empty.home_assistant(), life.token)
    try:
        instance.wait_until_it_answers()
        assert instance.get("/api/config").json["recovery_mode"] is False
        empty.verify_start()
    finally:
        instance.stop()


def move(pod: PlannedPod, password: str | None, form: int) -> PlannedPod:
    """Another pod: a backup of the first one's data as Home Assistant OS makes it is on its volume.

    It has what Home Assistant OS has and nobody else: the entry of its Supervisor.
    """
    entries = json.loads((pod.config / ENTRIES).read_text())
    entry = {**entries["data"]["entries"][0], "entry_id": "01HAOS", "unique_id": "hassio"}
    entries["data"]["entries"].append({**entry, "domain": "hassio", "title": "Supervisor"})
    (pod.config / ENTRIES).write_text(json.dumps(entries))
    new = PlannedPod(site=pod.site, namespace=pod.namespace, folder=pod.folder / "new")
    backups = new.config / "backups"
    backups.mkdir(parents=True)
    mounts = [
        Mount(source=pod.config, path="/source", read_only=True),
        Mount(source=backups, path="/target"),
    ]
    container = Container(namespace=pod.namespace, folder=pod.folder / "os", mounts=mounts)
    asked = {"config": "/source", "file": "/target/moved.tar", "version": VERSION}
    words = python("haos_backup", json.dumps({**asked, "password": password, "form": form}))
    done = container.run(words)
    assert done.returncode == 0, done.stdout
    return new


@pytest.mark.parametrize("case", OF_THE_OS)
def test_data_of_home_assistant_os_come_back_byte_for_byte(case: str, pod: PlannedPod) -> None:
    password, form = OF_THE_OS[case]
    new = move(pod, password, form).restoring("moved.tar", password)
    new.check()
    new.prepare()

    for name in (DATABASE, STORE, ENTRIES):
        assert (new.config / name).read_bytes() == (pod.config / name).read_bytes(), name
    assert not list(new.config.rglob("*.txt"))


def test_a_home_assistant_that_moves_in_from_its_os_knows_its_owner(
    life: Life, pod: PlannedPod
) -> None:
    new = move(pod, PASSWORD, 2)
    with pytest.raises(ContainerError, match=r"is encrypted; name the secret"):
        new.restoring("moved.tar").check()
    with pytest.raises(ContainerError, match=r"correct the secret that `restore\.password` names"):
        new.restoring("moved.tar", "another").prepare()
    new.restoring("moved.tar", PASSWORD).prepare()

    instance = Instance(new.home_assistant(), life.token)
    try:
        instance.wait_until_it_answers()
        assert instance.get("/api/config").json["recovery_mode"] is False
        instance.wait_until_it_runs()
    finally:
        assert instance.stop() == 0


def test_recovery_mode_answers_probes_and_is_said_with_its_reason_until_it_is_mended(
    life: Life, pod: PlannedPod
) -> None:
    configuration = pod.config / "configuration.yaml"
    sound = configuration.read_text()
    configuration.write_text("automation: !include nothing.yaml\n")
    pod.prepare()
    broken = Instance(pod.home_assistant(), life.token)
    try:
        broken.wait_until_it_answers()
        assert broken.get("/api/config").json["recovery_mode"] is True
        with pytest.raises(ContainerError, match=r"is in recovery mode[\s\S]*nothing\.yaml"):
            pod.verify_start()
    finally:
        broken.stop()

    configuration.write_text(sound)
    mended = Instance(pod.home_assistant(), life.token)
    try:
        mended.wait_until_it_answers()
        pod.verify_start()
    finally:
        mended.stop()
