"""The installer does not write through the links behind which k3s keeps its plugins.

`cp` does: then every plugin of k3s is the one that was copied last
(tests/node/doctor/test_findings.py).
"""

import subprocess
from pathlib import Path

from tests.node.doctor.k3s import K3sFiles
from tests.node.node import Node, archived, digest

NAMES = ("bridge", "macvlan", "vlan")


def test_k3s_program_and_its_links_stay_when_their_names_are_installed(
    node: Node, archive: Path, tmp_path: Path
) -> None:
    k3s = K3sFiles(tmp_path / "k3s")
    k3s.start()
    program = k3s.unpacked / "bin" / "cni"
    before, links = digest(program), {p: p.readlink() for p in k3s.bin_dir.iterdir()}
    # A link that leads nowhere, as to a release that k3s has removed.
    (k3s.bin_dir / "macvlan").symlink_to(k3s.folder / "data" / "gone" / "macvlan")
    scripts = node.scripts(archived(archive), NAMES, bin_dir=k3s.bin_dir)
    node.copy(archive, scripts)

    done = node.install(scripts)
    assert done.returncode == 0, done.stderr
    assert f"{k3s.bin_dir}/bridge was there before and stays as it is" in done.stdout
    assert digest(program) == before
    assert {path: path.readlink() for path in links} == links
    assert not (k3s.folder / "data" / "gone").exists()
    assert (k3s.bin_dir / "vlan").read_text() == "vlan of upstream"
    said = subprocess.run([k3s.bin_dir / "bridge"], capture_output=True, text=True, check=True)
    assert said.stderr.startswith("CNI bridge plugin ")
