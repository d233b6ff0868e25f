"""The init container that keeps the data: copies before upgrades, restores, and packages."""

import json
from collections.abc import Mapping
from typing import Any

from components.home_assistant.data.packages import PACKAGES, SECRETS, mounts
from components.home_assistant.data.scripts import script
from components.workload.image_python import PYTHON
from components.workload.secrets import reference
from config.home_assistant import HomeAssistant

CONFIG = "/config"
MESSAGE = "/dev/termination-log"


def keep_data(
    workload: str, settings: HomeAssistant, packages: Mapping[str, str]
) -> dict[str, Any]:
    """Runs keep_data.py with the Python of Home Assistant's image."""
    arguments = [CONFIG, wanted(settings), PACKAGES, SECRETS, MESSAGE]
    described: dict[str, Any] = {
        "name": "keep-data",
        "image": settings.image,
        "command": [*PYTHON, script("keep_data"), *arguments],
        "terminationMessagePath": MESSAGE,
        # What Python says when the script itself fails.
        "terminationMessagePolicy": "FallbackToLogsOnError",
        "volumeMounts": [{"name": "config", "mountPath": CONFIG}, *mounts(settings, packages)],
    }
    if settings.restore is not None and settings.restore.password is not None:
        password = reference(workload, settings.restore.password)
        described["env"] = [{"name": "RESTORE_PASSWORD", "valueFrom": password}]
    return described


def wanted(settings: HomeAssistant) -> str:
    """The argument for the scripts (`Wanted` in record.py)."""
    found: dict[str, Any] = {"copies": settings.copies}
    if settings.restore is not None:
        found |= {
            "backup": settings.restore.backup,
            "again": settings.restore.again or "",
            "has_password": settings.restore.password is not None,
        }
    return json.dumps(found)
