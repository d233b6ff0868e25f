"""What the tracked files refer to: paths and anchors exist, and URLs are public."""

import io
import re
import subprocess
import tokenize
from collections.abc import Iterable, Iterator
from functools import cache
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.cases.sites import ROOT

URL = re.compile(r"https?://[^\s<>\"'`)\]|]+")
LINK = re.compile(r"\]\(([^)\s]+)\)")
# A path from the root: with an extension, perhaps with an anchor, or with a slash at its end.
PATH = re.compile(
    r"(?<![\w./-])(?:docs|config|components|multihome|lab|tests)/"
    r"(?:[\w./-]*/(?![\w.*<{-])|[\w./-]*\.(?:go|json|md|py|sh|svg|ya?ml)(?:#[\w-]+)?\b)"
)
# What lies outside of the repository, and the names under which it was cited once.
OUTSIDE = re.compile(r"(?<![\w-])(?:fa[c]ts/|\.\./share[d])")
COMMENT = {".go": "//", ".sh": "#", ".toml": "#", ".yaml": "#", ".yml": "#", "": "#"}
# Reserved for examples (RFC 2606, RFC 6761) or for networks at home.
NOT_PUBLIC = ("localhost", "example", "test", "invalid", "local", "lan", "internal", "arpa")


def tracked() -> list[Path]:
    """The tracked text files; without a repository, all files beside what tools make."""
    git = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if git.returncode == 0:
        paths = [ROOT / name for name in git.stdout.split("\0") if name]
    else:
        paths = [p for p in ROOT.rglob("*") if not {".venv", ".state", "rendered"} & {*p.parts}]
    return [p for p in paths if p.is_file() and p.suffix not in {".sum", ".mod", ".svg"}]


FILES = tracked()


def references(path: Path) -> Iterator[tuple[str, Path]]:
    """What the file says, and the path that it means by it, with its anchor."""
    text = URL.sub("", path.read_text(encoding="utf-8"))
    for said in PATH.findall(text):
        yield said, ROOT / said
    if path.suffix == ".md":
        for said in LINK.findall(text):
            yield said, (path if said.startswith("#") else path.parent) / said


@cache
def anchors(document: Path) -> frozenset[str]:
    """The anchors that GitHub gives to the document's headings."""
    headings = re.findall(r"^#+ +(.+)$", document.read_text(encoding="utf-8"), re.MULTILINE)
    return frozenset(
        re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings
    )


def is_there(target: Path) -> bool:
    path, _, anchor = str(target).partition("#")
    found = Path(path.rstrip("/"))
    if path.endswith("/") and not found.is_dir():
        return False
    return found.exists() and (not anchor or anchor in anchors(found))


def prose(path: Path) -> str:
    """What is written for readers: documents; of a schema descriptions, of code comments."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".md":
        return text
    if path.suffix == ".json":
        return "\n".join(re.findall(r'"description": "(.*)"', text))
    if path.suffix != ".py":
        mark = COMMENT.get(path.suffix, "#")
        return "\n".join(line for line in text.splitlines() if line.lstrip().startswith(mark))
    tokens = tokenize.generate_tokens(io.StringIO(text).readline)
    return "\n".join(
        token.string
        for token in tokens
        if token.type == tokenize.COMMENT or token.string.startswith('"""')
    )


def is_public(url: str) -> bool:
    parts = urlsplit(url)
    host = parts.hostname or ""
    try:
        return parts.scheme == "https" and ip_address(host).is_global
    except ValueError:
        return parts.scheme == "https" and "." in host and host.split(".")[-1] not in NOT_PUBLIC


def listed(found: Iterable[tuple[Path, str]]) -> str:
    """A line for each find."""
    return "\n".join(f"{path.relative_to(ROOT)}: {said}" for path, said in found)


def test_every_path_and_anchor_that_a_file_names_exists() -> None:
    wrong = listed(
        (path, said) for path in FILES for said, target in references(path) if not is_there(target)
    )
    assert not wrong, wrong


def test_no_file_names_what_is_outside_the_repository() -> None:
    wrong = listed(
        (path, line.strip())
        for path in FILES
        for line in path.read_text(encoding="utf-8").splitlines()
        if OUTSIDE.search(line)
    )
    assert not wrong, wrong


def test_every_url_that_a_reader_may_follow_is_https_to_a_public_host() -> None:
    wrong = listed(
        (path, url) for path in FILES for url in URL.findall(prose(path)) if not is_public(url)
    )
    assert not wrong, wrong


@pytest.mark.parametrize(("folder", "most"), [("background", 100), ("decisions", 60)])
def test_no_document_is_longer_than_its_folder_allows(folder: str, most: int) -> None:
    for document in (ROOT / "docs" / folder).glob("*.md"):
        assert len(document.read_text(encoding="utf-8").splitlines()) <= most, document


def test_a_path_is_told_from_one_that_is_not_there() -> None:
    there = ("background/cni.md#host-local", "background/cni.md", "background/")
    not_there = ("background/cni.md#hostlocal", "cni.md", "backgrounds/")

    for name in there + not_there:
        assert PATH.findall(f"see docs/{name}, and so on") == [f"docs/{name}"]
        assert is_there(ROOT / f"docs/{name}") == (name in there)


def test_a_public_url_is_told_from_others() -> None:
    assert is_public("https://docs.k3s.io/networking")
    for url in ("http://docs.k3s.io/", "https://192.168.18.1/", "https://pve.lan/", "https://host"):
        assert not is_public(url)
