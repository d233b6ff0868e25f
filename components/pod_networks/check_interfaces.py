"""Runs in a pod before its workload: deletes the pod if an interface is missing.

A pod that starts before Multus has written its configuration gets eth0 alone, for as long as its
sandbox lives (docs/background/multus.md#start-race). Only another pod gets another sandbox.

The argument is a JSON object: interface to MAC.
"""

import json
import os
import signal
import ssl
import sys
import time
import urllib.request
from pathlib import Path

ACCOUNT = Path("/var/run/secrets/multihome")
INTERFACES = Path("/sys/class/net")
PAUSE_SECONDS = 2


def missing(planned: dict[str, str], interfaces: Path) -> list[str]:
    """The planned interfaces that are not there with their MACs."""
    return [name for name, mac in planned.items() if _mac(interfaces / name) != mac]


def _mac(interface: Path) -> str:
    try:
        return (interface / "address").read_text(encoding="ascii").strip()
    except OSError:
        return ""


def _delete_this_pod() -> None:
    host, port = os.environ["KUBERNETES_SERVICE_HOST"], os.environ["KUBERNETES_SERVICE_PORT"]
    namespace, name = os.environ["POD_NAMESPACE"], os.environ["POD_NAME"]
    host = f"[{host}]" if ":" in host else host
    # The uid: never the pod that comes after this one.
    options = {"gracePeriodSeconds": 1, "preconditions": {"uid": os.environ["POD_UID"]}}
    request = urllib.request.Request(
        f"https://{host}:{port}/api/v1/namespaces/{namespace}/pods/{name}",
        data=json.dumps(options).encode(),
        method="DELETE",
        headers={
            "Authorization": f"Bearer {(ACCOUNT / 'token').read_text(encoding='ascii')}",
            "Content-Type": "application/json",
        },
    )
    trusted = ssl.create_default_context(cafile=str(ACCOUNT / "ca.crt"))
    with urllib.request.urlopen(request, timeout=10, context=trusted):  # noqa: S310 - https
        pass


def main() -> int:
    """Returns 0 once every interface is there; else it runs until the pod ends."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    absent = missing(json.loads(sys.argv[1]), INTERFACES)
    while absent:
        print(f"{', '.join(absent)} missing: this pod is deleted and made anew", flush=True)
        try:
            _delete_this_pod()
        except OSError as error:
            print(f"the API server did not delete it: {error}", flush=True)
        time.sleep(PAUSE_SECONDS)
    return 0


if __name__ == "__main__":
    sys.exit(main())
