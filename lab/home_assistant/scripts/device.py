"""Announces itself by mDNS until it is ended, as a new HomeKit accessory does.

The root's Python runs it. The arguments are its address, its name and its MAC.
"""

import signal
import socket
import sys

from zeroconf import ServiceInfo, Zeroconf  # type: ignore[import-not-found]

TYPE = "_hap._tcp.local."


def announce(address: str, name: str, mac: str) -> None:
    """Answers questions that come by the interface with the address, too."""
    described = ServiceInfo(
        TYPE,
        f"{name}.{TYPE}",
        port=5001,
        addresses=[socket.inet_aton(address)],
        properties={"id": mac, "md": name, "sf": "1", "ci": "5", "c#": "1", "s#": "1"},
        server=f"{name}.local.",
    )
    Zeroconf(interfaces=[address]).register_service(described)
    signal.pause()


if __name__ == "__main__":
    announce(*sys.argv[1:])
