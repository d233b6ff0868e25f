"""One file that holds all of /config: a cold copy, or a backup that Home Assistant made.

A cold copy has the form of Home Assistant's own backups, so its user interface lists it, offers it
for download, and restores it. Unlike those it leaves nothing out, and comes back byte for byte.
"""

import contextlib
import importlib
import io
import json
import os
import shutil
import tarfile
import tempfile
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

# Home Assistant keeps this folder when it restores, and puts no *.tar of it into a backup.
BACKUPS = "backups"
# Home Assistant's order to restore.
ORDER = ".HA_RESTORE"
# "lost+found" is a file system's own.
LEFT_OUT = (BACKUPS, "lost+found", ORDER)
# While Home Assistant has removed nothing: it goes by the order of the names.
UNTOUCHED = ".0_untouched"
UNPACKED = ".unpacked"
META, DATA = "./backup.json", "./homeassistant.tar"
BLOCK = 512


class UnreadableError(Exception):
    """The file is no backup, or was cut off."""


def copy_size(config: Path) -> int:
    """How many bytes a copy takes, at most. Files may go meanwhile: Home Assistant may run."""
    total = 8 * 1024
    for folder, folders, files in os.walk(config):
        if Path(folder) == config:
            folders[:] = [name for name in folders if name not in LEFT_OUT]
        for name in (*files, *folders):
            with contextlib.suppress(FileNotFoundError):
                found = (Path(folder) / name).lstat()
                # A header, the padding, and room for a long name.
                total += 4 * BLOCK + (found.st_size if name in files else 0)
    return total


def write_copy(config: Path, name: str, *, title: str, version: str) -> None:
    """Writes the copy called `name`. It has its name only when it is whole and on the disk."""
    folder = config / BACKUPS
    folder.mkdir(exist_ok=True)
    unfinished = folder / f".{name}.unfinished"
    with unfinished.open("wb") as file:
        _outer(file, config, _meta(title, version))
        file.flush()
        os.fsync(file.fileno())
    unfinished.rename(folder / name)
    sync(folder)


def _meta(title: str, version: str) -> bytes:
    described = {
        "slug": uuid.uuid4().hex[:8],
        "version": 2,
        "name": title,
        "date": datetime.now(UTC).isoformat(),
        "type": "partial",
        "homeassistant": {"version": version, "exclude_database": False},
        "compressed": False,
        "protected": False,
        "addons": [],
        "folders": ["homeassistant"],
        "extra": {"multihome": True},
    }
    return json.dumps(described).encode()


def _outer(file: Any, config: Path, meta: bytes) -> None:
    """Writes both archives in one go; the header of the inner one is written when it has ended."""
    for_meta = tarfile.TarInfo(META)
    for_meta.size = len(meta)
    file.write(for_meta.tobuf(tarfile.GNU_FORMAT) + meta + _padding(len(meta)))
    header = file.tell()
    for_data = tarfile.TarInfo(DATA)
    file.write(for_data.tobuf(tarfile.GNU_FORMAT))
    start = file.tell()
    with tarfile.open(fileobj=file, mode="w") as inner:
        inner.add(config, "data", filter=_wanted)
    for_data.size = file.tell() - start
    file.write(_padding(for_data.size) + bytes(2 * BLOCK))
    file.seek(header)
    file.write(for_data.tobuf(tarfile.GNU_FORMAT))


def _padding(length: int) -> bytes:
    return bytes(-length % BLOCK)


def _wanted(member: tarfile.TarInfo) -> tarfile.TarInfo | None:
    return None if member.name in {f"data/{name}" for name in LEFT_OUT} else member


def read_meta(backup: Path) -> dict[str, Any]:
    """What the file says of itself; raises `UnreadableError`."""
    try:
        with tarfile.open(backup, "r:") as outer:
            found: dict[str, Any] = json.load(_member(outer, META))
        held = found["homeassistant"]
        if held is not None and not isinstance(held["version"], str):
            raise UnreadableError("it does not name its version of Home Assistant")
        if found.get("extra", {}).get("multihome"):
            # All of it is there.
            with copy_members(backup):
                pass
    except (OSError, tarfile.TarError, ValueError, LookupError, TypeError) as error:
        raise UnreadableError(str(error)) from error
    # Home Assistant OS also makes backups of add-ons alone.
    if held is None:
        raise UnreadableError("it holds no data of Home Assistant")
    return found


def _member(outer: tarfile.TarFile, name: str) -> Any:
    """Names may begin with `./` or not."""
    for member in outer:
        if member.isfile() and member.name.removeprefix("./") == name.removeprefix("./"):
            return outer.extractfile(member)
    raise UnreadableError(f"it holds no {name}")


def clear(config: Path) -> None:
    """Removes all that a copy would hold."""
    for entry in config.iterdir():
        if entry.name in LEFT_OUT:
            continue
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry)
        else:
            entry.unlink()


def unpack_copy(backup: Path, config: Path) -> None:
    """Puts a cold copy in the place of what is there. After an interruption, do it again."""
    clear(config)
    with copy_members(backup) as (inner, found):
        inner.extractall(config, found)  # noqa: S202 - this program wrote it
    os.sync()


@contextlib.contextmanager
def copy_members(backup: Path) -> Iterator[tuple[tarfile.TarFile, list[tarfile.TarInfo]]]:
    """The inner archive of a cold copy, and what it holds, by paths below /config."""
    with tarfile.open(backup, "r:") as outer, _inner(outer) as inner:
        # Modes, owners and links as they were; Python 3.14 would change them by itself.
        inner.extraction_filter = lambda member, _: member
        found = []
        for member in inner.getmembers():
            if member.name != "data":
                member.name = member.name.removeprefix("data/")
                if member.islnk():
                    member.linkname = member.linkname.removeprefix("data/")
                found.append(member)
        yield inner, found


def _inner(outer: tarfile.TarFile) -> tarfile.TarFile:
    return tarfile.open(fileobj=io.BufferedReader(_member(outer, DATA)), mode="r:")


def restore_foreign(backup: Path, config: Path, password: str | None) -> None:
    """Lets the Home Assistant of this image restore a backup that Home Assistant made.

    Raises whatever Home Assistant raises.
    """
    # The image has it, and nothing here.
    restore_backup = importlib.import_module("homeassistant.backup_restore").restore_backup
    order = {
        "path": str(backup),
        "password": password,
        "remove_after_restore": False,
        "restore_database": True,
        "restore_homeassistant": True,
    }
    unpacked = config / BACKUPS / UNPACKED
    shutil.rmtree(unpacked, ignore_errors=True)
    unpacked.mkdir()
    # The volume has room for what it is going to hold; the container's own disk may not have it.
    tempfile.tempdir = str(unpacked)
    (config / ORDER).write_text(json.dumps(order), encoding="utf-8")
    try:
        restore_backup(str(config))
    finally:
        shutil.rmtree(unpacked)
    os.sync()


def forget_foreign(config: Path) -> None:
    """Removes what is left of a restore that was killed before anything was removed."""
    if (config / UNTOUCHED).exists():
        (config / ORDER).unlink(missing_ok=True)
        shutil.rmtree(config / BACKUPS / UNPACKED, ignore_errors=True)
        (config / UNTOUCHED).unlink()


def sync(folder: Path) -> None:
    """Puts the names in the folder on the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
