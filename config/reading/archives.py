"""The plugins' archives: there, readable, and those that the site expects."""

from collections.abc import Iterator, Mapping

from config.nodes import Architecture
from config.reading.problem import NAMESPACE, Problem
from config.site import Site


def archive_paths(site: Site) -> dict[Architecture, str]:
    """The files that would be copied to nodes."""
    named = site.architectures if site.missing_plugins else []
    paths = ((architecture, site.plugins.archive(architecture)) for architecture in named)
    return {architecture: path for architecture, path in paths if path is not None}


def archive_problems(site: Site, found: Mapping[str, str | OSError]) -> Iterator[Problem]:
    """What is wrong with those files; `found` has the sha256 of each path, or why there is none."""
    for architecture, path in archive_paths(site).items():
        digest, expected = found[path], site.plugins.digest(architecture)
        if isinstance(digest, OSError):
            message = f"{digest.strerror}; write the path of the archive on this machine"
            yield _about(architecture, path, "archive-unreadable", message)
        elif digest != expected:
            message = f"the file has sha256 {digest}, not {expected}; copy the archive again"
            yield _about(architecture, path, "archive-digest", message)


def _about(architecture: Architecture, path: str, rule: str, message: str) -> Problem:
    key = f"{NAMESPACE}:plugins.archives.{architecture}"
    return Problem(path=key, value=path, rule=rule, message=message)
