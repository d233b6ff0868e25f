"""The clean-up: an init container that removes what an earlier Multus left on its node.

docs/decisions/clean_up.md says why.
"""

from pathlib import Path

SCRIPT = Path(__file__).with_name("clean_up.sh")
