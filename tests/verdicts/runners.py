"""Runs many scenarios: untagged ones on this machine's kernel, those with VLANs in machines."""

import json
import queue
import threading
from collections.abc import Sequence
from contextlib import ExitStack

from lab.netns.channel import Channel, LocalRunner, Report, Request
from lab.netns.machine import start_machine
from lab.netns.namespaces import missing as missing_namespaces
from tests.verdicts.scenarios.request import needs_vlans

# Two emulated processors in one machine would wait for each other.
MACHINES = 2
MACHINE_CHANNELS, LOCAL_CHANNELS = 12, 24
# How long a call waits for its answer: what is emulated is some ten times slower.
LOCAL_SECONDS, MACHINE_SECONDS = 1.0, 4.0
# What a plugin says, and what is seen of an address, where the kernel had no time yet to look for
# duplicates: such a scenario is run again.
UNSETTLED = "still has tentative addresses"
TENTATIVE = "is tentative"


class Runners:
    """Runners of both kinds, each started when it is first needed."""

    def __init__(self) -> None:
        self._stack = ExitStack()
        self._local: list[Channel] = []
        self._machine: list[Channel] = []

    def close(self) -> None:
        """Ends them all."""
        self._stack.close()

    def run_all(self, wanted: Sequence[Request], patience: float = 1) -> list[Report]:
        """The reports of the requests, in their order; equal requests are run once.

        Answers are waited for `patience` times as long as usual.
        """
        texts = [json.dumps(request, sort_keys=True) for request in wanted]
        single = dict(zip(texts, wanted, strict=True))
        reports = dict(zip(single, self._run_each(list(single.values()), patience), strict=True))
        slow = [text for text, report in reports.items() if _is_unsettled(report)]
        reports |= zip(slow, self._run_each([single[text] for text in slow], patience), strict=True)
        return [reports[text] for text in texts]

    def _run_each(self, wanted: Sequence[Request], patience: float) -> list[Report]:
        reports: list[Report | None] = [None] * len(wanted)
        failures: list[BaseException] = []
        stopped = threading.Event()
        queues: tuple[queue.SimpleQueue[int], ...] = (queue.SimpleQueue(), queue.SimpleQueue())
        for position, request in enumerate(wanted):
            queues[needs_vlans(request)].put(position)

        def work(channel: Channel, waiting: queue.SimpleQueue[int], seconds: float) -> None:
            while not stopped.is_set():
                try:
                    position = waiting.get_nowait()
                except queue.Empty:
                    return
                try:
                    request = {**wanted[position], "seconds": seconds * patience}
                    reports[position] = channel.run(request)
                except (OSError, EOFError, ValueError) as error:
                    failures.append(error)
                    stopped.set()

        threads = [
            threading.Thread(target=work, args=(channel, waiting, seconds))
            for channels, waiting, seconds in (
                (self._channels(queues[False], tagged=False), queues[False], LOCAL_SECONDS),
                (self._channels(queues[True], tagged=True), queues[True], MACHINE_SECONDS),
            )
            for channel in channels
        ]
        try:
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        finally:
            # Also where a signal ends the wait.
            stopped.set()
        if failures:
            raise failures[0]
        return [report for report in reports if report is not None]

    def _channels(self, waiting: "queue.SimpleQueue[int]", *, tagged: bool) -> list[Channel]:
        if waiting.empty():
            return []
        if tagged and not self._machine:
            for _ in range(MACHINES):
                self._machine += self._stack.enter_context(start_machine(MACHINE_CHANNELS))
        if not tagged and not self._local:
            for _ in range(LOCAL_CHANNELS):
                runner = LocalRunner()
                self._stack.callback(runner.close)
                self._local.append(runner)
        return self._machine if tagged else self._local


def _is_unsettled(report: Report) -> bool:
    pods = report["pods"] or ()
    links = [link for pod in pods for link in (pod["interfaces"] or {}).values()]
    return any(UNSETTLED in pod["error"] for pod in pods) or any(
        TENTATIVE in text for link in links for text in link["unready"]
    )


def missing() -> str | None:
    """Why no scenarios can be run here, or None when they can."""
    return missing_namespaces()
