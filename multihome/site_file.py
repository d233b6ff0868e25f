"""A stack file, read whole: its site, every problem, and the exit status that follows."""

import sys
from dataclasses import dataclass
from pathlib import Path

from config.reading.problem import Problem
from config.reading.site import read_site
from config.reading.stack_file import read_stack_file
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
    refused = any(problem.severity == "error" for problem in problems)
    return SiteFile(path=path, site=None if refused else site, problems=problems)
