"""Runs in the pod before Home Assistant: a pod without its interfaces is deleted, and made anew.

Pods that start before Multus has written its configuration get eth0 alone, and keep it for as long
as their sandbox lives (facts/multus.md section 6). Only another pod gets another sandbox.

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
    """Exit status 0 with every interface there; else it does not end before the pod does."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    absent = missing(json.loads(sys.argv[1]), INTERFACES)
    while absent:
        print(f"{', '.join(absent)} missing: this pod is deleted, to be made anew", flush=True)
        try:
            _delete_this_pod()
        except OSError as error:
            print(f"the API server did not delete it: {error}", flush=True)
        time.sleep(PAUSE_SECONDS)
    return 0


if __name__ == "__main__":
    sys.exit(main())
