"""A container that ends with an error when Home Assistant starts in recovery mode."""

from pathlib import Path
from typing import Any

from components.home_assistant.probes import url_inside
from components.workload.verifying import verifying_container
from config.home_assistant import HomeAssistant

SCRIPT = Path(__file__).with_name("verify_start.py")
CONFIG = "/config"


def container(settings: HomeAssistant) -> dict[str, Any]:
    """Runs verify_start.py, which reads the volume and changes nothing."""
    script = SCRIPT.read_text(encoding="utf-8")
    arguments = [url_inside(settings.http.port), CONFIG]
    seconds = settings.start_minutes * 60
    described = verifying_container(
        "verify-start", settings.image, script, arguments, seconds=seconds
    )
    return {
        **described,
        "volumeMounts": [{"name": "config", "mountPath": CONFIG, "readOnly": True}],
    }
