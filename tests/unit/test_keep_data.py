"""Cold copies and restores on a volume, killed at each moment and run again."""

import io
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from unittest import mock

import pytest

from components.home_assistant.data import record as records
from components.home_assistant.data.keep_data import keep_data
from components.home_assistant.data.record import RefusedError, Wanted
from components.home_assistant.data.scripts import script

OLD, NEW = "2026.10.2", "2026.11.0"
CHANGED = 1_790_000_000.5
COPIES = Wanted(copies=3)
CHANGES = {"open", "os.rename", "os.remove", "os.rmdir", "os.mkdir", "os.symlink", "os.truncate"}


class KilledError(BaseException):
    """The process ends here."""


class Killer:
    """Ends the code under test before its nth change of the disk."""

    left: int | None = None

    def __call__(self, event: str, args: tuple[object, ...]) -> None:
        if self.left is None or event not in CHANGES or (event == "open" and args[1] == "r"):
            return
        self.left -= 1
        if self.left < 0:
            self.left = None
            raise KilledError


KILLER = Killer()
sys.addaudithook(KILLER)


def killed_at_each_moment(
    fresh: Callable[[], Path], run: Callable[[Path], None]
) -> Iterator[tuple[int, Path]]:
    """The folder after a killed run and a whole one, for each moment."""
    for moment in range(10_000):
        config = fresh()
        KILLER.left = moment
        try:
            run(config)
        except KilledError:
            run(config)
            yield moment, config
        else:
            assert moment > 5
            return
        finally:
            KILLER.left = None


@pytest.fixture
def volume(tmp_path: Path) -> Callable[[], Path]:
    """Makes /config as Home Assistant 2026.10 leaves it, anew at each call."""

    def make() -> Path:
        config = tmp_path / "config"
        shutil.rmtree(config, ignore_errors=True)
        (config / ".storage").mkdir(parents=True)
        (config / "www" / "backups").mkdir(parents=True)
        (config / "www" / "backups" / "a.txt").write_text("a nested folder of that name")
        (config / ".HA_VERSION").write_text(OLD)
        (config / ".storage" / "http").write_text('{"version": 2}')
        (config / ".storage" / "auth").write_bytes(os.urandom(3000))
        (config / ".storage" / "auth").chmod(0o600)
        (config / "link").symlink_to("/nowhere/packages")
        (config / "lost+found").mkdir()
        (config / "backups").mkdir()
        (config / "backups" / "Automatic.tar").write_text("one of Home Assistant's own")
        with sqlite3.connect(config / "home-assistant_v2.db") as database:
            database.execute("create table states (value text)")
            database.execute("insert into states values ('on')")
        database.close()
        # An archive has times as floats, which are exact for halves of a second.
        for path in config.rglob("*"):
            os.utime(path, (CHANGED, CHANGED), follow_symlinks=False)
        return config

    return make


