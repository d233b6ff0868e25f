"""The root folder: Debian with the Python that Home Assistant needs, and its package."""

import os
import shutil
import subprocess
from pathlib import Path
from typing import IO

from lab.vm.cached import cached

SUITE = "forky"
VERSION = "2026.11.0"
PACKAGES = (
    *("python3.14-venv", "ca-certificates", "libturbojpeg0", "libpcap0.8t64"),
    # For requirements without a wheel.
    *("python3.14-dev", "g++"),
    *("iproute2", "nginx-light"),
)
# PostgreSQL. Its packages would start it where they are configured, so they are unpacked alone;
# as debootstrap does, this takes the lists of a mirror that stands still.
DATABASE = """
set -eu
apt-get -o Acquire::Check-Valid-Until=false update
apt-get install -y --no-install-recommends --download-only postgresql
for package in /var/cache/apt/archives/*.deb; do dpkg --extract "$package" /; done
ldconfig
"""
# What a new configuration loads, what those load if it is there, what the onboarding sets up, and
# what the tests' devices are.
INTEGRATIONS = (
    *("default_config", "google_translate", "met", "radio_browser", "shopping_list"),
    *("hassio", "homekit_controller", "matter", "thread"),
)
RECIPE = (Path(__file__), Path(__file__).parent / "scripts" / "requirements_of.py")
PYTHON = "/ha/bin/python3"
UV_OPTIONS = ("--system-certs", "--no-cache")
# By these the root reaches the packages as this machine does.
FROM_HOST = ("/etc/resolv.conf", "/etc/ssl/certs/ca-certificates.crt", "/etc/pip.conf")
PROGRAMS = ("debootstrap", "apt-get", "ip")


def missing() -> str | None:
    """Why Home Assistant cannot be run here, or None when it can."""
    if os.geteuid() != 0:
        return "the root with Home Assistant needs root, for network namespaces and mounts"
    for program in PROGRAMS:
        if shutil.which(program) is None:
            return f"Home Assistant needs {program}: run `sh lab/setup.sh machines`"
    return None


def root(version: str = VERSION) -> Path:
    """The folder to change root into; nothing may write to it."""
    ingredients = b"\0".join([version.encode(), *(path.read_bytes() for path in RECIPE)])
    folder = cached("home-assistant", ingredients, lambda new: _make(new, version), 180)
    return folder / "root"


def _mirror() -> str:
    listed = subprocess.run(
        ["apt-get", "indextargets", "--format", "$(REPO_URI)", "Created-By: Packages"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    return next(line for line in listed.splitlines() if line.rstrip("/").endswith("debian"))


def _make(folder: Path, version: str) -> None:
    log = folder / "build.log"
    try:
        with log.open("wb") as output:
            _fill(folder / "root", version, output)
    except subprocess.CalledProcessError:
        print(*log.read_text(errors="replace").splitlines()[-30:], sep="\n", flush=True)
        raise


def _fill(place: Path, version: str, log: IO[bytes]) -> None:
    def run(*words: str | Path) -> None:
        subprocess.run(words, check=True, stdout=log, stderr=subprocess.STDOUT)

    # An older debootstrap has no script for a newer suite; that of sid fits.
    run(
        *("debootstrap", "--variant=minbase", f"--include={','.join(PACKAGES)}"),
        *(SUITE, place, _mirror(), "/usr/share/debootstrap/scripts/sid"),
    )
    for name in FROM_HOST:
        if Path(name).exists():
            shutil.copyfile(name, place / name.lstrip("/"))
    inside = ("chroot", place)
    run(*inside, "sh", "-c", DATABASE)
    run(*inside, "python3.14", "-m", "venv", "/ha")
    run(*inside, PYTHON, "-m", "pip", "install", "--no-cache-dir", "uv")
    # As Home Assistant installs what it lacks, and a tenth of pip's time.
    uv = (*inside, "/ha/bin/uv", "pip", "install", "--python", PYTHON, *UV_OPTIONS)
    run(*uv, f"homeassistant=={version}")
    asked = subprocess.run(
        [*inside, PYTHON, "-c", RECIPE[1].read_text(encoding="utf-8"), *INTEGRATIONS],
        check=True,
        capture_output=True,
        text=True,
    )
    (place / "requirements.txt").write_text(asked.stdout)
    (package,) = (place / "ha").glob("lib/*/site-packages/homeassistant")
    constraints = Path("/") / package.relative_to(place) / "package_constraints.txt"
    # Compiles everything: the tests find the root read-only.
    last = ("--compile-bytecode", "--requirement", "/requirements.txt", "psycopg2-binary")
    run(*uv, *last, "--constraint", constraints)
    for path in ("var/cache/apt", "var/lib/apt/lists", "usr/share/doc", "usr/share/locale"):
        shutil.rmtree(place / path, ignore_errors=True)
    # No name server answers there, and it says so at once.
    (place / "etc" / "resolv.conf").write_text("nameserver 127.0.0.1\n")
    (place / "config").mkdir()
