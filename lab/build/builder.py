"""Builds the parts of `parts.py` into the cache.

A part is built once for each content of its module's files and for each set of flags. When a build
is cut off, nothing is left under the final name.
"""

import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

from lab.build.cache import cache_folder
from lab.build.go import go_command
from lab.build.parts import PARTS, Part


def part_folder(name: str) -> Path:
    """The cache folder for the part's files as they are now; it exists once the part is built."""
    part = PARTS[name]
    digest = hashlib.sha256(repr(part).encode())
    for file in sorted(part.folder.glob("*")):
        digest.update(file.name.encode() + b"\0" + file.read_bytes())
    return cache_folder() / "parts" / f"{name}-{digest.hexdigest()[:16]}"


def build(name: str) -> Path:
    """The folder of the built part; builds it first if need be. A second caller waits."""
    final = part_folder(name)
    if final.is_dir():
        return final
    final.parent.mkdir(parents=True, exist_ok=True)
    with (final.parent / f"{final.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not final.is_dir():
            _build(name, PARTS[name], final)
    return final


def _build(name: str, part: Part, final: Path) -> None:
    started = time.monotonic()
    print(f"building {name} from Go modules, once, about {part.minutes:g} min", flush=True)
    with tempfile.TemporaryDirectory(dir=final.parent, prefix=f".{name}-") as folder:
        out = Path(folder) / "out"
        out.mkdir()
        go = go_command()
        environment = {
            **os.environ,
            "CGO_ENABLED": "0",
            "GOFLAGS": "-buildvcs=false -mod=readonly",
            "GOWORK": "off",
            "GOTOOLCHAIN": "local",
        }
        for program in part.programs:
            subprocess.run(
                [
                    *(go, "build", "-trimpath"),
                    *("-ldflags", f"-s -w {part.ldflags}".strip()),
                    *("-o", str(out / program.name), program.package),
                ],
                cwd=part.folder,
                env=environment,
                check=True,
            )
            for module, path, target in program.beside:
                shutil.copyfile(_module_folder(go, module, part, environment) / path, out / target)
        out.rename(final)
    print(f"built {name} in {time.monotonic() - started:.0f} s", flush=True)


def _module_folder(go: str, module: str, part: Part, environment: dict[str, str]) -> Path:
    listed = subprocess.run(
        [go, "list", "-m", "-json", module],
        cwd=part.folder,
        env=environment,
        check=True,
        capture_output=True,
        text=True,
    )
    return Path(str(json.loads(listed.stdout)["Dir"]))
