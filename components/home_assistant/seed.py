"""The seed: an init container that writes the stack file's settings into /config.

docs/background/home-assistant.md says in which forms, and why at each start.
"""

import json
from pathlib import Path
from typing import Any

from components.home_assistant.seed_config import Listen, Plan
from components.workload.image_python import PYTHON
from components.workload.secrets import reference
from config.home_assistant import HomeAssistant
from config.site import Site

FOLDER = "/config"
# IPv6 addresses are usable after a second or two.
PATIENCE_SECONDS = 15
ROOT = Path(__file__).parents[2]
_PARTS = (
    "components.home_assistant.seed_http",
    "components.home_assistant.seed_yaml",
    "config.location",
)


def script() -> str:
    """The text of seed_config.py with its other modules in the place of their imports."""
    lines = _text("components.home_assistant.seed_config").splitlines(keepends=True)
    for part in _PARTS:
        (at,) = [n for n, line in enumerate(lines) if line.startswith(f"from {part} import ")]
        lines[at] = _text(part)
    return "".join(lines)


def _text(module: str) -> str:
    return ROOT.joinpath(*module.split(".")).with_suffix(".py").read_text(encoding="utf-8")


def seed_plan(site: Site) -> Plan:
    """What the seed of a checked site writes."""
    settings = site.home_assistant
    http: dict[str, Any] = {"server_port": settings.http.port}
    if proxies := settings.http.trusted_proxies or _proxies(site):
        http |= {"use_x_forwarded_for": True, "trusted_proxies": [str(each) for each in proxies]}
    return Plan(
        folder=FOLDER,
        http=http,
        listen=_listen(site),
        adapters=list(settings.discovery_interfaces or _discovering(site)) or None,
        settings={} if settings.settings is None else _core(site),
    )


def _proxies(site: Site) -> tuple[object, ...]:
    """The networks that requests by an ingress or a route come from."""
    return site.cluster.pod_networks if site.home_assistant.has_proxy else ()


def _discovering(site: Site) -> list[str]:
    interfaces = site.home_assistant.interfaces
    return [each.name for each in interfaces if site.networks[each.network].discovery]


def _listen(site: Site) -> Listen | None:
    settings = site.home_assistant
    if settings.listen_on is None:
        return None
    addresses = [
        str(address)
        for interface in settings.interfaces
        if interface.network in settings.listen_on
        for address in interface.addresses
    ]
    return Listen(cluster=settings.listens_in_cluster, addresses=addresses)


def _core(site: Site) -> dict[str, Any]:
    settings = site.home_assistant.settings
    given = {} if settings is None else settings.model_dump(exclude={"location"}, exclude_none=True)
    return {"time_zone": site.home_assistant.time_zone, **given}


def command(plan: Plan) -> list[str]:
    """Runs the script with the Python of Home Assistant's image."""
    return [*PYTHON, script(), json.dumps(plan), str(PATIENCE_SECONDS)]


def location(workload: str, settings: HomeAssistant) -> list[dict[str, Any]]:
    """The variable by which the script gets the secret location, where there is one."""
    if settings.settings is None or settings.settings.location is None:
        return []
    value = reference(workload, settings.settings.location)
    return [{"name": "LOCATION", "valueFrom": value}]


def init_container(workload: str, settings: HomeAssistant, plan: Plan) -> dict[str, Any]:
    """Writes /config before Home Assistant starts."""
    environment = location(workload, settings)
    if plan["listen"] is not None and plan["listen"]["cluster"]:
        field = {"fieldRef": {"fieldPath": "status.podIPs"}}
        environment.append({"name": "POD_IPS", "valueFrom": field})
    return {
        "name": "seed",
        "image": settings.image,
        "command": command(plan),
        "env": environment,
        # The last line, for `kubectl describe pod`.
        "terminationMessagePolicy": "FallbackToLogsOnError",
        "volumeMounts": [{"name": "config", "mountPath": FOLDER}],
    }
