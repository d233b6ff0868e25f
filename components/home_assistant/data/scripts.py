"""The texts of the scripts, each with its modules in the place of their imports."""

import re
from pathlib import Path

FOLDER = Path(__file__).parent
MODULE = "components.home_assistant.data"
_IMPORT = re.compile(rf"from {re.escape(MODULE)}[.a-z_]* import (\([^)]*\)|[^\n]*)\n")
_MODULES = ("backup_file", "packages_folder", "record")


def script(name: str) -> str:
    """The text of the module `name`, which needs nothing but Python's own library."""
    texts = [_IMPORT.sub("", _text(each)) for each in (*_MODULES, name)]
    return "".join(texts)


def _text(name: str) -> str:
    return (FOLDER / f"{name}.py").read_text(encoding="utf-8")
