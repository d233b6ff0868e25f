"""The README: its paths exist, and each of its commands is one that a test runs."""

import re

import pytest

from tests.cases.sites import ROOT

README = (ROOT / "README.md").read_text()
WORDS = re.findall(r"`([^`\n]+)`", README)
BLOCKS = re.findall(r"```sh\n(.*?)```", README, re.DOTALL)
# Names of things that are not in the repository: on nodes, in the cache, the reader's own.
ELSEWHERE = re.compile(r"<|^~|^\.multihome|^00-|\.yaml <|^multihome:|=")
# command: the test that runs it, as file:function.
RUN_BY = {
    "make preview": "engine/test_readme.py:test_make_preview_shows_the_house",
    "make test": "run.py:main",
    "make verdicts": "prove/test_sites.py:test_make_prove_writes_its_report",
    "make demo": "e2e/test_box.py:test_a_house_that_is_up_is_found_again_and_taken_away",
    "make demo-down": "e2e/test_box.py:test_a_killed_house_is_taken_away_whole",
    "make render STACK=<site>": "engine/test_readme.py:test_make_render_writes_the_house",
    "python -m multihome check Pulumi.<site>.yaml": "engine/test_readme.py:test_make_render_writes",
    "python -m multihome rules": "unit/test_check.py:test_the_committed_table_of_rules_is_current",
    "pulumi destroy --stack <site> --exclude-protected": "engine/test_readme.py:test_the_commands",
    "pulumi state unprotect": "engine/test_readme.py:test_the_commands",
    "pulumi cancel": "engine/test_home.py:test_an_up_that_was_killed_is_finished_by_the_next",
}
# It downloads from Pulumi's own servers: docs/proven.md.
NOT_RUN = {"pulumi install"}


def commands() -> list[str]:
    lines = [line.strip() for block in BLOCKS for line in block.splitlines() if line.strip()]
    return lines + [word for word in WORDS if re.match(r"(make|pulumi|python) ", word)]


@pytest.mark.parametrize(
    "path", [w for w in WORDS if re.search(r"[/.]", w) and not ELSEWHERE.search(w)]
)
def test_a_path_of_the_readme_exists(path: str) -> None:
    if re.match(r"(make|pulumi|python) ", path):
        return
    assert (ROOT / path).exists()


@pytest.mark.parametrize("command", commands())
def test_a_command_of_the_readme_is_run_by_a_test(command: str) -> None:
    if command in NOT_RUN or (command.startswith("pulumi ") and command not in RUN_BY):
        # The block "Your house" is run as it stands.
        assert command in NOT_RUN or any(command in block for block in BLOCKS)
        return
    file, _, function = RUN_BY[command].partition(":")
    assert f"def {function}" in (ROOT / "tests" / file).read_text()
