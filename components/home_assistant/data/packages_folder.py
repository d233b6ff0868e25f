"""Lays the packages of the stack file into /config, in the place of those that were there.

They are files of the volume, not a mount: when Home Assistant restores a backup it removes all of
/config, and ends half-way at what it cannot remove.
"""

import json
import shutil
from pathlib import Path

FOLDER = "multihome/packages"


def lay_packages(config: Path, packages: Path, secrets: Path) -> dict[str, str]:
    """Takes the files of two folders, which may be absent; returns the secrets' values by name.

    Each secret is a file; together they become the secrets.yaml beside the packages.
    """
    values = {path.name: path.read_text(encoding="utf-8") for path in _files(secrets)}
    target, new = config / FOLDER, config / f"{FOLDER}.new"
    shutil.rmtree(new, ignore_errors=True)
    new.mkdir(parents=True)
    for path in _files(packages):
        (new / path.name).write_bytes(path.read_bytes())
    if values:
        file = new / "secrets.yaml"
        file.touch(mode=0o600)
        # A text of JSON is one of YAML.
        lines = (f"{name}: {json.dumps(value)}\n" for name, value in sorted(values.items()))
        file.write_text("".join(lines), encoding="utf-8")
    shutil.rmtree(target, ignore_errors=True)
    new.rename(target)
    return values


def _files(folder: Path) -> list[Path]:
    """The files, without those by which Kubernetes changes a mounted folder."""
    if not folder.is_dir():
        return []
    return sorted(path for path in folder.iterdir() if not path.name.startswith("."))
