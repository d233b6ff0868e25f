"""Values that people really have: what each type accepts, and what it refuses."""

import base64
import subprocess
from pathlib import Path

import pytest
from pydantic import TypeAdapter, ValidationError

from config import values
from config.image import Image, home_assistant_release
from config.time_zone import TimeZone
from tests.cases.changes import HOST_KEY

TYPES = {
    **{name: getattr(values, name) for name in dir(values) if name[0].isupper()},
    "Image": Image,
    "TimeZone": TimeZone,
}
DIGEST = f"sha256:{'5' * 64}"
UPSTREAM = "ghcr.io/home-assistant/home-assistant"
LONG = "a" * 63

ACCEPTED = [
    *(("TimeZone", zone) for zone in ("Europe/Berlin", "UTC", "America/Port-au-Prince", "GMT+0")),
    *(
        ("Image", image)
        for image in (
            f"{UPSTREAM}:2026.11.0",
            f"{UPSTREAM}:2026.11.0b3",
            f"{UPSTREAM}@{DIGEST}",
            f"{UPSTREAM}:stable@{DIGEST}",
            "homeassistant/home-assistant:2025.1.4",
            "lscr.io/linuxserver/homeassistant:version-2026.11.0-ls12",
            "registry.lan:5000/ha:v1.2.3",
        )
    ),
    *(("DnsSubdomain", name) for name in ("home.example.org-tls", "longhorn.fast", "traefik")),
    *(("NodeHostname", name) for name in ("k3s-1.lan", "k3s-1", LONG)),
    *(("UserName", name) for name in ("root", "ubuntu", "Pi", "first.last", "_apt")),
    *(("HostName", host) for host in ("k3s-1.lan", "K3S", "fd00:1:0:0:8000::", "fe80::1")),
    *(("IngressHost", host) for host in ("home.example.org", "home")),
    *(("ConflistName", name) for name in ("05-cilium.conflist", "00-z.conf", "calico.conflist")),
    *(("K3sVersion", version) for version in ("v1.34.3+k3s1", "v1.28.15+k3s10")),
    *(("PluginsVersion", version) for version in ("v1.6.0", "v1.10.1")),
    ("DownloadUrl", "http://mirror.lan:8080/{version}/{architecture}.tgz"),
    ("DownloadUrl", "https://mirror.lan/plugins.tgz"),
    ("HttpsUrl", "https://example.org/multus.yml"),
    ("HostKey", f"{HOST_KEY} root@node"),
    ("Sha256", "0" * 63 + "1"),
]
REFUSED = [
    *(
        ("TimeZone", zone, "no such time zone")
        for zone in ("Europe/Berln", "europe/berlin", "Berlin", "Europe", "../zones")
    ),
    *(
        ("Image", f"{UPSTREAM}:{tag}", "may move")
        for tag in (
            *("latest", "stable", "beta", "dev", "rc", "edge", "nightly", "main", "master"),
            *("2026", "2026.11", "v4", "sha-0123abc", "20261124"),
        )
    ),
    ("Image", UPSTREAM, "expected registry/name:version"),
    ("Image", f"{UPSTREAM}@sha256:{'0' * 64}", "expected registry/name:version"),
    ("Image", "home-assistant:2026.11.0", "expected registry/name:version"),
    ("Image", f"https://{UPSTREAM}:2026.11.0", "expected registry/name:version"),
    ("Sha256", "0" * 64, "digest of no file"),
    ("Sha256", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", "of no file"),
    *(
        ("DownloadUrl", f"https://mirror.lan/{part}", "no other braces")
        for part in ("{arch}", "{version!r}", "{version", "}", "{}", "{version:>9}")
    ),
    *(
        ("DownloadUrl", url, "expected a URL")
        for url in ("https://", "https:///a.tgz", "http://mirror:99999/a", "ftp://mirror/a.tgz")
    ),
    ("HttpsUrl", "http://example.org/multus.yml", "expected a URL"),
    ("HttpsUrl", "https://[::1/multus.yml", "expected a URL"),
    ("HttpsUrl", "https://me:secret@example.org/m.yml", "holds a login"),
    *(("HostName", host, "host's name") for host in ("k3s..lan", "k3s-.lan", "a_b", "a" * 64)),
    *(("HostName", host, "no host can have") for host in ("255.255.255.255", "::", "ff02::1")),
    *(("IngressHost", host, "host's name") for host in ("*.lan", "a..b", "192.168.18", "a_b")),
    *(("NodeHostname", name, "at most 63") for name in (f"{LONG}a", "K3S-1", "a..b")),
    *(("ConflistName", name, "it comes before") for name in ("00-mesh.conflist", "0.conf")),
    ("ConflistName", "00-multus.conflist", "Multus' own"),
    *(("K3sVersion", version, "v1.34.3+k3s1") for version in ("v1.034.3+k3s1", "v1.34.3+k3s0")),
    *(("PluginsVersion", version, "v1.6.0") for version in ("v1.5.1", "v1.09.1", "v1.9.01")),
    *(("MultusVersion", version, "v4.1.0") for version in ("v4.02.4", "v4.2.04", "v3.9.3")),
    *(("Quantity", size, "256Mi") for size in ("0Mi", "256", "256MB", "9" * 9 + "Gi")),
    ("UserName", "-oProxyCommand=x", "a Linux user's name"),
]


def encoded(*strings: bytes) -> str:
    return base64.b64encode(b"".join(len(s).to_bytes(4, "big") + s for s in strings)).decode()


def parse(kind: str, text: str) -> object:
    return TypeAdapter(TYPES[kind]).validate_python(text)


@pytest.mark.parametrize(("kind", "text"), ACCEPTED)
def test_a_value_that_people_have_is_accepted_as_typed(kind: str, text: str) -> None:
    assert parse(kind, text) == text


@pytest.mark.parametrize(("kind", "text", "because"), REFUSED)
def test_a_value_that_would_fail_later_is_refused(kind: str, text: str, because: str) -> None:
    with pytest.raises(ValidationError) as caught:
        parse(kind, text)
    (problem,) = caught.value.errors(include_url=False)
    assert because in problem["msg"]
    assert ";" in problem["msg"]


@pytest.mark.parametrize("kind", ["ed25519", "ecdsa -b 256", "ecdsa -b 384", "ecdsa -b 521"])
def test_a_host_key_as_openssh_makes_it_is_accepted(kind: str, tmp_path: Path) -> None:
    line = public_key(tmp_path, kind)
    assert parse("HostKey", line) == line


def test_an_rsa_host_key_is_refused_with_the_command_for_another(tmp_path: Path) -> None:
    with pytest.raises(ValidationError, match="ssh-keyscan -t ed25519,ecdsa HOST"):
        parse("HostKey", public_key(tmp_path, "rsa"))


@pytest.mark.parametrize(
    ("line", "because"),
    [
        (HOST_KEY[:-1], "cut off"),
        (HOST_KEY[:-4], "cut off"),
        ("ssh-ed25519 AAAA", "cut off"),
        (HOST_KEY.replace("ssh-ed25519", "ecdsa-sha2-nistp256"), "of another type"),
        (f"192.168.18.10 {HOST_KEY}", "without the host"),
        ("ssh-dss AAAA", "without the host"),
        (f"ssh-ed25519 {encoded(b'ssh-ed25519', b'no')}", "no key of 32 bytes"),
        (f"ssh-ed25519 {encoded(b'ssh-ed25519')}", "no key of 32 bytes"),
    ],
)
def test_a_host_key_that_no_server_has_is_refused(line: str, because: str) -> None:
    with pytest.raises(ValidationError, match=because):
        parse("HostKey", line)


@pytest.mark.parametrize(
    ("image", "release"),
    [
        (f"{UPSTREAM}:2026.11.0", (2026, 11)),
        (f"{UPSTREAM}:2025.12.0b1@{DIGEST}", (2025, 12)),
        ("homeassistant/home-assistant:2025.11.3", (2025, 11)),
        ("docker.io/homeassistant/home-assistant:2025.11.3", (2025, 11)),
        ("lscr.io/linuxserver/homeassistant:2026.11.0", None),
        (f"{UPSTREAM}@{DIGEST}", None),
    ],
)
def test_the_release_of_upstreams_image_is_known(
    image: str, release: tuple[int, int] | None
) -> None:
    assert home_assistant_release(image) == release


def public_key(folder: Path, kind: str) -> str:
    """Type and key of a new key pair."""
    command = ["ssh-keygen", "-q", "-N", "", "-t", *kind.split(), "-f", str(folder / "key")]
    subprocess.run(command, check=True)
    return " ".join((folder / "key.pub").read_text().split()[:2])
