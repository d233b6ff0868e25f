"""What is wrong with a site, in one line that says where, what, which rule, and what to do."""

from dataclasses import dataclass
from typing import Literal

NAMESPACE = "multihome"

Severity = Literal["error", "warning", "note"]


@dataclass(frozen=True, kw_only=True)
class Problem:
    """`path` is the key as written in the stack file, `message` what is wrong and the remedy.

    `network`, `node` and `workload` name what it is about, where it is about one.
    """

    path: str
    value: str
    rule: str
    message: str
    severity: Severity = "error"
    network: str | None = None
    node: str | None = None
    workload: str | None = None

    def line(self) -> str:
        """The problem in one line."""
        text = f"{self.path}: {self.value}: {self.rule}: {self.message}"
        return " ".join(text.split())
