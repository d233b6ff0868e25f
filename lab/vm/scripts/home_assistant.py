"""In the place of Home Assistant: answers its probes, and keeps a line in /config per start.

A request with `X-Forwarded-For` gets 400 unless Home Assistant's own settings in /config trust the
peer that it comes from, as with the original.
"""

import ipaddress
import json
import signal
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

CONFIG = Path("/config")
NET = Path("/sys/class/net")
# Version 1 of the store; with another key the original takes none of them.
KEYS = {
    *("server_host", "server_port", "ssl_certificate", "ssl_peer_certificate", "ssl_key"),
    *("cors_allowed_origins", "use_x_forwarded_for", "trusted_proxies", "ssl_profile"),
    *("login_attempts_threshold", "ip_ban_enabled", "use_x_frame_options"),
}
Networks = tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]


def trusted_proxies(store: Path) -> Networks:
    """The networks whose `X-Forwarded-For` is believed; none where a setting is invalid.

    Raises ValueError for a store that is not of version 1.
    """
    if not store.exists():
        return ()
    content: dict[str, Any] = json.loads(store.read_text())
    if content["version"] != 1:
        raise ValueError(f"{store} is of version {content['version']}; the stand-in reads 1")
    data = content["data"]
    if not data.get("use_x_forwarded_for") or set(data) - KEYS:
        return ()
    try:
        return tuple(ipaddress.ip_network(text) for text in data.get("trusted_proxies", []))
    except ValueError:
        return ()


class Handler(BaseHTTPRequestHandler):
    """Says which interfaces it runs with."""

    trusted: Networks = ()

    def do_GET(self) -> None:
        """Any path: /manifest.json is what the probes ask for."""
        peer = ipaddress.ip_address(self.client_address[0])
        forwarded = self.headers.get_all("X-Forwarded-For")
        if forwarded and not any(peer in network for network in self.trusted):
            self.send_error(400)
            return
        body = json.dumps({"interfaces": sorted(p.name for p in NET.iterdir())}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its own name
        """Probes are nothing to tell."""


if __name__ == "__main__":
    with (CONFIG / "starts").open("a") as starts:
        starts.write(" ".join(sorted(p.name for p in NET.iterdir())) + "\n")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    Handler.trusted = trusted_proxies(CONFIG / ".storage" / "http")
    ThreadingHTTPServer(("", 8123), Handler).serve_forever()
