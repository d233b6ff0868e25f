"""The form of an ingress' host, by the real API server."""

import json
import urllib.error
from collections.abc import Iterator

import pytest

from components.home_assistant.objects import NAME
from components.workload.ingress import ingress
from config.ingress import Ingress
from lab.control_plane.processes import ControlPlane, start_control_plane
from tests.cases.sites import changed
from tests.engine.loopback import API_SERVER, loopback

INGRESSES = "/apis/networking.k8s.io/v1/namespaces/default/ingresses?dryRun=All"
REFUSED = ("Home.example.org", "192.168.18.10", "fd00::20", "-home", "home_assistant.lan")
ACCEPTED = ("home.example.org", "home", "9a.example.org", "home9")


@pytest.fixture(scope="module")
def plane(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ControlPlane]:
    folder = tmp_path_factory.mktemp("ingress") / "cluster"
    with start_control_plane(folder, [], loopback(API_SERVER)) as started:
        yield started


def words(plane: ControlPlane, host: str) -> str:
    """What the API server says of the ingress that the program makes for the host."""
    described = ingress(NAME, Ingress.model_construct(host=host), "default")
    try:
        plane.request("POST", INGRESSES, described)
    except urllib.error.HTTPError as error:
        return str(json.load(error)["message"])
    return ""


@pytest.mark.parametrize("host", REFUSED)
def test_a_host_that_is_refused_no_api_server_takes(plane: ControlPlane, host: str) -> None:
    assert changed("home", {"home_assistant/ingress": {"host": host}}).site is None
    assert "Invalid value" in words(plane, host)


@pytest.mark.parametrize("host", ACCEPTED)
def test_a_host_that_is_accepted_the_api_server_takes(plane: ControlPlane, host: str) -> None:
    assert changed("home", {"home_assistant/ingress": {"host": host}}).site is not None
    assert words(plane, host) == ""
