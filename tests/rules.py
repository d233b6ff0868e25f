"""`make rules`: takes out one rule after the other; without each, at least one test must fail.

The test that counts the rules is not run: it would fail for any of them.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

from config.checks import RULES

TESTS = Path(__file__).parent
COUNTING = "test_every_rule_has_a_case"
VARIABLE = "MULTIHOME_WITHOUT_RULE"


def failing_tests(name: str) -> int:
    """How many tests fail without the rule."""
    command = ["-m", "pytest", "-q", "--no-header", "--tb=no", "-k", f"not {COUNTING}"]
    done = subprocess.run(
        [
            sys.executable,
            *command,
            *(str(TESTS / "unit" / f"test_{subject}.py") for subject in ("checks", "rows")),
        ],
        env={**os.environ, VARIABLE: name},
        capture_output=True,
        text=True,
        check=False,
    )
    found = re.search(r"(\d+) failed", done.stdout)
    return int(found[1]) if found else 0


def main() -> int:
    """Prints rule, severity, failing tests; exit status 1 when no test fails without a rule."""
    width = max(map(len, RULES))
    print(f"{'rule'.ljust(width)}  severity  tests")
    untested = 0
    for name, rule in RULES.items():
        failing = failing_tests(name)
        untested += failing == 0
        print(f"{name.ljust(width)}  {rule.severity.ljust(8)}  {failing}", flush=True)
    return 1 if untested else 0


if __name__ == "__main__":
    sys.exit(main())
