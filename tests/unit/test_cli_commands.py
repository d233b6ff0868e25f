"""`python -m multihome` as a process: exit codes, streams, terminals, and what a start costs."""

import os
import re
import resource
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from config.checks import RULES
from multihome.commands import app
from tests.cases.sites import ROOT

HOME = str(ROOT / "Pulumi.home.yaml")
COMMANDS = {
    "check": ["check", HOME],
    "picture": ["picture", HOME],
    "rules": ["rules"],
    "schema": ["schema"],
}


def run(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "multihome", *words],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("words", [[], *([command] for command in (*COMMANDS, "doctor", "render"))])
def test_help_says_in_one_sentence_what_a_command_does(words: list[str]) -> None:
    done = CliRunner().invoke(app, [*words, "--help"])

    assert done.exit_code == 0
    usage, sentence = done.stdout.split("\n\n")[:2]
    assert usage.startswith("Usage: ")
    assert re.fullmatch(r" +[A-Z][^.]*(\.[^.\s][^.]*)*\.", sentence)


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["check"],
        ["check", "--bogus", HOME],
        ["bogus"],
        ["render"],
        ["doctor"],
        ["picture", HOME, HOME],
    ],
)
def test_a_wrong_call_is_answered_with_the_usage(words: list[str]) -> None:
    done = run(*words)

    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.startswith("Usage: python -m multihome")


@pytest.mark.parametrize(
    ("command", "name"),
    [
        ("check", "absent.yaml"),
        ("check", "."),
        ("check", "binary.yaml"),
        ("render", "absent.yaml"),
        ("picture", "absent.yaml"),
        ("doctor", "absent.yaml"),
    ],
)
def test_a_file_that_cannot_be_read_is_told_in_one_line(
    command: str, name: str, tmp_path: Path
) -> None:
    (tmp_path / "binary.yaml").write_bytes(b"\xff\xfe\x00")
    done = run(command, str(tmp_path / name))

    assert done.returncode == 2
    assert done.stdout == ""
    (line,) = done.stderr.splitlines()
    assert line.startswith(f"{tmp_path / name}: (unreadable): file-unreadable: ")


@pytest.mark.parametrize("command", ["check", "render", "picture", "doctor"])
def test_a_refused_plan_is_told_in_one_line_per_error(command: str, tmp_path: Path) -> None:
    file = tmp_path / "Pulumi.home.yaml"
    text = (ROOT / "Pulumi.home.yaml").read_text()
    file.write_text(text.replace("address: 192.168.", "address: 192.169."))
    done = run(command, str(file))

    # doctor has looked at nothing then.
    assert done.returncode == (2 if command == "doctor" else 1)
    assert done.stdout == ""
    first, second = done.stderr.splitlines()
    for line, address in ((first, "192.169.18.32"), (second, "192.169.32.3")):
        assert line.startswith(f"{file}: multihome:home_assistant.interfaces[")
        assert f": {address}: address-outside-subnet: " in line


@pytest.mark.parametrize("content", [None, "a: b: c"], ids=["absent", "not YAML"])
def test_a_manifest_that_cannot_be_used_is_told_in_one_line(
    content: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    manifest, file = tmp_path / "multus.yml", tmp_path / "Pulumi.home.yaml"
    if content is not None:
        manifest.write_text(content)
    text = (ROOT / "Pulumi.home.yaml").read_text()
    version = "    version: v4.2.4\n"
    file.write_text(text.replace(version, f"{version}    manifest: {{ file: {manifest} }}\n"))
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(app, ["render", str(file)])

    assert done.exit_code == 1
    (line,) = done.stderr.splitlines()
    assert line.startswith(f"{file}: ")
    assert not (tmp_path / "rendered").exists()


def test_the_exit_code_of_several_files_is_the_highest(tmp_path: Path) -> None:
    done = run("check", HOME, str(tmp_path / "absent.yaml"))
    assert done.returncode == 2
    assert "the plan is sound" in done.stdout


@pytest.mark.parametrize("words", COMMANDS.values(), ids=COMMANDS)
def test_a_pipe_that_nobody_reads_ends_a_command_in_silence(words: list[str]) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        [sys.executable, "-m", "multihome", *words],
        cwd=ROOT,
        stdout=writer,
        stderr=subprocess.PIPE,
        check=False,
    )
    os.close(writer)
    assert done.stderr == b""
    assert done.returncode == -signal.SIGPIPE


