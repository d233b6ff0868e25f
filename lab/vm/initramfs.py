"""Small systems in memory: busybox, a few kernel modules, one script."""

import gzip
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterable
from pathlib import Path

from lab.vm.cached import cached
from lab.vm.kernel import kernel, release

SCRIPTS = Path(__file__).parent / "scripts"
NETWORK_MODULES = ("virtio_pci", "virtio_net", "8021q", "bridge", "af_packet")
DISK_MODULES = ("virtio_pci", "virtio_blk", "ext4", "crc32c_generic", "crc32c-intel")


def initramfs(
    script: str,
    modules: Iterable[str],
    programs: Iterable[str] = (),
    kernel_folder: Path | None = None,
) -> Path:
    """The compressed archive whose /init is scripts/<script>, with programs of this machine.

    `modules` are those of the kernel in `kernel_folder`, which is by default that of the nodes.
    """
    source, wanted = kernel_folder or kernel(), tuple(modules)
    text = (SCRIPTS / script).read_bytes()
    paths = [Path(shutil.which(name) or name) for name in programs]
    ingredients = b"\0".join(
        [text, source.name.encode(), repr(wanted).encode(), *(p.read_bytes() for p in paths)]
    )
    name = script.removesuffix(".sh")
    folder = cached(
        f"initramfs-{name}",
        ingredients,
        lambda out: _make(out, source, text, wanted, paths),
        2,
    )
    return folder / "initramfs.gz"


def _make(
    out: Path, source: Path, text: bytes, modules: Iterable[str], programs: Iterable[Path]
) -> None:
    with tempfile.TemporaryDirectory() as temporary:
        root = Path(temporary)
        for name in ("bin", "dev", "proc", "sys", "run", "root", "www", "lib64"):
            (root / name).mkdir()
        busybox = shutil.which("busybox")
        assert busybox is not None
        for program in (Path(busybox), *programs):
            _copy_program(program, root)
        (root / "bin" / "sh").symlink_to("busybox")
        (root / "init").write_bytes(text)
        (root / "init").chmod(0o755)
        kept = root / "lib" / "modules" / release(source)
        kept.mkdir(parents=True)
        for file in _with_dependencies(source / "modules" / release(source), modules):
            target = kept / file
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source / "modules" / release(source) / file, target)
        for index in ("modules.builtin", "modules.builtin.modinfo", "modules.order"):
            shutil.copyfile(source / "modules" / release(source) / index, kept / index)
        subprocess.run(["depmod", "-b", root, release(source)], check=True)
        names = b"".join(
            str(path.relative_to(root)).encode() + b"\0" for path in sorted(root.rglob("*"))
        )
        archive = subprocess.run(
            ["cpio", "--quiet", "-0", "-o", "-H", "newc", "-R", "0:0"],
            cwd=root,
            input=names,
            check=True,
            capture_output=True,
        ).stdout
        (out / "initramfs.gz").write_bytes(gzip.compress(archive, 1, mtime=0))


def _copy_program(program: Path, root: Path) -> None:
    shutil.copy(program.resolve(), root / "bin" / program.name)
    linked = subprocess.run(["ldd", program], capture_output=True, text=True, check=False).stdout
    for found in re.findall(r"(/\S+) \(0x", linked):
        target = root / found.lstrip("/")
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(Path(found).resolve(), target)


def _with_dependencies(folder: Path, modules: Iterable[str]) -> list[str]:
    depends: dict[str, list[str]] = {}
    for line in (folder / "modules.dep").read_text().splitlines():
        path, _, others = line.partition(":")
        depends[path] = others.split()
    by_name = {Path(path).name.removesuffix(".ko").replace("-", "_"): path for path in depends}
    found: dict[str, None] = {}
    for module in modules:
        file = by_name.get(module.replace("-", "_"))
        if file is not None:  # what is built into the kernel has no file
            found |= dict.fromkeys([file, *depends[file]])
    return list(found)
