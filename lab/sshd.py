"""A real sshd with keys of its own: a node for tests, on a loopback port or in a namespace.

It is the system's OpenSSH server; it neither reads nor changes the machine's own configuration,
keys or accounts.
"""

import os
import pwd
import secrets
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from shlex import quote
from typing import Literal

from lab.account import USER, Sudo, account_missing, make_account, with_account

START_SECONDS = 10.0
_PLACES = "/usr/sbin:/usr/local/sbin:/sbin:/usr/bin"
KeyType = Literal["ed25519", "rsa"]


@dataclass(frozen=True, kw_only=True)
class Sshd:
    """A running server: its address and the keys, in the form that the configuration takes."""

    host: str
    port: int
    user: str
    private_key: str
    host_key: str
    log: Path
    process: int
    password: str = ""
    """What sudo asks the user of lab/account.py for; the current user's is not known."""

    def connections(self) -> int:
        """How many TCP connections the server has accepted, with those whose login failed."""
        return self.log.read_text().count("Connection from ")


def sshd_missing(sudo: Sudo | None = None) -> str | None:
    """Why no sshd (with such a user) can be started on this machine, or None when one can."""
    if shutil.which("sshd", path=_PLACES) is None:
        return "sshd is not installed (Debian: apt-get install openssh-server)"
    return None if sudo is None else account_missing()


@contextmanager
def start_sshd(
    folder: Path,
    *,
    listen: str = "127.0.0.1",
    namespace: str | None = None,
    accept_env: Sequence[str] = (),
    port: int | None = None,
    binds: Mapping[Path, Path] | None = None,
    sudo: Sudo | None = None,
    passphrase: str = "",
    host_key_type: KeyType = "ed25519",
) -> Iterator[Sshd]:
    """Runs an sshd that keeps everything in `folder` (made if missing) until the block ends.

    `listen` is the only address it serves, `namespace` the network namespace that it runs in (as
    `ip netns` names it), `accept_env` patterns of the variables that it takes from clients.
    In the place of each path of `binds` the server and its sessions, and nobody else, see the
    other.
    The current user logs in, with the generated key; with `sudo`, which needs root, the user of
    lab/account.py does. `passphrase` protects the generated client key. Keys of an earlier server
    in `folder` are used again, as a node that restarts keeps its keys.
    Raises `RuntimeError` with the server's log when it does not start.
    """
    program = shutil.which("sshd", path=_PLACES)
    if program is None:
        raise RuntimeError(sshd_missing())
    folder.mkdir(parents=True, exist_ok=True)
    if os.geteuid() == 0:
        Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)  # sshd refuses to start without it
    host_key = new_key(folder / f"host_key_{host_key_type}", host_key_type)
    client_key = new_key(folder / "client_key", passphrase=passphrase)
    authorized = client_key.with_suffix(".pub").read_text()
    within = [] if namespace is None else ["ip", "netns", "exec", namespace]
    password = "" if sudo is None else secrets.token_urlsafe(16)
    if sudo is None:
        user, keys = pwd.getpwuid(os.geteuid()).pw_name, str(folder / "authorized_keys")
        Path(keys).write_text(authorized)
    else:
        user, keys = USER, ".ssh/authorized_keys"
        make_account(folder, sudo, password, authorized)
        within += with_account(folder)
    port = port or _free_port()
    config = folder / "sshd_config"
    config.write_text(
        _config(
            listen=listen,
            port=port,
            host_key=host_key,
            user=user,
            keys=keys,
            accept_env=accept_env,
        )
    )
    log = folder / "sshd.log"
    if binds:
        mounts = [f"mount --bind {quote(str(to))} {quote(str(at))}" for at, to in binds.items()]
        script = " && ".join([*mounts, 'exec "$@"'])
        within += ["unshare", "--mount", "sh", "-c", script, "sh"]
    with log.open("wb") as errors:
        process = subprocess.Popen(
            [*within, program, "-D", "-e", "-f", str(config)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=errors,
        )
    try:
        _wait_until_listening(process, log)
        yield Sshd(
            host=listen,
            port=port,
            user=user,
            private_key=client_key.read_text(),
            host_key=" ".join(host_key.with_suffix(".pub").read_text().split()[:2]),
            log=log,
            process=process.pid,
            password=password,
        )
    finally:
        process.terminate()
        process.wait(START_SECONDS)


def _config(
    *, listen: str, port: int, host_key: Path, user: str, keys: str, accept_env: Sequence[str]
) -> str:
    lines = [
        f"ListenAddress {listen}",
        f"Port {port}",
        f"HostKey {host_key}",
        f"AuthorizedKeysFile {keys}",
        f"AllowUsers {user}",
        "PidFile none",
        "UsePAM no",
        "StrictModes no",  # the folder may lie under a world-writable /tmp
        "PermitRootLogin prohibit-password",
        "PasswordAuthentication no",
        "KbdInteractiveAuthentication no",
        "UseDNS no",
        "PrintMotd no",
        "LogLevel VERBOSE",  # one line for each accepted connection
        "Subsystem sftp internal-sftp",
        *(f"AcceptEnv {pattern}" for pattern in accept_env),
    ]
    return "\n".join(lines) + "\n"


def new_key(path: Path, type_: KeyType = "ed25519", passphrase: str = "") -> Path:
    """A key pair at the path, which is made unless it is there."""
    if not path.exists():
        kind = ["-t", "rsa", "-b", "2048"] if type_ == "rsa" else ["-t", type_]
        subprocess.run(
            ["ssh-keygen", "-q", *kind, "-N", passphrase, "-C", path.name, "-f", str(path)],
            check=True,
            stdin=subprocess.DEVNULL,
        )
    return path


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_until_listening(process: subprocess.Popen[bytes], log: Path) -> None:
    """Reads the log: a connection as a probe would be counted as a client's."""
    deadline = time.monotonic() + START_SECONDS
    while "Server listening on " not in log.read_text():
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"sshd did not come up: {log.read_text().strip()}")
        time.sleep(0.02)
