"""Runs in an init container, while no Home Assistant runs: restores, and copies before upgrades.

The arguments are the folder, a JSON object (see `Wanted`), the folders of the packages and of their
secrets, and the file that says why it failed.
It may be killed at any moment: the next run ends what this one began.
"""

import json
import os
import sys
from pathlib import Path

from components.home_assistant.data.backup_file import (
    BACKUPS,
    UNTOUCHED,
    forget_foreign,
    restore_foreign,
    unpack_copy,
    write_copy,
)
from components.home_assistant.data.packages_folder import lay_packages
from components.home_assistant.data.record import (
    Record,
    RefusedError,
    Wanted,
    check_downgrade,
    check_restore,
    check_room,
    copies,
    is_copy_due,
    next_name,
    restore_due,
    version_of_image,
    version_on_volume,
)


def keep_data(config: Path, image: str, wanted: Wanted, password: str | None = None) -> None:
    """Leaves data that the Home Assistant of the image, whose version is given, can start with.

    `password` is that of the backup that is restored, if it is encrypted.
    """
    for unfinished in (config / BACKUPS).glob(".cold_copy_*.unfinished"):
        unfinished.unlink()
    record = Record(config)
    if record.begun is None:
        record.set(restoring=None)
        forget_foreign(config)
    due = restore_due(wanted, record)
    if due is not None:
        _restore(config, image, wanted, due, password)
        record = Record(config)
    elif wanted.restore is None:
        record.set(restore=None)
    check_downgrade(config, image)
    found = version_on_volume(config)
    if found is None or found == image:
        record.set(copied=None)
    else:
        _copy_once(config, wanted, [found, image], f"before {image}")


def _restore(
    config: Path, image: str, wanted: Wanted, due: dict[str, str], password: str | None
) -> None:
    record = Record(config)
    backup = config / BACKUPS / due["backup"]
    meta = check_restore(config, due["backup"], image, has_password=wanted.has_password)
    is_ours = bool(meta.get("extra", {}).get("multihome"))
    if record.begun is None:
        step = [due["backup"], due["again"]]
        _copy_once(config, wanted, step, f"before {due['backup']} was restored")
        record = Record(config)
        if not is_ours:
            (config / UNTOUCHED).touch()
        record.set(restoring=due)
    print(f"{backup} comes back", flush=True)
    if is_ours:
        unpack_copy(backup, config)
    else:
        try:
            # One that is not needed would be a wrong one.
            restore_foreign(backup, config, password if meta.get("protected", True) else None)
        except Exception as error:
            if record.begun is None:
                record.set(restoring=None)
            hint = "; if the password is wrong, correct the secret that `restore.password` names"
            said = f"restore: {backup}: {error or type(error).__name__}"
            raise RefusedError(said + hint * bool(meta.get("protected"))) from error
        finally:
            (config / UNTOUCHED).unlink(missing_ok=True)
    # The backup itself is the copy of what it holds.
    copied = [version_on_volume(config), image, due["backup"]]
    record.set(restoring=None, restore=due, copied=copied)


def _copy_once(config: Path, wanted: Wanted, step: list[str], reason: str) -> None:
    """Copies what is there, unless the copy before this step is there already."""
    version = version_on_volume(config)
    if version is None or not is_copy_due(config, wanted, step):
        return
    name = next_name(config, version)
    print(f"copy {name}", flush=True)
    check_room(config)
    Record(config).set(copied=[*step, name])
    write_copy(config, name, title=f"Cold copy of {version} {reason}", version=version)
    spared = {name, wanted.backup}
    others = [path for path in copies(config) if path.name not in spared]
    for path in others[: max(0, len(others) + 1 - wanted.copies)]:
        path.unlink()
        print(f"removed {path.name}", flush=True)


def main() -> int:
    """Returns 0 when Home Assistant may start."""
    config, wanted = Path(sys.argv[1]), Wanted(**json.loads(sys.argv[2]))
    try:
        keep_data(config, version_of_image(), wanted, os.environ.get("RESTORE_PASSWORD"))
        lay_packages(config, Path(sys.argv[3]), Path(sys.argv[4]))
    except RefusedError as error:
        print(error, flush=True)
        Path(sys.argv[5]).write_text(str(error), encoding="utf-8")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
