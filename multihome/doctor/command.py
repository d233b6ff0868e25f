"""`python -m multihome doctor FILE`: what is not as planned on the nodes and in the cluster."""

import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from multihome.doctor.examine import examine
from multihome.doctor.finding import Unseen
from multihome.doctor.kubectl import look_at_cluster
from multihome.doctor.node_facts import NodeFacts
from multihome.doctor.plan import Plan
from multihome.doctor.report import exit_status, print_findings, print_json
from multihome.doctor.ssh import look_at_node
from multihome.site_file import UNREADABLE, read_site_file

# So many nodes are looked at side by side.
AT_ONCE = 8


def doctor_file(path: Path, *, context: str | None, as_json: bool) -> int:
    """Looks at everything, and prints what is wrong; returns the exit status.

    Progress goes to standard error.
    """
    file = read_site_file(path)
    if file.site is None:
        file.print_errors()
        return UNREADABLE
    plan = Plan(file.site)
    _say(f"looks at {len(file.site.nodes)} nodes and at the cluster")
    seen: dict[str, NodeFacts] = {}
    unseen: list[Unseen] = []
    with ThreadPoolExecutor(max_workers=AT_ONCE) as pool:
        asked = pool.submit(look_at_cluster, plan, context)
        looks = {
            name: pool.submit(look_at_node, plan, name, node)
            for name, node in file.site.nodes.items()
        }
        for name, look in looks.items():
            answer = look.result()
            if isinstance(answer, Unseen):
                unseen.append(answer)
            else:
                seen[name] = answer
            _say(f"node {name}: {'not reached' if isinstance(answer, Unseen) else 'looked at'}")
        cluster, not_seen = asked.result()
        _say(f"cluster: {'not reached' if cluster is None else 'looked at'}")
    unseen += not_seen
    findings = tuple(examine(plan, seen, cluster))
    (print_json if as_json else print_findings)(findings, unseen)
    return exit_status(findings, unseen)


def _say(progress: str) -> None:
    print(f"doctor: {progress}", file=sys.stderr, flush=True)
