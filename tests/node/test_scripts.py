"""What installation and removal leave on a node, by each shell that a node may have."""

import os
import subprocess
import threading
from pathlib import Path

import pytest

from config.plugins import ArchivedPlugins, BuiltPlugins, Plugins, ReleasePlugins
from tests.node.node import NAMES, Node, archived, plugins_archive

LEFTOVERS = ("00-multus.conf", "00-multus.conflist", "multus.d/multus.kubeconfig")


def leave_multus(node: Node) -> None:
    (node.conf_dir / "multus.d").mkdir(parents=True)
    for name in (*LEFTOVERS, "10-flannel.conflist"):
        (node.conf_dir / name).write_text("written by somebody")


def conf_files(node: Node) -> set[str]:
    found = (path for path in node.conf_dir.rglob("*") if path.is_file())
    return {str(path.relative_to(node.conf_dir)) for path in found}


def run_multus(node: Node, pid: int = 7) -> Path:
    """A process of Multus in the node's /proc; returns the file with its name."""
    name = node.processes / str(pid) / "comm"
    name.parent.mkdir()
    name.write_text("thin_entrypoint\n")
    return name


def test_install_twice_changes_nothing_and_remove_gives_the_start_back(
    node: Node, archive: Path
) -> None:
    start, plugins = node.files(), archived(archive)

    node.have(plugins, archive)
    once = node.files(node.bin_dir)
    for name in NAMES:
        assert (node.bin_dir / name).stat().st_mode & 0o7777 == 0o755
        assert (node.bin_dir / name).read_text() == f"{name} of upstream"
    assert node.folder.stat().st_mode & 0o7777 == 0o700
    node.have(plugins, archive)
    assert node.files(node.bin_dir) == once
    assert node.remove(node.scripts(plugins)).returncode == 0
    assert node.files() == start
    assert not node.folder.exists()
    assert list(node.home.iterdir()) == []


def test_a_link_and_a_file_of_somebody_else_are_left_alone(node: Node, archive: Path) -> None:
    (node.bin_dir / "macvlan").write_text("put here by hand")
    start = node.files()
    scripts = node.scripts(archived(archive), ("bridge", "macvlan", "vlan"))
    node.copy(archive, scripts)

    assert node.install(scripts).returncode == 0
    now = node.files()
    assert {name: now[name] for name in start} == start
    assert node.remove(scripts).returncode == 0
    assert node.files() == start


def test_a_plugin_that_is_no_longer_wanted_stays_for_the_pods_that_were_made_with_it(
    node: Node, archive: Path
) -> None:
    start, plugins = node.files(), archived(archive)
    node.have(plugins, archive)
    fewer = node.scripts(plugins, ("macvlan",))
    assert node.install(fewer).returncode == 0

    assert (node.bin_dir / "vlan").exists()
    assert node.remove(fewer).returncode == 0
    assert node.files() == start


def test_another_release_takes_the_place_of_the_first(node: Node, tmp_path: Path) -> None:
    start = node.files()
    for word in ("of one release", "of the next"):
        archive = plugins_archive(tmp_path / f"{word}.tgz".replace(" ", "-"), word)
        node.have(archived(archive), archive)
        assert (node.bin_dir / "vlan").read_text() == f"vlan {word}"

    assert node.remove(node.scripts(archived(archive))).returncode == 0
    assert node.files() == start


def test_a_removal_by_the_node_s_former_name_leaves_everything_alone(
    node: Node, archive: Path
) -> None:
    plugins = archived(archive)
    node.have(plugins, archive)
    leave_multus(node)
    assert node.install(node.scripts(plugins, owner="k3s-1.lan")).returncode == 0
    start = node.files()

    done = node.remove(node.scripts(plugins), "k3s-1")
    assert done.returncode == 0
    assert "not those of k3s-1: nothing is removed" in done.stdout
    assert node.files() == start
    assert node.remove(node.scripts(plugins), "k3s-1.lan").returncode == 0
    assert {path.name for path in node.bin_dir.iterdir()} == {"cni", "bridge", "theirs"}


def test_a_node_that_had_every_plugin_before_has_an_owner_too(node: Node, archive: Path) -> None:
    for name in NAMES:
        (node.bin_dir / name).write_text("put here by hand")
    start = node.files()
    scripts = node.scripts(archived(archive), owner="k3s-1.lan")

    assert node.install(scripts).returncode == 0
    assert node.record.read_text() == "owner  k3s-1.lan\n"
    node.remove(scripts, "k3s-1")
    assert node.record.exists()
    node.remove(scripts, "k3s-1.lan")
    assert node.files() == start


def test_what_multus_could_not_clean_up_goes_and_the_cluster_s_own_stays(
    node: Node, archive: Path
) -> None:
    node.have(archived(archive), archive)
    leave_multus(node)

    assert node.remove(node.scripts(archived(archive))).returncode == 0
    assert conf_files(node) == {"10-flannel.conflist"}
    assert not (node.conf_dir / "multus.d").exists()


