"""A reader of the documents, who types their commands in a copy of the repository."""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from ruamel.yaml import YAML

from lab.build.builder import build
from tests.cases.sites import ROOT
from tests.engine.lab import Lab

SITE = "mine"


def copy_of_the_repository(folder: Path) -> Path:
    """The tracked files in a repository of their own, with this run's virtual environment."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    for name in filter(None, listed.stdout.split("\0")):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, folder / name)
    (folder / ".venv").symlink_to(sys.prefix)
    identity = ("-c", "user.name=test", "-c", "user.email=test@example")
    for words in (("init", "-q"), ("add", "-A"), (*identity, "commit", "-qm", "copy")):
        subprocess.run(["git", *words], cwd=folder, check=True)
    return folder


@dataclass
class Reader:
    """A reader whose stack `mine` is the site of the lab, with the lab's keys at hand."""

    lab: Lab
    folder: Path
    PREPARATION: ClassVar[str] = """
        pulumi stack init <site>
        pulumi config set --stack <site> --secret ssh_private_key < reader/.ssh/id_ed25519
        pulumi config set --stack <site> --secret kubeconfig < kubeconfig.yaml
    """

    def __post_init__(self) -> None:
        keys = self.folder / "reader" / ".ssh"
        keys.mkdir(parents=True)
        (keys / "id_ed25519").write_text(self.lab.sshd.private_key)
        (self.folder / "kubeconfig.yaml").write_text(self.lab.plane.kubeconfig)
        yaml = YAML()
        content = yaml.load(self.lab.file.read_text())
        for key in ("multihome:ssh_private_key", "multihome:kubeconfig"):
            del content["config"][key]
        del content["encryptionsalt"]
        with self.stack_file.open("w") as out:
            yaml.dump(content, out)

    @property
    def stack_file(self) -> Path:
        return self.folder / f"Pulumi.{SITE}.yaml"

    @property
    def environment(self) -> dict[str, str]:
        return {
            **self.lab.environment,
            "HOME": str(self.folder / "reader"),
            "XDG_CACHE_HOME": os.environ.get("XDG_CACHE_HOME", str(Path.home() / ".cache")),
            "KUBECONFIG": str(self.folder / "kubeconfig.yaml"),
            "PATH": os.pathsep.join([self.lab.environment["PATH"], str(build("kubectl"))]),
            "PULUMI_SKIP_CONFIRMATIONS": "true",
        }

    def types(self, script: str, **words: str) -> subprocess.CompletedProcess[str]:
        """Runs the commands with each `<word>` replaced; `<site>` is the reader's stack."""
        for word, value in {"site": SITE, **words}.items():
            script = script.replace(f"<{word}>", value)
        return subprocess.run(
            ["sh", "-eu", "-c", script],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=400,
        )

    def does(self, script: str, **words: str) -> str:
        """Runs the commands, which must succeed; returns what they printed."""
        done = self.types(script, **words)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def applies(self) -> None:
        """Makes the stack and applies it."""
        self.does(f"{self.PREPARATION}\npulumi up --stack <site>")
