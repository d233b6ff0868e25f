"""Reaching a host: credentials, host key, and what is tried how often.

Every failed dial is tried again, refused logins and other host keys too: the first dial and
`dialErrorLimit` more, without an end for -1.
"""

import os
import socket
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import asyncssh
import grpc

from lab.command_plugin.inputs import DEFAULTS

FIRST_PAUSE_SECONDS, PAUSE_FACTOR, LONGEST_PAUSE_SECONDS = 0.1, 1.5, 5.0
UNLIMITED = -1
# In the order in which the original tries them.
_METHODS = ("publickey", "password", "keyboard-interactive")


class CommandFailedError(Exception):
    """The command failed, or the host could not be reached; `status` is what the engine is told."""

    def __init__(self, text: str, status: grpc.StatusCode = grpc.StatusCode.UNKNOWN) -> None:
        super().__init__(text)
        self.status = status


@dataclass(frozen=True, kw_only=True)
class Patience:
    """What ends the tries: a moment of the monotonic clock, or the engine. Commands go on."""

    until: float = float("inf")
    cancelled: threading.Event = field(default_factory=threading.Event)

    def pause(self, seconds: float) -> None:
        """Waits; raises `CommandFailedError` when patience ends first."""
        left = self.until - time.monotonic()
        if self.cancelled.wait(max(0.0, min(seconds, left))):
            raise CommandFailedError("context canceled", grpc.StatusCode.CANCELLED)
        if left < seconds:
            raise CommandFailedError("context deadline exceeded", grpc.StatusCode.DEADLINE_EXCEEDED)


async def dial(given: Mapping[str, Any], patience: Patience) -> asyncssh.SSHClientConnection:
    """A connection that is logged in; raises `CommandFailedError` when there is none.

    `given` are the fields of the input `connection`.
    """
    connection = {**DEFAULTS, **given}
    limit = int(connection["dialErrorLimit"])
    host_key = _host_key(connection.get("hostKey"))
    keys = await _client_keys(connection)
    pause, failed = FIRST_PAUSE_SECONDS, 0
    while True:
        try:
            return await _log_in(connection, _tcp(connection), host_key, keys)
        except _DialError as error:
            why = str(error)
        if limit > UNLIMITED and failed >= limit:
            raise CommandFailedError(f"after {failed} failed attempts: {why}")
        failed += 1
        # Nothing else runs in this thread.
        patience.pause(pause)
        pause = min(pause * PAUSE_FACTOR, LONGEST_PAUSE_SECONDS)


class _DialError(Exception):
    """One dial has failed; it names the host only when TCP failed."""


def _tcp(connection: Mapping[str, Any]) -> socket.socket:
    """The time limit is that of TCP alone: a host that accepts and says nothing is waited for."""
    address = str(connection["host"]), int(connection["port"])
    try:
        tcp = socket.create_connection(address, float(connection["perDialTimeout"]) or None)
    except OSError as error:
        raise _DialError(f"dial tcp {address[0]}:{address[1]}: {error}") from None
    tcp.settimeout(0)
    return tcp


async def _log_in(
    connection: Mapping[str, Any],
    tcp: socket.socket,
    host_key: asyncssh.SSHKey | None,
    keys: Sequence[Any],
) -> asyncssh.SSHClientConnection:
    # A host key of type ssh-rsa is asked for with SHA-1 alone, which servers of today refuse.
    algorithms = [host_key.get_algorithm()] if host_key else []
    try:
        return await asyncssh.connect(
            sock=tcp,
            username=str(connection["user"]),
            password=connection.get("password"),
            client_keys=keys or None,  # an empty list would mean the keys in ~/.ssh
            known_hosts=([host_key], [], []) if host_key else None,
            server_host_key_algs=algorithms or (),
            preferred_auth=_METHODS,
            agent_path=None,
            config=None,
            login_timeout=0,
        )
    except asyncssh.HostKeyNotVerifiable:
        raise _DialError("ssh: handshake failed: ssh: host key mismatch") from None
    except asyncssh.PermissionDenied:
        raise _DialError("ssh: handshake failed: ssh: unable to authenticate") from None
    except (OSError, asyncssh.Error) as error:
        raise _DialError(
            f"ssh: handshake failed: {error}; algorithms for the host key: {algorithms or 'any'}"
        ) from None


def _host_key(text: str | None) -> asyncssh.SSHKey | None:
    """The first key of lines like `[options] type base64 [comment]`."""
    if text is None:
        return None
    for line in text.splitlines():
        words = line.split()
        for start in (0, 1):
            try:
                return asyncssh.import_public_key(" ".join(words[start : start + 2]))
            except asyncssh.KeyImportError:
                continue
    raise CommandFailedError("failed to parse host key: ssh: no key found")


async def _client_keys(connection: Mapping[str, Any]) -> Sequence[Any]:
    """The private key; without one, the keys of the agent, which must answer in either case."""
    own = _private_key(connection.get("privateKey"), connection.get("privateKeyPassword"))
    agent = connection.get("agentSocketPath", os.environ.get("SSH_AUTH_SOCK") or None)
    if agent is None:
        return own
    try:
        client = await asyncssh.connect_agent(agent)
    except (OSError, ValueError) as error:
        raise CommandFailedError(f"dial unix {agent}: {error}") from None
    return own or await client.get_keys()


def _private_key(text: str | None, passphrase: str | None) -> list[asyncssh.SSHKey]:
    if text is None:
        return []
    try:
        opened = [asyncssh.import_private_key(text)]
    except (asyncssh.KeyImportError, asyncssh.KeyEncryptionError):
        opened = []
    if opened and passphrase is not None:
        raise CommandFailedError("ssh: key is not password protected")
    if "BEGIN ENCRYPTED PRIVATE KEY" in text:
        raise CommandFailedError("ssh: an encrypted key in PKCS #8 is not read")
    try:
        return opened or [asyncssh.import_private_key(text, passphrase)]
    except (asyncssh.KeyImportError, asyncssh.KeyEncryptionError) as error:
        raise CommandFailedError(f"ssh: {error}") from None
