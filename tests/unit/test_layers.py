"""Who may import whom."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cases.sites import ROOT

MAY_IMPORT = {
    "config": {"config"},
    "components": {"config", "components"},
    "multihome": {"config", "components", "multihome"},
    "lab": {"config", "components", "lab"},
}
OURS = {*MAY_IMPORT, "tests"}
KNOWS_PULUMI = "config/reading/engine.py"
# Modules of files, sockets, programs, the environment and the clock.
REACHES_OUT = (
    *("os", "pathlib", "io", "shutil", "tempfile", "importlib", "subprocess", "signal"),
    *("socket", "ssl", "http", "urllib.request", "time", "datetime", "threading", "asyncio"),
)
READERS = {
    # The stack file itself.
    "config/reading/stack_file.py": {"pathlib.Path"},
    # Tables of the installed package tzdata.
    "config/codes.py": {"importlib.resources"},
    "config/time_zone.py": {"importlib.resources"},
}
# Pure modules, which any component may import.
SHARED = ("components.pod_networks", "components.workload")
# The files of components/ that declare resources; all others are pure.
COMPONENTS = {
    "components/cni_plugins/binaries.py",
    "components/home_assistant/workload.py",
    "components/multus/install.py",
    "components/network_segment/segment.py",
    "components/program.py",
    "components/stack.py",
}


def imported(path: Path) -> Iterator[str]:
    """The modules that the file imports; of a package also what is taken from it."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def files(folder: str) -> list[Path]:
    return sorted((ROOT / folder).rglob("*.py"))


@pytest.mark.parametrize("folder", MAY_IMPORT)
def test_a_folder_imports_only_what_its_layer_may(folder: str) -> None:
    for path in files(folder):
        for module in imported(path):
            assert module.split(".")[0] not in OURS - MAY_IMPORT[folder], f"{path}: {module}"


def test_one_file_of_the_configuration_knows_pulumi() -> None:
    knowing = {
        str(path.relative_to(ROOT))
        for path in files("config")
        if any(module.startswith("pulumi") for module in imported(path))
    }
    assert knowing == {KNOWS_PULUMI}


def test_the_configuration_looks_at_the_stack_file_and_at_nothing_else_of_this_machine() -> None:
    """It decides on plain values, which components/this_machine.py reads."""
    reaching: dict[str, set[str]] = {}
    for path in files("config"):
        out = {m for m in imported(path) if f"{m}.".startswith(tuple(f"{o}." for o in REACHES_OUT))}
        if out:
            reaching[str(path.relative_to(ROOT))] = out
        tree = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        assert not [node for node in tree if isinstance(node, ast.Name) and node.id == "open"], path
    assert reaching == READERS


def test_components_declare_and_everything_beside_them_is_pure() -> None:
    knowing = {
        str(path.relative_to(ROOT))
        for path in files("components")
        if any(module.startswith("pulumi") for module in imported(path))
    }
    assert knowing == COMPONENTS


def test_no_component_imports_another() -> None:
    folders = [path for path in (ROOT / "components").iterdir() if (path / "__init__.py").exists()]
    assert len(folders) > 4
    for folder in folders:
        allowed = (f"components.{folder.name}", *SHARED)
        for path in folder.glob("*.py"):
            for module in imported(path):
                if any(module.startswith(f"components.{other.name}") for other in folders):
                    assert module.startswith(allowed), f"{path}: {module}"


@pytest.mark.parametrize("module", SHARED)
def test_what_components_share_imports_none_of_them(module: str) -> None:
    folder = module.replace(".", "/")
    assert not [
        found
        for path in files(folder)
        for found in imported(path)
        if found.startswith("components.") and not found.startswith(SHARED)
    ]
