"""Rows of the contract on Check, Diff, previews and secrets."""

from contextlib import nullcontext
from typing import Any

import grpc
import pytest
from google.protobuf.json_format import MessageToDict
from pulumi.runtime.proto import provider_pb2

from lab.command_plugin.inputs import COMMAND, COPY
from lab.command_plugin.values import UNKNOWN, is_secret, plain, secret, struct
from lab.sshd import Sshd
from tests.node.command.plugin import ORIGINAL, Plugin, connection, serving, urn

HOST = {"host": "127.0.0.1"}


def test_row_4_check_fills_defaults_in(plugin: Plugin) -> None:
    inputs = plugin.checked(COMMAND, {"connection": HOST})
    assert plain(inputs) == {
        "connection": {
            **HOST,
            "user": "root",
            "port": 22,
            "dialErrorLimit": 10,
            "perDialTimeout": 15,
        }
    }


@pytest.mark.parametrize(
    ("type_", "inputs", "named"),
    [
        (COMMAND, {"connection": HOST, "creat": "true"}, "creat"),
        (COMMAND, {"connection": {**HOST, "proxi": "x"}}, "proxi"),
        (COMMAND, {"create": "true"}, "connection"),
        (COMMAND, {"connection": {}}, "host"),
        (COMMAND, {"connection": HOST, "create": 3}, "create"),
        (COMMAND, {"connection": {**HOST, "port": "22"}}, "port"),
        (COPY, {"connection": HOST, "remotePath": "/x"}, "source"),
        (COPY, {"connection": HOST, "remotePath": "/x", "source": "/x"}, "asset"),
        (COPY, {"connection": HOST, "remotePath": "/x", "source": UNKNOWN}, "asset"),
    ],
)
def test_row_5_check_refuses(plugin: Plugin, type_: str, inputs: Any, named: str) -> None:
    assert any(named in objection for objection in plugin.check(type_, inputs)[1])


def test_row_6_inputs_without_check_are_refused(sshd: Sshd, plugin: Plugin) -> None:
    inputs = {"connection": connection(sshd), "create": "true"}  # without perDialTimeout
    request = provider_pb2.CreateRequest(
        urn=urn(COMMAND), type=COMMAND, name="it", properties=struct(inputs)
    )
    # The original crashes.
    with serving() if ORIGINAL else nullcontext(plugin) as victim, pytest.raises(grpc.RpcError):
        victim.stub.Create(request)


def test_row_7_connections_are_secret_and_outputs_are_not(sshd: Sshd, plugin: Plugin) -> None:
    state = plugin.create(
        COMMAND, {"connection": connection(sshd), "create": "cat; cat >&2", "stdin": secret("in")}
    )
    assert is_secret(state["connection"])
    assert is_secret(state["connection"]["value"]["privateKey"])
    assert state["stdin"] == secret("in")
    assert (state["stdout"], state["stderr"]) == ("in", "")


@pytest.mark.parametrize(
    ("changes", "paths"),
    [
        ({}, []),
        ({"triggers": ["1", "3"]}, ["triggers[1]"]),
        ({"triggers": ["1", "2", "3"]}, ["triggers[2]"]),
        ({"create": "b"}, ["create"]),
        ({"delete": "b"}, ["delete"]),
        ({"stdin": "x"}, ["stdin"]),
        ({"create": secret("a")}, ["create"]),
        ({"connection": {**HOST, "port": 23}}, ["connection"]),
    ],
    ids=str,
)
def test_row_8_a_change_is_an_update(plugin: Plugin, changes: Any, paths: list[str]) -> None:
    olds = {"connection": HOST, "create": "a", "triggers": ["1", "2"]}
    answer = plugin.diff(COMMAND, olds, {**olds, **changes})
    assert list(answer.detailedDiff) == paths
    assert list(answer.replaces) == []
    assert (answer.changes == provider_pb2.DiffResponse.DIFF_SOME) == bool(paths)


def test_row_9_a_preview_connects_to_nothing_and_knows_no_output(
    sshd: Sshd, plugin: Plugin
) -> None:
    inputs = {"connection": connection(sshd), "create": "echo out"}
    state = plugin.create(COMMAND, inputs)
    before = sshd.connections()
    unknown = {"stdout": UNKNOWN, "stderr": UNKNOWN}
    created = plugin.create(COMMAND, inputs, preview=True)
    changed = plugin.update(COMMAND, state, {**inputs, "create": "echo other"}, preview=True)
    same = plugin.update(COMMAND, state, inputs, preview=True)
    assert created.items() >= unknown.items()
    assert changed.items() >= unknown.items()
    assert same["stdout"] == "out"
    assert sshd.connections() == before


def test_row_10_nothing_is_read_back(sshd: Sshd, plugin: Plugin) -> None:
    before = sshd.connections()
    stored = {"connection": connection(sshd), "stdout": "as stored", "stderr": ""}
    answer = plugin.stub.Read(
        provider_pb2.ReadRequest(
            id="it",
            urn=urn(COMMAND),
            type=COMMAND,
            name="it",
            properties=struct(stored),
            inputs=struct({}),
        )
    )
    assert MessageToDict(answer.properties)["stdout"] == "as stored"
    assert sshd.connections() == before
