"""A folder in the place of /config, and the seed run on it as its container runs it."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from components.home_assistant.seed import script
from components.home_assistant.seed_config import Plan

INCLUDED = "/".join(("multihome", "homeassistant.yaml"))
INCLUDE = f"homeassistant: !include {INCLUDED}\n"
PROXIES: dict[str, Any] = {
    "server_port": 8123,
    "use_x_forwarded_for": True,
    "trusted_proxies": ["10.42.0.0/16"],
}
Files = dict[str, bytes]


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
