"""A node's root disk: a small Debian with containerd in the folders that k3s uses."""

import subprocess
from pathlib import Path

from lab.vm.cached import cached
from lab.vm.kernel import kernel, release

FILES = Path(__file__).parent / "node"
SUITE = "bookworm"
PACKAGES = (
    *("systemd-sysv", "udev", "dbus", "openssh-server", "containerd", "runc", "iptables"),
    *("iproute2", "iputils-ping", "conntrack", "kmod", "procps", "curl", "busybox-static"),
)
SIZE = "3G"
MODULES = (
    *("8021q", "macvlan", "bridge", "br_netfilter", "veth", "overlay", "nf_tables", "virtio_net"),
    *("xt_comment", "xt_conntrack", "xt_mark", "xt_MASQUERADE", "xt_nat", "xt_statistic"),
    *("xt_addrtype", "nft_compat", "nft_chain_nat", "ip_tables", "iptable_nat", "iptable_filter"),
)


def root_disk() -> Path:
    """The disk image to copy for each node: ext4, sparse."""
    files = sorted(path for path in FILES.rglob("*") if path.is_file())
    content = b"\0".join(
        str(path.relative_to(FILES)).encode() + path.read_bytes() for path in files
    )
    ingredients = repr((SUITE, PACKAGES, SIZE, MODULES, kernel().name)).encode() + content
    return cached("root-disk", ingredients, _make, 75) / "disk.img"


def _mirror() -> str:
    listed = subprocess.run(
        ["apt-get", "indextargets", "--format", "$(REPO_URI) $(RELEASE)", "Created-By: Packages"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    return next(
        line.split()[0] for line in listed.splitlines() if line.split()[1] in {SUITE, "oldstable"}
    )


def _make(folder: Path) -> None:
    root = folder / "root"
    log = (folder / "debootstrap.log").open("wb")
    included = f"--include={','.join(PACKAGES)}"
    subprocess.run(
        ["debootstrap", "--variant=minbase", included, SUITE, root, _mirror()],
        check=True,
        stdout=log,
        stderr=subprocess.STDOUT,
    )
    source = kernel()
    name = release(source)
    subprocess.run(["mkdir", "-p", root / "lib" / "modules"], check=True)
    subprocess.run(["cp", "-a", source / "modules" / name, root / "lib" / "modules"], check=True)
    (root / "etc" / "modules-load.d" / "multihome.conf").write_text("\n".join(MODULES) + "\n")
    subprocess.run(["cp", "-a", f"{FILES}/.", root], check=True)
    units = ("multihome-seed", "multihome-images", "kubelet", "kube-proxy", "containerd", "ssh")
    subprocess.run(
        ["chroot", root, "systemctl", "--quiet", "enable", *units],
        check=True,
        stdout=log,
        stderr=subprocess.STDOUT,
    )
    for path in ("var/cache/apt", "var/lib/apt/lists", "usr/share/doc", "usr/share/locale"):
        subprocess.run(["rm", "-rf", root / path], check=True)
    subprocess.run(["rm", "-f", *root.glob("etc/ssh/ssh_host_*")], check=True)
    image = folder / "disk.img"
    subprocess.run(["mke2fs", "-q", "-t", "ext4", "-d", root, "-m", "0", image, SIZE], check=True)
    subprocess.run(["rm", "-rf", root], check=True)
