"""The documents' commands: a test runs each of them, and the README shows what one prints."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from multihome.picture import picture
from tests.cases.documents import OPERATIONS
from tests.cases.sites import ROOT, site

README = (ROOT / "README.md").read_text(encoding="utf-8")
# The changelog tells of commands that may be gone; a test of its own types those of operations.
OTHERS = ("CHANGELOG", "operations")
DOCUMENTS = [p for p in (*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")) if p.stem not in OTHERS]
TEXTS = [path.read_text(encoding="utf-8") for path in DOCUMENTS]
BLOCK = re.compile(r"```sh\n(.*?)```", re.DOTALL)
# What is set for a command, and a comment behind it: either says nothing about what runs it.
BESIDE = re.compile(r" [A-Z]+=\S+| +#.*")
# The command without what is set for it: the test that runs it, as file:function.
RUN_BY = {
    "make preview": "engine/test_readme.py:test_make_preview_shows_the_site",
    "make test": "run.py:main",
    "make test-all": "run.py:main",
    "make verdicts": "verdicts/test_command.py:test_the_command_prints_its_seed_and_its_counts",
    "make demo": "e2e/test_demo.py:test_a_running_demo_is_found_again_answers_and_is_removed",
    "make demo-down": "e2e/test_demo.py:test_a_demo_that_was_killed_while_it_started_is_removed",
    "make render": "engine/test_readme.py:test_make_render_writes_the_site",
    "python -m multihome check Pulumi.<site>.yaml": "engine/test_readme.py:test_make_render_writes",
    "python -m multihome doctor Pulumi.<site>.yaml": "node/doctor/test_doctor.py:test_the_healthy",
    "python -m multihome check": "engine/test_readme.py:test_make_render_writes",
    "pulumi up": "engine/test_home.py:test_up_applies_the_site",
    "pulumi preview": "engine/test_readme.py:test_a_preview_without_make_needs_no_options",
    "python -m multihome rules": "unit/test_cli_commands.py:test_every_rule_is_listed",
    "python -m multihome schema": "unit/test_cli_schema.py:test_the_committed_schema_is_current",
    "python -m tests.cases.rules_page": "unit/test_rules_page.py:test_the_page_of_the_rules",
    "pulumi destroy --stack <site> --exclude-protected": "engine/test_readme.py:test_the_commands",
    "pulumi state unprotect": "engine/test_readme.py:test_the_commands",
    "pulumi config set --secret --path multihome:secrets.k3s-1": "engine/lab.py:applied_lab",
    "pulumi cancel": "engine/test_operations.py:test_an_up_that_was_killed_is_finished_by_the_next",
    # The block of "Your own site" is run as it stands, but for `pulumi install`, which downloads.
    **dict.fromkeys(
        (
            "pulumi install",
            "pulumi stack init <site>",
            "pulumi config set --secret ssh_private_key < ~/.ssh/id_ed25519",
            "pulumi config set --secret kubeconfig < kubeconfig.yaml",
            "pulumi preview --stack <site>",
            "pulumi up --stack <site>",
        ),
        "engine/test_readme.py:test_the_commands",
    ),
}
# What makes of `Pulumi.home.yaml` the plan whose refusal the README shows.
MISTAKES = {
    "range: 192.168.18.32-192.168.18.100\n": (
        "range: 192.168.18.32-192.168.18.100\n"
        "      dhcp_pool: 192.168.18.100-192.168.18.200\n"
        "      gateway: 192.168.18.1\n"
        "      routes: [0.0.0.0/0]\n"
    ),
    "interfaces: [eth0]": "interfaces: [eth0, eth0.2]",
}


def commands() -> list[str]:
    """The commands of all documents, each once."""
    lines = [line for text in TEXTS for block in BLOCK.findall(text) for line in block.splitlines()]
    words = [word for text in TEXTS for word in re.findall(r"`([^`\n]+)`", text)]
    found = [line.strip() for line in lines if line.strip()]
    found += [word for word in words if re.match(r"(make|pulumi|python) ", word)]
    return sorted({BESIDE.sub("", command) for command in found})


@pytest.mark.parametrize("command", commands())
def test_a_command_of_the_documents_is_run_by_a_test(command: str) -> None:
    file, _, function = RUN_BY[command].partition(":")
    assert f"def {function}" in (ROOT / "tests" / file).read_text(encoding="utf-8")


def test_the_commands_of_each_section_of_operations_are_typed_by_a_test() -> None:
    tests = "".join(path.read_text() for path in (ROOT / "tests" / "engine").glob("test_*.py"))
    for heading in OPERATIONS:
        assert f'OPERATIONS["{heading}"]' in tests


def test_the_readme_shows_what_check_prints(tmp_path: Path) -> None:
    text = (ROOT / "Pulumi.home.yaml").read_text(encoding="utf-8")
    for right, wrong in MISTAKES.items():
        assert text.count(right) == 1
        text = text.replace(right, wrong)
    (tmp_path / "Pulumi.home.yaml").write_text(text, encoding="utf-8")
    command = "python -m multihome check Pulumi.home.yaml"
    done = subprocess.run(
        [sys.executable, *command.split()[1:]],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 1
    assert f"```console\n$ {command}\n{done.stdout}{done.stderr}```" in README


def test_the_picture_of_the_readme_is_what_the_program_draws() -> None:
    (block,) = re.findall(r"```mermaid\n(.*?)\n```", README, re.DOTALL)
    assert block == "\n".join(picture(site("home")))
