"""Rows of the contract on copies of files."""

from pathlib import Path

from lab.command_plugin.inputs import COPY
from lab.sshd import Sshd
from tests.node.command.plugin import Plugin, connection, copied


def test_row_33_a_copy_makes_its_folders(sshd: Sshd, plugin: Plugin, tmp_path: Path) -> None:
    source, target = tmp_path / "source", tmp_path / "a" / "b" / "copy"
    source.write_text("content")
    source.chmod(0o700)
    plugin.create(COPY, copied(connection(sshd), source, target))
    assert target.read_text() == "content"
    assert target.stat().st_mode & 0o777 == 0o644
    target.write_text("longer than the source")
    plugin.create(COPY, copied(connection(sshd), source, target))
    assert target.read_text() == "content"
    plugin.create(COPY, copied(connection(sshd), source, target.parent))
    assert (target.parent / "source").read_text() == "content"


def test_row_34_a_copy_is_its_content_and_its_place_on_the_node(
    sshd: Sshd, plugin: Plugin, tmp_path: Path
) -> None:
    source, elsewhere, target = (tmp_path / name for name in ("source", "elsewhere", "copy"))
    source.write_text("content")
    elsewhere.write_text("content")
    olds = copied(connection(sshd), source, target)
    state = plugin.create(COPY, olds)
    target.unlink()
    assert list(plugin.diff(COPY, olds, copied(connection(sshd), elsewhere, target)).diffs) == []
    plugin.update(COPY, state, copied(connection(sshd, host="127.0.0.9"), elsewhere, target))
    assert not target.exists()

    elsewhere.write_text("other")
    news = copied(connection(sshd), elsewhere, target)
    assert list(plugin.diff(COPY, olds, news).diffs) == ["source"]
    plugin.update(COPY, state, news)
    assert target.read_text() == "other"


def test_row_35_a_copy_stays(sshd: Sshd, plugin: Plugin, tmp_path: Path) -> None:
    source, target = tmp_path / "source", tmp_path / "copy"
    source.write_text("content")
    plugin.delete(COPY, plugin.create(COPY, copied(connection(sshd), source, target)))
    assert target.exists()
