"""The seed, run as its container runs it, against folders of its own."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from components.home_assistant.seed import script, seed_plan
from components.home_assistant.seed_config import Plan
from config.location import FORM
from tests.cases.sites import site

INCLUDED = "/".join(("multihome", "homeassistant.yaml"))
INCLUDE = f"homeassistant: !include {INCLUDED}\n"
ABSENT = "203.0.113.9"
PROXIES: dict[str, Any] = {
    "server_port": 8123,
    "use_x_forwarded_for": True,
    "trusted_proxies": ["10.42.0.0/16"],
}
STABLE: dict[str, Any] = {
    "server_port": 80,
    "cors_allowed_origins": ["https://cast.home-assistant.io"],
    "login_attempts_threshold": 5,
    "ip_ban_enabled": True,
    "ssl_profile": "intermediate_v6",
    "use_x_frame_options": False,
    "created_at": "2026-11-23T00:00:00+00:00",
    "error": None,
    "error_message": None,
}
KEPT = {
    "cors_allowed_origins": ["https://cast.home-assistant.io"],
    "login_attempts_threshold": 5,
    "ip_ban_enabled": True,
    "use_x_frame_options": False,
}
Files = dict[str, bytes]


def version_3(stable: dict[str, Any], pending: dict[str, Any] | None = None) -> dict[str, Any]:
    data = {"stable": stable, "pending": pending, "yaml_migration_done": True}
    return {"version": 3, "minor_version": 1, "key": "http", "data": data}


class Config:
    """A folder in the place of /config."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.said = ""

    def has(self, name: str, content: object) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content if isinstance(content, str) else json.dumps(content))

    def seeded(self, status: int = 0, env: dict[str, str] | None = None, **plan: object) -> None:
        whole: dict[str, Any] = {
            **Plan(folder="", http=PROXIES, listen=None, adapters=None, settings={}),
            **plan,
            "folder": str(self.folder),
        }
        done = subprocess.run(
            [sys.executable, "-I", "-c", script(), json.dumps(whole), "0"],
            env={"PATH": os.environ["PATH"], **(env or {})},
            capture_output=True,
            text=True,
            check=False,
        )
        self.said = done.stdout
        assert (done.returncode, done.stderr) == (status, ""), done

    def text(self, name: str) -> str:
        return (self.folder / name).read_text()

    def store(self, name: str) -> Any:
        return json.loads(self.text(f".storage/{name}"))

    def files(self) -> Files:
        paths = sorted(path for path in self.folder.rglob("*") if path.is_file())
        return {str(path.relative_to(self.folder)): path.read_bytes() for path in paths}


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return Config(tmp_path)


def test_an_empty_volume_gets_everything_that_a_start_needs(config: Config) -> None:
    config.seeded(adapters=["net1"])

    assert config.store("http") == {
        "version": 1,
        "minor_version": 1,
        "key": "http",
        "data": PROXIES,
    }
    assert config.store("core.network") == {
        "version": 1,
        "minor_version": 1,
        "key": "core.network",
        "data": {"configured_adapters": ["net1"]},
    }
    for name in ("automations.yaml", "scripts.yaml", "scenes.yaml"):
        assert config.text(name) == ""
    assert f"\n{INCLUDE}" in config.text("configuration.yaml")
    assert "packages: !include_dir_named packages" in config.text(INCLUDED)
    assert (config.folder / "multihome" / "packages").is_dir()
    assert config.said == ""


def test_a_second_run_changes_nothing(config: Config) -> None:
    config.seeded(adapters=["net1"])
    before = config.files()
    times = {path: path.stat().st_mtime_ns for path in config.folder.rglob("*") if path.is_file()}
    config.seeded(adapters=["net1"])

    assert config.files() == before
    assert {path: path.stat().st_mtime_ns for path in times} == times


@pytest.mark.parametrize(
    "stored",
    [
        version_3(STABLE),
        {**version_3({**STABLE, "ssl_profile": "modern"}), "version": 2, "minor_version": 2},
        {**version_3(STABLE), "version": 4},
        {"version": 1, "data": {**KEPT, "server_port": 80, "base_url": "http://old"}},
    ],
    ids=["version 3", "version 2", "a later version", "version 1"],
)
def test_settings_of_the_user_are_kept_in_the_form_that_every_release_reads(
    config: Config, stored: dict[str, Any]
) -> None:
    config.has(".storage/http", stored)
    config.seeded()

    store = config.store("http")
    assert (store["version"], store["minor_version"]) == (1, 1)
    assert store["data"] == {**KEPT, **PROXIES}


def test_proxies_that_the_user_set_stay_where_the_stack_file_has_none(config: Config) -> None:
    own = {"use_x_forwarded_for": True, "trusted_proxies": ["192.168.18.9/32"]}
    config.has(".storage/http", version_3({**STABLE, **own}))
    config.seeded(http={"server_port": 8123})

    assert config.store("http")["data"] == {**KEPT, **own, "server_port": 8123}


