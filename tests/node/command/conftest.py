"""One node and one plugin for all tests of the contract."""

from collections.abc import Iterator

import pytest

from lab.sshd import Sshd, sshd_missing, start_sshd
from tests.node.command.plugin import Plugin, serving


@pytest.fixture(scope="session")
def sshd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sshd]:
    why = sshd_missing()
    if why:
        pytest.skip(why)
    with start_sshd(tmp_path_factory.mktemp("sshd"), accept_env=["OFFERED", "PULUMI_*"]) as server:
        yield server


@pytest.fixture(scope="session")
def plugin(sshd: Sshd, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Plugin]:
    """Its user has the key that opens the node, where ssh looks for keys."""
    home = tmp_path_factory.mktemp("home")
    key = home / ".ssh" / "id_ed25519"
    key.parent.mkdir()
    key.touch(mode=0o600)
    key.write_text(sshd.private_key)
    with serving(environment={"HOME": str(home)}) as started:
        yield started
