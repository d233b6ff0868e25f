"""The command lines that SSH runs, by login shell and by each shell that a node may have as sh."""

import asyncio
import os
import shlex
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import asyncssh
import pytest

from components.cni_plugins.commands import Root, install_command, remove_command, with_password
from components.cni_plugins.scripts import NodeScripts
from lab.sshd import Sshd, sshd_missing, start_sshd
from lab.web import serve_folder
from tests.node.node import NAMES, NODE, Node, archived, released

PASSWORD = "a 'password' for $HOME"  # noqa: S105 - of the stand-in
# Each program is listed with its arguments before it runs.
LISTED = """#!/bin/sh
echo "{name} $*" >>"{log}"
"""
ASKS = """
[ "$1 $2 $3 $4" = "-k -S -p " ] || {{ echo "a password is required" >&2; exit 1; }}
shift 4
IFS= read -r line || {{ echo "no password was provided" >&2; exit 1; }}
[ "$line" = {password} ] || {{ echo "incorrect password" >&2; exit 1; }}
exec "$@"
"""
FREE = """
while :; do
    case $1 in
    -p) shift 2 ;;
    -*) shift ;;
    *) exec "$@" ;;
    esac
done
"""


@dataclass(frozen=True, kw_only=True)
class Login:
    """A login at the node: its PATH begins with programs of the test's own."""

    node: Node
    programs: Path

    @property
    def log(self) -> Path:
        return self.programs.parent / "log"

    @property
    def shell(self) -> str:
        return str(self.programs / "sh")

    def add(self, name: str, script: str) -> None:
        program = self.programs / name
        program.unlink(missing_ok=True)
        program.write_text(LISTED.format(name=name, log=self.log) + script)
        program.chmod(0o755)

    def run(self, command: str, text: str = "") -> subprocess.CompletedProcess[bytes]:
        """As sshd does: the login shell gets the command as one word."""
        return subprocess.run(
            [self.shell, "-c", command],
            input=text.encode(),
            cwd=self.node.home,
            env=self.node.environment(PATH=f"{self.programs}:{os.environ['PATH']}"),
            capture_output=True,
            check=False,
            timeout=60,
        )


@pytest.fixture
def login(node: Node) -> Login:
    programs = node.root.parent / "programs"
    programs.mkdir()
    found = shutil.which(node.interpreter[0])
    assert found is not None
    names = ["sh"] if node.interpreter == ("dash",) else ["sh", "mktemp", "rm", "tail", "timeout"]
    for name in names:
        (programs / name).symlink_to(found)
    return Login(node=node, programs=programs)


def test_a_failure_shows_the_end_of_the_output_as_text(login: Login) -> None:
    script = r"""
    head -c 200000 /dev/zero | tr '\0' x
    printf '\377\376\033[31m caf\303\251\nthe last line\n' >&2
    exit 7
    """
    done = login.run(install_command(Root.LOGIN), script)

    assert done.returncode == 7
    assert done.stdout == b""
    assert done.stderr.endswith(b"x[31m caf\nthe last line\n")
    assert len(done.stderr) <= 2000
    assert list(login.node.temporary.iterdir()) == []


def test_a_script_that_succeeds_ends_with_0(login: Login) -> None:
    done = login.run(install_command(Root.LOGIN), "echo done")
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"done\n")


def test_a_script_that_hangs_is_ended_where_timeout_is_there(login: Login) -> None:
    login.add("timeout", 'shift\nexec "$@"\n')
    assert login.run(install_command(Root.LOGIN), "exit 3").returncode == 3
    assert "timeout 1700 sh -s\n" in login.log.read_text()

    login.add("timeout", "exit 127\n")
    assert login.run(install_command(Root.LOGIN), "exit 4").returncode == 4


def test_a_command_that_is_killed_leaves_no_output_behind(login: Login) -> None:
    login.add("timeout", '[ "$2" = true ] || kill -9 "$PPID"\n')

    assert login.run(install_command(Root.LOGIN), "true").returncode in {-9, 137}
    assert list(login.node.temporary.iterdir()) == []


def test_a_machine_without_the_remover_has_nothing_of_ours(login: Login, archive: Path) -> None:
    scripts = login.node.scripts(archived(archive))
    start = login.node.files()

    assert login.run(remove_command(Root.LOGIN, scripts.remover, NODE)).returncode == 0
    assert login.node.files() == start


