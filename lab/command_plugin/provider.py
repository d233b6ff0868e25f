"""The stand-in of the command plugin: the engine's protocol around `remote` commands.

contract.md lists what it keeps of the original; each row has a test.
"""

import asyncio
import secrets
from pathlib import Path
from typing import Any

import grpc
from google.protobuf import empty_pb2, struct_pb2
from google.protobuf.json_format import MessageToDict
from pulumi.runtime.proto import plugin_pb2, provider_pb2, provider_pb2_grpc

from lab.build.versions import COMMAND_PLUGIN
from lab.command_plugin import ssh
from lab.command_plugin.connections import Purpose, RefusedError, allow_connection

COMMAND, COPY = "command:remote:Command", "command:remote:CopyToRemote"
SIGNATURE = "4dabf18193072939515e22adb298388d"
SECRET = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105 - the protocol's mark of a secret


class CommandProvider(provider_pb2_grpc.ResourceProviderServicer):
    """Serves `remote.Command` and `remote.CopyToRemote`, and nothing else."""

    def __init__(self, served: Purpose) -> None:
        self._served = served

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
        """Nothing to cancel."""
        return empty_pb2.Empty()

    def Check(self, request: Any, context: Any) -> Any:
        """Inputs as given, the connection always secret."""
        if request.type not in (COMMAND, COPY):
            context.abort(grpc.StatusCode.UNIMPLEMENTED, f"the stand-in has no {request.type}")
        inputs = MessageToDict(request.news)
        if not _is_secret(inputs.get("connection")):
            inputs["connection"] = _secret(inputs.get("connection"))
        return provider_pb2.CheckResponse(inputs=_struct(inputs))

    def Diff(self, request: Any, context: Any) -> Any:
        """Changed triggers replace; any other changed input updates."""
        olds, news = MessageToDict(request.old_inputs), MessageToDict(request.news)
        changed = [key for key in sorted({*olds, *news}) if not _same(olds, news, key)]
        some, none = provider_pb2.DiffResponse.DIFF_SOME, provider_pb2.DiffResponse.DIFF_NONE
        return provider_pb2.DiffResponse(
            changes=some if changed else none,
            diffs=changed,
            replaces=["triggers"] if "triggers" in changed else [],
        )

    def Create(self, request: Any, context: Any) -> Any:
        """Runs `create`, or copies; a preview does nothing."""
        inputs = MessageToDict(request.properties)
        identity = f"multihome-lab-{secrets.token_hex(8)}"
        if request.preview:
            return provider_pb2.CreateResponse(id="", properties=request.properties)
        outputs = self._apply(request.urn, inputs, "create", context)
        return provider_pb2.CreateResponse(id=identity, properties=outputs)

    def Update(self, request: Any, context: Any) -> Any:
        """Runs `update` if there is one, else `create`; copies when content or path changed."""
        news, olds = MessageToDict(request.news), MessageToDict(request.old_inputs)
        if request.preview:
            return provider_pb2.UpdateResponse(properties=request.news)
        if _type(request.urn) == COPY and all(
            _same(olds, news, k) for k in ("source", "remotePath")
        ):
            return provider_pb2.UpdateResponse(properties=request.news)
        verb = "update" if news.get("update") else "create"
        return provider_pb2.UpdateResponse(properties=self._apply(request.urn, news, verb, context))

    def Delete(self, request: Any, context: Any) -> Any:
        """Runs the stored `delete` over the stored connection; a copy has none."""
        stored = MessageToDict(request.properties)
        if _type(request.urn) == COMMAND and stored.get("delete"):
            self._apply(request.urn, stored, "delete", context)
        return empty_pb2.Empty()

    def Read(self, request: Any, context: Any) -> Any:
        """The stored properties: it does not look at the node."""
        return provider_pb2.ReadResponse(
            id=request.id, properties=request.properties, inputs=request.inputs
        )

    def _apply(self, urn: str, marked: dict[str, Any], verb: str, context: Any) -> Any:
        plain = _plain(marked)
        connection = plain["connection"]
        outputs = dict(marked)
        try:
            allow_connection(self._served, str(connection["host"]))
            if _type(urn) == COPY:
                path = Path(plain["source"]["path"])
                asyncio.run(ssh.copy(connection, path, plain["remotePath"]))
            else:
                text = str(plain.get(verb) or "")
                done = asyncio.run(ssh.run(connection, text, str(plain.get("stdin") or "")))
                secret = any(_is_secret(marked.get(key)) for key in ("stdin", verb))
                outputs["stdout"] = _secret(done.stdout) if secret else done.stdout
                outputs["stderr"] = _secret(done.stderr) if secret else done.stderr
        except (ssh.CommandFailedError, RefusedError) as error:
            context.abort(grpc.StatusCode.UNKNOWN, str(error))
        return _struct(outputs)


def _type(urn: str) -> str:
    return urn.split("::")[2].rpartition("$")[2]


def _struct(values: dict[str, Any]) -> Any:
    struct = struct_pb2.Struct()
    struct.update(values)
    return struct


def _secret(value: Any) -> dict[str, Any]:
    return {SIGNATURE: SECRET, "value": value}


def _is_secret(value: Any) -> bool:
    return isinstance(value, dict) and value.get(SIGNATURE) == SECRET


def _plain(value: Any) -> Any:
    if _is_secret(value):
        return _plain(value["value"])
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    return value


def _same(olds: dict[str, Any], news: dict[str, Any], key: str) -> bool:
    return bool(_plain(olds.get(key)) == _plain(news.get(key)))
