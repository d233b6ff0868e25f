"""What runs on the hosts of the networks: a reverse proxy, and devices."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lab.home_assistant.container import Container, Mount
from tests.home_assistant.instance import python, wait_for
from tests.home_assistant.requests import ask

# What Home Assistant's documentation asks of nginx.
NGINX = """
pid /run/nginx.pid;
events {{ }}
http {{
    access_log off;
    map $http_upgrade $connection_upgrade {{ default upgrade; '' close; }}
    server {{
        listen {address}:80;
        client_max_body_size 0;
        location / {{
            proxy_pass $scheme://{pod}:8123;
            proxy_bind {address};
            proxy_http_version 1.1;
            proxy_set_header Host $host;
            proxy_set_header Upgrade $http_upgrade;
            proxy_set_header Connection $connection_upgrade;
            proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
            proxy_set_header X-Forwarded-Proto $scheme;
        }}
    }}
}}
"""


@contextmanager
def start_proxy(namespace: str, address: str, folder: Path, to: str) -> Iterator[str]:
    """The URL of an nginx at the address, in front of the Home Assistant at `to`."""
    (folder / "nginx").mkdir(parents=True)
    (folder / "nginx" / "nginx.conf").write_text(NGINX.format(address=address, pod=to))
    mount = Mount(source=folder / "nginx", path="/nginx")
    container = Container(namespace=namespace, folder=folder, mounts=[mount])
    log, url = folder / "nginx.log", f"http://{address}:80"
    words = ["nginx", "-e", "stderr", "-c", "/nginx/nginx.conf", "-g", "daemon off;"]
    with _running(container.start(words, log)):
        wait_for(lambda: _answers(namespace, url), f"an answer of nginx ({log})", 20)
        yield url


def _answers(namespace: str, url: str) -> bool:
    try:
        ask(namespace, url)
    except OSError:
        return False
    return True


@contextmanager
def start_device(
    namespace: str, address: str, folder: Path, *, name: str, mac: str
) -> Iterator[None]:
    """A HomeKit accessory that announces itself."""
    folder.mkdir()
    container = Container(namespace=namespace, folder=folder)
    with _running(container.start(python("device", address, name, mac), folder / "device.log")):
        yield


@contextmanager
def _running(process: subprocess.Popen[bytes]) -> Iterator[None]:
    try:
        yield
    finally:
        process.terminate()
        process.wait(timeout=30)
