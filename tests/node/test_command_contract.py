"""Each row of lab/command_plugin/contract.md: the stand-in as a process, a real sshd as node."""

import hashlib
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import grpc
import pytest
from google.protobuf import struct_pb2
from google.protobuf.json_format import MessageToDict
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc

from lab.command_plugin.connections import PURPOSE_VARIABLE
from lab.command_plugin.provider import SECRET, SIGNATURE
from lab.sshd import Sshd, sshd_missing, start_sshd
from tests.cases.sites import ROOT

COMMAND, COPY = "command:remote:Command", "command:remote:CopyToRemote"
PLUGIN = ROOT / "lab" / "command_plugin" / "bin" / "pulumi-resource-command"
CONTRACT = ROOT / "lab" / "command_plugin" / "contract.md"
ENVIRONMENT = {**os.environ, "MULTIHOME_LAB_PYTHON": sys.executable}
NONE = provider_pb2.DiffResponse.DIFF_NONE


@dataclass(frozen=True, kw_only=True)
class Given:
    """A node, the stand-in that serves tests, and an empty folder."""

    sshd: Sshd
    plugin: Any
    folder: Path


@pytest.fixture(scope="module")
def sshd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sshd]:
    why = sshd_missing()
    if why:
        pytest.skip(why)
    with start_sshd(tmp_path_factory.mktemp("sshd")) as server:
        yield server


@contextmanager
def serving(purpose: str) -> Iterator[provider_pb2_grpc.ResourceProviderStub]:
    process = subprocess.Popen(
        [PLUGIN], stdout=subprocess.PIPE, text=True, env={**ENVIRONMENT, PURPOSE_VARIABLE: purpose}
    )
    try:
        assert process.stdout is not None
        port = int(process.stdout.readline())
        with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
            yield provider_pb2_grpc.ResourceProviderStub(channel)
    finally:
        process.kill()
        process.wait()


@pytest.fixture(scope="module")
def plugin() -> Iterator[provider_pb2_grpc.ResourceProviderStub]:
    with serving("tests") as stub:
        yield stub


def connection(sshd: Sshd, **changes: Any) -> dict[str, Any]:
    return {
        "host": sshd.host,
        "port": sshd.port,
        "user": sshd.user,
        "privateKey": sshd.private_key,
        "hostKey": sshd.host_key,
        **changes,
    }


def struct(values: dict[str, Any]) -> struct_pb2.Struct:
    made = struct_pb2.Struct()
    made.update(values)
    return made


def urn(type_: str) -> str:
    return f"urn:pulumi:test::multihome::{type_}::it"


def create(plugin: Any, type_: str, inputs: dict[str, Any], *, preview: bool = False) -> Any:
    request = provider_pb2.CreateRequest(
        urn=urn(type_), type=type_, properties=struct(inputs), preview=preview
    )
    return MessageToDict(plugin.Create(request).properties)


def update(plugin: Any, type_: str, olds: dict[str, Any], news: dict[str, Any]) -> Any:
    request = provider_pb2.UpdateRequest(
        id="it",
        urn=urn(type_),
        type=type_,
        olds=struct(olds),
        old_inputs=struct(olds),
        news=struct(news),
    )
    return MessageToDict(plugin.Update(request).properties)


def delete(plugin: Any, type_: str, stored: dict[str, Any]) -> None:
    plugin.Delete(
        provider_pb2.DeleteRequest(id="it", urn=urn(type_), type=type_, properties=struct(stored))
    )


def diff(plugin: Any, olds: dict[str, Any], news: dict[str, Any]) -> Any:
    return plugin.Diff(
        provider_pb2.DiffRequest(
            id="it",
            urn=urn(COMMAND),
            type=COMMAND,
            olds=struct(olds),
            old_inputs=struct(olds),
            news=struct(news),
        )
    )


def said(error: pytest.ExceptionInfo[grpc.RpcError]) -> str:
    return str(error.value)


def row_1_it_serves_only_previews_and_tests(_: Given) -> None:
    environment = {key: value for key, value in ENVIRONMENT.items() if key != PURPOSE_VARIABLE}
    done = subprocess.run(
        [PLUGIN], env=environment, capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 1
    assert done.stdout == ""
    assert "pulumi plugin install resource command 1.2.1" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def row_2_it_connects_to_loopback_alone(given: Given) -> None:
    elsewhere = {"connection": connection(given.sshd, host="192.0.2.1"), "create": "true"}
    with pytest.raises(grpc.RpcError) as error:
        create(given.plugin, COMMAND, elsewhere)
    assert "does not log in to 192.0.2.1" in said(error)
    before = given.sshd.connections()
    with serving("preview") as preview, pytest.raises(grpc.RpcError) as error:
        create(preview, COMMAND, {"connection": connection(given.sshd), "create": "true"})
    assert "does not log in to 127.0.0.1" in said(error)
    with serving("vm") as vm, pytest.raises(grpc.RpcError) as error:
        create(vm, COMMAND, {"connection": connection(given.sshd), "create": "true"})
    assert "does not log in to 127.0.0.1" in said(error)
    assert given.sshd.connections() == before


def row_3_triggers_replace_and_all_else_updates(given: Given) -> None:
    olds = {"connection": connection(given.sshd), "create": "a", "delete": "b", "triggers": ["1"]}
    assert diff(given.plugin, olds, olds).changes == NONE
    assert list(diff(given.plugin, olds, {**olds, "triggers": ["2"]}).replaces) == ["triggers"]
    for key in ("create", "update", "delete", "stdin"):
        answer = diff(given.plugin, olds, {**olds, key: "other"})
        assert answer.changes != NONE
        assert list(answer.replaces) == []


def row_4_an_update_runs_update_else_create(given: Given) -> None:
    olds = {"connection": connection(given.sshd), "create": "echo made"}
    assert update(given.plugin, COMMAND, olds, {**olds, "stdin": "x"})["stdout"] == "made"
    news = {**olds, "update": "echo changed"}
    assert update(given.plugin, COMMAND, olds, news)["stdout"] == "changed"
    before = given.sshd.connections()
    update(
        given.plugin,
        COMMAND,
        {**olds, "connection": connection(given.sshd, host="127.0.0.9")},
        olds,
    )
    assert given.sshd.connections() == before + 1


def row_5_delete_is_the_stored_one(given: Given) -> None:
    mark = given.folder / "deleted"
    delete(given.plugin, COMMAND, {"connection": connection(given.sshd), "delete": f"touch {mark}"})
    assert mark.exists()


def row_6_a_preview_connects_to_nothing(given: Given) -> None:
    before = given.sshd.connections()
    create(
        given.plugin,
        COMMAND,
        {"connection": connection(given.sshd), "create": "true"},
        preview=True,
    )
    assert given.sshd.connections() == before


def row_7_output_loses_one_line_break(given: Given) -> None:
    made = create(
        given.plugin,
        COMMAND,
        {"connection": connection(given.sshd), "create": r"printf 'a\n\n'; printf 'b\n' >&2"},
    )
    assert (made["stdout"], made["stderr"]) == ("a\n", "b")


def row_8_a_failure_says_what_it_printed(given: Given) -> None:
    with pytest.raises(grpc.RpcError) as error:
        create(
            given.plugin,
            COMMAND,
            {"connection": connection(given.sshd), "create": "echo no room; exit 7"},
        )
    assert "status 7" in said(error)
    assert "no room" in said(error)
    assert "echo no room; exit 7" in said(error)


def row_9_connections_are_secret(given: Given) -> None:
    checked = given.plugin.Check(
        provider_pb2.CheckRequest(
            urn=urn(COMMAND),
            type=COMMAND,
            news=struct({"connection": connection(given.sshd), "create": "true"}),
        )
    )
    assert MessageToDict(checked.inputs)["connection"][SIGNATURE] == SECRET
    hidden = {SIGNATURE: SECRET, "value": "in"}
    made = create(
        given.plugin,
        COMMAND,
        {"connection": connection(given.sshd), "create": "cat", "stdin": hidden},
    )
    assert made["stdout"] == {SIGNATURE: SECRET, "value": "in"}


def row_10_another_host_key_is_refused_at_once(given: Given) -> None:
    with start_sshd(given.folder / "other") as other:
        before = given.sshd.connections()
        inputs = {"connection": connection(given.sshd, hostKey=other.host_key), "create": "true"}
        with pytest.raises(grpc.RpcError):
            create(given.plugin, COMMAND, inputs)
        assert given.sshd.connections() == before + 1
        assert "Accepted publickey" not in other.log.read_text()


def row_11_without_a_host_key_anyone_is_trusted(given: Given) -> None:
    trusting = connection(given.sshd)
    del trusting["hostKey"]
    assert (
        create(given.plugin, COMMAND, {"connection": trusting, "create": "echo in"})["stdout"]
        == "in"
    )


def row_12_a_silent_host_is_dialled_a_few_times(given: Given) -> None:
    refused = connection(given.sshd, port=1, dialErrorLimit=3)
    started = time.monotonic()
    with pytest.raises(grpc.RpcError) as error:
        create(given.plugin, COMMAND, {"connection": refused, "create": "true"})
    assert "dial 3/3" in said(error)
    assert time.monotonic() - started > 0.1 + 0.15


def row_13_a_copy_makes_its_folders(given: Given) -> None:
    source, target = given.folder / "source", given.folder / "a" / "b" / "copy"
    source.write_text("content")
    source.chmod(0o700)
    create(given.plugin, COPY, copied(given.sshd, source, target))
    assert target.read_text() == "content"
    assert target.stat().st_mode & 0o777 == 0o644


def row_14_a_copy_follows_content_and_path_only(given: Given) -> None:
    source, target = given.folder / "source", given.folder / "copy"
    source.write_text("content")
    olds = copied(given.sshd, source, target)
    update(
        given.plugin, COPY, olds, {**olds, "connection": connection(given.sshd, host="127.0.0.9")}
    )
    assert not target.exists()
    source.write_text("other")
    update(given.plugin, COPY, olds, copied(given.sshd, source, target))
    assert target.read_text() == "other"


def row_15_a_copy_stays(given: Given) -> None:
    source, target = given.folder / "source", given.folder / "copy"
    source.write_text("content")
    inputs = copied(given.sshd, source, target)
    create(given.plugin, COPY, inputs)
    delete(given.plugin, COPY, inputs)
    assert target.exists()


def row_16_nothing_is_read_back(given: Given) -> None:
    before = given.sshd.connections()
    stored = {"connection": connection(given.sshd), "stdout": "as stored"}
    answer = given.plugin.Read(
        provider_pb2.ReadRequest(
            id="it", urn=urn(COMMAND), type=COMMAND, properties=struct(stored), inputs=struct({})
        )
    )
    assert MessageToDict(answer.properties)["stdout"] == "as stored"
    assert given.sshd.connections() == before


def row_17_another_type_is_refused(given: Given) -> None:
    type_ = "command:local:Command"
    with pytest.raises(grpc.RpcError) as error:
        given.plugin.Check(provider_pb2.CheckRequest(urn=urn(type_), type=type_, news=struct({})))
    assert type_ in said(error)


def row_18_standard_input_is_in_no_process_list(given: Given) -> None:
    canary = "canary-in-standard-input"
    script = "cat; cat /proc/[0-9]*/cmdline | tr '\\0' ' '"
    made = create(
        given.plugin,
        COMMAND,
        {"connection": connection(given.sshd), "create": script, "stdin": canary},
    )
    assert made["stdout"].count(canary) == 1


def copied(sshd: Sshd, source: Path, target: Path) -> dict[str, Any]:
    digest = hashlib.sha256(source.read_bytes()).hexdigest()
    asset = {"path": str(source), "hash": digest}
    return {"connection": connection(sshd), "source": asset, "remotePath": str(target)}


ROWS = {
    int(name.split("_")[1]): check for name, check in globals().items() if name.startswith("row_")
}


def test_the_contract_s_rows_are_those_that_are_tested() -> None:
    rows = re.findall(r"^\| (\d+) \|", CONTRACT.read_text(), re.MULTILINE)
    assert list(map(int, rows)) == list(ROWS)


@pytest.mark.parametrize("row", ROWS)
def test_the_stand_in_keeps_the_row(row: int, sshd: Sshd, plugin: Any, tmp_path: Path) -> None:
    ROWS[row](Given(sshd=sshd, plugin=plugin, folder=tmp_path))


def test_it_ends_when_the_engine_is_killed() -> None:
    engine = subprocess.Popen(
        ["sh", "-c", '"$0" & echo $!; wait', PLUGIN],
        stdout=subprocess.PIPE,
        text=True,
        env={**ENVIRONMENT, PURPOSE_VARIABLE: "preview"},
    )
    assert engine.stdout is not None
    process = Path("/proc") / engine.stdout.readline().strip()
    assert int(engine.stdout.readline())
    assert process.exists()

    engine.kill()
    engine.wait()
    # Its output ends when it has ended, whatever becomes of its process id.
    assert engine.stdout.read() == ""
