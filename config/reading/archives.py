"""The plugins' archives on this machine: there, readable, and those that the site expects."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

from config.nodes import Architecture
from config.reading.problem import NAMESPACE, Problem
from config.site import Site


def archive_problems(site: Site) -> Iterator[Problem]:
    """What is wrong with the files that would be copied to nodes."""
    for architecture in site.architectures if site.missing_plugins else ():
        path = site.plugins.archive(architecture)
        if path is not None:
            problem = _problem(architecture, path, site.plugins.digest(architecture))
            if problem is not None:
                yield problem


def _problem(architecture: Architecture, path: str, expected: str) -> Problem | None:
    try:
        with Path(path).open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        message = f"{error.strerror}; write the path of the archive on this machine"
        return _about(architecture, path, "archive-unreadable", message)
    if found != expected:
        message = f"the file has sha256 {found}, not {expected}; copy the archive again"
        return _about(architecture, path, "archive-digest", message)
    return None


def _about(architecture: Architecture, path: str, rule: str, message: str) -> Problem:
    key = f"{NAMESPACE}:plugins.archives.{architecture}"
    return Problem(path=key, value=path, rule=rule, message=message)