def test_a_pipe_gets_whole_lines_without_colours(tmp_path: Path) -> None:
    file = tmp_path / "Pulumi.long.yaml"
    first, last = "2001:db8:1234:5678::3", "2001:db8:1234:5678:ffff:ffff:ffff:fff0"
    text = (ROOT / "Pulumi.home.yaml").read_text()
    text = text.replace("192.168.32.0/24", "2001:db8:1234:5678::/64")
    text = text.replace("192.168.32.3-192.168.32.100", f"{first}-{last}")
    file.write_text(text.replace("address: 192.168.32.3", f"address: {first}"))
    done = run("check", str(file), COLUMNS="40", FORCE_COLOR="1")

    assert done.returncode == 0, done.stderr
    row = next(line for line in done.stdout.splitlines() if line.startswith("iot"))
    assert row.endswith(f"2001:db8:1234:5678::/64  {first} - {last}")
    assert "\x1b" not in done.stdout


@pytest.mark.parametrize("columns", ["80", "120"])
def test_a_terminal_shows_the_tables_in_its_width(columns: str) -> None:
    outside, inside = os.openpty()
    with subprocess.Popen(
        [sys.executable, "-m", "multihome", "check", HOME],
        cwd=ROOT,
        env={**os.environ, "COLUMNS": columns, "TERM": "xterm"},
        stdout=inside,
    ) as process:
        os.close(inside)
        shown = b""
        # A terminal that its last writer has closed answers with an error.
        while True:
            try:
                shown += os.read(outside, 4096)
            except OSError:
                break
    os.close(outside)
    assert process.returncode == 0
    assert b"\x1b[1mnetwork" in shown
    tables = re.split("warning: |note: ", re.sub(r"\x1b\[[0-9;]*m", "", shown.decode()))[0]
    assert "192.168.18.32 - 192.168.18.100" in tables
    assert "32:44:0b:5a:0e:2e" in tables
    assert max(len(line) for line in tables.splitlines()[1:]) <= int(columns)


@pytest.mark.parametrize(
    "words", [*COMMANDS.values(), ["render", "absent.yaml"], ["doctor", "absent.yaml"]]
)
def test_a_command_whose_output_is_piped_imports_neither_pulumi_nor_rich(words: list[str]) -> None:
    script = (
        "import runpy, sys\n"
        f"sys.argv = ['multihome', *{words!r}]\n"
        "try:\n    runpy.run_module('multihome', run_name='__main__')\n"
        "finally:\n    loaded = {name.partition('.')[0] for name in sys.modules}\n"
        "    print('loaded', loaded & {'typer', 'pulumi', 'pulumi_kubernetes', 'rich'})\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.stdout.splitlines()[-1] == "loaded {'typer'}"


def test_the_command_line_costs_little_beside_what_every_reader_imports(tmp_path: Path) -> None:
    """At most 1.4 times the processor time of importing pydantic and ruamel.yaml alone."""
    alone = "from pydantic import BaseModel, Field\nfrom ruamel.yaml import YAML\n"
    # All run from compiled files; the first runs make those that lack.
    environment = {**os.environ, "PYTHONPYCACHEPREFIX": str(tmp_path)}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)

    def seconds(script: str) -> float:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([sys.executable, "-c", script], cwd=ROOT, env=environment, check=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    with_commands = f"{alone}import multihome.commands"
    pairs = [(seconds(alone), seconds(with_commands)) for _ in range(6)]
    least_alone, least_with_commands = (min(times) for times in zip(*pairs, strict=True))
    assert least_with_commands <= 1.4 * least_alone


def test_every_rule_is_listed_with_its_severity() -> None:
    lines = run("rules").stdout.splitlines()
    assert {f"{name} ({rule.severity})" for name, rule in RULES.items()} <= set(lines)