def test_a_value_that_would_make_home_assistant_forget_all_is_left_out(config: Config) -> None:
    bad = {"trusted_proxies": ["10.42.0.7/16"], "login_attempts_threshold": "five"}
    config.has(".storage/http", {"version": 1, "data": {**bad, "ip_ban_enabled": False}})
    config.seeded(http={"server_port": 8123})

    assert config.store("http")["data"] == {"ip_ban_enabled": False, "server_port": 8123}
    assert "trusted_proxies is invalid" in config.said
    assert "login_attempts_threshold is invalid" in config.said


@pytest.mark.parametrize("error", [None, "not_promoted"])
def test_a_trial_of_other_settings_is_left_alone(config: Config, error: str | None) -> None:
    pending = {**STABLE, "login_attempts_threshold": 9, "error": error}
    config.has(".storage/http", version_3(STABLE, pending))
    config.seeded()

    assert config.store("http") == version_3({**STABLE, **PROXIES}, pending)
    assert "a trial of other settings is there" in config.said


def test_an_address_of_an_earlier_pod_is_forgotten_beside_a_trial_as_well(config: Config) -> None:
    """Home Assistant falls back to the confirmed part, and from there to all addresses."""
    config.has(".storage/http", version_3({**STABLE, "server_host": [ABSENT]}, STABLE))
    config.seeded()

    assert config.store("http") == version_3({**STABLE, **PROXIES}, STABLE)


def test_a_certificate_is_kept_with_its_profile(config: Config) -> None:
    config.has("ssl/key.pem", "-")
    tls = {f"ssl_{name}": str(config.folder / "ssl/key.pem") for name in ("certificate", "key")}
    config.has(".storage/http", version_3({**STABLE, **tls, "ssl_profile": "modern_v4"}))
    config.seeded()

    expected = {**KEPT, **PROXIES, **tls, "ssl_profile": "modern"}
    assert config.store("http")["data"] == expected


def test_a_certificate_whose_file_is_gone_stays_for_home_assistant_to_refuse(
    config: Config,
) -> None:
    gone = {**STABLE, "ssl_certificate": str(config.folder / "gone.pem")}
    config.has(".storage/http", version_3(gone))
    config.seeded()

    assert config.store("http") == version_3({**gone, **PROXIES})
    assert "gone.pem is not there" in config.said


def test_a_version_1_store_keeps_all_but_a_certificate_whose_file_is_gone(config: Config) -> None:
    """Home Assistant would forget the proxies as well."""
    gone = {"ssl_certificate": "gone.pem", "ssl_key": "gone.pem", "ssl_profile": "modern"}
    config.has(".storage/http", {"version": 1, "data": {**KEPT, **gone}})
    config.seeded()

    assert config.store("http")["data"] == {**KEPT, **PROXIES}
    assert "starts without TLS" in config.said


@pytest.mark.parametrize("content", ["", "{", "[]"])
@pytest.mark.parametrize("name", ["http", "core.network"])
def test_a_store_that_cannot_be_read_is_put_aside(config: Config, name: str, content: str) -> None:
    config.has(f".storage/{name}", content)
    config.seeded(adapters=["net1"])

    assert config.store(name)["version"] == 1
    (aside,) = config.folder.glob(f".storage/{name}.corrupt.*")
    assert aside.read_text() == content
    assert aside.name in config.said


def test_the_adapters_are_left_to_the_user_where_no_network_has_discovery(config: Config) -> None:
    stored = {"version": 1, "data": {"configured_adapters": ["eth0"]}}
    config.has(".storage/core.network", stored)
    config.seeded()
    assert config.store("core.network") == stored


def test_it_listens_on_planned_addresses_and_those_of_the_pod(config: Config) -> None:
    listen = {"cluster": True, "addresses": ["127.0.0.3"]}
    config.seeded(listen=listen, env={"POD_IPS": "127.0.0.2"})

    hosts = ["127.0.0.1", "127.0.0.2", "127.0.0.3"]
    assert config.store("http")["data"] == {**PROXIES, "server_host": hosts}


@pytest.mark.parametrize(
    ("listen", "pod_ips"),
    [
        ({"cluster": False, "addresses": [ABSENT]}, ""),
        ({"cluster": True, "addresses": []}, ABSENT),
        ({"cluster": True, "addresses": []}, ""),
    ],
)
def test_an_absent_address_opens_nothing(
    config: Config, listen: dict[str, object], pod_ips: str
) -> None:
    """Home Assistant would start in recovery mode, and listen everywhere."""
    config.has(".storage/http", version_3({**STABLE, "server_host": ["127.0.0.1"]}))
    before = config.files()
    config.seeded(status=1, listen=listen, env={"POD_IPS": pod_ips})

    assert config.files() == before
    assert "Assistant would listen on every other one" in config.said


def test_addresses_of_an_earlier_pod_are_forgotten(config: Config) -> None:
    config.has(".storage/http", version_3({**STABLE, "server_host": [ABSENT]}))
    config.seeded()

    assert "server_host" not in config.store("http")["data"]
    assert "server_host is removed" in config.said


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


def test_the_article_s_site_listens_everywhere_and_trusts_nobody() -> None:
    assert seed_plan(site("home")) == Plan(
        folder="/config", http={"server_port": 8123}, listen=None, adapters=None, settings={}
    )
