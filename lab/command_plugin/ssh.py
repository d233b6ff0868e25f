"""Commands and files over SSH, as the command plugin sends them (its contract: contract.md)."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import asyncssh
import grpc

from lab.command_plugin.dial import CommandFailedError, Patience, dial

# The original reads what it logs by lines of at most so many bytes, and for a longer one it stops
# reading: the command hangs for ever.
LONGEST_LINE = 65_535
STREAMS = ("stdout", "stderr")


@dataclass(frozen=True, kw_only=True)
class Printed:
    """What a command printed, as it printed it."""

    stdout: bytes
    stderr: bytes

    def texts(self) -> dict[str, str]:
        """Both, each without its last line break; outputs are text in UTF-8 alone.

        Raises `CommandFailedError` for others: the call fails though the command ran.
        """
        try:
            return {"stdout": _text(self.stdout), "stderr": _text(self.stderr)}
        except UnicodeDecodeError:
            raise CommandFailedError(
                "grpc: error while marshaling: string field contains invalid UTF-8",
                grpc.StatusCode.INTERNAL,
            ) from None


@dataclass(frozen=True, kw_only=True)
class Options:
    """What else is known of a command: `environment` must be accepted, `offered` need not be."""

    environment: Mapping[str, str] = field(default_factory=dict)
    offered: Mapping[str, str] = field(default_factory=dict)
    logged: Collection[str] = STREAMS
    patience: Patience = field(default_factory=Patience)


async def run(
    connection: Mapping[str, Any], command: str, stdin: str, options: Options | None = None
) -> Printed:
    """Runs the command; raises `CommandFailedError` with its text and output when it fails."""
    given = options or Options()
    # The library leaves an empty input open, and starts a shell when there is no text.
    source = {"input": stdin.encode()} if stdin else {"stdin": asyncssh.DEVNULL}
    async with await dial(connection, given.patience) as client:
        await _require(client, given.environment)
        done = await client.run(
            command or ":",
            **source,
            env={**given.offered, **given.environment},
            encoding=None,
            check=False,
        )
    printed = Printed(stdout=_bytes(done.stdout), stderr=_bytes(done.stderr))
    for name in given.logged:
        _require_short_lines(name, getattr(printed, name))
    if done.exit_status != 0:
        said = (printed.stdout + printed.stderr).decode(errors="replace")
        raise CommandFailedError(
            f"Process exited with status {done.exit_status}: running {command!r}:\n{said}"
        )
    return printed


async def copy(
    connection: Mapping[str, Any], source: Mapping[str, str], remote_path: str, patience: Patience
) -> None:
    """Copies an asset; parent folders are made, modes are the server's own."""
    async with await dial(connection, patience) as client, client.start_sftp_client() as files:
        parent = remote_path.rpartition("/")[0]
        if parent:
            await files.makedirs(parent, exist_ok=True)
        try:
            if source.get("path"):
                await files.put(str(Path(source["path"])), remote_path)
            else:
                async with files.open(remote_path, "w") as file:
                    await file.write(source["text"])
        except (OSError, asyncssh.SFTPError) as error:
            raise CommandFailedError(f"{remote_path}: {error}") from None


async def _require(client: asyncssh.SSHClientConnection, environment: Mapping[str, str]) -> None:
    """The library does not wait for the server's answer: look whether the variables arrive."""
    if not environment:
        return
    seen = str((await client.run("printenv", env=environment)).stdout)
    for name, value in environment.items():
        if f"{name}={value}\n" not in seen:
            raise CommandFailedError(f"could not set environment variable {name!r} (AcceptEnv)")


def _require_short_lines(name: str, printed: bytes) -> None:
    *lines, rest = printed.split(b"\n")
    if any(len(line) > LONGEST_LINE for line in lines) or len(rest) > LONGEST_LINE + 1:
        raise CommandFailedError(
            f"{name} has a line over {LONGEST_LINE} bytes and is logged: with the original plugin"
            " this command hangs for ever"
        )


def _bytes(printed: str | bytes | None) -> bytes:
    return printed.encode() if isinstance(printed, str) else bytes(printed or b"")


def _text(printed: bytes) -> str:
    return printed.decode().removesuffix("\n")
