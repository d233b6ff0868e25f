"""Rows of the contract on reaching a host: keys, agents, tries, limits."""

import socket
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import asyncssh
import grpc
import pytest
from google.protobuf import empty_pb2

from lab.command_plugin.inputs import COMMAND
from lab.command_plugin.values import Values
from lab.sshd import Sshd, start_sshd
from tests.node.command.plugin import Plugin, connection, serving

WORDS = "words of a test"


@pytest.fixture(scope="module")
def other(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sshd]:
    """A server whose keys nobody knows; its own client key has a passphrase."""
    with start_sshd(tmp_path_factory.mktemp("other"), passphrase=WORDS) as server:
        yield server


@contextmanager
def listening(backlog: int) -> Iterator[int]:
    """A port that says nothing: with no place left in its backlog, not even that it is there."""
    with socket.create_server(("127.0.0.1", 0), backlog=backlog) as server:
        yield server.getsockname()[1]


def test_row_11_exactly_the_host_key_is_trusted(sshd: Sshd, plugin: Plugin, other: Sshd) -> None:
    assert plugin.run(connection(sshd, hostKey=f"{sshd.host_key} comment"), "echo in") == "in"
    refusal = plugin.refusal(connection(sshd, hostKey=other.host_key), "true")
    assert "host key mismatch" in refusal
    assert plugin.run(connection(sshd, hostKey=None), "echo in") == "in"
    assert "failed to parse host key" in plugin.refusal(connection(sshd, hostKey="a key"))


def test_row_12_a_host_key_of_type_ssh_rsa_cannot_be_used(plugin: Plugin, tmp_path: Path) -> None:
    with start_sshd(tmp_path / "rsa", host_key_type="rsa") as rsa:
        assert plugin.run(connection(rsa, hostKey=None), "echo in") == "in"
        assert "ssh-rsa" in plugin.refusal(connection(rsa))


@pytest.mark.parametrize("limit", [0, 2])
@pytest.mark.parametrize("wrong", ["hostKey", "user"])
def test_row_13_every_failed_dial_is_tried_again(
    sshd: Sshd, plugin: Plugin, other: Sshd, wrong: str, limit: int
) -> None:
    changes = {"hostKey": other.host_key, "user": "nobody"}
    before = sshd.connections()
    said = plugin.refusal(connection(sshd, dialErrorLimit=limit, **{wrong: changes[wrong]}))
    assert sshd.connections() == before + 1 + limit
    assert f"after {limit} failed attempts" in said
    assert sshd.host not in said


def test_row_14_pauses_grow_and_a_refused_connection_names_the_host(
    sshd: Sshd, plugin: Plugin
) -> None:
    started = time.monotonic()
    said = plugin.refusal(connection(sshd, port=1, dialErrorLimit=3))
    assert time.monotonic() - started > 0.1 + 0.15 + 0.225
    assert "after 3 failed attempts: dial tcp 127.0.0.1:1: " in said


def test_row_15_the_time_limit_of_a_dial_is_that_of_tcp(sshd: Sshd, plugin: Plugin) -> None:
    with (
        listening(0) as full,
        socket.create_connection(("127.0.0.1", full)),
        listening(1) as silent,
        ThreadPoolExecutor() as calls,
    ):
        ended, waiting = (
            calls.submit(failure, plugin, connection(sshd, port=port, perDialTimeout=1), within=2)
            for port in (full, silent)
        )
        assert f"127.0.0.1:{full}" in ended.result().details()
        assert waiting.result().code() == grpc.StatusCode.DEADLINE_EXCEEDED


def test_row_16_a_timeout_ends_dials_and_no_command(sshd: Sshd, plugin: Plugin) -> None:
    slow = {"connection": connection(sshd), "create": "sleep 1.2; echo on"}
    endless = connection(sshd, port=1, dialErrorLimit=-1)
    with ThreadPoolExecutor() as calls:
        dial = calls.submit(failure, plugin, endless, timeout=1, within=20)
        assert plugin.create(COMMAND, slow, timeout=1)["stdout"] == "on"
        assert dial.result().details() == "context deadline exceeded"


