"""Starts the stand-in as the engine starts a plugin: the port on the first line of stdout."""

import os
import sys
from concurrent.futures import ThreadPoolExecutor

import grpc
from pulumi.runtime.proto import provider_pb2_grpc

from lab.command_plugin.connections import RefusedError, purpose
from lab.command_plugin.provider import CommandProvider


def main() -> int:
    """Serves until the engine ends this process, or is killed; refuses to serve anything else."""
    engine = os.getppid()
    try:
        served = purpose(os.environ)
    except RefusedError as refused:
        print(refused, file=sys.stderr)
        return 1
    server = grpc.server(ThreadPoolExecutor(max_workers=8))
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(CommandProvider(served), server)
    print(server.add_insecure_port("127.0.0.1:0"), flush=True)
    server.start()
    # True means that the time is over, and nobody has stopped the server.
    while server.wait_for_termination(timeout=1) and os.getppid() == engine:
        pass
    return 0


if __name__ == "__main__":
    sys.exit(main())
