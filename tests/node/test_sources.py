"""Where the plugins come from: a copied archive, a download, or the node's own Go."""

import subprocess
from pathlib import Path

from config.plugins import BuiltPlugins
from lab.web import serve_folder
from tests.node.node import Node, archived, released


def test_an_archive_with_another_digest_installs_nothing(node: Node, archive: Path) -> None:
    start = node.files()
    scripts = node.scripts(archived(archive))
    archive.write_bytes(b"not the archive")
    node.copy(archive, scripts)

    done = node.install(scripts)
    assert done.returncode != 0
    assert "nothing was installed" in done.stderr
    assert node.files() == {**start, **node.files(node.home)}


def test_a_copied_archive_goes_after_the_installation_with_those_of_earlier_ones(
    node: Node, archive: Path
) -> None:
    (node.home / ".multihome").mkdir()
    (node.home / ".multihome" / "cni-plugins-0123456789abcdef.tgz").write_text("an old one")
    node.have(archived(archive), archive)

    assert list(node.home.iterdir()) == []


def test_an_archive_that_is_gone_is_missed_only_by_a_node_that_needs_it(
    node: Node, archive: Path
) -> None:
    node.have(archived(archive), archive)
    scripts = node.scripts(archived(archive))

    assert node.install(scripts).returncode == 0
    (node.bin_dir / "vlan").unlink()
    done = node.install(scripts)
    assert done.returncode != 0
    assert "raise multihome:plugins.generation" in done.stderr


def test_a_node_downloads_what_it_lacks_and_nothing_else(node: Node, archive: Path) -> None:
    with serve_folder(archive.parent) as url:
        scripts = node.scripts(released(archive, url))
        assert node.install(scripts).returncode == 0
        once = node.files(node.bin_dir)
        (node.bin_dir / "vlan").unlink()
        done = node.install(scripts)
        assert done.returncode == 0, done.stderr

    now = node.files(node.bin_dir)
    assert {name for name in now if now[name] != once[name]} <= {
        "data/cni/vlan",
        "data/cni/.multihome-cni-plugins",
    }
    assert (node.bin_dir / "vlan").read_text() == "vlan of upstream"
    # The server is gone.
    assert node.install(scripts).returncode == 0
    assert list(node.temporary.iterdir()) == []


def test_a_download_that_fails_or_is_another_installs_nothing(node: Node, archive: Path) -> None:
    start = node.files()
    with serve_folder(archive.parent) as url:
        another = node.install(node.scripts(released(archive, url, "1" * 64)))
        absent = node.install(node.scripts(released(archive, f"{url}/absent")))

    assert "nothing was installed" in another.stderr
    assert another.returncode != 0
    assert absent.returncode != 0
    assert node.files() == start


def test_the_build_source_builds_with_the_node_s_go(tmp_path: Path) -> None:
    node = Node(interpreter=("sh",), root=tmp_path / "node")
    scripts = node.scripts(BuiltPlugins(source="build"), ("static",))

    done = node.install(scripts)
    assert done.returncode == 0, done.stderr
    said = subprocess.run(
        [node.bin_dir / "static"], env={"CNI_COMMAND": "VERSION"}, capture_output=True, check=False
    )
    assert b"1.0.0" in said.stdout
    # A node that has them all needs no Go.
    assert node.install(scripts, PATH="/usr/bin:/bin", GOPROXY="off").returncode == 0
