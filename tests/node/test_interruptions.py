"""Scripts that are killed, that lose their end on the way, or that meet another one."""

import fcntl
import os
import shutil
import subprocess
import time
from pathlib import Path

import pytest

from components.cni_plugins.scripts import NodeScripts
from tests.node.node import Node, archived, plugins_archive

# Kills the shell that runs it at the given call; else it is the program of its name.
KILLER = """#!/bin/sh
echo >>"{calls}"
[ "$(wc -l <"{calls}")" -ne {at} ] || {{ kill -9 "$PPID"; exit 1; }}
exec {program} "$@"
"""
LOGGER = """#!/bin/sh
echo {name} "$@" >>"{log}"
exec {program} "$@"
"""
KILLED = -9


def killer(node: Node, name: str, at: int) -> str:
    """A PATH on which the program of that name kills at its call number `at`."""
    folder, calls = node.root.parent / "killer", node.root.parent / "calls"
    folder.mkdir(exist_ok=True)
    calls.unlink(missing_ok=True)
    program = folder / name
    program.write_text(KILLER.format(calls=calls, at=at, program=shutil.which(name)))
    program.chmod(0o755)
    return f"{folder}:{os.environ['PATH']}"


@pytest.fixture
def scripts(node: Node, archive: Path) -> NodeScripts:
    made = node.scripts(archived(archive))
    node.copy(archive, made)
    return made


def test_a_killed_installation_is_finished_by_the_next_or_removed(
    node: Node, archive: Path, tmp_path: Path
) -> None:
    """By `mv` everything gets its name."""
    start = node.files()
    older = plugins_archive(tmp_path / "older.tgz", "of an older release")
    before, now, kills = node.scripts(archived(older)), node.scripts(archived(archive)), 0
    while True:
        node.copy(older, before)
        assert node.install(before).returncode == 0
        node.copy(archive, now)
        done = node.install(now, PATH=killer(node, "mv", kills + 1))
        if done.returncode != KILLED:
            break
        kills += 1
        # Only the folder with what was unpacked stays, among the temporary files.
        shutil.rmtree(node.temporary)
        node.temporary.mkdir()
        if kills % 2:
            assert node.install(now).returncode == 0
            assert (node.bin_dir / "vlan").read_text() == "vlan of upstream"
        assert node.remove(now).returncode == 0
        assert node.files() == start
    assert kills > 6


def test_what_gets_its_name_on_a_node_is_on_the_disk_before(
    node: Node, scripts: NodeScripts, tmp_path: Path
) -> None:
    log = tmp_path / "log"
    for name in ("mv", "sync"):
        program = tmp_path / "logging" / name
        program.parent.mkdir(exist_ok=True)
        program.write_text(LOGGER.format(log=log, name=name, program=shutil.which(name)))
        program.chmod(0o755)

    path = f"{tmp_path}/logging:{os.environ['PATH']}"
    assert node.install(scripts, PATH=path).returncode == 0

    calls = [line.split() for line in log.read_text().splitlines()]
    named = [
        (number, words[2])
        for number, words in enumerate(calls)
        if words[0] == "mv" and not words[3].startswith(str(node.temporary))
    ]
    assert len(named) > 3
    assert all(calls[number - 1] == ["sync", file] for number, file in named)


def test_a_killed_copy_installs_nothing_and_the_next_one_takes_its_place(
    node: Node, archive: Path, scripts: NodeScripts
) -> None:
    """Pulumi copies again what it does not know to be there, over the part that is."""
    start = node.files(node.bin_dir)
    for size in range(0, archive.stat().st_size, 50):
        (node.home / str(scripts.copied)).write_bytes(archive.read_bytes()[:size])
        assert node.install(scripts).returncode != 0
        assert node.files(node.bin_dir) == start
    assert list(node.temporary.iterdir()) == []

    node.copy(archive, scripts)
    assert node.install(scripts).returncode == 0
    assert (node.bin_dir / "vlan").read_text() == "vlan of upstream"
    assert list(node.home.iterdir()) == []


def test_a_killed_removal_is_finished_by_the_same_removal(
    node: Node, archive: Path, scripts: NodeScripts
) -> None:
    (node.conf_dir / "multus.d").mkdir(parents=True)
    start, kills = node.files(node.bin_dir), 0
    while True:
        node.copy(archive, scripts)
        assert node.install(scripts).returncode == 0
        (node.conf_dir / "00-multus.conflist").write_text("of Multus")
        done = node.remove(scripts, PATH=killer(node, "rm", kills + 1))
        if done.returncode != KILLED:
            break
        kills += 1
        assert node.remove(scripts).returncode == 0
        assert node.files() == start
    assert kills > 4


def test_a_script_that_lost_its_end_on_the_way_does_nothing(
    node: Node, scripts: NodeScripts
) -> None:
    start = node.files()
    lines = scripts.install.splitlines(keepends=True)
    for end in range(1, len(lines)):
        node.run([*node.interpreter, "-s"], "".join(lines[:end]))
        assert node.files() == start, lines[end - 1]


def test_an_installation_waits_for_another_one(node: Node, scripts: NodeScripts) -> None:
    if shutil.which("flock") is None:
        pytest.skip("flock is not installed")
    handle = os.open(node.bin_dir, os.O_RDONLY)
    fcntl.flock(handle, fcntl.LOCK_EX)
    start = node.files()
    with subprocess.Popen(
        [*node.interpreter, "-s"],
        stdin=subprocess.PIPE,
        cwd=node.home,
        env=node.environment(),
        text=True,
    ) as process:
        assert process.stdin is not None
        process.stdin.write(scripts.install)
        process.stdin.close()
        deadline = time.monotonic() + 60
        while not waits_for(node.bin_dir):
            assert process.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.02)
        assert node.files() == start
        os.close(handle)
        assert process.wait(60) == 0
    assert (node.bin_dir / "vlan").exists()


def waits_for(folder: Path) -> bool:
    """Whether a process waits for the lock of the folder."""
    inode = f":{folder.stat().st_ino} "
    lines = Path("/proc/locks").read_text(encoding="ascii").splitlines()
    return any("->" in line and inode in line for line in lines)
