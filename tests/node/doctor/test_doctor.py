"""`python -m multihome doctor` by real SSH: what it prints, how it ends, and what it leaves."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from lab.account import Sudo
from multihome.doctor.node_facts import parse
from multihome.doctor.plan import Plan
from multihome.doctor.ssh import PASSWORD_VARIABLE, look_script
from tests.cases.sites import ROOT
from tests.node.conftest import SHELLS
from tests.node.doctor.k3s import token
from tests.node.doctor.real_node import RealNode, start_node
from tests.node.node import digest


def contents(folder: Path) -> dict[str, tuple[int, int, str]]:
    """Mode, time of change and content of each file, also behind links."""
    return {
        str(path): (path.lstat().st_mode, path.lstat().st_mtime_ns, digest(path))
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_the_healthy_site_has_no_finding_and_nothing_is_changed(real: RealNode) -> None:
    before = [contents(real.k3s.folder), contents(real.folder / "run")]
    done = real.doctor("--context", "mine")

    assert (done.returncode, done.stdout) == (0, "nothing found\n"), done.stderr
    assert "node k3s-1: looked at" in done.stderr
    assert "cluster: looked at" in done.stderr
    assert [contents(real.k3s.folder), contents(real.folder / "run")] == before
    for call in real.calls:
        assert call.startswith("--context mine --request-timeout=20s ")
        verb, *words = call.split()[3:]
        assert verb == "get" or (verb == "exec" and "cat" in words)


def test_a_finding_is_one_line_as_the_document_shows_it(real: RealNode) -> None:
    (real.k3s.bin_dir / "macvlan").unlink()
    done = real.doctor()
    assert done.returncode == 1
    said = done.stdout.replace(str(real.k3s.folder), "/var/lib/rancher/k3s")
    command = "$ python -m multihome doctor Pulumi.home.yaml"
    document = (ROOT / "docs" / "doctor.md").read_text()
    assert f"```console\n{command}\n{said}```" in document


@pytest.mark.parametrize("sudo", ["free", "asks"])
def test_a_user_who_is_not_root_becomes_it_by_sudo(tmp_path: Path, sudo: Sudo) -> None:
    """Root alone may read the kubeconfig, so the finding shows that the script ran as root."""
    with start_node(tmp_path, sudo=sudo) as real:
        real.k3s.write_token(token(ends=0))
        done = real.doctor("--json", **{PASSWORD_VARIABLE: real.sshd.password})
    said = json.loads(done.stdout)
    assert [found["name"] for found in said["findings"]] == ["multus-token-dead"], done.stderr
    assert said["unseen"] == []


def test_a_password_that_is_not_given_or_wrong_is_told(tmp_path: Path) -> None:
    with start_node(tmp_path, sudo="asks") as real:
        without = real.doctor()
        wrong = real.doctor(**{PASSWORD_VARIABLE: "canary"})
    assert (without.returncode, wrong.returncode) == (2, 2)
    assert f"node k3s-1: could not look: sudo needs a password; set {PASSWORD_VARIABLE}\n" in (
        without.stderr
    )
    assert "node k3s-1: could not look: sudo: " in wrong.stderr
    assert "canary" not in wrong.stderr + wrong.stdout


def test_what_can_be_reached_is_looked_at_when_the_rest_cannot(real: RealNode) -> None:
    """First another host key, then no API server; the other side is still looked at."""
    text = real.stack_file.read_text()
    other = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJx0c0mD7pWq2yq0cZ9W1l8m0mQ0m3c0m9m1l2n3o4p5"
    real.stack_file.write_text(text.replace(real.sshd.host_key, other))
    real.answer(attachments={"items": []})
    done = real.doctor("--json")
    said = json.loads(done.stdout)
    assert done.returncode == 2
    assert said["unseen"] == [
        {"where": "node k3s-1", "why": "Host key verification failed."},
    ]
    assert [found["name"] for found in said["findings"]] == ["attachment-missing"]

    real.stack_file.write_text(text)
    (real.programs / "nodes.json").unlink()
    (real.k3s.bin_dir / "macvlan").unlink()
    done = real.doctor("--json")
    said = json.loads(done.stdout)
    assert done.returncode == 2
    assert [found["name"] for found in said["findings"]] == ["plugin-missing"]
    (unseen,) = said["unseen"]
    assert unseen["where"] == "cluster"
    assert unseen["why"].startswith("The connection to the server ")


@pytest.mark.parametrize("shell", SHELLS, ids=lambda shell: shell[0])
def test_every_shell_of_a_node_sees_the_same(real: RealNode, shell: tuple[str, ...]) -> None:
    seen = real.facts()
    done = subprocess.run(
        [
            *("ip", "netns", "exec", real.segment.node, "unshare", "--mount", "sh", "-c"),
            'mount --bind "$0" /run; exec "$@"',
            *(str(real.folder / "run"), *shell, "-s"),
        ],
        input=look_script(Plan(real.site)),
        capture_output=True,
        text=True,
        check=True,
        env={"PATH": os.environ["PATH"]},
    )
    found = parse(done.stdout)
    assert found is not None
    assert found.__class__(**{**vars(found), "time": seen.time}) == seen
    assert "is the signature" not in done.stdout
    assert token(ends=0).rpartition(".")[2] not in done.stdout


def test_a_script_whose_end_is_lost_on_the_way_does_nothing(real: RealNode) -> None:
    script = look_script(Plan(real.site))
    done = subprocess.run(
        ["sh", "-s"], input=script[:-3], capture_output=True, text=True, check=False
    )
    assert done.stdout == ""
    assert parse(done.stdout) is None
