"""The scripts that run on nodes, run for real under each shell that a node may have."""

import asyncio
import hashlib
import shlex
import shutil
import subprocess
import tarfile
from pathlib import Path

import pytest

from components.cni_plugins.binaries import SHELL, with_input
from components.cni_plugins.scripts import NodeScripts, node_scripts
from config.cluster import CniPaths
from config.plugins import ArchivedPlugins, BuiltPlugins, ReleasePlugins
from lab.build.builder import build
from lab.command_plugin import ssh
from lab.sshd import sshd_missing, start_sshd
from lab.web import serve_folder

SHELLS = (("dash",), ("busybox", "sh"))
NAMES = ("macvlan", "vlan")


@pytest.fixture(params=SHELLS, ids=lambda shell: shell[0])
def shell(request: pytest.FixtureRequest) -> tuple[str, ...]:
    words: tuple[str, ...] = request.param
    if shutil.which(words[0]) is None:
        pytest.skip(f"{words[0]} is not installed")
    return words


@pytest.fixture
def bin_dir(tmp_path: Path) -> Path:
    """k3s' own folder: links to one program, and a file of somebody else."""
    folder = tmp_path / "data" / "cni"
    folder.mkdir(parents=True)
    (folder / "cni").write_text("k3s' own program")
    (folder / "bridge").symlink_to("cni")
    (folder / "theirs").write_text("somebody else's")
    return folder


@pytest.fixture(scope="session")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("archive") / "plugins.tgz"
    with tarfile.open(path, "w:gz") as tar:
        for plugin in sorted(build("cni-plugins").iterdir()):
            tar.add(plugin, f"./{plugin.name}")
    return path


def paths(bin_dir: Path) -> CniPaths:
    return CniPaths(
        conf_dir=str(bin_dir.parent / "net.d"),
        bin_dir=str(bin_dir),
        default_conflist="10-flannel.conflist",
        conflist_version="1.0.0",
        bundled_plugins=(),
    )


def archived(archive: Path, bin_dir: Path, names: tuple[str, ...] = NAMES) -> NodeScripts:
    digest = hashlib.sha256(archive.read_bytes()).hexdigest()
    plugins = ArchivedPlugins(
        source="archive", archives={"amd64": str(archive)}, sha256={"amd64": digest}
    )
    scripts = node_scripts(plugins, "amd64", names, paths(bin_dir))
    assert scripts.copied is not None
    shutil.copyfile(archive, scripts.copied)
    return scripts


def run(shell: tuple[str, ...], script: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*shell, "-s"], input=script, capture_output=True, text=True, check=False, timeout=250
    )


def listing(folder: Path) -> dict[str, tuple[bool, int, int, str]]:
    return {
        path.name: (
            path.is_symlink(),
            path.lstat().st_mode,
            path.lstat().st_mtime_ns,
            hashlib.sha256(path.read_bytes()).hexdigest(),
        )
        for path in folder.iterdir()
    }


def test_install_twice_changes_nothing_and_remove_gives_the_start_back(
    shell: tuple[str, ...], bin_dir: Path, archive: Path
) -> None:
    start = listing(bin_dir)
    scripts = archived(archive, bin_dir)

    assert run(shell, scripts.install).returncode == 0
    once = listing(bin_dir)
    for name in NAMES:
        assert (bin_dir / name).stat().st_mode & 0o7777 == 0o755
        assert (bin_dir / name).read_bytes() == (build("cni-plugins") / name).read_bytes()
    assert run(shell, scripts.install).returncode == 0
    assert listing(bin_dir) == once
    assert run(shell, scripts.remove).returncode == 0
    assert listing(bin_dir) == start


def test_a_link_and_a_file_of_somebody_else_are_left_alone(
    shell: tuple[str, ...], bin_dir: Path, archive: Path
) -> None:
    (bin_dir / "macvlan").write_text("put here by hand")
    start = listing(bin_dir)
    scripts = archived(archive, bin_dir, ("bridge", "macvlan", "vlan"))

    assert run(shell, scripts.install).returncode == 0
    kept = {name: entry for name, entry in listing(bin_dir).items() if name in start}
    assert kept == start
    assert run(shell, scripts.remove).returncode == 0
    assert listing(bin_dir) == start


def test_a_plugin_that_is_no_longer_wanted_stays_for_the_pods_that_were_made_with_it(
    shell: tuple[str, ...], bin_dir: Path, archive: Path
) -> None:
    start = listing(bin_dir)
    run(shell, archived(archive, bin_dir, ("macvlan", "vlan")).install)
    fewer = archived(archive, bin_dir, ("macvlan",))
    assert run(shell, fewer.install).returncode == 0

    assert {"macvlan", "vlan"} <= set(listing(bin_dir))
    assert run(shell, fewer.remove).returncode == 0
    assert listing(bin_dir) == start


