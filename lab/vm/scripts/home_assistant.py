"""In the place of Home Assistant: answers its probes, and keeps a line in /config per start."""

import json
import pathlib
import signal
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Handler(BaseHTTPRequestHandler):
    """Says which interfaces it runs with."""

    def do_GET(self) -> None:
        """Any path: /manifest.json is what the probes ask for."""
        body = json.dumps({"interfaces": sorted(p.name for p in NET.iterdir())}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its own name
        """Probes are nothing to tell."""


NET = pathlib.Path("/sys/class/net")
with pathlib.Path("/config/starts").open("a") as starts:
    starts.write(" ".join(sorted(p.name for p in NET.iterdir())) + "\n")
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
ThreadingHTTPServer(("", 8123), Handler).serve_forever()
