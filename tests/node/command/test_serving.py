"""Rows of the contract on what is served to whom; the first two are the stand-in's own."""

import subprocess
from pathlib import Path

import grpc
import pytest

from lab.command_plugin.connections import PURPOSE_VARIABLE
from lab.sshd import Sshd
from tests.node.command.plugin import (
    ENVIRONMENT,
    ORIGINAL,
    STAND_IN,
    Plugin,
    connection,
    serving,
)

own = pytest.mark.skipif(ORIGINAL is not None, reason="the original serves everybody")


@own
def test_row_1_it_serves_only_previews_and_tests() -> None:
    environment = {key: value for key, value in ENVIRONMENT.items() if key != PURPOSE_VARIABLE}
    done = subprocess.run(
        [STAND_IN], env=environment, capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 1
    assert done.stdout == ""
    assert "pulumi plugin install resource command 1.2.1" in done.stderr
    assert len(done.stderr.splitlines()) == 1


@own
def test_row_2_it_connects_to_loopback_alone(sshd: Sshd, plugin: Plugin) -> None:
    elsewhere = plugin.refusal(connection(sshd, host="192.0.2.1"))
    assert "does not log in to 192.0.2.1" in elsewhere
    before = sshd.connections()
    for purpose in ("preview", "vm"):
        with serving(purpose) as other:
            assert "does not log in to 127.0.0.1" in other.refusal(connection(sshd))
    assert sshd.connections() == before


def test_row_3_another_type_is_refused(plugin: Plugin) -> None:
    with pytest.raises(grpc.RpcError) as error:
        plugin.check("command:remote:Other", {})
    assert error.value.code() == grpc.StatusCode.NOT_FOUND


@own
def test_it_ends_when_the_engine_is_killed() -> None:
    engine = subprocess.Popen(
        ["sh", "-c", '"$0" & echo $!; wait', STAND_IN],
        stdout=subprocess.PIPE,
        text=True,
        env={**ENVIRONMENT, PURPOSE_VARIABLE: "preview"},
    )
    assert engine.stdout is not None
    process = Path("/proc") / engine.stdout.readline().strip()
    assert int(engine.stdout.readline())
    assert process.exists()

    engine.kill()
    engine.wait()
    # Its output ends when it has ended, whatever becomes of its process id.
    assert engine.stdout.read() == ""
