"""The stand-in of the virtual machines answers requests of proxies as Home Assistant does."""

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.client import HTTPConnection
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from lab.vm.scripts.home_assistant import Handler, trusted_proxies
from tests.cases.forwarded import FORWARDED


def text_of(content: Mapping[str, Any]) -> str:
    """The store with a test's own address in the place of the cluster's networks."""
    return json.dumps(content).replace("10.42.0.", "127.0.0.")


@contextmanager
def answering(content: Mapping[str, Any] | None, folder: Path) -> Iterator[int]:
    """The port of a stand-in with this store."""
    path = folder / "http"
    if content is not None:
        path.write_text(text_of(content))

    class WithStore(Handler):
        trusted = trusted_proxies(path)

    with ThreadingHTTPServer(("127.0.0.1", 0), WithStore) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


def status(port: int, headers: Mapping[str, str]) -> int:
    connection = HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("GET", "/manifest.json", headers=headers)
    answer = connection.getresponse().status
    connection.close()
    return answer


@pytest.mark.parametrize("case", FORWARDED)
def test_a_forwarded_request_is_answered_as_the_original_does(case: str, tmp_path: Path) -> None:
    content, expected = FORWARDED[case]

    with answering(content, tmp_path) as port:
        assert status(port, {"X-Forwarded-For": "203.0.113.9"}) == expected


def test_a_probe_is_answered_whatever_the_settings_are(tmp_path: Path) -> None:
    with answering(None, tmp_path) as port:
        assert status(port, {}) == 200


def test_a_store_of_another_version_ends_the_stand_in(tmp_path: Path) -> None:
    (tmp_path / "http").write_text('{"version": 3, "data": {}}')

    with pytest.raises(ValueError, match="version 3"):
        trusted_proxies(tmp_path / "http")
