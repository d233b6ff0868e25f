"""Looks at the cluster by the system's own `kubectl`, as the operator does; reads only."""

import json
import subprocess
from collections.abc import Callable
from typing import Any

from components.multus.manifest import CRD_NAME
from multihome.doctor.cluster_facts import (
    ClusterFacts,
    attachments_of,
    definition_is_ours,
    failures_of,
    multus_of,
    nodes_of,
    pod_of,
)
from multihome.doctor.finding import Unseen
from multihome.doctor.plan import Plan

SECONDS = 60
ATTACHMENTS = CRD_NAME
_NO_SUCH_KIND = "the server doesn't have a resource type"

Ask = Callable[..., str]


class NotAnsweredError(Exception):
    """`kubectl` did not answer; the message is its last line."""


def look_at_cluster(plan: Plan, context: str | None) -> tuple[ClusterFacts | None, list[Unseen]]:
    """The facts, or None where no API server answers; and what could not be looked at."""
    namespace, unseen = plan.site.namespace, []

    def ask(*words: str) -> str:
        return kubectl(context or plan.site.cluster.context, *words)

    try:
        nodes = nodes_of(_json(ask, "nodes"))
        definition = _json(
            ask, "customresourcedefinitions", f"--field-selector=metadata.name={CRD_NAME}"
        )
        attachments = attachments_of(_attachments(ask, namespace))
        pods = _json(ask, "pods", "--all-namespaces")
        events = _json(ask, "events", "--namespace", namespace)
    except NotAnsweredError as error:
        return None, [Unseen(where="cluster", why=str(error))]
    pod = pod_of(pods, namespace, plan.pod)
    routes = None
    if pod is not None and pod.phase == "Running":
        try:
            routes = _routes(ask, namespace, plan.pod)
        except NotAnsweredError as error:
            unseen.append(Unseen(where=f"routes of pod {namespace}/{plan.pod}", why=str(error)))
    facts = ClusterFacts(
        nodes=nodes,
        definition_is_ours=definition_is_ours(definition),
        attachments=attachments,
        multus=multus_of(pods),
        pod=pod,
        sandbox_failures=failures_of(events, namespace, plan.pod),
        routes=routes,
    )
    return facts, unseen


def kubectl(context: str | None, *words: str) -> str:
    """What `kubectl` prints; raises `NotAnsweredError` unless it succeeds."""
    chosen = [] if context is None else ["--context", context]
    try:
        done = subprocess.run(
            ["kubectl", *chosen, "--request-timeout=20s", *words],
            capture_output=True,
            text=True,
            check=False,
            timeout=SECONDS,
            stdin=subprocess.DEVNULL,
        )
    except FileNotFoundError:
        raise NotAnsweredError("there is no `kubectl` on this machine") from None
    except subprocess.TimeoutExpired:
        raise NotAnsweredError(f"no answer within {SECONDS} s") from None
    if done.returncode != 0:
        lines = done.stderr.strip().splitlines()
        raise NotAnsweredError(lines[-1] if lines else "kubectl failed")
    return done.stdout


def _json(ask: Ask, *words: str) -> dict[str, Any]:
    answer: dict[str, Any] = json.loads(ask("get", *words, "--output=json"))
    return answer


def _attachments(ask: Ask, namespace: str) -> dict[str, Any]:
    try:
        return _json(ask, ATTACHMENTS, "--namespace", namespace)
    except NotAnsweredError as error:
        # Without Multus' CustomResourceDefinition there is none.
        if _NO_SUCH_KIND in str(error):
            return {"items": []}
        raise


def _routes(ask: Ask, namespace: str, pod: str) -> tuple[str, str]:
    mark = "--- ipv6"
    script = f"cat /proc/net/route; echo '{mark}'; cat /proc/net/ipv6_route 2>/dev/null || :"
    said = ask("exec", "--namespace", namespace, pod, "--", "sh", "-c", script)
    ipv4, _, ipv6 = said.partition(f"{mark}\n")
    return ipv4, ipv6
