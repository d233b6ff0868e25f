"""A container that ends with an error when the pod's interfaces are not as planned.

docs/decisions/interface_check.md says why it is no init container. It has no rights at all.
"""

import json
from pathlib import Path
from typing import Any

from components.pod_networks.verify_interfaces import Plan
from components.workload.verifying import verifying_container

FOLDER = Path(__file__).parent
# The line of the script in whose place the module comes.
IMPORT = "from components.pod_networks.netlink import Route, State, read_state\n"
# IPv6 addresses are usable after a second or two.
PATIENCE_SECONDS = 15
# The script ends by itself long before.
PROBE_SECONDS = 120


def script() -> str:
    """The text of verify_interfaces.py with the module netlink.py in the place of its import."""
    before, after = _text("verify_interfaces.py").split(IMPORT)
    return before + _text("netlink.py") + after


def _text(name: str) -> str:
    return (FOLDER / name).read_text(encoding="utf-8")


def container(image: str, plan: Plan) -> dict[str, Any]:
    """Runs the script with the Python of the workload's image."""
    arguments = [json.dumps(plan), str(PATIENCE_SECONDS)]
    return verifying_container(
        "verify-interfaces", image, script(), arguments, seconds=PROBE_SECONDS
    )
