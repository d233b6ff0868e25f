"""A Home Assistant that the rendered containers prepared answers, and finds devices."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from lab.home_assistant.container import Container
from lab.home_assistant.networks import POD, POD_IN_LAN, PROXY, Networks
from tests.home_assistant.hosts import start_device, start_proxy
from tests.home_assistant.instance import Instance, wait_for, websocket
from tests.home_assistant.planned import PlannedPod, planned_site
from tests.home_assistant.requests import ask

LAN, IOT = "192.168.18.50", "192.168.32.50"
SITE: dict[str, object] = {
    "networks/lan/discovery": True,
    "networks/iot/discovery": True,
    "home_assistant/ingress": {"host": "home.example"},
    "home_assistant/settings": {"name": "The article's site", "location": "location"},
    "secrets": {"location": {"secure": "v1:AAAA"}},
}
FORWARDED = {"X-Forwarded-For": "203.0.113.9"}


@dataclass(frozen=True, kw_only=True)
class Running:
    """A Home Assistant, and the proxies in front of it by their networks."""

    instance: Instance
    in_cluster: str
    in_lan: str

    def discovered(self) -> set[str]:
        """The names of devices that it offers to set up."""
        (flows,) = self.instance.commands({"type": "config_entries/flow/progress"})
        contexts = [flow["context"] for flow in flows]
        return {str(each.get("title_placeholders", {}).get("name")) for each in contexts}


@pytest.fixture(scope="module")
def running(networks: Networks, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp("running")
    pod = PlannedPod(
        site=planned_site(SITE),
        namespace=networks.pod,
        folder=folder / "pod",
        secrets={"location": "52.37, 4.89, 2"},
    )
    pod.prepare()
    with ExitStack() as stack:
        instance = Instance(pod.home_assistant())
        stack.callback(instance.stop)
        instance.wait_until_it_answers()
        instance.onboard()
        cluster = start_proxy(networks.cluster, PROXY, folder / "cluster", POD)
        lan = start_proxy(networks.lan, LAN, folder / "lan", POD_IN_LAN)
        yield Running(
            instance=instance,
            in_cluster=stack.enter_context(cluster),
            in_lan=stack.enter_context(lan),
        )


def test_a_request_by_a_proxy_of_the_cluster_is_answered(
    running: Running, networks: Networks
) -> None:
    assert ask(networks.cluster, f"{running.in_cluster}/manifest.json", FORWARDED).status == 200


def test_a_request_by_a_proxy_elsewhere_is_refused(running: Running, networks: Networks) -> None:
    assert ask(networks.lan, f"{running.in_lan}/manifest.json").status == 400
    assert ask(networks.lan, f"http://{POD_IN_LAN}:8123/manifest.json").status == 200


def test_a_websocket_goes_through_the_proxy(
    running: Running, networks: Networks, tmp_path: Path
) -> None:
    client = Container(namespace=networks.cluster, folder=tmp_path)

    (config,) = websocket(
        client, running.in_cluster, running.instance.token, {"type": "get_config"}
    )

    assert "zeroconf" in config["components"]


def test_the_settings_of_the_stack_file_are_in_force(running: Running) -> None:
    config: dict[str, Any] = running.instance.get("/api/config").json

    assert config["location_name"] == "The article's site"
    assert (config["latitude"], config["longitude"], config["elevation"]) == (52.37, 4.89, 2)
    assert config["time_zone"] == "Asia/Shanghai"
    assert config["recovery_mode"] is False


def test_the_proxies_are_no_trial(running: Running) -> None:
    (http,) = running.instance.commands({"type": "http/config"})

    assert http["active_config_type"] == "stable"
    assert http["stable"]["trusted_proxies"] == ["10.42.0.0/16"]


def test_mdns_is_joined_in_the_networks_with_discovery_alone(running: Running) -> None:
    assert running.instance.discovers_by == {"net1", "net1.2"}, running.instance.log


def test_devices_in_two_networks_are_discovered_at_once(
    running: Running, networks: Networks, tmp_path: Path
) -> None:
    lan = start_device(
        networks.lan, LAN, tmp_path / "lan", name="lan-meter", mac="02:00:00:00:00:01"
    )
    iot = start_device(
        networks.iot, IOT, tmp_path / "iot", name="iot-meter", mac="02:00:00:00:00:02"
    )
    with lan, iot:
        expected = {"lan-meter", "iot-meter"}
        wait_for(lambda: expected <= running.discovered(), f"{expected} discovered", 60)
