"""Starts the stand-in as the engine starts a plugin: the port on the first line of stdout."""

import contextlib
import os
import sys
from concurrent.futures import ThreadPoolExecutor

import grpc
from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc, provider_pb2_grpc

from lab.command_plugin.connections import RefusedError, purpose
from lab.command_plugin.provider import CommandProvider, Report


def main(engine: str | None) -> int:
    """Serves until the engine ends this process, or is killed; refuses to serve anything else.

    `engine` is the address at which it hears what commands print.
    """
    parent = os.getppid()
    try:
        served = purpose(os.environ)
    except RefusedError as refused:
        print(refused, file=sys.stderr)
        return 1
    server = grpc.server(ThreadPoolExecutor(max_workers=32))
    provider = CommandProvider(served, _reporter(engine))
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(provider, server)
    print(server.add_insecure_port("127.0.0.1:0"), flush=True)
    server.start()
    # True means that the time is over, and nobody has stopped the server.
    while server.wait_for_termination(timeout=1) and os.getppid() == parent:
        pass
    return 0


def _reporter(engine: str | None) -> Report:
    stub = engine_pb2_grpc.EngineStub(grpc.insecure_channel(engine)) if engine else None

    def report(urn: str, line: str) -> None:
        request = engine_pb2.LogRequest(
            severity=engine_pb2.INFO, message=line, urn=urn, ephemeral=True
        )
        # The original goes on as well when the engine does not listen.
        with contextlib.suppress(grpc.RpcError):
            if stub:
                stub.Log(request)

    return report


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else None))
