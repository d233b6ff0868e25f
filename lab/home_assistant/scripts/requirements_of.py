"""Prints what a first start of the installed Home Assistant needs from Python's index.

The root's Python runs it; the arguments are integrations to have beside those that always start.
"""

import json
import sys
from collections.abc import Iterable
from pathlib import Path

import homeassistant.components  # type: ignore[import-not-found]
from homeassistant.auth.mfa_modules import totp  # type: ignore[import-not-found]
from homeassistant.bootstrap import DEFAULT_INTEGRATIONS  # type: ignore[import-not-found]
from homeassistant.scripts import check_config  # type: ignore[import-not-found]

FOLDER = Path(homeassistant.components.__path__[0])


def requirements(integrations: Iterable[str]) -> set[str]:
    """The requirements of the integrations, and of those that they depend on."""
    found: set[str] = set()
    seen: set[str] = set()
    waiting = list(integrations)
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        manifest = json.loads((FOLDER / name / "manifest.json").read_text())
        found |= set(manifest.get("requirements", []))
        waiting += manifest.get("dependencies", [])
    return found


if __name__ == "__main__":
    always = {*totp.REQUIREMENTS, *check_config.REQUIREMENTS}
    print(*sorted(always | requirements([*sys.argv[1:], *DEFAULT_INTEGRATIONS])), sep="\n")
