"""HTTP requests from a network namespace."""

import json
import urllib.parse
from collections.abc import Mapping
from http.client import HTTPConnection
from typing import Any, NamedTuple

from tests.cni.frames import inside


class Answer(NamedTuple):
    """Status and body of an answer."""

    status: int
    body: bytes

    @property
    def json(self) -> Any:
        """The body, parsed."""
        return json.loads(self.body)


def ask(
    namespace: str,
    url: str,
    headers: Mapping[str, str] | None = None,
    *,
    form: Mapping[str, str] | None = None,
    content: object = None,
) -> Answer:
    """GET, or POST of a form or of JSON. Raises OSError where nobody answers."""
    asked = urllib.parse.urlsplit(url)
    assert asked.hostname is not None
    sent, body = dict(headers or {}), None
    if form is not None:
        sent["Content-Type"] = "application/x-www-form-urlencoded"
        body = urllib.parse.urlencode(form)
    elif content is not None:
        sent["Content-Type"] = "application/json"
        body = json.dumps(content)
    connection = HTTPConnection(asked.hostname, asked.port or 80, timeout=60)
    with inside(namespace):
        connection.connect()
    try:
        connection.request("GET" if body is None else "POST", asked.path, body, sent)
        answer = connection.getresponse()
        return Answer(answer.status, answer.read())
    finally:
        connection.close()


def answers(namespace: str, address: str) -> bool:
    """Whether Home Assistant answers by the address; False where it does not listen there."""
    host = f"[{address}]" if ":" in address else address
    try:
        return ask(namespace, f"http://{host}:8123/manifest.json").status == 200
    except ConnectionRefusedError:
        return False
