"""Nodes whose user becomes root by sudo, and an SSH key with a passphrase."""

from pathlib import Path

import pytest

from lab.account import Sudo
from tests.engine.lab import Login, applied_lab

WORDS = "words of the key"


@pytest.mark.parametrize("sudo", ["free", "asks"])
def test_up_and_destroy_work_by_sudo_and_show_no_secret(
    sudo: Sudo, tmp_path: Path, engine: list[Path], archive_server: tuple[str, str]
) -> None:
    login = Login(sudo=sudo, passphrase=WORDS)
    with applied_lab("home", tmp_path, engine, archive_server, login=login) as lab:
        said = lab.up()
        folder = lab.node_folder("k3s-1") / "data" / "cni"
        assert (folder / "macvlan").stat().st_uid == 0
        state = lab.pulumi("stack", "export").stdout
        connections = lab.connections()
        lab.up("--expect-no-changes")
        assert lab.connections() == connections

        done = lab.pulumi("destroy", "--exclude-protected")
        assert done.returncode == 0, done.stdout + done.stderr
        assert list(folder.iterdir()) == []
        secrets = {WORDS, lab.sshd.private_key.splitlines()[2], lab.sshd.password}
        for secret in secrets - {""}:
            for text in (said, state, done.stdout, done.stderr, lab.file.read_text()):
                assert secret not in text
