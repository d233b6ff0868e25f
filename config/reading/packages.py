"""What is wrong with the user's packages for Home Assistant, a folder beside the stack file."""

import re
from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import CollectionNode, MappingNode, Node, ScalarNode

from config.reading.problem import NAMESPACE, Problem
from config.site import Site

# What a ConfigMap holds, less some room for its own description.
MOST_BYTES = 1_000_000
# As Home Assistant's `slug` (docs/background/home-assistant-data.md#packages).
_NAME = re.compile(r"[a-z0-9]+(_[a-z0-9]+)*")
# Those of Home Assistant's own loader.
_TAGS = {
    "!env_var",
    "!include",
    "!include_dir_list",
    "!include_dir_merge_list",
    "!include_dir_merge_named",
    "!include_dir_named",
    "!input",
    "!secret",
}
_HTTP = (
    "it has `http:`, which Home Assistant undoes after five minutes; write the key `http` of the"
    " stack file instead"
)


class _RefusedFileError(Exception):
    """`place` is the file, with a line where there is one."""

    def __init__(self, place: str, rule: str, message: str) -> None:
        super().__init__(message)
        self.place, self.rule, self.message = place, rule, message


@dataclass(frozen=True, kw_only=True)
class Folder:
    """A folder of packages: the text of each by its file name, None where it is not UTF-8.

    `paths` are those of all YAML files below the folder.
    """

    packages: Mapping[str, str | None]
    paths: Sequence[str]


def is_package(name: str) -> bool:
    """Whether a file of that name, in the folder itself, is a package."""
    return name.endswith(".yaml") and not name.startswith(".")


def package_problems(site: Site, found: Folder | OSError | None) -> Iterator[Problem]:
    """What is wrong with the folder, its files, and the secrets that they use.

    `found` is None where the site names no folder.
    """
    folder = str(site.home_assistant.configuration)
    if isinstance(found, OSError):
        reason = found.strerror or "it cannot be read"
        message = f"{reason}; write the path of a folder beside the stack file"
        yield _about("configuration", folder, "configuration-unreadable", message)
        return
    used: set[str] = set()
    if found is not None:
        used = yield from _of_folder(found, folder)
    for name in site.home_assistant.configuration_secrets:
        if name not in used:
            message = f"no package has `!secret {name}`; remove the key, or use it"
            yield _about("configuration_secrets", name, "package-secret-unused", message)


def _of_folder(found: Folder, folder: str) -> Generator[Problem, None, set[str]]:
    """Returns the names of the secrets that the files use."""
    used: set[str] = set()
    if not found.packages:
        message = "it has no file that ends in .yaml; add one, or remove the key"
        yield _about("configuration", folder, "configuration-empty", message)
    size = sum(len(name) + len((text or "").encode()) for name, text in found.packages.items())
    if size > MOST_BYTES:
        message = f"{size} bytes are more than a ConfigMap holds, {MOST_BYTES}; make it smaller"
        yield _about("configuration", folder, "configuration-too-large", message)
        return used
    for path in found.paths:
        if path.endswith(".yml") or ("/" in path and not _hidden(path)):
            message = "Home Assistant gets the files *.yaml of the folder itself; move or rename it"
            yield _about("configuration", path, "package-elsewhere", message)
    for name, text in found.packages.items():
        try:
            used |= _secrets_of(name, text)
        except _RefusedFileError as error:
            yield _about("configuration", error.place, error.rule, error.message)
    return used


def _hidden(path: str) -> bool:
    return any(part.startswith(".") for part in path.split("/"))


def _secrets_of(name: str, text: str | None) -> set[str]:
    if name == "secrets.yaml":
        message = "it would be readable in the cluster; use `configuration_secrets` instead"
        raise _RefusedFileError(name, "package-secrets", message)
    if not _NAME.fullmatch(name.removesuffix(".yaml")):
        message = "invalid; expected lower-case letters and digits with single '_' between them"
        raise _RefusedFileError(name, "package-name", message)
    if text is None:
        raise _RefusedFileError(name, "package-yaml", "it is not UTF-8; save it as UTF-8")
    root = _composed(name, text)
    if root is None:
        return set()
    if not isinstance(root, MappingNode):
        message = "its top is no mapping; write integrations as in configuration.yaml"
        raise _RefusedFileError(name, "package-yaml", message)
    for key, _ in root.value:
        if str(key.value).split(" ")[0] == "http":
            raise _RefusedFileError(_place(name, key), "package-http", _HTTP)
    used = set()
    for node in _nodes(root):
        tag = str(node.tag)
        if tag.startswith("!") and tag not in _TAGS:
            message = f"Home Assistant does not know the tag {tag}; remove it"
            raise _RefusedFileError(_place(name, node), "package-yaml", message)
        if tag == "!secret" and isinstance(node, ScalarNode):
            used.add(str(node.value))
    return used


def _composed(name: str, text: str) -> Node | None:
    yaml: Any = YAML(typ="safe", pure=True)
    # That of Home Assistant's loader.
    yaml.version = (1, 1)
    try:
        found: Node | None = yaml.compose(text)
    except MarkedYAMLError as error:
        line = f", line {error.problem_mark.line + 1}" if error.problem_mark else ""
        message = f"{error.problem or error.context}; correct the line"
        raise _RefusedFileError(f"{name}{line}", "package-yaml", message) from error
    except YAMLError as error:
        raise _RefusedFileError(name, "package-yaml", f"{error}; correct it") from error
    return found


def _nodes(root: Node) -> Iterator[Node]:
    """Each node once, also where an alias stands for it."""
    waiting, seen = [root], set()
    while waiting:
        node = waiting.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        yield node
        if isinstance(node, MappingNode):
            waiting += [part for pair in node.value for part in pair]
        elif isinstance(node, CollectionNode):
            waiting += node.value


def _place(name: str, node: Node) -> str:
    return f"{name}, line {node.start_mark.line + 1}"


def _about(key: str, value: str, rule: str, message: str) -> Problem:
    path = f"{NAMESPACE}:home_assistant.{key}"
    return Problem(path=path, value=value, rule=rule, message=message)
