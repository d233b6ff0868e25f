"""`python -m multihome check FILE...`: the plan of each stack file, or what is wrong with it."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from config.site import Site
from multihome.plan_table import print_plan
from multihome.site_file import SiteFile, read_site_file


def check_files(paths: Sequence[Path], *, as_json: bool) -> int:
    """Prints what there is to say about each file; returns the highest of their exit statuses."""
    files = [read_site_file(path) for path in paths]
    if as_json:
        print(json.dumps([_described(file) for file in files], indent=2))
    else:
        for file in files:
            _print(file)
    return max(file.exit_status for file in files)


def _print(file: SiteFile) -> None:
    if file.site is None:
        file.print_errors()
        return
    print(f"{file.path}: the plan is sound\n")
    print_plan(file.site)
    for problem in file.problems:
        print(f"{problem.severity}: {problem.line()}")


def _described(file: SiteFile) -> dict[str, Any]:
    return {
        "path": str(file.path),
        "sound": file.site is not None,
        "problems": [
            {
                "severity": problem.severity,
                "rule": problem.rule,
                "key": problem.path,
                "value": problem.value,
                "message": problem.message,
                "network": problem.network,
                "node": problem.node,
                "workload": problem.workload,
            }
            for problem in file.problems
        ],
        "plan": None if file.site is None else _plan(file.site),
    }


def _plan(site: Site) -> dict[str, Any]:
    """The networks and the pod's interfaces with the keys of the stack file, and the segments."""
    written = site.model_dump(mode="json", by_alias=True, include={"networks", "home_assistant"})
    return {
        "networks": {
            name: {"segment": network.segment.label, **written["networks"][name]}
            for name, network in site.networks.items()
        },
        "interfaces": written["home_assistant"]["interfaces"],
    }
