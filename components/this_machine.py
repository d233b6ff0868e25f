"""What this machine has for a site: archives of plugins, packages, an SSH agent.

Called by the program's entry and by the command line, never by a constructor.
"""

import hashlib
import socket
from collections.abc import Iterator, Mapping
from pathlib import Path

from config.reading.access import AGENT, silent_agent
from config.reading.archives import archive_paths, archive_problems
from config.reading.packages import Folder, is_package, package_problems
from config.reading.problem import Problem
from config.site import Site

_PATIENCE_SECONDS = 5


def file_problems(site: Site, base: Path) -> Iterator[Problem]:
    """What is wrong with the files that the site names; `base` is the folder of the stack file."""
    yield from archive_problems(
        site, {path: _sha256(Path(path)) for path in archive_paths(site).values()}
    )
    yield from package_problems(site, _packages_folder(site, base))


def packages_of(site: Site, base: Path) -> dict[str, str]:
    """The texts of the packages by file name, which have been found without a problem before."""
    found = _packages_folder(site, base)
    if isinstance(found, OSError):
        raise found
    return {} if found is None else {name: text or "" for name, text in found.packages.items()}


def agent_problem(environment: Mapping[str, str]) -> Problem | None:
    """The agent that the environment names and that does not answer."""
    path = environment.get(AGENT)
    return silent_agent(path) if path and not _answers(path) else None


def _sha256(path: Path) -> str | OSError:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        return error


def _packages_folder(site: Site, base: Path) -> Folder | OSError | None:
    """None where the site names no folder."""
    if site.home_assistant.configuration is None:
        return None
    folder = base / site.home_assistant.configuration
    try:
        names = sorted(path.name for path in folder.iterdir() if is_package(path.name))
        packages = {name: _text(folder / name) for name in names}
        paths = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.y*ml"))
    except OSError as error:
        return error
    return Folder(packages=packages, paths=paths)


def _text(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return None


def _answers(path: str) -> bool:
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(_PATIENCE_SECONDS)
        try:
            client.connect(path)
        except OSError:
            return False
    return True
