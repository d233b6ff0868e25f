"""The node's user of the lab: who logs in, and how they become root."""

import asyncio
import subprocess
from pathlib import Path
from typing import Any

import asyncssh
import pytest

from lab.account import HOME, Sudo
from lab.sshd import Sshd, sshd_missing, start_sshd

ACCOUNT_FILES = [Path("/etc", name) for name in ("passwd", "shadow", "group", "sudoers")]
WORDS = "words of a test"
ASKED = "sudo -S -p '' -- sh -c 'id -un; cat'"


def run(sshd: Sshd, command: str, stdin: str = "") -> Any:
    """What a command prints and how it ends, run by the server's user."""

    async def within() -> Any:
        async with asyncssh.connect(
            sshd.host,
            sshd.port,
            username=sshd.user,
            client_keys=[asyncssh.import_private_key(sshd.private_key)],
            known_hosts=([asyncssh.import_public_key(sshd.host_key)], [], []),
            agent_path=None,
            config=None,
        ) as client:
            return await client.run(command, input=stdin, check=False)

    return asyncio.run(within())


def need(sudo: Sudo | None) -> None:
    why = sshd_missing(sudo)
    if why:
        pytest.skip(why)


def contents() -> list[bytes]:
    return [path.read_bytes() if path.exists() else b"" for path in ACCOUNT_FILES]


@pytest.mark.parametrize("sudo", ["none", "asks", "free"])
def test_the_user_is_not_root_and_the_machine_s_accounts_stay(tmp_path: Path, sudo: Sudo) -> None:
    need(sudo)
    before = contents()
    with start_sshd(tmp_path / "sshd", sudo=sudo) as sshd:
        said = run(sshd, "whoami; pwd; cat /etc/shadow; touch here").stdout.split()
        free = run(sshd, "sudo -n id -un")
        assert contents() == before

    assert said == ["ubuntu", str(HOME)]
    assert (tmp_path / "sshd" / "homes" / "ubuntu" / "here").exists()
    assert (free.returncode == 0, free.stdout) == (
        (True, "root\n") if sudo == "free" else (False, "")
    )
    assert contents() == before
    assert not HOME.exists()


def test_sudo_asks_for_the_password_each_time(tmp_path: Path) -> None:
    need("asks")
    with start_sshd(tmp_path / "sshd", sudo="asks") as sshd:
        given = run(sshd, ASKED, f"{sshd.password}\nwhat follows\n")
        again = run(sshd, "sudo -n true")

    assert given.stdout == "root\nwhat follows\n"
    assert "password is required" in again.stderr


def test_a_user_without_sudo_does_not_become_root_by_the_password(tmp_path: Path) -> None:
    need("none")
    with start_sshd(tmp_path / "sshd", sudo="none") as sshd:
        done = run(sshd, ASKED, f"{sshd.password}\n")

    assert "root" not in done.stdout
    assert done.returncode != 0


def test_a_client_key_can_have_a_passphrase(tmp_path: Path) -> None:
    need(None)
    with start_sshd(tmp_path / "sshd", passphrase=WORDS) as sshd:
        opened = {given: public_key(sshd, given) for given in ("", WORDS)}

    assert opened[""] is None
    assert opened[WORDS] in (tmp_path / "sshd" / "authorized_keys").read_text().split()


def public_key(sshd: Sshd, passphrase: str) -> str | None:
    """What OpenSSH derives from the private key, or None when it cannot open it."""
    key = sshd.log.parent / "client_key"
    done = subprocess.run(
        ["ssh-keygen", "-y", "-P", passphrase, "-f", key],
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout.split()[1] if done.returncode == 0 else None
