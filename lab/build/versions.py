"""The versions of what the lab builds, each read from the one file that pins it."""

import re
from pathlib import Path

MODULES = Path(__file__).parent / "modules"
REQUIREMENTS = Path(__file__).parents[2] / "requirements.txt"


def pinned(package: str) -> str:
    """The version of a Python package in requirements.txt, such as `3.259.0`.

    Raises `LookupError` when the file does not pin the package.
    """
    return _only(rf"^{re.escape(package)}==(\S+)", REQUIREMENTS)


def required(module: str, path: str) -> str:
    """The version of a Go module in the go.mod of a folder of `modules`, such as `v1.34.3`.

    Raises `LookupError` when go.mod does not require it.
    """
    return _only(rf"^(?:require)?\s+{re.escape(path)} (v\S+)", MODULES / module / "go.mod")


def _only(pattern: str, file: Path) -> str:
    match = re.search(pattern, file.read_text(encoding="utf-8"), re.MULTILINE)
    if match is None:
        raise LookupError(f"{file}: no line matches {pattern!r}")
    return match[1]


# The SDKs and the plugins of the same release. The engine's version is its SDK's.
PULUMI = pinned("pulumi")
KUBERNETES_PLUGIN = pinned("pulumi-kubernetes")
COMMAND_PLUGIN = pinned("pulumi-command")
# The last release whose SDK module holds the language host.
LANGUAGE_HOST = required("language-host", "github.com/pulumi/pulumi/sdk/v3")
KUBERNETES = required("kubernetes", "k8s.io/kubernetes")
