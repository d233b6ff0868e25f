"""What `kubectl` prints about a healthy site, in the form of a real API server's answers."""

import json
from typing import Any

from components.multus.manifest import parse
from components.objects import site_objects
from config.site import Site
from lab.build.manifests import upstream_file

MULTUS_UID = "7a2c9d5e-0000-4000-8000-000000000001"
IMAGE = "ghcr.io/k8snetworkplumbingwg/multus-cni:v4.2.4"

Json = dict[str, Any]


def multus_pod(node: str, uid: str = MULTUS_UID) -> Json:
    return {
        "metadata": {"name": f"kube-multus-ds-{node}", "namespace": "kube-system", "uid": uid},
        "spec": {"nodeName": node, "containers": [{"name": "kube-multus", "image": IMAGE}]},
        "status": {
            "phase": "Running",
            "containerStatuses": [{"name": "kube-multus", "state": {"running": {}}}],
        },
    }


def workload_pod(site: Site, node: str) -> Json:
    """The pod, with the network-status that Multus v4.2.4 writes."""
    statuses: list[Json] = [
        {"name": "cbr0", "interface": "eth0", "ips": ["10.42.0.5"], "mac": "8a:6c:5e:5d:12:0b"}
    ]
    statuses[0] |= {"default": True, "dns": {}, "gateway": ["10.42.0.1"]}
    for interface in site.home_assistant.interfaces:
        statuses.append(
            {
                "name": f"{site.namespace}/{interface.network}",
                "interface": interface.name,
                "ips": [str(address) for address in interface.addresses],
                "mac": interface.mac,
                "dns": {},
            }
        )
    return {
        "metadata": {
            "name": "home-assistant-0",
            "namespace": site.namespace,
            "uid": "7a2c9d5e-0000-4000-8000-000000000002",
            "annotations": {"k8s.v1.cni.cncf.io/network-status": json.dumps(statuses)},
        },
        "spec": {"nodeName": node, "containers": [{"name": "home-assistant", "image": "x:1"}]},
        "status": {
            "phase": "Running",
            "podIP": "10.42.0.5",
            "containerStatuses": [{"name": "home-assistant", "state": {"running": {}}}],
        },
    }


def stuck(pod: Json) -> Json:
    """The same pod before it has a sandbox."""
    metadata = {key: value for key, value in pod["metadata"].items() if key != "annotations"}
    waiting = {"name": "home-assistant", "state": {"waiting": {"reason": "ContainerCreating"}}}
    return {
        **pod,
        "metadata": metadata,
        "status": {"phase": "Pending", "containerStatuses": [waiting]},
    }


def sandbox_event(site: Site, message: str, at: str = "2026-11-28T09:00:00Z") -> Json:
    """The Event that kubelet writes when a sandbox fails."""
    return {
        "metadata": {"name": "home-assistant-0.1", "namespace": site.namespace},
        "involvedObject": {"kind": "Pod", "name": "home-assistant-0"},
        "reason": "FailedCreatePodSandBox",
        "message": "Failed to create pod sandbox: rpc error: code = Unknown desc = failed to setup"
        f' network for sandbox: plugin type="multus" failed (add): {message}',
        "lastTimestamp": at,
    }


def upstream_s_definition(site: Site) -> Json:
    """The CustomResourceDefinition of a Multus that somebody installed by upstream's manifest."""
    objects = parse(upstream_file(site.multus.version).read_text())
    (found,) = (each for each in objects if each["kind"] == "CustomResourceDefinition")
    return found


def answers(site: Site) -> dict[str, Json]:
    """The answers of a healthy cluster by the resource that is asked for."""
    names = [node.hostname or name for name, node in site.nodes.items()]
    labelled = [
        {"metadata": {"name": name, "labels": {"kubernetes.io/hostname": name}}} for name in names
    ]
    pods = [*map(multus_pod, names), workload_pod(site, names[0])]
    manifest = upstream_file(site.multus.version).read_text()
    return {
        "customresourcedefinitions": {"items": [site_objects(site, manifest).crd]},
        "nodes": {"items": labelled},
        "pods": {"items": pods},
        "events": {"items": []},
        "network-attachment-definitions.k8s.cni.cncf.io": {
            "items": list(site_objects(site, None).networks.values())
        },
    }
