"""Container images made here, under the names of upstream's: no registry is asked."""

import hashlib
import io
import json
import shutil
import subprocess
import tarfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from lab.build.builder import build
from lab.vm.cached import cached

SCRIPTS = Path(__file__).parent / "scripts"
SHELL = ("busybox-static",)
# What Multus' image has in /busybox for the clean-up; the original has more.
PROGRAMS = ("sh", "date", "grep", "head", "rm", "sleep", "stat", "tr", "wc")
# What the interface check needs of Home Assistant's image: Python with TLS.
PYTHON = (
    *("python3.11-minimal", "libpython3.11-minimal", "libpython3.11-stdlib", "libc6", "libssl3"),
    *("zlib1g", "libexpat1", "libbz2-1.0", "liblzma5", "libffi8", "libuuid1", "libcrypt1"),
)


@dataclass(frozen=True, kw_only=True)
class Image:
    """Name with tag, files and texts by their path in the image, Debian packages in it."""

    name: str
    files: Mapping[str, Path]
    texts: Mapping[str, str] = field(default_factory=dict)
    links: Mapping[str, str] = field(default_factory=dict)
    packages: Sequence[str] = ()
    entrypoint: Sequence[str] = ()


def images(multus_version: str, home_assistant: str) -> list[Image]:
    """What nodes run: the pause container, Multus, and a stand-in for Home Assistant."""
    shell = {"bin/sh": "busybox"}
    multus = build("multus")
    version = home_assistant.rpartition(":")[2]
    return [
        Image(
            name="registry.k8s.io/pause:3.10",
            files={"pause": SCRIPTS / "pause.sh"},
            links=shell,
            packages=SHELL,
            entrypoint=("/pause",),
        ),
        Image(
            name=f"ghcr.io/k8snetworkplumbingwg/multus-cni:{multus_version}-debug",
            files={
                "thin_entrypoint": multus / "thin_entrypoint",
                "install_multus": multus / "install_multus",
                "usr/src/multus-cni/bin/multus": multus / "multus",
                "usr/src/multus-cni/bin/passthru": multus / "passthru",
            },
            links={f"busybox/{name}": "../bin/busybox" for name in PROGRAMS},
            packages=SHELL,
        ),
        Image(
            name=home_assistant,
            files={
                "init": SCRIPTS / "home_assistant.py",
                "usr/lib/python3/dist-packages/homeassistant/__main__.py": SCRIPTS
                / "check_config.py",
            },
            # By which scripts of ours know the version.
            texts={
                f"usr/lib/python3/dist-packages/homeassistant-{version}.dist-info/METADATA": (
                    f"Metadata-Version: 2.1\nName: homeassistant\nVersion: {version}\n"
                )
            },
            links={**shell, "usr/bin/python3": "python3.11"},
            packages=(*SHELL, *PYTHON),
            entrypoint=("/usr/bin/python3", "/init"),
        ),
    ]


def archive(image: Image) -> Path:
    """The image as a Docker archive, which containerd imports."""
    content = [path.encode() + file.read_bytes() for path, file in image.files.items()]
    ingredients = repr(
        (image.name, image.texts, image.links, image.packages, image.entrypoint)
    ).encode()
    short = image.name.rpartition("/")[2].replace(":", "-")
    folder = cached(
        f"image-{short}", ingredients + b"\0".join(content), lambda out: _make(image, out), 3
    )
    return folder / "image.tar"


def _make(image: Image, folder: Path) -> None:
    root = folder / "root"
    root.mkdir()
    for name in ("tmp", "etc", "proc", "sys", "dev"):
        (root / name).mkdir()
    if image.packages:
        subprocess.run(
            ["apt-get", "download", "-q", *image.packages],
            cwd=folder,
            check=True,
            capture_output=True,
        )
        for package in folder.glob("*.deb"):
            subprocess.run(["dpkg", "-x", package, root], check=True)
            package.unlink()
        shutil.rmtree(root / "usr" / "share", ignore_errors=True)
    for path, file in image.files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, root / path)
        (root / path).chmod(0o755)
    for path, text in image.texts.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    for path, target in image.links.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).symlink_to(target)
    layer = io.BytesIO()
    with tarfile.open(fileobj=layer, mode="w") as tar:
        tar.add(root, ".", filter=_owned_by_root)
    shutil.rmtree(root)
    digest = hashlib.sha256(layer.getvalue()).hexdigest()
    config = {
        "architecture": "amd64",
        "os": "linux",
        "config": {
            "Entrypoint": list(image.entrypoint) or None,
            "Env": ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"],
        },
        "rootfs": {"type": "layers", "diff_ids": [f"sha256:{digest}"]},
    }
    manifest = [{"Config": "config.json", "RepoTags": [image.name], "Layers": ["layer.tar"]}]
    with tarfile.open(folder / "image.tar", "w") as tar:
        for name, data in (
            ("config.json", json.dumps(config).encode()),
            ("layer.tar", layer.getvalue()),
            ("manifest.json", json.dumps(manifest).encode()),
        ):
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            tar.addfile(entry, io.BytesIO(data))


def _owned_by_root(entry: tarfile.TarInfo) -> tarfile.TarInfo:
    entry.uid = entry.gid = 0
    entry.uname = entry.gname = "root"
    return entry
