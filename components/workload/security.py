"""What the containers of a workload's pod may do: as little as their images allow."""

from typing import Any

from config.capabilities import BASELINE
from config.devices import paths
from config.workload import Workload

Json = dict[str, Any]
# Root lacks these rights over files of another owner, as in a volume that another image has filled.
# The official image needs no capability to start and to answer
# (https://github.com/siutsin/otaru/pull/2768).
ROOT_CAPABILITIES = ("CHOWN", "DAC_OVERRIDE", "FOWNER")


def pod_security(settings: Workload) -> Json:
    """The security context of the whole pod."""
    context: Json = {"seccompProfile": {"type": "RuntimeDefault"}}
    if settings.run_as is not None:
        context |= {
            "runAsUser": settings.run_as.user,
            "runAsGroup": settings.run_as.own_group,
            "runAsNonRoot": True,
        }
        if settings.run_as.groups:
            context["supplementalGroups"] = list(settings.run_as.groups)
    if settings.fs_group is not None:
        # A large volume is not gone through at each start.
        context |= {"fsGroup": settings.fs_group, "fsGroupChangePolicy": "OnRootMismatch"}
    return context


def checking_security() -> Json:
    """The context of a container that only looks at its pod."""
    return _with_capabilities(set())


def volume_security(settings: Workload) -> Json:
    """The context of a container that reads and writes the workload's volume."""
    return _with_capabilities(_of_root(settings))


def main_security(settings: Workload) -> Json:
    """The context of the workload's own container."""
    if settings.privileged:
        return {"privileged": True}
    context = _with_capabilities({*_of_root(settings), *settings.capabilities})
    if settings.bluetooth:
        # Where AppArmor looks at D-Bus, as in Ubuntu, the runtime's own profile closes it.
        context["appArmorProfile"] = {"type": "Unconfined"}
    return context


def exceeds_baseline(settings: Workload) -> bool:
    """Whether a namespace of the level `baseline` refuses the pod."""
    more = set(settings.capabilities) - BASELINE
    return settings.privileged or settings.bluetooth or bool(more or paths(settings.devices))


def _of_root(settings: Workload) -> set[str]:
    return set(ROOT_CAPABILITIES) if settings.run_as is None else set()


def _with_capabilities(added: set[str]) -> Json:
    capabilities: Json = {"drop": ["ALL"]}
    if added:
        capabilities["add"] = sorted(added)
    return {"allowPrivilegeEscalation": False, "capabilities": capabilities}
