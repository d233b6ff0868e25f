"""A container of ours beside a workload: it looks once, and ends with an error if it must.

Pulumi prints what an ordinary container of the pod said when it ended, and nothing of init
containers (docs/decisions/interface_check.md).
"""

from collections.abc import Sequence
from typing import Any

from components.workload.image_python import PYTHON

MESSAGE, VERIFIED = "/dev/termination-log", "/tmp/verified"  # noqa: S108 - the container's own
# Each probe starts Python.
_PERIOD_SECONDS = 5


def verifying_container(
    name: str, image: str, script: str, arguments: Sequence[str], *, seconds: int
) -> dict[str, Any]:
    """Runs a script with the Python of the workload's image; the pod is not ready before it is.

    The script gets the arguments, then the file of the termination message and the file that it
    makes when all is well. It goes on then, and else ends within so many seconds.
    """
    return {
        "name": name,
        "image": image,
        "command": [*PYTHON, script, *arguments, MESSAGE, VERIFIED],
        "terminationMessagePath": MESSAGE,
        # What Python says when the script itself fails.
        "terminationMessagePolicy": "FallbackToLogsOnError",
        "startupProbe": {
            "exec": {"command": [*PYTHON, f"open({VERIFIED!r})"]},
            "timeoutSeconds": 10,
            "periodSeconds": _PERIOD_SECONDS,
            "failureThreshold": seconds // _PERIOD_SECONDS,
        },
    }
