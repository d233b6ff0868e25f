"""The seed, run as its container runs it: the stores of Home Assistant that it writes."""

from pathlib import Path
from typing import Any

import pytest

from components.home_assistant.seed import seed_plan
from components.home_assistant.seed_config import Plan
from tests.cases.sites import site
from tests.unit.seeded import INCLUDE, INCLUDED, PROXIES, Config

ABSENT = "203.0.113.9"
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


def version_3(stable: dict[str, Any], pending: dict[str, Any] | None = None) -> dict[str, Any]:
    data = {"stable": stable, "pending": pending, "yaml_migration_done": True}
    return {"version": 3, "minor_version": 1, "key": "http", "data": data}


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


def test_the_article_s_site_listens_everywhere_and_trusts_nobody() -> None:
    assert seed_plan(site("home")) == Plan(
        folder="/config", http={"server_port": 8123}, listen=None, adapters=None, settings={}
    )
