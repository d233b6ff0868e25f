"""An API server with pods of any name, and one network that all of them ask for.

Arguments: where it listens, the namespace, the pods' annotation, and the conflist of the network.
"""

import json
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

HOST, PORT, NAMESPACE, WANTED, CONFLIST = sys.argv[1:]
NETWORK = json.loads(WANTED)[0]["name"]


class Api(BaseHTTPRequestHandler):
    """Answers with the object that the path names; what is written is forgotten."""

    def do_GET(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"] or 0))
        answer = json.dumps(_object(self.path.partition("?")[0].split("/"))).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def do_PUT(self) -> None:
        self.do_GET()

    def do_POST(self) -> None:
        self.do_GET()

    def log_message(self, *_: object) -> None:
        pass


def _object(path: list[str]) -> dict[str, object]:
    if "network-attachment-definitions" in path:
        return {
            "apiVersion": "k8s.cni.cncf.io/v1",
            "kind": "NetworkAttachmentDefinition",
            "metadata": {"name": NETWORK, "namespace": NAMESPACE},
            "spec": {"config": CONFLIST},
        }
    name = path[path.index("pods") + 1] if "pods" in path else ""
    notes = {"k8s.v1.cni.cncf.io/networks": WANTED}
    metadata = {"name": name, "namespace": NAMESPACE, "uid": name, "annotations": notes}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata}


server = ThreadingHTTPServer((HOST, int(PORT)), Api)
print("ready", flush=True)
server.serve_forever()
