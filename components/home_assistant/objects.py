"""The Kubernetes objects of Home Assistant (docs/background/home-assistant.md)."""

from collections.abc import Mapping
from typing import Any

from components.home_assistant import seed, start_verification
from components.home_assistant.data import containers
from components.home_assistant.data import packages as of_packages
from components.home_assistant.data.check_job import check_job
from components.home_assistant.probes import probes
from components.home_assistant.seed_config import Plan
from components.pod_networks import interface_check
from components.workload.claim import claim_name
from components.workload.container import main_container, volume_container
from components.workload.http_route import http_route
from components.workload.ingress import ingress
from components.workload.network_policy import network_policy
from components.workload.secrets import secret
from components.workload.service import service
from components.workload.stateful_set import Json, Pod, Surroundings, stateful_set
from config.home_assistant import HomeAssistant

NAME = "home-assistant"
# Home Assistant may take 210 s to stop cleanly (docs/background/home-assistant.md#stopping).
GRACE_SECONDS = 300


def objects(
    settings: HomeAssistant,
    around: Surroundings,
    plan: Plan,
    packages: Mapping[str, str],
    *,
    probed_from_inside: bool,
) -> list[Json]:
    """All objects but the claim, in an order in which they can be created.

    `plan` is what the pod's configuration is made of (`seed.seed_plan`).
    """
    namespace, port = around.namespace, settings.http.port
    found = [
        interface_check.service_account(NAME, namespace),
        interface_check.role(NAME, namespace),
        interface_check.role_binding(NAME, namespace),
        interface_check.count(NAME, namespace),
    ]
    if settings.secret_names:
        found.append(secret(NAME, settings.secret_names, namespace))
    if packages:
        found.append(of_packages.packages_map(NAME, packages, namespace))
    from_inside = probed_from_inside or not settings.listens_in_cluster
    pod = _pod(settings, plan, packages, probed_from_inside=from_inside)
    if settings.check_before_replacing:
        environment = pod.containers[0]["env"]
        found.append(check_job(NAME, settings, around, packages, plan, environment=environment))
    found += [
        stateful_set(NAME, settings, around, pod),
        service(NAME, settings.service, namespace, port),
    ]
    if settings.ingress is not None:
        found.append(ingress(NAME, settings.ingress, namespace))
    if settings.route is not None:
        found.append(http_route(NAME, settings.route, namespace, port))
    if settings.cluster_callers is not None:
        found.append(network_policy(NAME, settings.cluster_callers, namespace, port))
    return found


def _pod(
    settings: HomeAssistant, plan: Plan, packages: Mapping[str, str], *, probed_from_inside: bool
) -> Pod:
    container: dict[str, Any] = {
        "name": NAME,
        "image": settings.image,
        "env": [{"name": "TZ", "value": settings.time_zone}],
        "ports": [{"name": "http", "containerPort": settings.http.port}],
        "volumeMounts": [{"name": "config", "mountPath": "/config"}],
        **probes(settings.start_minutes, settings.http.port, from_inside=probed_from_inside),
    }
    main = main_container(NAME, settings, container)
    claimed = {"claimName": claim_name(NAME, settings.storage)}
    config = {"name": "config", "persistentVolumeClaim": claimed}
    # A store that was restored is seeded as any other.
    prepared = [
        containers.keep_data(NAME, settings, packages),
        seed.init_container(NAME, settings, plan),
    ]
    beside = []
    if settings.verify_after_apply:
        # It reads the log as Home Assistant's own user.
        beside = [volume_container(settings, start_verification.container(settings))]
    return Pod(
        init_containers=prepared,
        containers=[main, *beside],
        volumes=[config, *of_packages.volumes(NAME, settings, packages)],
        grace_seconds=GRACE_SECONDS,
    )


def url(settings: HomeAssistant, namespace: str) -> str:
    """Where it is reached: by the ingress, the route, or in the first network that it listens in.

    IPv6 addresses stand in brackets. 127.0.0.1 is for `kubectl port-forward`.
    """
    if settings.ingress is not None:
        scheme = "https" if settings.ingress.tls_secret else "http"
        return f"{scheme}://{settings.ingress.host}"
    if settings.route is not None:
        return f"{'https' if settings.route.tls else 'http'}://{settings.route.host}"
    port = settings.http.port
    for interface in settings.interfaces:
        if settings.listen_on is None or interface.network in settings.listen_on:
            address = interface.address
            host = f"[{address}]" if address.version == 6 else str(address)
            return f"http://{host}:{port}"
    if settings.listens_in_cluster:
        return f"http://{NAME}.{namespace}.svc:{port}"
    return f"http://127.0.0.1:{port}"
