"""Nodes whose user becomes root by sudo, and an SSH key with a passphrase."""

import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from lab.account import USER, Sudo
from tests.engine.lab import Login, applied_lab


@contextmanager
def seen_in_process_lists(hidden: set[str]) -> Iterator[set[str]]:
    """The command lines that have one of the secrets, until the block ends."""
    found: set[str] = set()
    ended = threading.Event()

    def look() -> None:
        while not ended.wait(0.01):
            for listed in Path("/proc").glob("[0-9]*/cmdline"):
                try:
                    text = listed.read_text(errors="replace")
                except OSError:  # it has ended
                    continue
                found.update(text for secret in hidden if secret in text)

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield found
    finally:
        ended.set()
        thread.join()


@pytest.mark.parametrize(("sudo", "copied"), [("free", False), ("asks", True)])
def test_up_and_destroy_work_by_sudo_and_show_no_secret(
    sudo: Sudo,
    *,
    copied: bool,
    tmp_path: Path,
    engine: list[Path],
    archive_server: tuple[str, str],
    archive: Path,
) -> None:
    # Beside this test another one may make a key.
    words = f"words of {secrets.token_hex(8)}"
    login = Login(sudo=sudo, passphrase=words)
    with applied_lab("home", tmp_path, engine, archive_server, login=login) as lab:
        if copied:
            plugins = {"source": "archive", "archives": {"amd64": str(archive)}}
            digests = {"sha256": {"amd64": archive_server[1]}}
            lab.change(lambda tree: tree.update({"multihome:plugins": plugins | digests}))
        hidden = {words, lab.sshd.private_key.splitlines()[2], lab.sshd.password} - {""}
        with seen_in_process_lists(hidden) as seen:
            said = lab.up()
            folder = lab.node_folder("k3s-1") / "data" / "cni"
            assert (folder / "macvlan").stat().st_uid == 0
            assert not (lab.sshd.log.parent / "homes" / USER / ".multihome").exists()
            state = lab.pulumi("stack", "export").stdout
            connections = lab.connections()
            assert connections == (2 if copied else 1)
            lab.up("--expect-no-changes")
            assert lab.connections() == connections

            done = lab.pulumi("destroy", "--exclude-protected")
        assert done.returncode == 0, done.stdout + done.stderr
        assert list(folder.iterdir()) == []
        assert seen == set()
        log = lab.sshd.log.read_text()
        for secret in hidden:
            for text in (said, state, done.stdout, done.stderr, lab.file.read_text(), log):
                assert secret not in text
