"""Loopback addresses of API servers and nodes, of which each process of tests has its own.

A port is found free some time before a program listens there. Processes of tests run side by side:
on an address of its own, no other process takes the port meanwhile.
"""

import os

# The API server's, which is apart from those of the nodes.
API_SERVER = 254


def loopback(number: int) -> str:
    """An address of this process of tests; `number` is from 1 to 254."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")
    return f"127.{int(worker) + 1}.0.{number}"
