"""How `doctor` calls ssh: the key it trusts, what command lines hold, how failures are told."""

import os
import shlex
import stat
import sys
from pathlib import Path

import pytest

from components.cni_plugins.commands import Root, reading_command
from config.nodes import Node
from multihome.doctor import ssh
from multihome.doctor.finding import Unseen
from multihome.doctor.plan import Plan
from multihome.doctor.ssh import PASSWORD_VARIABLE, look_at_node
from tests.cases.sites import site

PLAN = Plan(site("home"))
HOST_KEY = PLAN.site.nodes["k3s-1"].host_key
PASSWORD = "a canary of a password"  # noqa: S105 - of the stand-in
SSH = f"""#!{sys.executable}
import os, sys
from pathlib import Path
folder = Path(__file__).parent
known = next(word.partition("=")[2] for word in sys.argv if word.startswith("UserKnownHostsFile="))
(folder / "mode").write_text(oct(os.stat(known).st_mode))
(folder / "known_hosts").write_text(Path(known).read_text())
(folder / "words").write_text("\\n".join(sys.argv[1:]))
(folder / "stdin").write_text(sys.stdin.read())
sys.stdout.write((folder / "stdout").read_text())
sys.exit("first line\\nssh: connect to host: No route to host")
"""


@pytest.fixture
def called(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder in which an `ssh` on PATH leaves what it was given."""
    program = tmp_path / "ssh"
    program.write_text(SSH)
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    (tmp_path / "stdout").write_text("")
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    monkeypatch.delenv(PASSWORD_VARIABLE, raising=False)
    return tmp_path


def node(**changes: object) -> Node:
    given = {"host": "fd00::1", "architecture": "amd64", "interfaces": ["eth0"]}
    return Node.model_validate({**given, "host_key": HOST_KEY, **changes})


def test_ssh_asks_nothing_and_trusts_the_node_s_own_key_alone(called: Path) -> None:
    answer = look_at_node(PLAN, "k3s-1", node(port=2222, user="root"))

    assert answer == Unseen(where="node k3s-1", why="ssh: connect to host: No route to host")
    assert (called / "mode").read_text().endswith("600")
    assert (called / "known_hosts").read_text() == f"multihome-node {HOST_KEY}\n"
    words = (called / "words").read_text().splitlines()
    assert {"BatchMode=yes", "StrictHostKeyChecking=yes", "HostKeyAlias=multihome-node"} <= {*words}
    assert words[-6:-1] == ["-p", "2222", "-l", "root", "fd00::1"]
    known_hosts = next(word.partition("=")[2] for word in words if "UserKnownHostsFile" in word)
    assert not Path(known_hosts).exists()


def test_a_password_is_on_standard_input_and_in_no_command_line(
    called: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(PASSWORD_VARIABLE, PASSWORD)
    look_at_node(PLAN, "k3s-1", node(user="ubuntu", sudo=True, sudo_password="mine"))  # noqa: S106

    assert PASSWORD not in (called / "words").read_text()
    assert (called / "stdin").read_text().startswith(f"{PASSWORD}\n")


def test_a_password_is_given_to_no_node_that_asks_for_none(
    called: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(PASSWORD_VARIABLE, PASSWORD)
    for changes in ({}, {"user": "ubuntu", "sudo": True}):
        look_at_node(PLAN, "k3s-1", node(**changes))
        assert PASSWORD not in (called / "stdin").read_text()


def test_a_login_without_sudo_needs_no_password(called: Path) -> None:
    look_at_node(PLAN, "k3s-1", node(sudo_password="mine"))  # noqa: S106
    assert (called / "words").exists()


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"host_key": None}, "it has no `host_key` in the stack file"),
        (
            {"user": "ubuntu", "sudo": True, "sudo_password": "mine"},
            f"sudo needs a password; set {PASSWORD_VARIABLE}",
        ),
    ],
)
def test_without_key_or_password_nobody_logs_in(
    called: Path, changes: dict[str, object], why: str
) -> None:
    assert look_at_node(PLAN, "k3s-1", node(**changes)) == Unseen(where="node k3s-1", why=why)
    assert not (called / "words").exists()


def test_a_node_that_does_not_answer_in_time_is_told(
    called: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (called / "ssh").write_text("#!/bin/sh\nexec tail -f /dev/null\n")
    monkeypatch.setattr(ssh, "SECONDS", 0.2)
    assert look_at_node(PLAN, "k3s-1", node()) == Unseen(
        where="node k3s-1", why="no answer within 0.2 s"
    )


def test_a_machine_without_ssh_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert look_at_node(PLAN, "k3s-1", node()) == Unseen(
        where="node k3s-1", why="there is no `ssh` on this machine"
    )


def test_a_script_that_was_cut_off_is_no_answer(called: Path) -> None:
    (called / "stdout").write_text("time\t1\nbin_dir\n")
    assert isinstance(look_at_node(PLAN, "k3s-1", node()), Unseen)


@pytest.mark.parametrize(
    ("root", "words"),
    [
        (Root.LOGIN, ["sh", "-c", "sh -s"]),
        (Root.SUDO, ["sudo", "-n", "sh", "-c", "sh -s"]),
    ],
)
def test_the_script_runs_as_root(root: Root, words: list[str]) -> None:
    assert shlex.split(reading_command(root, "sh -s")) == words
