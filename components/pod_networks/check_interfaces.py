"""Runs in a pod before its workload: gives the pod up if an interface stays away.

A pod that starts before Multus has written its configuration gets eth0 alone, for as long as its
sandbox lives (docs/background/multus.md#start-race). Only another pod gets another sandbox.

The argument is a JSON object: interface to MAC, or to null where any MAC will do. Each pod that is
given up lets the next one wait longer; a ConfigMap keeps the count. Before a pod is deleted, an
Event on its StatefulSet says why.
"""

import json
import os
import signal
import ssl
import sys
import time
import urllib.request
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from http.client import HTTPException
from pathlib import Path
from typing import Any

ACCOUNT = Path("/var/run/secrets/multihome")
INTERFACES = Path("/sys/class/net")
PAUSE_SECONDS = 2
# Multus may be ready this much later than its node (docs/background/multus.md#start-race).
FIRST_SECONDS = 15
LONGEST_SECONDS = 300
# An older count tells nothing of this pod: the pods in between had their interfaces.
COUNT_SECONDS = 3 * LONGEST_SECONDS

# Refused, not answered, or answered with something else than the API's JSON.
FAILURES = (OSError, HTTPException, ValueError, LookupError)

Call = Callable[[str, str, "dict[str, Any] | None"], "dict[str, Any]"]


def missing(planned: Mapping[str, str | None], interfaces: Path) -> list[str]:
    """The planned interfaces that are not there, or not with their MACs."""
    return [name for name, mac in planned.items() if not _is_there(interfaces / name, mac)]


def _is_there(interface: Path, mac: str | None) -> bool:
    try:
        found = (interface / "address").read_text(encoding="ascii").strip()
    except OSError:
        return False
    return mac in (None, found)


def patience(given_up: int) -> int:
    """How many seconds a pod waits for its interfaces after so many pods were given up."""
    return min(FIRST_SECONDS << min(given_up, 10), LONGEST_SECONDS)


class Pod:
    """This pod, as the API server knows it; `call` sends a request, and `now` is Unix time."""

    def __init__(self, environment: dict[str, str], call: Call, now: Callable[[], float]) -> None:
        self.name, self.uid = environment["POD_NAME"], environment["POD_UID"]
        self.namespace = environment["POD_NAMESPACE"]
        self.workload = self.name.rpartition("-")[0]
        self.call, self.now = call, now
        path = f"/api/v1/namespaces/{self.namespace}"
        self.path = f"{path}/pods/{self.name}"
        self.count_path = f"{path}/configmaps/{self.workload}-interface-check"
        self.events_path = f"{path}/events"

    def given_up(self) -> int:
        """How many pods in a row were given up before this one."""
        data = self.call("GET", self.count_path, None).get("data") or {}
        recent = self.now() - float(data.get("at", 0)) < COUNT_SECONDS
        return int(data.get("pods", 0)) if recent else 0

    def give_up(self, absent: list[str], given_up: int) -> None:
        """Counts, says why, and deletes the pod: in this order, so that each deletion counts."""
        data = {"pods": str(given_up + 1), "at": str(int(self.now()))}
        self.call("PATCH", self.count_path, {"data": data})
        try:
            self._say_why(absent, given_up)
        except FAILURES as error:
            print(f"no Event was written: {error}", flush=True)
        # The uid: never the pod that comes after this one.
        options = {"gracePeriodSeconds": 1, "preconditions": {"uid": self.uid}}
        self.call("DELETE", self.path, options)

    def _say_why(self, absent: list[str], given_up: int) -> None:
        # An Event on a pod that is gone is not seen.
        (owner,) = self.call("GET", self.path, None)["metadata"]["ownerReferences"]
        kept = ("apiVersion", "kind", "name", "uid")
        time_ = datetime.fromtimestamp(self.now(), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        event = {
            "apiVersion": "v1",
            "kind": "Event",
            "metadata": {"generateName": f"{self.workload}-", "namespace": self.namespace},
            "involvedObject": {**{key: owner[key] for key in kept}, "namespace": self.namespace},
            "type": "Warning",
            "reason": "InterfaceMissing",
            "message": f"{', '.join(absent)} missing in pod {given_up + 1} in a row, so it is made"
            f" anew; the next one waits {patience(given_up + 1)} s. Multus was not ready when the"
            " pod started, or is broken: `kubectl -n kube-system logs ds/kube-multus-ds`. Cilium"
            " removes Multus' configuration unless it runs with cni.exclusive=false.",
            "source": {"component": "multihome-interface-check"},
            "firstTimestamp": time_,
            "lastTimestamp": time_,
            "count": 1,
        }
        self.call("POST", self.events_path, event)


def wait(pod: Pod, absent: Callable[[], list[str]], sleep: Callable[[float], None]) -> None:
    """Returns once no interface is absent; else it gives the pod up in time and waits for its end.

    While the API server does not answer, the pod stays.
    """
    waited, given_up = 0, None
    while names := absent():
        try:
            if given_up is None:
                given_up = pod.given_up()
                print(f"{', '.join(names)} missing: waits {patience(given_up)} s", flush=True)
            if waited >= patience(given_up):
                waited = 0
                pod.give_up(names, given_up)
        except FAILURES as error:
            print(f"the API server did not answer: {error}", flush=True)
        sleep(PAUSE_SECONDS)
        waited += PAUSE_SECONDS


def call_api_server(method: str, path: str, body: dict[str, Any] | None) -> dict[str, Any]:
    """Sends one request; raises one of `FAILURES` when it is refused or not answered."""
    host, port = os.environ["KUBERNETES_SERVICE_HOST"], os.environ["KUBERNETES_SERVICE_PORT"]
    host = f"[{host}]" if ":" in host else host
    merge = method == "PATCH"
    request = urllib.request.Request(
        f"https://{host}:{port}{path}",
        data=None if body is None else json.dumps(body).encode(),
        method=method,
        headers={
            "Authorization": f"Bearer {(ACCOUNT / 'token').read_text(encoding='ascii')}",
            "Content-Type": "application/merge-patch+json" if merge else "application/json",
        },
    )
    trusted = ssl.create_default_context(cafile=str(ACCOUNT / "ca.crt"))
    with urllib.request.urlopen(request, timeout=10, context=trusted) as answer:  # noqa: S310 - https
        found: dict[str, Any] = json.load(answer)
        return found


def main() -> int:
    """Returns 0 once every interface is there."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    planned = json.loads(sys.argv[1])
    pod = Pod(dict(os.environ), call_api_server, time.time)
    wait(pod, lambda: missing(planned, INTERFACES), time.sleep)
    return 0


if __name__ == "__main__":
    sys.exit(main())
