"""Commands and files over SSH, as the command plugin sends them (its contract: contract.md)."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncssh

FIRST_PAUSE_SECONDS, PAUSE_FACTOR, LONGEST_PAUSE_SECONDS = 0.1, 1.5, 5.0


class CommandFailedError(Exception):
    """The command's exit status was not 0, or the host could not be reached."""


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What a command printed, each without its last line break."""

    stdout: str
    stderr: str


async def run(connection: Mapping[str, Any], command: str, stdin: str) -> Outcome:
    """Runs the command; raises `CommandFailedError` with its text and output when it fails."""
    async with await _connect(connection) as client:
        done = await client.run(command, input=stdin, check=False)
    out, err = str(done.stdout or ""), str(done.stderr or "")
    if done.exit_status != 0:
        raise CommandFailedError(
            f"Process exited with status {done.exit_status}: running {command!r}:\n{out}{err}"
        )
    return Outcome(stdout=out.removesuffix("\n"), stderr=err.removesuffix("\n"))


async def copy(connection: Mapping[str, Any], source: Path, remote_path: str) -> None:
    """Copies one file; parent folders are made, modes are the server's own."""
    async with await _connect(connection) as client, client.start_sftp_client() as files:
        parent = remote_path.rpartition("/")[0]
        if parent:
            await files.makedirs(parent, exist_ok=True)
        await files.put(str(source), remote_path)


async def _connect(connection: Mapping[str, Any]) -> asyncssh.SSHClientConnection:
    host, port = str(connection["host"]), int(connection.get("port") or 22)
    limit = int(connection.get("dialErrorLimit") or 10)
    pause, tried = FIRST_PAUSE_SECONDS, 0
    known: Any = None
    if connection.get("hostKey"):
        key = asyncssh.import_public_key(str(connection["hostKey"]))
        known = ([key], [], [])
    keys = []
    if connection.get("privateKey"):
        passphrase = connection.get("privateKeyPassword")
        keys = [asyncssh.import_private_key(str(connection["privateKey"]), passphrase)]
    while True:
        tried += 1
        try:
            return await asyncssh.connect(
                host,
                port,
                username=str(connection.get("user") or "root"),
                password=connection.get("password"),
                client_keys=keys,
                known_hosts=known,
                agent_path=None,
                config=None,
                connect_timeout=float(connection.get("perDialTimeout") or 15),
            )
        except (OSError, asyncssh.Error, TimeoutError) as error:
            final = isinstance(error, asyncssh.HostKeyNotVerifiable | asyncssh.PermissionDenied)
            if final or tried == limit:
                raise CommandFailedError(f"{host}:{port}: {error} (dial {tried}/{limit})") from None
        await asyncio.sleep(pause)
        pause = min(pause * PAUSE_FACTOR, LONGEST_PAUSE_SECONDS)