def content(config: Path) -> dict[str, object]:
    """Everything but the folder of the backups: bytes, links, modes and times."""
    found: dict[str, object] = {}
    for path in sorted(config.rglob("*")):
        name = str(path.relative_to(config))
        if path.relative_to(config).parts[0] in {"backups", "lost+found"}:
            continue
        kind = path.lstat()
        if path.is_symlink():
            found[name] = path.readlink()
        elif path.is_dir():
            found[name] = oct(kind.st_mode)
        else:
            found[name] = (path.read_bytes(), oct(kind.st_mode), kind.st_mtime_ns // 10**6)
    return found


def names(config: Path) -> list[str]:
    """The cold copies, the oldest first; nothing unfinished beside them."""
    assert not list((config / "backups").glob(".*unfinished"))
    return [path.name for path in records.copies(config)]


def run_new_release(config: Path) -> None:
    """What Home Assistant 2026.11 does to the data."""
    (config / ".HA_VERSION").write_text(NEW)
    (config / ".storage" / "http").write_text('{"version": 3}')
    (config / ".storage" / "new").write_text("{}")
    with sqlite3.connect(config / "home-assistant_v2.db") as database:
        database.execute("alter table states add column other text")
    database.close()


def test_a_new_release_gets_a_copy_of_the_old_data_once(volume: Callable[[], Path]) -> None:
    config = volume()
    keep_data(config, OLD, COPIES)
    assert names(config) == []

    keep_data(config, NEW, COPIES)
    keep_data(config, NEW, COPIES)
    run_new_release(config)
    keep_data(config, NEW, COPIES)

    assert names(config) == ["cold_copy_2026.10.2_1.tar"]


def test_an_empty_volume_needs_no_copy(tmp_path: Path) -> None:
    keep_data(tmp_path, NEW, COPIES)
    assert list(tmp_path.iterdir()) == []


def test_a_copy_that_was_killed_at_any_moment_is_whole_after_the_next_run(
    volume: Callable[[], Path],
) -> None:
    runs = killed_at_each_moment(volume, lambda config: keep_data(config, NEW, COPIES))
    for moment, config in runs:
        before = content(config)
        assert names(config) == ["cold_copy_2026.10.2_1.tar"], moment
        keep_data(config, OLD, Wanted(copies=3, backup="cold_copy_2026.10.2_1.tar"))
        assert content(config) == before, moment


def test_a_restore_that_was_killed_at_any_moment_is_whole_after_the_next_run(
    volume: Callable[[], Path],
) -> None:
    wanted = Wanted(copies=3, backup="cold_copy_2026.10.2_1.tar")

    def upgraded() -> Path:
        config = volume()
        expected.append(content(config))
        keep_data(config, NEW, COPIES)
        run_new_release(config)
        return config

    expected: list[dict[str, object]] = []
    for moment, config in killed_at_each_moment(upgraded, lambda c: keep_data(c, OLD, wanted)):
        assert content(config) == expected[-1], moment
        kept = ["cold_copy_2026.10.2_1.tar", "cold_copy_2026.11.0_1.tar"]
        assert names(config) == kept, moment
        assert (config / "backups" / "Automatic.tar").exists()


def test_a_restore_that_was_begun_is_ended_even_if_nobody_wants_it_any_more(
    volume: Callable[[], Path],
) -> None:
    config = volume()
    before = content(config)
    keep_data(config, NEW, COPIES)
    run_new_release(config)
    KILLER.left = 12
    with pytest.raises(KilledError):
        keep_data(config, OLD, Wanted(copies=3, backup="cold_copy_2026.10.2_1.tar"))
    KILLER.left = None
    assert records.Record(config)["restoring"]

    keep_data(config, OLD, COPIES)
    assert content(config) == before


def test_a_backup_is_restored_once_and_again_when_asked(volume: Callable[[], Path]) -> None:
    config = volume()
    keep_data(config, NEW, COPIES)
    wanted = {"copies": 5, "backup": "cold_copy_2026.10.2_1.tar"}
    keep_data(config, OLD, Wanted(**wanted))  # type: ignore[arg-type] # both kinds in one mapping
    before = content(config)
    (config / "later").write_text("what came after the restore")

    keep_data(config, OLD, Wanted(**wanted))  # type: ignore[arg-type] # ditto
    assert (config / "later").exists()
    keep_data(config, OLD, Wanted(**wanted, again="2"))  # type: ignore[arg-type] # ditto
    assert content(config) == before
    # A stack file without the key makes the volume forget it.
    keep_data(config, OLD, COPIES)
    (config / "later").write_text("once more")
    keep_data(config, OLD, Wanted(**wanted, again="2"))  # type: ignore[arg-type] # ditto
    assert content(config) == before


def test_an_upgrade_right_after_a_restore_makes_no_second_copy(volume: Callable[[], Path]) -> None:
    config = volume()
    keep_data(config, NEW, COPIES)
    run_new_release(config)

    keep_data(config, NEW, Wanted(copies=3, backup="cold_copy_2026.10.2_1.tar"))

    assert names(config) == ["cold_copy_2026.10.2_1.tar", "cold_copy_2026.11.0_1.tar"]
    assert records.version_on_volume(config) == OLD


def test_the_oldest_copies_go_when_there_are_more_than_wanted(volume: Callable[[], Path]) -> None:
    config = volume()
    versions = ["2026.10.3", "2026.10.4", "2026.11.0", "2026.11.1"]
    for version in versions:
        keep_data(config, version, Wanted(copies=2))
        (config / ".HA_VERSION").write_text(version)

    assert names(config) == ["cold_copy_2026.10.4_1.tar", "cold_copy_2026.11.0_1.tar"]


def test_no_copy_is_made_where_none_is_wanted(volume: Callable[[], Path]) -> None:
    config = volume()
    keep_data(config, NEW, Wanted(copies=0))
    assert names(config) == []


def test_a_volume_without_room_is_said_before_anything_is_written(
    volume: Callable[[], Path],
) -> None:
    config = volume()
    with (
        mock.patch("shutil.disk_usage", return_value=SimpleNamespace(free=4096)),
        pytest.raises(RefusedError, match=r"needs \d+ MiB, and the volume has 0 MiB"),
    ):
        keep_data(config, NEW, COPIES)
    assert names(config) == []


def test_an_older_release_is_refused_with_the_way_back(volume: Callable[[], Path]) -> None:
    config = volume()
    keep_data(config, NEW, COPIES)
    run_new_release(config)
    before = content(config)

    with pytest.raises(RefusedError, match=r"restore: \{backup: cold_copy_2026.10.2_1.tar\}"):
        keep_data(config, OLD, COPIES)
    assert content(config) == before
    with pytest.raises(RefusedError, match=r"set `image` back to 2026.11.0, or restore a backup"):
        keep_data(config, "2026.9.0", COPIES)


def test_a_smaller_patch_of_the_same_month_gets_a_copy(volume: Callable[[], Path]) -> None:
    config = volume()
    keep_data(config, "2026.10.1", COPIES)
    assert names(config) == ["cold_copy_2026.10.2_1.tar"]


@pytest.mark.parametrize(
    ("backup", "message"),
    [
        ("absent.tar", "there are: Automatic.tar, cold_copy_2026.11.0_1.tar"),
        ("Automatic.tar", "is no backup of Home Assistant"),
        ("cold_copy_2026.11.0_1.tar", "set `image` to 2026.11.0 or later"),
    ],
)
def test_a_backup_that_cannot_be_restored_changes_nothing(
    volume: Callable[[], Path], backup: str, message: str
) -> None:
    config = volume()
    (config / ".HA_VERSION").write_text(NEW)
    keep_data(config, "2026.11.1", COPIES)
    (config / ".HA_VERSION").write_text(OLD)
    before = content(config)

    with pytest.raises(RefusedError, match=message):
        keep_data(config, OLD, Wanted(copies=3, backup=backup))
    assert content(config) == before
    assert names(config) == ["cold_copy_2026.11.0_1.tar"]


def test_a_copy_that_was_cut_off_is_refused_before_anything_is_removed(
    volume: Callable[[], Path],
) -> None:
    """As by a download that broke off, or a disk that was full."""
    config = volume()
    keep_data(config, NEW, COPIES)
    copy = config / "backups" / "cold_copy_2026.10.2_1.tar"
    os.truncate(copy, copy.stat().st_size // 2)
    before = content(config)

    with pytest.raises(RefusedError, match="is no backup of Home Assistant"):
        keep_data(config, NEW, Wanted(copies=3, backup=copy.name))
    assert content(config) == before
    keep_data(config, NEW, COPIES)


def test_a_copy_is_a_backup_in_home_assistant_s_own_form(volume: Callable[[], Path]) -> None:
    """As its `read_backup` and `restore_backup` of 2026.11 read it."""
    config = volume()
    keep_data(config, NEW, COPIES)
    with tarfile.open(config / "backups" / "cold_copy_2026.10.2_1.tar", "r:") as outer:
        file = outer.extractfile("./backup.json")
        assert file is not None
        meta = json.load(file)
        inner_file = outer.extractfile("./homeassistant.tar")
        assert inner_file is not None
        with tarfile.open(fileobj=io.BytesIO(inner_file.read()), mode="r:") as inner:
            held = inner.getnames()

    assert meta["homeassistant"] == {"version": OLD, "exclude_database": False}
    assert meta["name"] == f"Cold copy of {OLD} before {NEW}"
    assert not meta["compressed"]
    assert not meta["protected"]
    assert {"data/.storage/auth", "data/home-assistant_v2.db", "data/www/backups/a.txt"} < {*held}
    assert not [name for name in held if name.startswith(("data/backups", "data/lost"))]


def add_backup(config: Path, **described: object) -> None:
    """Puts haos.tar onto the volume: what Home Assistant says of a backup, and nothing of it."""
    meta = json.dumps({"homeassistant": {"version": OLD}, "compressed": True, **described}).encode()
    with tarfile.open(config / "backups" / "haos.tar", "w") as outer:
        member = tarfile.TarInfo("./backup.json")
        member.size = len(meta)
        outer.addfile(member, io.BytesIO(meta))


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """The folder of a package that stands in for Home Assistant, and keeps to its order.

    It removes what is there in the order of the names.
    """
    package = tmp_path / "site" / "homeassistant"
    package.mkdir(parents=True)
    (package / "__init__.py").touch()
    (package / "backup_restore.py").write_text(
        "import json, os, pathlib\n"
        "def restore_backup(folder):\n"
        "    folder = pathlib.Path(folder)\n"
        "    order = folder / '.HA_RESTORE'\n"
        "    found = json.loads(order.read_text())\n"
        "    if found['password'] == 'killed':\n"
        "        os.kill(os.getpid(), 9)\n"
        "    order.unlink()\n"
        "    if found['password'] not in ('hunter2', 'halfway'):\n"
        "        raise ValueError('invalid password')\n"
        "    for path in sorted(folder.iterdir()):\n"
        "        if path.is_file():\n"
        "            path.unlink()\n"
        "            if found['password'] == 'halfway':\n"
        "                raise OSError('halfway')\n"
        "    (folder / 'restored').write_text(json.dumps(found))\n"
    )
    information = tmp_path / "site" / f"homeassistant-{OLD}.dist-info"
    information.mkdir()
    (information / "METADATA").write_text(f"Name: homeassistant\nVersion: {OLD}\n")
    return tmp_path


WANTED: dict[str, object] = {"copies": 3, "backup": "haos.tar", "has_password": True}


def test_a_backup_of_home_assistant_s_own_is_restored_by_home_assistant(
    volume: Callable[[], Path], site: Path
) -> None:
    config = volume()
    add_backup(config)

    done = run_script(config, site, WANTED, "hunter2")
    assert done.returncode == 0, done.stderr
    assert json.loads((config / "restored").read_text()) == {
        "path": f"{config}/backups/haos.tar",
        "password": "hunter2",
        "remove_after_restore": False,
        "restore_database": True,
        "restore_homeassistant": True,
    }
    assert names(config) == ["cold_copy_2026.10.2_1.tar"]


def test_a_wrong_password_leaves_the_data_and_the_choice(
    volume: Callable[[], Path], site: Path
) -> None:
    config = volume()
    add_backup(config, protected=True)
    before = content(config)

    for _ in range(2):
        assert run_script(config, site, WANTED, "wrong").returncode == 1
    message = f"restore: {config}/backups/haos.tar: invalid password; if the password is wrong,"
    assert (site / "message").read_text().startswith(message)
    assert content(config) == before
    assert names(config) == ["cold_copy_2026.10.2_1.tar"]

    assert run_script(config, site, {"copies": 3}).returncode == 0
    assert not (config / "restored").exists()
    assert run_script(config, site, WANTED, "hunter2").returncode == 0
    assert (config / "restored").exists()


def test_a_restore_that_was_killed_before_it_removed_anything_is_forgotten(
    volume: Callable[[], Path], site: Path
) -> None:
    config = volume()
    add_backup(config, protected=True)
    before = content(config)

    assert run_script(config, site, WANTED, "killed").returncode == -9
    assert run_script(config, site, {"copies": 3}).returncode == 0
    after = content(config)
    assert {name: after.pop(name, None) for name in before} == before
    assert set(after) == {"multihome", "multihome/packages"}
    assert not (config / "backups" / ".unpacked").exists()


def test_a_restore_that_is_killed_when_it_is_ended_stays_begun(
    volume: Callable[[], Path], site: Path
) -> None:
    config = volume()
    add_backup(config, protected=True)

    assert run_script(config, site, WANTED, "halfway").returncode == 1
    assert run_script(config, site, WANTED, "killed").returncode == -9
    assert run_script(config, site, {"copies": 3, "has_password": True}, "hunter2").returncode == 0
    assert (config / "restored").exists()


def test_a_restore_that_has_removed_something_is_ended(
    volume: Callable[[], Path], site: Path
) -> None:
    config = volume()
    add_backup(config, protected=True)

    assert run_script(config, site, WANTED, "halfway").returncode == 1
    assert run_script(config, site, WANTED, "wrong").returncode == 1
    done = run_script(config, site, {"copies": 3, "has_password": True}, "hunter2")

    assert done.returncode == 0, done.stdout
    assert (config / "restored").exists()


@pytest.mark.parametrize(
    ("described", "message"),
    [
        ({"protected": True}, "is encrypted; name the secret with its password"),
        ({"homeassistant": None}, "it holds no data of Home Assistant"),
    ],
)
def test_a_backup_that_home_assistant_could_not_read_is_refused_before(
    volume: Callable[[], Path], described: dict[str, object], message: str
) -> None:
    config = volume()
    add_backup(config, **described)
    before = content(config)

    with pytest.raises(RefusedError, match=message):
        keep_data(config, OLD, Wanted(copies=3, backup="haos.tar"))
    assert content(config) == before
    assert names(config) == []


def test_a_password_that_is_not_needed_is_not_used(volume: Callable[[], Path], site: Path) -> None:
    config = volume()
    add_backup(config, protected=False)

    assert run_script(config, site, WANTED, "hunter2").returncode == 1
    assert "invalid password" in (site / "message").read_text()


def test_an_image_without_home_assistant_is_refused(tmp_path: Path) -> None:
    (tmp_path / "site").mkdir()
    done = run_script(tmp_path, tmp_path, {"copies": 3})
    assert done.returncode == 1
    assert done.stdout == "the image's python3 has no package homeassistant\n"


def run_script(
    config: Path, folder: Path, wanted: dict[str, object], password: str = ""
) -> subprocess.CompletedProcess[str]:
    """The script as the init container runs it."""
    mounted = [str(folder / "packages"), str(folder / "secrets")]
    arguments = [str(config), json.dumps(wanted), *mounted, str(folder / "message")]
    return subprocess.run(
        [sys.executable, "-c", script("keep_data"), *arguments],
        env={"PYTHONPATH": str(folder / "site"), "RESTORE_PASSWORD": password},
        capture_output=True,
        text=True,
        check=False,
    )