def test_the_files_of_a_multus_that_runs_stay_and_the_plugins_go(node: Node, archive: Path) -> None:
    """By the node's real /proc."""
    node.have(archived(archive), archive)
    leave_multus(node)
    program = node.root / "thin_entrypoint"
    program.write_bytes(Path("/bin/sleep").read_bytes())
    program.chmod(0o755)
    with subprocess.Popen([program, "300"]) as multus:
        try:
            done = node.remove(
                node.scripts(archived(archive)), MULTIHOME_PROC="/proc", MULTIHOME_PATIENCE="0"
            )
        finally:
            multus.kill()

    assert done.returncode == 0
    assert done.stdout == f"Multus still runs here: its files in {node.conf_dir} stay\n"
    assert {*LEFTOVERS} < conf_files(node)
    assert not (node.bin_dir / "vlan").exists()


def test_a_removal_waits_for_the_end_of_multus(node: Node, archive: Path) -> None:
    """The name of the process is a pipe, so that it ends after it was seen."""
    node.have(archived(archive), archive)
    leave_multus(node)
    name = run_multus(node)
    name.unlink()
    os.mkfifo(name)

    def end_when_seen() -> None:
        with name.open("w") as pipe:
            name.unlink()
            pipe.write("thin_entrypoint\n")

    ended = threading.Thread(target=end_when_seen)
    ended.start()
    done = node.remove(node.scripts(archived(archive)))
    ended.join()

    assert (done.returncode, done.stdout) == (0, "")
    assert conf_files(node) == {"10-flannel.conflist"}


def test_the_files_of_somebody_else_s_multus_are_never_touched(node: Node, archive: Path) -> None:
    scripts = node.scripts(archived(archive), multus_is_ours=False)
    node.copy(archive, scripts)
    assert node.install(scripts).returncode == 0
    leave_multus(node)

    assert node.remove(scripts).returncode == 0
    assert {*LEFTOVERS} < conf_files(node)


def test_an_older_k3s_that_moves_its_folder_at_an_upgrade_gets_the_plugins_back(
    node: Node, archive: Path
) -> None:
    """`data/current` leads to a folder for each release."""
    current = node.root / "data" / "current"
    folder = current / "bin"
    scripts = node.scripts(archived(archive), bin_dir=folder)
    for release in ("before", "after"):
        (node.root / "data" / release / "bin").mkdir(parents=True)
        current.unlink(missing_ok=True)
        current.symlink_to(release)
        node.copy(archive, scripts)
        done = node.install(scripts)
        assert done.returncode == 0, done.stderr
        assert [(folder / name).read_text() for name in NAMES] == [
            f"{name} of upstream" for name in NAMES
        ]

    assert node.remove(scripts).returncode == 0
    assert list(folder.iterdir()) == []


def test_another_folder_has_a_remover_of_its_own(node: Node, archive: Path) -> None:
    """The installation in the new folder comes first, the removal in the old one last."""
    node.have(archived(archive), archive)
    start = node.files(node.bin_dir)
    other = node.root / "opt" / "bin"
    other.mkdir(parents=True)
    moved = node.scripts(archived(archive), bin_dir=other)
    node.copy(archive, moved)
    assert node.install(moved).returncode == 0

    assert node.files(node.bin_dir) == start
    assert node.remove(node.scripts(archived(archive))).returncode == 0
    assert (other / "vlan").exists()
    assert node.remove(moved).returncode == 0
    assert list(other.iterdir()) == []
    assert not node.folder.exists()


def test_a_folder_that_is_not_there_is_named_and_not_made(node: Node, archive: Path) -> None:
    start = node.files()
    absent = node.root / "absent"
    done = node.install(node.scripts(archived(archive), bin_dir=absent))

    assert done.returncode != 0
    assert "absent is no directory" in done.stderr
    assert not absent.exists()
    assert node.files() == start


@pytest.mark.parametrize(
    "plugins",
    [
        ReleasePlugins(source="release"),
        BuiltPlugins(source="build"),
        ArchivedPlugins(source="archive", archives={"amd64": "/a.tgz"}),
    ],
    ids=lambda plugins: str(plugins.source),
)
def test_the_composed_scripts_pass_shellcheck(plugins: Plugins, tmp_path: Path) -> None:
    node = Node(interpreter=("sh",), root=tmp_path / "it's a node")
    ours = node.scripts(plugins)
    for script in (ours.install, ours.remove, node.scripts(plugins, multus_is_ours=False).remove):
        assert f"BIN_DIR={tmp_path}" not in script  # a quote is quoted
        done = subprocess.run(
            ["shellcheck", "--shell=sh", "-"],
            input=script,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout
