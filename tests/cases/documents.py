"""The commands in documents."""

import re
from collections.abc import Mapping
from pathlib import Path

from tests.cases.sites import ROOT


def sections(document: Path) -> Mapping[str, str]:
    """The commands of each section of a document that has some, by its heading."""
    found: dict[str, str] = {}
    for part in document.read_text().split("\n## ")[1:]:
        heading, _, text = part.partition("\n")
        blocks = re.findall(r"^```sh\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
        if blocks:
            found[heading] = "".join(blocks)
    return found


OPERATIONS = sections(ROOT / "docs" / "operations.md")
