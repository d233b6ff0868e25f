"""The seed and configuration.yaml, which is the user's own, and the settings beside it."""

from pathlib import Path

import pytest

from config.location import FORM
from tests.unit.seeded import INCLUDE, INCLUDED, Config


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return Config(tmp_path)


def test_settings_reach_home_assistant_with_the_location_that_is_secret(config: Config) -> None:
    settings = {"time_zone": "Europe/Amsterdam", "name": 'A "home": ä 🏠 #1'}
    config.seeded(settings=settings, env={"LOCATION": "52.37, 4.89, 2"})

    path = config.folder / INCLUDED
    assert path.read_text().splitlines()[2:] == [
        'time_zone: "Europe/Amsterdam"',
        'name: "A \\"home\\": ä 🏠 #1"',
        "latitude: 52.37",
        "longitude: 4.89",
        "elevation: 2",
    ]
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("secret", ["", "52.37", "north, 4, 2", "52.37, 4.89, nan", "91, 0, 0"])
def test_an_invalid_location_is_refused_and_never_repeated(config: Config, secret: str) -> None:
    config.seeded(status=1, env={"LOCATION": secret})

    (line,) = config.said.splitlines()
    assert line.startswith("the secret of `location`: ")
    assert line.endswith(f"; expected {FORM}")
    assert config.files() == {}


OWN = "sensor:\n- platform: time\nautomation: !include automations.yaml\nnote: |\n  text"


@pytest.mark.parametrize(
    ("before", "added"),
    [
        ("", INCLUDE),
        ("# homeassistant:\n", INCLUDE),
        (OWN, f"\n{INCLUDE}"),
        (OWN.replace("\n", "\r\n") + "\r\n", INCLUDE),
    ],
)
def test_a_configuration_without_settings_gets_the_include(
    config: Config, before: str, added: str
) -> None:
    (config.folder / "configuration.yaml").write_bytes(before.encode())
    config.seeded()

    assert config.files()["configuration.yaml"].decode() == before + added
    assert config.said == ""


@pytest.mark.parametrize(
    "text",
    [
        "homeassistant:\n  name: Home\n",
        '"homeassistant": {name: Home}\n',
        "{default_config: }\n",
        "default_config:\n...\n",
        "default_config:\n--- \nlogger:\n",
        "default_config: [\n",
        "- default_config\n",
    ],
)
def test_a_configuration_that_cannot_be_added_to_is_left_alone(config: Config, text: str) -> None:
    config.has("configuration.yaml", text)
    config.seeded()

    assert config.text("configuration.yaml") == text
    assert f"write `{INCLUDE.strip()}`" in config.said


@pytest.mark.parametrize(
    "text",
    [
        INCLUDE,
        "homeassistant:\n  packages: !include_dir_named multihome/packages\n",
        f"homeassistant: !include /config/{INCLUDED}\n",
    ],
)
def test_a_configuration_with_the_include_is_left_alone(config: Config, text: str) -> None:
    config.has("configuration.yaml", text)
    config.seeded()

    assert config.text("configuration.yaml") == text
    assert config.said == ""


def test_a_block_http_is_told(config: Config) -> None:
    config.has("configuration.yaml", f"{INCLUDE}http:\n  use_x_forwarded_for: true\n")
    config.seeded()
    assert "its block `http:`" in config.said


def test_files_of_the_user_keep_content_mode_and_links(config: Config) -> None:
    config.has("kept/configuration.yaml", "default_config:\n")
    (config.folder / "kept/configuration.yaml").chmod(0o640)
    (config.folder / "configuration.yaml").symlink_to("kept/configuration.yaml")
    config.has("automations.yaml", "- id: one\n")
    config.seeded()

    assert (config.folder / "configuration.yaml").is_symlink()
    assert config.text("kept/configuration.yaml") == f"default_config:\n{INCLUDE}"
    assert (config.folder / "kept/configuration.yaml").stat().st_mode & 0o777 == 0o640
    assert config.text("automations.yaml") == "- id: one\n"
    assert not list(config.folder.rglob("*.multihome"))
