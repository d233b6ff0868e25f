"""A Home Assistant from its start to its end."""

import json
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from lab.home_assistant.container import Container
from lab.netns.namespaces import ip
from tests.home_assistant.requests import Answer, ask

SCRIPTS = Path(__file__).parents[2] / "lab" / "home_assistant" / "scripts"
HOME = "http://127.0.0.1:8123"
MDNS = {"224.0.0.251", "ff02::fb"}
# The official image has the requirements of every integration, and installs none either.
COMMAND = ("python3", "-m", "homeassistant", "--config", "/config", "--skip-pip")
USER = {"name": "Owner", "username": "owner", "password": "only for tests", "language": "en"}


def wait_for(is_so: Callable[[], bool], what: str, seconds: float) -> None:
    """Asks again and again; TimeoutError when it is not so in time."""
    deadline = time.monotonic() + seconds
    while not is_so():
        if time.monotonic() > deadline:
            raise TimeoutError(f"{what}: not within {seconds:.0f} s")
        time.sleep(0.1)


def python(script: str, *arguments: str) -> list[str]:
    """The words that run a script of the lab in the container."""
    return ["python3", "-c", (SCRIPTS / f"{script}.py").read_text(encoding="utf-8"), *arguments]


class Instance:
    """Starts Home Assistant at once; `token` is the owner's once there is one."""

    def __init__(self, container: Container, token: str = "") -> None:
        self.container, self.token = container, token
        self.log = container.folder / "home-assistant.log"
        self._process = container.start(COMMAND, self.log)

    def get(self, path: str) -> Answer:
        """What it answers the owner, from inside the pod."""
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        return ask(self.container.namespace, HOME + path, headers)

    def commands(self, *commands: dict[str, Any]) -> list[Any]:
        """The results of websocket commands; raises RuntimeError where one fails."""
        return websocket(self.container, HOME, self.token, *commands)

    @property
    def discovers_by(self) -> set[str]:
        """The pod's interfaces by which it listens for mDNS, of both IP versions."""
        return {
            interface["ifname"]
            for interface in ip(self.container.namespace, "maddress")
            if {group.get("address") for group in interface["maddr"]} >= MDNS
        }

    def wait_until_it_answers(self) -> None:
        """Waits for its web server."""
        wait_for(self._answers, f"an answer ({self.log})", 60)

    def _answers(self) -> bool:
        if self._process.poll() is not None:
            raise RuntimeError(self.log.read_text())
        try:
            return self.get("/manifest.json").status == 200
        except OSError:
            return False

    def onboard(self) -> None:
        """Makes the owner, and ends the onboarding (docs/background/home-assistant.md)."""
        here = self.container.namespace
        client = {"client_id": f"{HOME}/"}
        made = ask(here, f"{HOME}/api/onboarding/users", content={**USER, **client})
        code = {"grant_type": "authorization_code", "code": made.json["auth_code"]}
        given = ask(here, f"{HOME}/auth/token", form={**code, **client})
        self.token = given.json["access_token"]
        header = {"Authorization": f"Bearer {self.token}"}
        redirect = {**client, "redirect_uri": f"{HOME}/"}
        for step, content in (("core_config", {}), ("analytics", {}), ("integration", redirect)):
            done = ask(here, f"{HOME}/api/onboarding/{step}", header, content=content)
            assert done.status == 200, (step, done)

    def wait_until_it_runs(self) -> None:
        """Waits for the end of the start."""
        wait_for(self._runs, f"RUNNING ({self.log})", 240)

    def _runs(self) -> bool:
        return bool(self.get("/api/core/state").json["state"] == "RUNNING")

    def stop(self) -> int:
        """Ends it as kubelet does; returns its exit status, negative for a signal."""
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
        return self.wait()

    def wait(self) -> int:
        """Its exit status, once it has ended by itself."""
        return self._process.wait(timeout=60)


def websocket(container: Container, url: str, token: str, *commands: dict[str, Any]) -> list[Any]:
    """The results of commands that a client in the container sends to the URL."""
    asked = {"url": f"{url}/api/websocket", "token": token, "commands": commands}
    done = container.run(python("websocket", json.dumps(asked)))
    if done.returncode != 0:
        raise RuntimeError(done.stdout)
    answers = json.loads(done.stdout)
    for answer in answers:
        if not answer["success"]:
            raise RuntimeError(answer["error"])
    return [answer["result"] for answer in answers]
