"""The environment that the engine runs in: where it and its plugins are, and its state."""

import json
import os
import re
import secrets
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from lab.build.builder import build
from lab.build.cache import cache_folder
from lab.build.go import go_command
from lab.build.versions import COMMAND_PLUGIN, KUBERNETES_PLUGIN, PULUMI
from lab.command_plugin.connections import PURPOSE_VARIABLE, Purpose
from lab.engine.release import (
    ENGINE,
    Release,
    ReleaseUnavailableError,
    fetch_release,
    plugin_release,
)

CHECKOUT = Path(__file__).parents[2]
SDK_MODULE = f"github.com/pulumi/pulumi/sdk/v3@v{PULUMI}"
# Releases that could not be fetched; each is tried once in a process.
_UNAVAILABLE: set[str] = set()
STAND_IN = CHECKOUT / "lab" / "command_plugin" / "bin"


def installed_cli() -> str | None:
    """The `pulumi` on PATH, when it is at least as new as the SDK."""
    found = shutil.which("pulumi")
    if found is None:
        return None
    said = subprocess.run([found, "version"], capture_output=True, text=True, check=False).stdout
    return found if _version(said) >= _version(PULUMI) else None


def _version(text: str) -> tuple[int, ...]:
    match = re.match(r"v?(\d+)\.(\d+)\.(\d+)", text)
    return tuple(map(int, match.groups())) if match else (0, 0, 0)


def engine_folders() -> list[Path]:
    """Where the engine and its plugins are: each from PATH, else released, else built.

    The `command` plugin is not built: without its release the stand-in takes its place.
    """
    return [
        *_cli(),
        *_plugin("kubernetes", KUBERNETES_PLUGIN, ("kubernetes-provider",)),
        *_plugin("command", COMMAND_PLUGIN, ()),
    ]


def _cli() -> list[Path]:
    found = installed_cli()
    if found is not None:
        return [Path(found).parent]
    released = _released(ENGINE)
    return [released] if released else [build("cli"), _language_host(build("language-host"))]


def _plugin(name: str, version: str, parts: tuple[str, ...]) -> list[Path]:
    found = shutil.which(f"pulumi-resource-{name}")
    if found is not None:
        return [Path(found).parent]
    released = _released(plugin_release(name, version))
    return [released] if released else [build(part) for part in parts]


def _released(release: Release) -> Path | None:
    if release.archive in _UNAVAILABLE:
        return None
    try:
        return fetch_release(release)
    except ReleaseUnavailableError as error:
        _UNAVAILABLE.add(release.archive)
        print(f"no release: {error}", file=sys.stderr, flush=True)
        return None


def _language_host(built: Path) -> Path:
    """A folder with the language host and the script by which it starts programs."""
    folder = cache_folder() / "parts" / f"{built.name}-{PULUMI}"
    script = folder / "pulumi-language-python-exec"
    if not script.is_file():
        with tempfile.TemporaryDirectory() as nowhere:
            said = subprocess.run(
                [go_command(), "mod", "download", "-json", SDK_MODULE],
                cwd=nowhere,
                check=True,
                capture_output=True,
                text=True,
            )
        source = Path(str(json.loads(said.stdout)["Dir"])) / "python" / "cmd" / script.name
        folder.mkdir(parents=True, exist_ok=True)
        for file in (*built.iterdir(), source):
            partial = folder / f".{file.name}.{os.getpid()}"
            shutil.copyfile(file, partial)
            partial.chmod(0o755)
            partial.replace(folder / file.name)
    return folder


def private_environment(state: Path, folders: list[Path], purpose: Purpose) -> dict[str, str]:
    """An environment whose engine keeps state and passphrase in `state`.

    `purpose` says which connections the stand-in of the command plugin may make.
    """
    state.mkdir(mode=0o700, parents=True, exist_ok=True)
    passphrase = state / "passphrase"
    if not passphrase.exists():
        handle = os.open(passphrase, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(secrets.token_urlsafe(32))
    (state / "backend").mkdir(exist_ok=True)
    python = Path(sys.executable).parent
    path = [str(python), *map(str, folders), str(STAND_IN), os.environ.get("PATH", "")]
    return {
        **_unpulumi(os.environ),
        "PATH": os.pathsep.join(path),
        "PULUMI_HOME": str(state / "pulumi"),
        # A file of metadata beside the state is not written whole: cut off, it hides the state.
        "PULUMI_BACKEND_URL": f"file://{state / 'backend'}?metadata=skip",
        "PULUMI_CONFIG_PASSPHRASE_FILE": str(passphrase),
        "PULUMI_SKIP_UPDATE_CHECK": "1",
        "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
        "PULUMI_AUTOMATION_API_SKIP_VERSION_CHECK": "true",
        PURPOSE_VARIABLE: purpose,
        "MULTIHOME_LAB_PYTHON": sys.executable,
    }


def _unpulumi(environment: Mapping[str, str]) -> dict[str, str]:
    """The environment without what names somebody's own state or cluster."""
    return {
        key: value
        for key, value in environment.items()
        if not key.startswith("PULUMI_") and key != "KUBECONFIG"
    }


def init_stack(stack: str, project: Path, environment: Mapping[str, str]) -> None:
    """Makes the stack known to the backend from a project of the same name in `project`.

    `stack init` writes into the stack file of its working folder: here a copy, never ours.
    """
    project.mkdir(parents=True, exist_ok=True)
    (project / "Pulumi.yaml").write_text("name: multihome\nruntime: python\n", encoding="ascii")
    subprocess.run(
        ["pulumi", "stack", "select", "--create", "--stack", stack, "--non-interactive"],
        cwd=project,
        env=dict(environment),
        check=True,
        stdout=subprocess.DEVNULL,
    )