def test_what_multus_could_not_clean_up_goes_and_the_cluster_s_own_stays(
    shell: tuple[str, ...], bin_dir: Path, archive: Path
) -> None:
    conf_dir = bin_dir.parent / "net.d"
    (conf_dir / "multus.d").mkdir(parents=True)
    for name in ("00-multus.conf", "00-multus.conflist", "multus.d/multus.kubeconfig"):
        (conf_dir / name).write_text("left behind")
    (conf_dir / "10-flannel.conflist").write_text("the cluster's own")
    scripts = archived(archive, bin_dir)

    assert run(shell, scripts.remove).returncode == 0
    assert [path.name for path in conf_dir.iterdir()] == ["10-flannel.conflist"]
    assert run(shell, scripts.remove).returncode == 0


def test_an_archive_with_another_digest_installs_nothing(
    shell: tuple[str, ...], bin_dir: Path, archive: Path
) -> None:
    start = listing(bin_dir)
    scripts = archived(archive, bin_dir)
    assert scripts.copied is not None
    Path(scripts.copied).write_bytes(b"not the archive")

    done = run(shell, scripts.install)
    assert done.returncode != 0
    assert "nothing was installed" in done.stderr
    assert listing(bin_dir) == start


def test_what_an_interrupted_run_left_is_cleaned_by_the_next(
    shell: tuple[str, ...], bin_dir: Path, archive: Path
) -> None:
    (bin_dir / ".multihome-new.123").write_text("half a plugin")
    assert run(shell, archived(archive, bin_dir).install).returncode == 0

    assert not list(bin_dir.glob(".multihome-new.*"))


def test_a_folder_that_is_not_there_is_named_and_not_made(
    shell: tuple[str, ...], tmp_path: Path, archive: Path
) -> None:
    done = run(shell, archived(archive, tmp_path / "absent").install)

    assert done.returncode != 0
    assert "absent is no directory" in done.stderr
    assert not (tmp_path / "absent").exists()


def test_the_build_source_builds_with_the_node_s_go(bin_dir: Path) -> None:
    plugins = BuiltPlugins(source="build")
    scripts = node_scripts(plugins, "amd64", ("static",), paths(bin_dir))

    done = run(("sh",), scripts.install)
    assert done.returncode == 0, done.stderr
    said = subprocess.run(
        [bin_dir / "static"], env={"CNI_COMMAND": "VERSION"}, capture_output=True, check=False
    )
    assert b"1.0.0" in said.stdout


def released(archive: Path, url: str, bin_dir: Path, digest: str | None = None) -> NodeScripts:
    found = hashlib.sha256(archive.read_bytes()).hexdigest()
    plugins = ReleasePlugins(
        source="release", url=f"{url}/{archive.name}", sha256={"amd64": digest or found}
    )
    return node_scripts(plugins, "amd64", NAMES, paths(bin_dir))


def test_the_release_source_downloads_on_the_node(
    shell: tuple[str, ...], bin_dir: Path, archive: Path
) -> None:
    start = listing(bin_dir)
    with serve_folder(archive.parent) as url:
        scripts = released(archive, url, bin_dir)
        done = run(shell, scripts.install)

    assert done.returncode == 0, done.stderr
    for name in NAMES:
        assert (bin_dir / name).read_bytes() == (build("cni-plugins") / name).read_bytes()
    assert run(shell, scripts.remove).returncode == 0
    assert listing(bin_dir) == start


def test_a_download_that_fails_or_is_another_installs_nothing(
    shell: tuple[str, ...], bin_dir: Path, archive: Path
) -> None:
    start = listing(bin_dir)
    with serve_folder(archive.parent) as url:
        another = run(shell, released(archive, url, bin_dir, "0" * 64).install)
        absent = run(shell, released(archive, f"{url}/absent", bin_dir).install)

    assert "nothing was installed" in another.stderr
    assert another.returncode != 0
    assert absent.returncode != 0
    assert listing(bin_dir) == start


def test_scripts_run_over_ssh_as_they_do_on_the_node(
    tmp_path: Path, bin_dir: Path, archive: Path
) -> None:
    why = sshd_missing()
    if why:
        pytest.skip(why)
    start = listing(bin_dir)
    with start_sshd(tmp_path / "sshd") as server, serve_folder(archive.parent) as url:
        connection = {
            "host": server.host,
            "port": server.port,
            "user": server.user,
            "privateKey": server.private_key,
            "hostKey": server.host_key,
        }
        for scripts in (archived(archive, bin_dir), released(archive, url, bin_dir)):
            asyncio.run(ssh.run(connection, SHELL, scripts.install))
            assert {*NAMES} <= set(listing(bin_dir))
            asyncio.run(ssh.run(connection, with_input(scripts.remove), ""))
            assert listing(bin_dir) == start


@pytest.mark.parametrize(
    "plugins",
    [
        ReleasePlugins(source="release"),
        BuiltPlugins(source="build"),
        ArchivedPlugins(source="archive", archives={"amd64": "/a.tgz"}),
    ],
    ids=lambda plugins: str(plugins.source),
)
def test_the_composed_scripts_pass_shellcheck(
    plugins: ReleasePlugins | BuiltPlugins | ArchivedPlugins,
) -> None:
    scripts = node_scripts(plugins, "amd64", NAMES, paths(Path("/opt/it's a/bin")))
    for script in (scripts.install, scripts.remove):
        assert shlex.quote("/opt/it's a/bin") in script
        done = subprocess.run(
            ["shellcheck", "--shell=sh", "-"],
            input=script,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout
