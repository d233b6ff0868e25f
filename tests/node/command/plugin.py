"""The command plugin as the engine drives it: started, configured, each resource checked first."""

import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import grpc
import pytest
from google.protobuf import empty_pb2
from google.protobuf.json_format import MessageToDict
from pulumi.runtime.proto import engine_pb2_grpc, provider_pb2, provider_pb2_grpc

from lab.command_plugin.connections import PURPOSE_VARIABLE
from lab.command_plugin.inputs import COMMAND
from lab.command_plugin.values import ASSET, SIGNATURE, Values, struct
from lab.sshd import Sshd
from tests.cases.sites import ROOT

ORIGINAL_VARIABLE = "MULTIHOME_COMMAND_PLUGIN"
"""Names the original's binary: the tests then run against it in place of the stand-in."""
ORIGINAL = os.environ.get(ORIGINAL_VARIABLE)
STAND_IN = ROOT / "lab" / "command_plugin" / "bin" / "pulumi-resource-command"
ENVIRONMENT = {
    **{key: value for key, value in os.environ.items() if key != "SSH_AUTH_SOCK"},
    "MULTIHOME_LAB_PYTHON": sys.executable,
}


class Engine(engine_pb2_grpc.EngineServicer):
    """What the plugin reports to the engine."""

    def __init__(self) -> None:
        self.logged: list[str] = []

    def Log(self, request: Any, context: Any) -> Any:  # noqa: ARG002, N802 - the protocol's name
        self.logged.append(request.message)
        return empty_pb2.Empty()


class Plugin:
    """A running plugin; `logged` grows with what it reports to the engine."""

    def __init__(self, stub: provider_pb2_grpc.ResourceProviderStub, logged: list[str]) -> None:
        self.stub = stub
        self.logged = logged

    def check(self, type_: str, inputs: Values) -> tuple[Values, list[str]]:
        """The inputs as the plugin completes them, and its objections."""
        answer = self.stub.Check(
            provider_pb2.CheckRequest(urn=urn(type_), type=type_, news=struct(inputs))
        )
        objections = [f"{failure.property}: {failure.reason}" for failure in answer.failures]
        return MessageToDict(answer.inputs), objections

    def checked(self, type_: str, inputs: Values) -> Values:
        """The inputs as the plugin completes them; fails when it objects to any."""
        completed, objections = self.check(type_, inputs)
        assert objections == []
        return completed

    def create(
        self,
        type_: str,
        inputs: Values,
        *,
        preview: bool = False,
        timeout: float = 0,
        within: float | None = None,
    ) -> Values:
        """What the state would hold; `timeout` is the resource's own, `within` that of the call."""
        request = provider_pb2.CreateRequest(
            urn=urn(type_),
            type=type_,
            name="it",
            properties=struct(self.checked(type_, inputs)),
            preview=preview,
            timeout=timeout,
        )
        return MessageToDict(self.stub.Create(request, timeout=within).properties)

    def run(self, connection: Values, command: str, **inputs: Any) -> str:
        """What a new command prints."""
        made = self.create(COMMAND, {"connection": connection, "create": command, **inputs})
        return str(made["stdout"])

    def refusal(self, connection: Values, command: str = "true", **inputs: Any) -> str:
        """Why a new command fails."""
        with pytest.raises(grpc.RpcError) as error:
            self.run(connection, command, **inputs)
        return str(error.value.details())

    def update(self, type_: str, state: Values, inputs: Values, *, preview: bool = False) -> Values:
        """What the state would hold after an update to these inputs."""
        request = provider_pb2.UpdateRequest(
            id="it",
            urn=urn(type_),
            type=type_,
            name="it",
            olds=struct(state),
            old_inputs=struct(inputs_of(state)),
            news=struct(self.checked(type_, inputs)),
            preview=preview,
        )
        return MessageToDict(self.stub.Update(request).properties)

    def delete(self, type_: str, state: Values) -> None:
        self.stub.Delete(
            provider_pb2.DeleteRequest(
                id="it", urn=urn(type_), type=type_, name="it", properties=struct(state)
            )
        )

    def diff(self, type_: str, olds: Values, news: Values) -> Any:
        """The plugin's answer for a resource with these inputs, before and after."""
        before, after = self.checked(type_, olds), self.checked(type_, news)
        return self.stub.Diff(
            provider_pb2.DiffRequest(
                id="it",
                urn=urn(type_),
                type=type_,
                name="it",
                olds=struct({**before, "stdout": "", "stderr": ""}),
                old_inputs=struct(before),
                news=struct(after),
            )
        )


@contextmanager
def serving(
    purpose: str = "tests", environment: Mapping[str, str] | None = None
) -> Iterator[Plugin]:
    """The original where one is named, else the stand-in, with a few more variables."""
    engine = Engine()
    server = grpc.server(ThreadPoolExecutor(max_workers=4))
    engine_pb2_grpc.add_EngineServicer_to_server(engine, server)
    address = f"127.0.0.1:{server.add_insecure_port('127.0.0.1:0')}"
    server.start()
    process = subprocess.Popen(
        [ORIGINAL or STAND_IN, address],
        stdout=subprocess.PIPE,
        text=True,
        env={**ENVIRONMENT, PURPOSE_VARIABLE: purpose, **(environment or {})},
    )
    try:
        assert process.stdout is not None
        port = int(process.stdout.readline())
        with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
            stub = provider_pb2_grpc.ResourceProviderStub(channel)
            stub.Configure(
                provider_pb2.ConfigureRequest(
                    args=struct({}),
                    acceptSecrets=True,
                    acceptResources=True,
                    sends_old_inputs=True,
                    sends_old_inputs_to_delete=True,
                )
            )
            yield Plugin(stub, engine.logged)
    finally:
        process.kill()
        process.wait()
        server.stop(None)


def urn(type_: str) -> str:
    return f"urn:pulumi:test::multihome::{type_}::it"


def inputs_of(state: Values) -> Values:
    return {key: value for key, value in state.items() if key not in {"stdout", "stderr"}}


def connection(sshd: Sshd, **changes: Any) -> Values:
    """How to reach the server; a change to None leaves the field out."""
    fields = {
        "host": sshd.host,
        "port": sshd.port,
        "user": sshd.user,
        "privateKey": sshd.private_key,
        "hostKey": sshd.host_key,
        "dialErrorLimit": 0,
        **changes,
    }
    return {key: value for key, value in fields.items() if value is not None}


def copied(connection: Values, source: Path, target: Path) -> Values:
    """The inputs of a copy of a file."""
    digest = hashlib.sha256(source.read_bytes()).hexdigest()
    asset = {SIGNATURE: ASSET, "path": str(source), "hash": digest}
    return {"connection": connection, "source": asset, "remotePath": str(target)}
