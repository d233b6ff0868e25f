"""Runs many scenarios: untagged ones on this machine's kernel, those with VLANs in machines."""

import json
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from functools import cache

from lab.netns.channel import Channel, Report, start_runner
from lab.netns.machine import start_machine
from tests.verdicts.calls import Request
from tests.verdicts.scenarios import needs_vlans

# Two emulated processors in one machine would wait for each other.
MACHINES = 2
MACHINE_CHANNELS, LOCAL_CHANNELS = 12, 24
# How long a call waits for its answer: what is emulated is some ten times slower.
LOCAL_SECONDS, MACHINE_SECONDS = 1.0, 4.0


class Runners:
    """Runners of both kinds, each started when it is first needed."""

    def __init__(self) -> None:
        self._stack = ExitStack()
        self._kind = cache(self._start)

    def close(self) -> None:
        """Ends them all."""
        self._stack.close()

    def run_all(self, wanted: Sequence[Request], patience: float = 1) -> list[Report]:
        """The reports of the requests, in their order; equal requests are run once.

        Answers are waited for `patience` times as long as usual.
        """
        texts = [json.dumps(request, sort_keys=True) for request in wanted]
        futures: dict[str, Future[Report]] = {}
        for text, request in zip(texts, wanted, strict=True):
            pool, channels = self._kind(needs_vlans(request))
            if text not in futures:
                futures[text] = pool.submit(_run, channels, request, patience)
        return [futures[text].result() for text in texts]

    def _start(self, tagged: bool) -> tuple[ThreadPoolExecutor, list[Channel]]:  # noqa: FBT001 - cached by position
        enter = self._stack.enter_context
        if tagged:
            machines = [enter(start_machine(MACHINE_CHANNELS)) for _ in range(MACHINES)]
            channels = [channel for machine in machines for channel in machine]
        else:
            channels = [enter(start_runner()) for _ in range(LOCAL_CHANNELS)]
        # A thread for each: none finds all channels in use.
        pool = ThreadPoolExecutor(len(channels))
        self._stack.callback(pool.shutdown, wait=False, cancel_futures=True)
        return pool, channels


def _run(channels: list[Channel], request: Request, patience: float) -> Report:
    seconds = MACHINE_SECONDS if needs_vlans(request) else LOCAL_SECONDS
    channel = channels.pop()
    try:
        return channel.run({**request, "seconds": seconds * patience})
    finally:
        channels.append(channel)
