"""Strict mocks and a monitor that records every registration (docs/background/pulumi.md#mocks)."""

import asyncio
import functools
import json
import os
import subprocess
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest import mock

import pulumi
from pulumi.runtime import mocks, rpc
from pulumi.runtime.proto import resource_pb2

from components.program import build
from lab.build.manifests import main as fill_cache

KNOWN_PREFIXES = (
    "kubernetes:",
    "command:remote:",
    "pulumi:providers:",
    "multihome:",
    "pulumi:pulumi:",
)


class StrictMocks(mocks.Mocks):
    """Answers registrations of known types; anything else, and any invoke, fails the test."""

    def new_resource(self, args: mocks.MockResourceArgs) -> tuple[str | None, dict[Any, Any]]:
        if not args.typ.startswith(KNOWN_PREFIXES):
            raise AssertionError(f"nobody expects a {args.typ}")
        return f"{args.name}-id", dict(args.inputs)

    def call(self, args: mocks.MockCallArgs) -> tuple[dict[Any, Any], list[tuple[str, str]] | None]:
        raise AssertionError(f"nobody expects the invoke {args.token}")


@dataclass
class Registered:
    """One registration: its request, and the outputs registered for it, if any."""

    urn: str
    request: resource_pb2.RegisterResourceRequest
    outputs: dict[str, Any] | None = None

    @property
    def name(self) -> str:
        return str(self.request.name)

    @property
    def type(self) -> str:
        return str(self.request.type)

    @property
    def inputs(self) -> dict[str, Any]:
        values: dict[str, Any] = rpc.deserialize_properties(self.request.object, keep_unknowns=True)
        return values


@dataclass
class Recording:
    """Everything that a program registered, in order."""

    registered: list[Registered] = field(default_factory=list)

    def of(self, type_: str) -> list[Registered]:
        return [entry for entry in self.registered if entry.type == type_]

    def by_urn(self, urn: str) -> Registered:
        return next(entry for entry in self.registered if entry.urn == urn)

    def needed_by(self, entry: Registered) -> dict[str, Registered]:
        """By URN, what must be there before the resource is made, and as long as it is there.

        Those are its dependencies, its parent and its provider, and in turn all that they need.
        """
        found: dict[str, Registered] = {}
        waiting = [entry]
        while waiting:
            one = waiting.pop()
            provider = one.request.provider.rpartition("::")[0]
            for urn in (*one.request.dependencies, one.request.parent, provider):
                if urn and urn not in found:
                    found[urn] = self.by_urn(urn)
                    waiting.append(found[urn])
        return found


class RecordingMonitor(mocks.MockMonitor):
    """Keeps the requests, which hold what mocks do not see: protection, parents, order."""

    def __init__(self, recording: Recording) -> None:
        super().__init__(StrictMocks())
        self.recording = recording

    def RegisterResource(self, request: Any) -> Any:
        answer = super().RegisterResource(request)  # type: ignore[no-untyped-call] # the SDK's own
        self.recording.registered.append(Registered(urn=answer.urn, request=request))
        return answer

    def RegisterResourceOutputs(self, request: Any) -> Any:
        self.recording.by_urn(request.urn).outputs = dict(request.outputs)
        return super().RegisterResourceOutputs(request)  # type: ignore[no-untyped-call] # ditto


def record(program: Callable[[], object], *, preview: bool = False) -> Recording:
    """Runs the program under strict mocks and returns what it registered."""
    recording = Recording()
    pulumi.runtime.reset_options()
    monitor = RecordingMonitor(recording)
    mocks.set_mocks(
        StrictMocks(), project="multihome", stack="test", preview=preview, monitor=monitor
    )

    @pulumi.runtime.test  # type: ignore[untyped-decorator] # the SDK's own
    def run() -> None:
        # A program that fails raises its error; the futures that share it would log it at any
        # later moment, and Python before 3.11.8 fails where it then parses something.
        asyncio.get_running_loop().set_exception_handler(lambda *_: None)
        program()

    run()
    return recording


CANARY = "canary-of-a-private-key"


@functools.cache
def private_key(passphrase: str = "") -> str:
    """An SSH key; the text in front of it, which SSH skips, is the canary."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "key"
        command = ["ssh-keygen", "-q", "-t", "ed25519", "-N", passphrase, "-f", str(file)]
        subprocess.run(command, check=True)
        return f"{CANARY}\n{file.read_text()}"


def record_site(
    tree: Mapping[str, Any],
    program: Callable[[], object] = build,
    *,
    secrets: Mapping[str, str | None] | None = None,
    preview: bool = False,
    environment: Mapping[str, str] | None = None,
    others: Mapping[str, str] | None = None,
) -> Recording:
    """Records the program of a site, with the keys as the language host hands them over.

    SSH key and kubeconfig hold `CANARY`, unless `secrets` has another text; None takes one away.
    `others` are keys of other namespaces.
    """
    fill_cache([tree["multus"]["version"]])
    wanted = {"ssh_private_key": private_key(), "kubeconfig": CANARY, **(secrets or {})}
    secret = {f"multihome:{key}": text for key, text in wanted.items() if text is not None}
    if "secrets" in tree:
        # The engine has decrypted them.
        named = {name: value["secure"] for name, value in tree["secrets"].items()}
        secret["multihome:secrets"] = json.dumps(named)
    plain = {
        f"multihome:{key}": value if isinstance(value, str) else json.dumps(value)
        for key, value in tree.items()
        if key != "secrets"
    }
    changed = {
        # An agent of the person who runs the tests is none of theirs.
        "SSH_AUTH_SOCK": "",
        **(environment or {}),
        "PULUMI_CONFIG": json.dumps({**plain, **secret, **(others or {})}),
        "PULUMI_CONFIG_SECRET_KEYS": json.dumps([*secret]),
    }
    with mock.patch.dict(os.environ, changed):
        return record(program, preview=preview)
