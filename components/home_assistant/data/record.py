"""What the volume remembers of copies and restores, and what follows from it.

It lies in the folder that Home Assistant keeps when it restores a backup.
"""

import importlib.metadata
import json
import os
import re
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from components.home_assistant.data.backup_file import (
    BACKUPS,
    UNTOUCHED,
    UnreadableError,
    copy_size,
    read_meta,
    sync,
)

COPY = re.compile(r"cold_copy_(?P<version>.+)_(?P<number>[0-9]+)\.tar")


class RefusedError(Exception):
    """Home Assistant must not start with these data; the text says why, and what to do."""


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What the stack file says: how many copies, and what is to be restored, if anything.

    `again` is any text; another text restores the same backup once more. `has_password` is whether
    a password is named.
    """

    copies: int
    backup: str | None = None
    again: str = ""
    has_password: bool = False

    @property
    def restore(self) -> dict[str, str] | None:
        """What the volume remembers of it."""
        return None if self.backup is None else {"backup": self.backup, "again": self.again}


class Record:
    """`copied` is the step that the last copy was made for, and its name: `[from, to, name]`.

    `restore` is what was restored last, `restoring` what was begun and has not ended.
    """

    def __init__(self, config: Path) -> None:
        self._file = config / BACKUPS / ".multihome.json"
        self._untouched = config / UNTOUCHED
        try:
            self._values: dict[str, Any] = json.loads(self._file.read_text(encoding="utf-8"))
        except FileNotFoundError:
            self._values = {}

    def __getitem__(self, key: str) -> Any:
        return self._values.get(key)

    @property
    def begun(self) -> Any:
        """What is being restored; None while nothing has been removed for it."""
        return None if self._untouched.exists() else self["restoring"]

    def set(self, **values: object) -> None:
        """Changes values at once; None forgets one."""
        changed = {**self._values, **values}
        changed = {key: value for key, value in changed.items() if value is not None}
        if changed == self._values:
            return
        self._values = changed
        self._file.parent.mkdir(exist_ok=True)
        unfinished = self._file.with_suffix(".unfinished")
        with unfinished.open("w", encoding="utf-8") as file:
            json.dump(changed, file)
            file.flush()
            os.fsync(file.fileno())
        unfinished.rename(self._file)
        sync(self._file.parent)


def version_of_image() -> str:
    """The version of Home Assistant in this image; raises `RefusedError` where it has none."""
    try:
        return importlib.metadata.version("homeassistant")
    except importlib.metadata.PackageNotFoundError:
        raise RefusedError("the image's python3 has no package homeassistant") from None


def version_on_volume(config: Path) -> str | None:
    """The Home Assistant that ran last; None where none has run."""
    try:
        return (config / ".HA_VERSION").read_text(encoding="utf-8").strip() or None
    except FileNotFoundError:
        return None


def copies(config: Path) -> list[Path]:
    """The cold copies, the oldest first."""
    found = (path for path in (config / BACKUPS).glob("cold_copy_*.tar"))
    return sorted(
        (path for path in found if COPY.fullmatch(path.name)),
        key=lambda path: (path.stat().st_mtime_ns, path.name),
    )


def next_name(config: Path, version: str) -> str:
    """A name that no copy has."""
    matches = (COPY.fullmatch(path.name) for path in copies(config))
    used = [int(match["number"]) for match in matches if match and match["version"] == version]
    return f"cold_copy_{version}_{max(used, default=0) + 1}.tar"


def restore_due(wanted: Wanted, record: Record) -> dict[str, str] | None:
    """What has to be restored now; a restore that was begun is ended first."""
    begun: dict[str, str] | None = record.begun
    if begun is not None:
        return begun
    return wanted.restore if wanted.restore != record["restore"] else None


def is_copy_due(config: Path, wanted: Wanted, step: list[str]) -> bool:
    """Whether the data are to be copied before this step, and have not been."""
    if version_on_volume(config) is None or wanted.copies == 0:
        return False
    *before, name = Record(config)["copied"] or [""]
    return before != step or not (config / BACKUPS / name).exists()


def check_restore(config: Path, backup: str, image: str, *, has_password: bool) -> dict[str, Any]:
    """What the backup says of itself; raises `RefusedError` unless this image can read its data."""
    file = config / BACKUPS / backup
    if not file.is_file():
        there = ", ".join(sorted(path.name for path in (config / BACKUPS).glob("*.tar")))
        raise RefusedError(f"restore: there is no {file}; there are: {there or 'none'}")
    try:
        meta = read_meta(file)
    except UnreadableError as error:
        raise RefusedError(f"restore: {file} is no backup of Home Assistant: {error}") from error
    if meta.get("protected") and not has_password:
        raise RefusedError(
            f"restore: {file} is encrypted; name the secret with its password in `restore.password`"
        )
    version = meta["homeassistant"]["version"]
    if is_downgrade(version, image):
        raise RefusedError(
            f"restore: {file} holds data of Home Assistant {version}, and the image has {image};"
            f" set `image` to {version} or later"
        )
    return meta


def check_downgrade(config: Path, image: str) -> None:
    """Raises `RefusedError` where an older Home Assistant would get the data of a newer one."""
    found = version_on_volume(config)
    if found is None or not is_downgrade(found, image):
        return
    usable = [
        path.name
        for path in copies(config)
        if (match := COPY.fullmatch(path.name)) and not is_downgrade(match["version"], image)
    ]
    way_back = f"set `restore: {{backup: {usable[-1]}}}`" if usable else "restore a backup"
    raise RefusedError(
        f"the data are of Home Assistant {found}, which {image} cannot read; set `image` back to"
        f" {found}, or {way_back} (what came after it is kept as a copy)"
    )


def check_room(config: Path) -> None:
    """Says what a copy needs; raises `RefusedError` where the volume has less."""
    needed, free = copy_size(config), shutil.disk_usage(config).free
    print(f"a copy needs {_mib(needed)}; {_mib(free)} are free", flush=True)
    if needed > free:
        there = ", ".join(path.name for path in copies(config)) or "none"
        raise RefusedError(
            f"a copy of the data needs {_mib(needed)}, and the volume has {_mib(free)}; make room"
            f" (copies in {config / BACKUPS}: {there}), or set `copies: 0`"
        )


def _mib(size: int) -> str:
    return f"{size / 2**20:.0f} MiB"


def is_downgrade(data: str, image: str) -> bool:
    """Whether the image's release is of a month before the data's.

    Stores and database get new forms with the releases of a month, and no release reads a newer
    form (docs/background/home-assistant-data.md#stores).
    """
    before, after = _month(data), _month(image)
    return before is not None and after is not None and after < before


def _month(version: str) -> tuple[int, int] | None:
    match = re.match(r"([0-9]+)\.([0-9]+)", version)
    return None if match is None else (int(match[1]), int(match[2]))
