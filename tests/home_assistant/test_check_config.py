"""What Home Assistant's own check says of a configuration, and what ours makes of it."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from lab.home_assistant.container import Container, Mount
from lab.home_assistant.networks import Networks
from tests.home_assistant.planned import ContainerError, PlannedPod, planned_site

CHECK = ("python3", "-m", "homeassistant", "--script", "check_config", "--config", "/config")
NO_ACTIONS = "automation:\n  - alias: x\n    triggers: [{trigger: time, at: '06:00'}]\n"
# The configuration, the exit status with --fail-on-warnings, and what standard output has.
VERDICTS: dict[str, tuple[str, int, str]] = {
    "good": ("frontend:\n", 0, "Testing configuration"),
    "an unknown integration": ("no_such_integration:\n", 1, "Integration error"),
    "a syntax error": ("frontend: [\n", 1, "ERROR:"),
    "a file that is not there": (
        "automation: !include automations.yaml\n",
        1,
        "Unable to read file",
    ),
    "an automation without actions": (NO_ACTIONS, 0, "ERROR:"),
}
PACKAGES: dict[str, tuple[Mapping[str, str], str | None]] = {
    "good": ({"switches.yaml": "input_boolean:\n  away:\n    name: Away\n"}, None),
    "a syntax error": ({"switches.yaml": "input_boolean: [\n"}, r"switches\.yaml"),
    "a secret that is not there": ({"alarm.yaml": "input_text: !secret pin\n"}, "Secret pin not"),
    "an unknown integration": ({"other.yaml": "no_such_integration:\n"}, "no_such_integration"),
    "an automation without actions": ({"morning.yaml": NO_ACTIONS}, "actions"),
}
VOLUMES: dict[str, Mapping[str, str]] = {
    "a new volume": {},
    "paths from the root": {
        "configuration.yaml": "input_boolean: !include /config/switches.yaml\n"
        "homeassistant: {allowlist_external_dirs: [/config/backups, /config/www]}\n",
        "switches.yaml": "away: {name: !secret away}\n",
        "secrets.yaml": "away: Away\n",
        "backups/.multihome.json": "{}",
        "www/empty": "",
    },
}


@pytest.mark.parametrize("case", VERDICTS)
def test_the_status_alone_does_not_tell_a_bad_configuration(
    case: str, networks: Networks, tmp_path: Path
) -> None:
    text, status, words = VERDICTS[case]
    config = tmp_path / "config"
    config.mkdir()
    (config / "configuration.yaml").write_text(text)
    mount = Mount(source=config, path="/config", read_only=True)
    container = Container(namespace=networks.pod, folder=tmp_path, mounts=[mount])

    done = container.run([*CHECK, "--fail-on-warnings"])

    assert done.returncode == status, done.stdout
    assert words in done.stdout


@pytest.mark.parametrize("case", PACKAGES)
def test_a_bad_edit_is_refused_with_the_words_of_home_assistant(
    case: str, networks: Networks, tmp_path: Path
) -> None:
    packages, words = PACKAGES[case]
    before = PlannedPod(site=planned_site({}), namespace=networks.pod, folder=tmp_path)
    before.prepare()
    site = planned_site({"home_assistant/configuration": "packages"})
    pod = PlannedPod(site=site, namespace=networks.pod, folder=tmp_path, packages=packages)

    if words is None:
        pod.check()
    else:
        with pytest.raises(ContainerError, match=words):
            pod.check()


def test_an_image_is_checked_with_what_the_user_wrote_on_the_volume(
    networks: Networks, tmp_path: Path
) -> None:
    pod = PlannedPod(site=planned_site({}), namespace=networks.pod, folder=tmp_path)
    # The first `up` has an empty volume.
    pod.check()
    pod.prepare()
    pod.check()

    with (pod.config / "configuration.yaml").open("a") as written:
        written.write("\nan_integration_that_is_gone:\n")
    with pytest.raises(ContainerError, match="an_integration_that_is_gone"):
        pod.check()


@pytest.mark.parametrize("case", VOLUMES)
def test_a_volume_that_home_assistant_starts_with_is_not_refused(
    case: str, networks: Networks, tmp_path: Path
) -> None:
    pod = PlannedPod(site=planned_site({}), namespace=networks.pod, folder=tmp_path)
    for name, text in VOLUMES[case].items():
        (pod.config / name).parent.mkdir(parents=True, exist_ok=True)
        (pod.config / name).write_text(text)
    pod.check()
