"""A stack file of the repository, edited for the lab, and the engine that applies it."""

import json
import shutil
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from lab.engine.environment import CHECKOUT, init_stack


@dataclass
class Applied:
    """An edited copy of a stack file in `folder`, and the environment of its engine."""

    stack: str
    folder: Path
    environment: dict[str, str]
    file: Path = field(init=False)

    def __post_init__(self) -> None:
        self.file = self.folder / f"Pulumi.{self.stack}.yaml"

    def prepare(self, edit: Callable[[dict[str, Any]], None], secrets: Mapping[str, str]) -> None:
        """Copies the repository's stack file, edits it, makes the stack, encrypts the secrets."""
        shutil.copyfile(CHECKOUT / self.file.name, self.file)
        self.change(edit)
        init_stack(self.stack, self.folder / "registry", self.environment)
        for key, value in secrets.items():
            self.set_secret(key, value)

    def pulumi(self, *arguments: str, timeout: float = 900) -> subprocess.CompletedProcess[str]:
        """Runs `pulumi`; the caller looks at the exit status."""
        return subprocess.run(
            self.command(*arguments),
            cwd=CHECKOUT,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=timeout,
        )

    def command(self, *arguments: str) -> list[str]:
        """The command line of `pulumi` with the options of this stack."""
        options = ["--stack", self.stack, "--non-interactive"]
        if arguments[0] in {"up", "preview", "destroy"}:
            options += ["--config-file", str(self.file)]
        if arguments[0] in {"up", "destroy"}:
            options += ["--yes", "--skip-preview"]
        return ["pulumi", *arguments, *options]

    def up(self, *arguments: str) -> str:
        """Runs `pulumi up`, which must succeed; returns what it printed."""
        done = self.pulumi("up", *arguments)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def change(self, edit: Callable[[dict[str, Any]], None]) -> None:
        """Edits the keys under `config` of the copied stack file."""
        yaml = YAML()
        content = yaml.load(self.file.read_text())
        edit(content["config"])
        with self.file.open("w") as out:
            yaml.dump(content, out)

    def resources(self) -> dict[str, dict[str, Any]]:
        """The resources in the state, by name."""
        said = self.pulumi("stack", "export")
        assert said.returncode == 0, said.stderr
        found = json.loads(said.stdout)["deployment"].get("resources", [])
        return {resource["urn"].rpartition("::")[2]: resource for resource in found}

    def set_secret(self, key: str, value: str) -> None:
        """Encrypts a value into the stack file; a dot in the key leads to a key inside."""
        subprocess.run(
            [
                *("pulumi", "config", "set", "--secret", "--path", key, "--stack", self.stack),
                *("--config-file", str(self.file), "--non-interactive"),
            ],
            cwd=CHECKOUT,
            env=self.environment,
            input=value,
            text=True,
            check=True,
            capture_output=True,
        )


def changed_keys(before: Any, after: Any, whole: frozenset[str] = frozenset()) -> set[str]:
    """The innermost keys that differ; a key in `whole` counts as one."""
    keys: set[str] = set()
    for key in {*before, *after}:
        one, other = before.get(key), after.get(key)
        if isinstance(one, dict) and isinstance(other, dict) and key not in whole:
            keys |= changed_keys(one, other, whole)
        elif one != other:
            keys.add(key)
    return keys
