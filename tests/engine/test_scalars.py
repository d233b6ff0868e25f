"""Awkward scalars: the check reads what the engine reads, or refuses."""

import json
import subprocess
from pathlib import Path

from config.reading.stack_file import read_stack_file
from lab.engine.environment import init_stack, private_environment
from tests.cases.sites import ROOT

SCALARS = (
    *("010", "0o17", "0x1F", "0b11", "1_000", "1e3", "1.", "1.10", "3.0", ".5", "-0", "+1", "0777"),
    *("yes", "no", "on", "Off", "y", "true", "True", "TRUE", "~", "null", "on_link"),
    *("12:30:45", "10:20:30:40:50:59", "190:20:30", "2026-11-24", "2001-12-14t21:59:43.10-05:00"),
    *("12345678901234567890123", "123456789012345678", "!!str 12", '"010"', "'x'", "|\n      a"),
    *('"a\\tb"', "2", "4094", "a b ", "192.168.18.32", "fd00::1"),
)


def test_a_scalar_is_read_as_the_engine_reads_it_or_refused(
    tmp_path: Path, engine: list[Path]
) -> None:
    environment = private_environment(tmp_path / "state", engine, "tests")
    init_stack("home", tmp_path / "registry", environment)
    file = tmp_path / "Pulumi.home.yaml"
    lines = [f"    k{number}: {scalar}\n" for number, scalar in enumerate(SCALARS)]
    file.write_text("config:\n  multihome:networks:\n" + "".join(lines))
    done = subprocess.run(
        ["pulumi", "config", "--json", "--stack", "home", "--config-file", str(file)],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    theirs = json.loads(done.stdout)["multihome:networks"]["objectValue"]

    refused = set()
    for number, scalar in enumerate(SCALARS):
        file.write_text(f"config:\n  multihome:networks:\n    k: {scalar}\n")
        ours = read_stack_file(file)
        if ours.problems:
            refused.add(scalar)
            continue
        read = ours.tree["networks"]
        assert isinstance(read, dict)
        assert (type(read["k"]), read["k"]) == (type(theirs[f"k{number}"]), theirs[f"k{number}"])
    assert "010" in refused
    assert not refused & {"2", "4094", "true", "10:20:30:40:50:59", "192.168.18.32", "fd00::1"}
