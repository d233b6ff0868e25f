"""Strict mocks and a monitor that records every registration (facts/pulumi-and-style.md 3)."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pulumi
from pulumi.runtime import mocks, rpc
from pulumi.runtime.proto import resource_pb2

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
        program()

    run()
    return recording