def test_row_17_cancel_ends_dials_and_no_command(sshd: Sshd, tmp_path: Path) -> None:
    go, here = tmp_path / "go", tmp_path / "here"
    waiting = f"touch {here}; until [ -e {go} ]; do sleep 0.05; done; echo on"
    # The plugin ends before its calls are waited for.
    with ThreadPoolExecutor() as calls, serving() as plugin:
        command = calls.submit(plugin.run, connection(sshd), waiting)
        dial = calls.submit(plugin.refusal, connection(sshd, port=1, dialErrorLimit=-1))
        while not here.exists():
            assert not command.done()
            time.sleep(0.05)
        plugin.stub.Cancel(empty_pb2.Empty())
        assert dial.result(timeout=20) == "context canceled"
        assert not command.done()
        go.touch()
        assert command.result() == "on"


@pytest.mark.parametrize(
    ("key", "passphrase"),
    [
        ("locked", None),
        ("locked", "other words"),
        ("open", WORDS),
        ("open", ""),
        ("public", None),
        ("PKCS #8", WORDS),
    ],
)
def test_row_18_a_key_that_cannot_be_opened_is_never_offered(
    sshd: Sshd, plugin: Plugin, other: Sshd, key: str, passphrase: str | None
) -> None:
    opened = asyncssh.import_private_key(sshd.private_key)
    keys = {
        "locked": other.private_key,
        "open": sshd.private_key,
        "public": sshd.host_key,
        "PKCS #8": opened.export_private_key("pkcs8-pem", WORDS).decode(),
    }
    before = other.connections()
    plugin.refusal(connection(other, privateKey=keys[key], privateKeyPassword=passphrase))
    assert other.connections() == before


def test_row_18_a_passphrase_opens_its_key(plugin: Plugin, other: Sshd) -> None:
    assert plugin.run(connection(other, privateKeyPassword=WORDS), "echo in") == "in"


def test_row_19_an_agent_that_does_not_answer_is_an_error(
    sshd: Sshd, plugin: Plugin, tmp_path: Path
) -> None:
    gone = str(tmp_path / "gone")
    before = sshd.connections()
    assert gone in plugin.refusal(connection(sshd, agentSocketPath=gone))
    with serving(environment={"SSH_AUTH_SOCK": gone}) as told:
        assert gone in told.refusal(connection(sshd))
    assert sshd.connections() == before


def test_row_20_an_agent_is_asked_when_there_is_no_private_key(
    sshd: Sshd, plugin: Plugin, other: Sshd, tmp_path: Path
) -> None:
    with agent(tmp_path / "agent", sshd.log.parent / "client_key") as path:
        by_agent: dict[str, Any] = {"privateKey": None, "agentSocketPath": path}
        assert plugin.run(connection(sshd, **by_agent), "echo in") == "in"
        assert "unable to authenticate" in plugin.refusal(connection(other, **by_agent))
        # Beside a private key its keys are not tried.
        beside = {"agentSocketPath": path, "privateKey": foreign_key(tmp_path)}
        assert "unable to authenticate" in plugin.refusal(connection(sshd, **beside))


def test_row_21_keys_of_the_user_are_not_used(sshd: Sshd, plugin: Plugin) -> None:
    assert "unable to authenticate" in plugin.refusal(connection(sshd, privateKey=None))


def failure(plugin: Plugin, given: Values, **options: Any) -> Any:
    """The error of a command on this connection."""
    with pytest.raises(grpc.RpcError) as error:
        plugin.create(COMMAND, {"connection": given, "create": "true"}, **options)
    return error.value


@contextmanager
def agent(path: Path, key: Path) -> Iterator[str]:
    """An agent that holds the key."""
    process = subprocess.Popen(["ssh-agent", "-D", "-a", path], stdout=subprocess.DEVNULL)
    try:
        while not path.exists():
            assert process.poll() is None
            time.sleep(0.02)
        subprocess.run(
            ["ssh-add", "-q", key], env={"SSH_AUTH_SOCK": str(path)}, check=True, timeout=20
        )
        yield str(path)
    finally:
        process.terminate()
        process.wait()


def foreign_key(folder: Path) -> str:
    key = folder / "foreign"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key], check=True)
    return key.read_text()
