"""The stand-in of the command plugin: the engine's protocol around `remote` commands.

contract.md lists what it keeps of the original; each row has a test.
"""

import asyncio
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import asyncssh
import grpc
from google.protobuf import empty_pb2
from google.protobuf.json_format import MessageToDict
from pulumi.runtime.proto import plugin_pb2, provider_pb2, provider_pb2_grpc

from lab.build.versions import COMMAND_PLUGIN
from lab.command_plugin import ssh
from lab.command_plugin.connections import Purpose, RefusedError, allow_connection
from lab.command_plugin.dial import CommandFailedError, Patience
from lab.command_plugin.diff import differences
from lab.command_plugin.inputs import COPY, DEFAULTS, INPUTS, check
from lab.command_plugin.values import UNKNOWN, Values, plain, struct

OUTPUTS = ("stdout", "stderr")
_LOGGED = {"stdout": ("stdout",), "stderr": ("stderr",), "none": ()}
Report = Callable[[str, str], None]
"""Tells the engine of a line that the command of a resource (the first argument) has printed."""


class CommandProvider(provider_pb2_grpc.ResourceProviderServicer):
    """Serves `remote.Command` and `remote.CopyToRemote`, and nothing else."""

    def __init__(self, served: Purpose, report: Report) -> None:
        self._served = served
        self._report = report
        self._cancelled = threading.Event()

    def CheckConfig(self, request: Any, context: Any) -> Any:
        """Accepts the provider's inputs as they are."""
        return provider_pb2.CheckResponse(inputs=request.news)

    def DiffConfig(self, request: Any, context: Any) -> Any:
        """The provider has no inputs that matter."""
        return provider_pb2.DiffResponse(changes=provider_pb2.DiffResponse.DIFF_NONE)

    def Configure(self, request: Any, context: Any) -> Any:
        """Accepts secrets and previews."""
        return provider_pb2.ConfigureResponse(
            acceptSecrets=True, supportsPreview=True, acceptResources=False, acceptOutputs=False
        )

    def GetPluginInfo(self, request: Any, context: Any) -> Any:
        """The version of the plugin that this stands in for."""
        return plugin_pb2.PluginInfo(version=COMMAND_PLUGIN)

    def GetSchema(self, request: Any, context: Any) -> Any:
        """The smallest valid schema: the program's SDK has its own types."""
        text = '{"name": "command", "version": "%s"}' % COMMAND_PLUGIN
        return provider_pb2.GetSchemaResponse(schema=text)

    def Cancel(self, request: Any, context: Any) -> Any:
        """Ends dialling, at once and from now on; commands go on."""
        self._cancelled.set()
        return empty_pb2.Empty()

    def Check(self, request: Any, context: Any) -> Any:
        """The inputs with defaults, or what is wrong with them."""
        if request.type not in INPUTS:
            context.abort(grpc.StatusCode.NOT_FOUND, f"the stand-in has no {request.type}")
        inputs, faults = check(request.type, MessageToDict(request.news))
        failures = [
            provider_pb2.CheckFailure(property=name, reason=reason) for name, reason in faults
        ]
        return provider_pb2.CheckResponse(inputs=struct(inputs), failures=failures)

    def Diff(self, request: Any, context: Any) -> Any:
        """Which inputs differ."""
        return differences(MessageToDict(request.old_inputs), MessageToDict(request.news))

    def Create(self, request: Any, context: Any) -> Any:
        """Runs `create`, or copies; a preview does nothing."""
        inputs = MessageToDict(request.properties)
        copies = _type(request.urn) == COPY
        if request.preview:
            unknown = ("source",) if copies else OUTPUTS
            state = {**inputs, **dict.fromkeys(unknown, UNKNOWN)}
            return provider_pb2.CreateResponse(properties=struct(state))
        with _told(context):
            if copies:
                self._copy(inputs, request)
                state = inputs
            else:
                nothing = dict.fromkeys(OUTPUTS, "")
                state = self._state(inputs, nothing, inputs.get("create"), request)
        identity = f"multihome-lab-{secrets.token_hex(8)}"
        return provider_pb2.CreateResponse(id=identity, properties=struct(state))

    def Update(self, request: Any, context: Any) -> Any:
        """Runs `update` if there is one, else `create`; copies when content or path changed."""
        news, olds = MessageToDict(request.news), MessageToDict(request.olds)
        state = news
        with _told(context):
            if _type(request.urn) == COPY:
                if not request.preview and _content(news) != _content(olds):
                    self._copy(news, request)
                return provider_pb2.UpdateResponse(properties=struct(news))
            outputs = {name: olds.get(name, "") for name in OUTPUTS}
            if not request.preview:
                command = news.get("update", news.get("create"))
                state = self._state(news, outputs, command, request)
            elif any(news.get(name) != olds[name] for name in olds.keys() - outputs.keys()):
                state = {**news, **dict.fromkeys(OUTPUTS, UNKNOWN)}
            else:
                state = {**news, **outputs}
        return provider_pb2.UpdateResponse(properties=struct(state))

    def Delete(self, request: Any, context: Any) -> Any:
        """Runs the stored `delete` over the stored connection; a copy has none."""
        stored = MessageToDict(request.properties)
        if _type(request.urn) != COPY and "delete" in stored:
            with _told(context):
                self._run(stored, stored, stored["delete"], request)
        return empty_pb2.Empty()

    def Read(self, request: Any, context: Any) -> Any:
        """The stored properties: it does not look at the node."""
        return provider_pb2.ReadResponse(
            id=request.id, properties=request.properties, inputs=request.inputs
        )

    def _state(self, inputs: Values, outputs: Values, command: Any, request: Any) -> Values:
        """The state after the command, if there is one; `outputs` are those of the last one."""
        if command is None:
            return {**inputs, **outputs}
        return {**inputs, **self._run(inputs, outputs, command, request).texts()}

    def _run(self, inputs: Values, outputs: Values, command: Any, request: Any) -> ssh.Printed:
        given = plain(inputs)
        offers = given.get("addPreviousOutputInEnv", True)
        options = ssh.Options(
            environment=given.get("environment", {}),
            offered={
                f"PULUMI_COMMAND_{name.upper()}": str(plain(outputs[name]))
                for name in OUTPUTS
                if offers and outputs.get(name)
            },
            logged=_LOGGED.get(given.get("logging", ""), OUTPUTS),
            patience=self._patience(request),
        )
        connection, stdin = self._connection(given), given.get("stdin", "")
        printed = asyncio.run(ssh.run(connection, plain(command), stdin, options))
        for name in options.logged:
            for line in getattr(printed, name).decode(errors="replace").splitlines():
                self._report(request.urn, line)
        return printed

    def _copy(self, inputs: Values, request: Any) -> None:
        given = plain(inputs)
        connection, patience = self._connection(given), self._patience(request)
        asyncio.run(ssh.copy(connection, given["source"], given["remotePath"], patience))

    def _connection(self, given: Values) -> Values:
        """The input; raises an error when it may not be used, or was not completed by Check."""
        connection: Values = given["connection"]
        allow_connection(self._served, str(connection["host"]))
        unchecked = sorted(DEFAULTS.keys() - connection.keys())
        if unchecked:
            raise CommandFailedError(f"inputs that Check did not make: no {unchecked[0]}")
        return connection

    def _patience(self, request: Any) -> Patience:
        limit = time.monotonic() + request.timeout if request.timeout else float("inf")
        return Patience(until=limit, cancelled=self._cancelled)


@contextmanager
def _told(context: Any) -> Iterator[None]:
    """Answers the call with the failure, if there is one."""
    try:
        yield
    except (RefusedError, asyncssh.Error, OSError) as error:
        context.abort(grpc.StatusCode.UNKNOWN, str(error))
    except CommandFailedError as error:
        context.abort(error.status, str(error))


def _type(urn: str) -> str:
    return urn.split("::")[2].rpartition("$")[2]


def _content(state: Values) -> tuple[str, str]:
    given = plain(state)
    return given["source"].get("hash", ""), given["remotePath"]
