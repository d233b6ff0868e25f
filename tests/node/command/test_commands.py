"""Rows of the contract on what a command is given, and what becomes of what it prints."""

from pathlib import Path

import grpc
import pytest

from lab.command_plugin.inputs import COMMAND
from lab.command_plugin.ssh import LONGEST_LINE
from lab.sshd import Sshd
from tests.node.command.plugin import ORIGINAL, Plugin, connection


def line(length: int, stream: str) -> str:
    """A command that prints a line of that many bytes, and a line break."""
    return f"{{ head -c {length} /dev/zero | tr '\\0' x; echo; }} {stream}"


def test_row_22_an_update_runs_update_else_create(sshd: Sshd, plugin: Plugin) -> None:
    olds = {"connection": connection(sshd), "create": "echo made"}
    state = plugin.create(COMMAND, olds)
    assert plugin.update(COMMAND, state, {**olds, "stdin": "x"})["stdout"] == "made"
    news = {**olds, "update": "echo changed"}
    assert plugin.update(COMMAND, state, news)["stdout"] == "changed"
    moved = {**olds, "connection": connection(sshd, host="127.0.0.9")}
    before = sshd.connections()
    plugin.update(COMMAND, {**state, "connection": moved["connection"]}, olds)
    assert sshd.connections() == before + 1


def test_row_23_without_a_command_nothing_is_connected_to(sshd: Sshd, plugin: Plugin) -> None:
    before = sshd.connections()
    state = plugin.create(COMMAND, {"connection": connection(sshd)})
    plugin.delete(COMMAND, state)
    assert (state["stdout"], state["stderr"]) == ("", "")
    assert sshd.connections() == before


def test_row_24_delete_is_the_stored_one_with_its_stdin(
    sshd: Sshd, plugin: Plugin, tmp_path: Path
) -> None:
    mark = tmp_path / "deleted"
    inputs = {"connection": connection(sshd), "delete": f"cat >{mark}", "stdin": "as stored"}
    plugin.delete(COMMAND, plugin.create(COMMAND, inputs))
    assert mark.read_text() == "as stored"


def test_row_25_output_loses_one_line_break(sshd: Sshd, plugin: Plugin) -> None:
    state = plugin.create(
        COMMAND,
        {"connection": connection(sshd), "create": r"printf 'a\n\n'; printf 'b\n' >&2"},
    )
    assert (state["stdout"], state["stderr"]) == ("a\n", "b")


def test_row_26_a_failure_says_what_it_printed(sshd: Sshd, plugin: Plugin) -> None:
    said = plugin.refusal(connection(sshd), "echo no room; exit 7")
    assert "status 7" in said
    assert "echo no room; exit 7" in said
    assert said.endswith("no room\n")


def test_row_27_standard_input_is_in_no_process_list(sshd: Sshd, plugin: Plugin) -> None:
    canary = "canary-in-standard-input"
    script = "cat; cat /proc/[0-9]*/cmdline | tr '\\0' ' '"
    assert plugin.run(connection(sshd), script, stdin=canary, logging="none").count(canary) == 1


def test_row_28_a_long_line_that_is_logged_never_passes(sshd: Sshd, plugin: Plugin) -> None:
    given = connection(sshd)
    plugin.run(given, line(LONGEST_LINE, ">&2"))
    plugin.run(given, line(LONGEST_LINE + 1, ">&2"), logging="none")
    plugin.run(given, line(LONGEST_LINE + 1, ">&2"), logging="stdout")
    for stream in ("", ">&2"):
        inputs = {"connection": given, "create": line(LONGEST_LINE + 1, stream)}
        # The original hangs.
        with pytest.raises(grpc.RpcError) as error:
            plugin.create(COMMAND, inputs, within=2 if ORIGINAL else None)
        assert ORIGINAL or "hangs for ever" in str(error.value.details())


@pytest.mark.parametrize("logging", ["none", "stdoutAndStderr"])
def test_row_29_output_that_is_not_utf_8_fails_though_the_command_ran(
    sshd: Sshd, plugin: Plugin, tmp_path: Path, logging: str
) -> None:
    mark = tmp_path / "ran"
    said = plugin.refusal(connection(sshd), f"touch {mark}; printf '\\377' >&2", logging=logging)
    assert "invalid UTF-8" in said
    assert mark.exists()


def test_row_29_output_of_delete_need_not_be_utf_8(sshd: Sshd, plugin: Plugin) -> None:
    inputs = {"connection": connection(sshd), "delete": "printf '\\377'"}
    plugin.delete(COMMAND, plugin.create(COMMAND, inputs))


def test_row_30_a_variable_that_the_server_does_not_accept_is_an_error(
    sshd: Sshd, plugin: Plugin
) -> None:
    given = connection(sshd)
    assert plugin.run(given, "echo $OFFERED", environment={"OFFERED": "yes"}) == "yes"
    assert "OTHER" in plugin.refusal(given, environment={"OTHER": "no"})


def test_row_31_an_update_is_offered_the_previous_output(sshd: Sshd, plugin: Plugin) -> None:
    inputs = {"connection": connection(sshd), "create": "echo $PULUMI_COMMAND_STDOUT again"}
    state = plugin.create(COMMAND, inputs)
    assert state["stdout"] == "again"
    assert plugin.update(COMMAND, state, inputs)["stdout"] == "again again"
    without = {**inputs, "addPreviousOutputInEnv": False}
    assert plugin.update(COMMAND, state, without)["stdout"] == "again"


@pytest.mark.parametrize(
    ("logging", "expected"),
    [
        (None, ["one", "three", "two"]),
        ("stdout", ["one", "two"]),
        ("stderr", ["three"]),
        ("none", []),
    ],
)
def test_row_32_what_is_logged_reaches_the_engine_by_lines(
    sshd: Sshd, plugin: Plugin, logging: str | None, expected: list[str]
) -> None:
    before = len(plugin.logged)
    given = {} if logging is None else {"logging": logging}
    plugin.run(connection(sshd), "echo one; echo two; echo three >&2", **given)
    assert sorted(plugin.logged[before:]) == expected
