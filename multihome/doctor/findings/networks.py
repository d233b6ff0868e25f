"""The NetworkAttachmentDefinitions are those of the plan."""

import json
from collections.abc import Iterator
from typing import Any

from multihome.doctor.cluster_facts import ClusterFacts
from multihome.doctor.finding import Finding
from multihome.doctor.plan import Plan


def drifted_attachments(plan: Plan, facts: ClusterFacts) -> Iterator[Finding]:
    """NetworkAttachmentDefinitions that are missing, or have another conflist."""
    for name, planned in plan.conflists.items():
        where = f"network {plan.site.namespace}/{name}"
        text = facts.attachments.get(name)
        if text is None:
            yield Finding(
                name="attachment-missing",
                where=where,
                what="there is no NetworkAttachmentDefinition of this name",
                why="pods of this network stay in ContainerCreating",
                cure="run `up`; if Pulumi says that nothing has changed, run `up --refresh`",
            )
            continue
        found = _parsed(text)
        if found != planned:
            difference = next(differences(planned, found))
            yield Finding(
                name="attachment-drifted",
                where=where,
                what=f"its conflist is not the plan's: {difference}",
                why="the next pod gets another interface than planned",
                cure='run `up --refresh`; if it says "field conflict", see docs/operations.md,'
                ' "Somebody changed an object by hand"',
            )


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def differences(planned: Any, found: Any, at: str = "") -> Iterator[str]:
    """`plugins[0].master: eth1, planned eth0`, for each value that is not the planned one."""
    if isinstance(planned, dict) and isinstance(found, dict):
        for key in dict.fromkeys((*planned, *found)):
            inner = f"{at}.{key}" if at else key
            if key not in found:
                yield f"{inner}: missing, planned {_said(planned[key])}"
            elif key not in planned:
                yield f"{inner}: {_said(found[key])}, not planned"
            else:
                yield from differences(planned[key], found[key], inner)
    elif isinstance(planned, list) and isinstance(found, list) and len(planned) == len(found):
        for number, pair in enumerate(zip(planned, found, strict=True)):
            yield from differences(*pair, f"{at}[{number}]")
    elif planned != found:
        yield f"{at or 'spec.config'}: {_said(found)}, planned {_said(planned)}"


def _said(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)
