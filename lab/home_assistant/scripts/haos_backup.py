"""Writes a backup as the Supervisor of Home Assistant OS does.

It has an archive for Home Assistant, and one for each folder and add-on, all compressed; what it
says of itself comes last. With a password each archive is encrypted.

The root's Python runs it. The argument is a JSON object: `config`, the folder with the data;
`file`; `version`, that of Home Assistant; `password` or null; `form`, the encryption's version.
"""

import io
import json
import sys
import tarfile
from pathlib import Path, PurePath
from typing import Any

import securetar  # type: ignore[import-not-found]

FOLDERS, ADDON = ("ssl", "share"), "core_mosquitto"


def write(config: str, file: str, version: str, password: str | None, form: int) -> None:
    """Writes the file; the data are not changed."""
    with securetar.SecureTarArchive(
        Path(file), "w", create_version=form, password=password
    ) as outer:
        with outer.create_tar("./homeassistant.tar.gz", gzip=True) as inner:
            _add(inner, "homeassistant.json", b'{"boot": true, "watchdog": true}')
            securetar.atomic_contents_add(inner, Path(config), _is_backup, "data")
        for name in (*FOLDERS, ADDON):
            with outer.create_tar(f"./{name}.tar.gz", gzip=True) as inner:
                _add(inner, f"{name}.txt", b"not Home Assistant's")
        _add(outer.tar, "./backup.json", json.dumps(_described(version, password)).encode())


def _is_backup(path: PurePath) -> bool:
    return path.match("data/backups/*")


def _add(archive: tarfile.TarFile, name: str, content: bytes) -> None:
    member = tarfile.TarInfo(name)
    member.size = len(content)
    archive.addfile(member, io.BytesIO(content))


def _described(version: str, password: str | None) -> dict[str, Any]:
    addon = {"slug": ADDON, "name": "Mosquitto broker", "version": "6.5.0", "size": 0.1}
    return {
        "version": 2,
        "slug": "6e0a1c22",
        "name": f"Automatic backup {version}",
        "date": "2026-11-20T04:45:00.123456+00:00",
        "type": "partial",
        "supervisor_version": "2026.11.1",
        "extra": {"instance_id": "0123", "with_automatic_settings": True},
        "homeassistant": {"version": version, "exclude_database": False, "size": 1.2},
        "compressed": True,
        "protected": password is not None,
        "crypto": None if password is None else "aes128",
        "folders": list(FOLDERS),
        "addons": [addon],
        "repositories": ["core", "https://github.com/hassio-addons/repository"],
        "docker": {"registries": {}},
    }


if __name__ == "__main__":
    write(**json.loads(sys.argv[1]))
