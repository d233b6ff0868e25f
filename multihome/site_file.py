"""A stack file, read whole: its site, every problem, and the exit status that follows."""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from components.this_machine import file_problems
from config.reading.access import missing_access
from config.reading.problem import Problem
from config.reading.site import read_site
from config.reading.stack_file import StackFile, read_stack_file
from config.site import Site

SOUND, REFUSED, UNREADABLE = 0, 1, 2


@dataclass(frozen=True, kw_only=True)
class SiteFile:
    """What one stack file says; `site` is None when any problem is an error."""

    path: Path
    site: Site | None
    problems: tuple[Problem, ...]

    @property
    def exit_status(self) -> int:
        """0 for a sound plan, 1 for a refused one, 2 for a file that cannot be read."""
        if any(problem.rule == "file-unreadable" for problem in self.problems):
            return UNREADABLE
        return REFUSED if self.site is None else SOUND

    def print_errors(self) -> None:
        """Writes one line per error to standard error."""
        for problem in self.problems:
            if problem.severity == "error":
                # A problem of the whole file has the file as its key.
                place = "" if problem.path == str(self.path) else f"{self.path}: "
                print(f"{place}{problem.line()}", file=sys.stderr)


def read_site_file(path: Path) -> SiteFile:
    """Reads the file and checks its plan; whatever is wrong is among the problems."""
    file = read_stack_file(path)
    problems = file.problems
    site = None
    if file.tree or not problems:
        reading = read_site(file.tree)
        problems += reading.problems
        site = reading.site
    if site is not None:
        problems += tuple(_around(site, file, path.parent))
    refused = any(problem.severity == "error" for problem in problems)
    return SiteFile(path=path, site=None if refused else site, problems=problems)


def _around(site: Site, file: StackFile, folder: Path) -> Iterator[Problem]:
    """What is wrong with the secrets of the stack, and with the files that the site names."""
    yield from missing_access(site, file.secrets)
    yield from file_problems(site, folder)
    if site.multus.install and site.multus.manifest_file is not None:
        yield from _of_manifest(site)


def _of_manifest(site: Site) -> Iterator[Problem]:
    # Most sites have no such file, and need none of this.
    from components.multus.manifest import ManifestError  # noqa: PLC0415
    from components.multus.source import (  # noqa: PLC0415
        ManifestUnavailableError,
        read_manifest,
        refused_manifest,
    )
    from components.objects import site_objects  # noqa: PLC0415

    try:
        site_objects(site, read_manifest(site.multus))
    except (ManifestError, ManifestUnavailableError) as error:
        yield refused_manifest(site.multus, error)
