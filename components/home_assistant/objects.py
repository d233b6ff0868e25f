"""The Kubernetes objects of Home Assistant (docs/background/home-assistant.md)."""

from typing import Any

from components.home_assistant.probes import PORT, probes
from components.pod_networks import interface_check
from components.workload.claim import claim_name
from components.workload.container import main_container
from components.workload.ingress import ingress
from components.workload.secrets import secret
from components.workload.service import service
from components.workload.stateful_set import Json, Pod, Surroundings, stateful_set
from config.home_assistant import HomeAssistant

NAME = "home-assistant"
# Home Assistant may take 210 s to stop cleanly (docs/background/home-assistant.md#stopping).
GRACE_SECONDS = 300


def objects(
    settings: HomeAssistant, around: Surroundings, *, probed_from_inside: bool
) -> list[Json]:
    """All objects but the claim, in an order in which they can be created."""
    namespace = around.namespace
    found = [
        interface_check.service_account(NAME, namespace),
        interface_check.role(NAME, namespace),
        interface_check.role_binding(NAME, namespace),
        interface_check.count(NAME, namespace),
    ]
    if settings.secret_names:
        found.append(secret(NAME, settings.secret_names, namespace))
    pod = _pod(settings, probed_from_inside=probed_from_inside)
    found += [
        stateful_set(NAME, settings, around, pod),
        service(NAME, settings.service, namespace, PORT),
    ]
    if settings.ingress is not None:
        found.append(ingress(NAME, settings.ingress, namespace))
    return found


def _pod(settings: HomeAssistant, *, probed_from_inside: bool) -> Pod:
    container: dict[str, Any] = {
        "name": NAME,
        "image": settings.image,
        "env": [{"name": "TZ", "value": settings.time_zone}],
        "ports": [{"name": "http", "containerPort": PORT}],
        "volumeMounts": [{"name": "config", "mountPath": "/config"}],
        **probes(settings.start_minutes, from_inside=probed_from_inside),
    }
    main = main_container(NAME, settings, container)
    claimed = {"claimName": claim_name(NAME, settings.storage)}
    config = {"name": "config", "persistentVolumeClaim": claimed}
    return Pod(containers=[main], volumes=[config], grace_seconds=GRACE_SECONDS)


def url(settings: HomeAssistant, namespace: str) -> str:
    """Where Home Assistant is reached: by the ingress if there is one, else in the first network.

    IPv6 addresses stand in brackets.
    """
    if settings.ingress is not None:
        scheme = "https" if settings.ingress.tls_secret else "http"
        return f"{scheme}://{settings.ingress.host}"
    if not settings.interfaces:
        return f"http://{NAME}.{namespace}.svc:{PORT}"
    address = settings.interfaces[0].address
    return f"http://[{address}]:{PORT}" if address.version == 6 else f"http://{address}:{PORT}"