def test_a_failed_removal_says_what_failed_in_a_few_words(login: Login, archive: Path) -> None:
    scripts = login.node.scripts(archived(archive))
    login.node.folder.mkdir(parents=True)
    Path(scripts.remover).write_text("echo the disk is broken >&2; exit 5\n")
    command = remove_command(Root.LOGIN, scripts.remover, NODE)

    done = login.run(command)
    assert (done.returncode, done.stderr) == (5, b"the disk is broken\n")
    assert len(remove_command(Root.LOGIN, "/var/lib/multihome/remove-01234567", NODE)) < 300
    assert "\n" not in command


@pytest.mark.parametrize(
    ("root", "script"),
    [
        (Root.SUDO, FREE),
        (Root.PASSWORD, FREE),
        (Root.PASSWORD, ASKS.format(password=shlex.quote(PASSWORD))),
    ],
    ids=["no password", "a password that is not asked for", "a password"],
)
def test_sudo_runs_both_and_shows_no_password(
    login: Login, archive: Path, root: Root, script: str
) -> None:
    login.add("sudo", script)
    scripts = login.node.scripts(archived(archive))
    login.node.copy(archive, scripts)
    start = login.node.files(login.node.bin_dir)
    text = scripts.install
    if root is Root.PASSWORD:
        text = with_password(PASSWORD, scripts.install)

    installed = login.run(install_command(root), text)
    assert (installed.returncode, installed.stderr) == (0, b"")
    assert (login.node.bin_dir / "vlan").exists()
    removed = login.run(remove_command(root, scripts.remover, NODE), text)
    assert (removed.returncode, removed.stderr) == (0, b"")
    assert login.node.files() == start
    listed = login.log.read_text()
    assert listed.count("sudo ") == 2
    assert PASSWORD not in listed


@pytest.mark.parametrize("text", ["", "wrong\nwrong\n"], ids=["no input", "a wrong password"])
def test_sudo_that_gets_no_password_fails_and_changes_nothing(
    login: Login, archive: Path, text: str
) -> None:
    scripts = login.node.scripts(archived(archive))
    login.node.copy(archive, scripts)
    login.node.install(scripts)
    login.add("sudo", ASKS.format(password=shlex.quote(PASSWORD)))
    start = login.node.files()

    for command in (
        install_command(Root.PASSWORD),
        remove_command(Root.PASSWORD, scripts.remover, NODE),
    ):
        done = login.run(command, text)
        assert done.returncode != 0
        assert b"password" in done.stderr
    assert login.node.files() == start


def test_an_installation_that_gets_no_script_fails(login: Login) -> None:
    login.add("sudo", FREE)
    assert login.run(install_command(Root.PASSWORD), "").returncode != 0


async def over_ssh(server: Sshd, node: Node, scripts: NodeScripts, archive: Path) -> None:
    """Copies, installs and removes as the command plugin does: in the login folder."""
    async with asyncssh.connect(
        server.host,
        server.port,
        username=server.user,
        client_keys=[asyncssh.import_private_key(server.private_key)],
        known_hosts=([asyncssh.import_public_key(server.host_key)], [], []),
        config=None,
    ) as client:
        if scripts.copied is not None:
            async with client.start_sftp_client() as files:
                await files.makedirs(str(Path(scripts.copied).parent), exist_ok=True)
                await files.put(str(archive), scripts.copied)
        await client.run(install_command(Root.LOGIN), input=scripts.install, check=True)
        assert {path.name for path in node.bin_dir.iterdir()} >= {*NAMES}
        await client.run(remove_command(Root.LOGIN, scripts.remover, NODE), check=True)


def test_both_run_over_ssh_as_they_do_on_the_node(tmp_path: Path, archive: Path) -> None:
    why = sshd_missing()
    if why:
        pytest.skip(why)
    node = Node(interpreter=("sh",), root=tmp_path / "node")
    start = node.files()
    with start_sshd(tmp_path / "sshd") as server, serve_folder(archive.parent) as url:
        for plugins in (archived(archive), released(archive, url)):
            asyncio.run(over_ssh(server, node, node.scripts(plugins), archive))
            assert node.files() == start
