"""URLs: of a file that this program fetches, and of archives that nodes download."""

import re
from urllib.parse import urlsplit

from config.model import refusal

HTTPS_PATTERN = r"https://[!-~]+"
BASE_PATTERN = r"https?://[A-Za-z0-9.:\[\]-]+"
DOWNLOAD_PATTERN = r"https?://([A-Za-z0-9._~:/?#@%&=+,\[\]-]|\{version\}|\{architecture\})+"
_FILLED_IN = re.compile(r"\{(version|architecture)\}")


def parse_https_url(text: str) -> str:
    """The URL as it is; refused without a host."""
    return _with_host(text, text, HTTPS_PATTERN, "expected a URL like https://example.org/file.yml")


def parse_download_url(text: str) -> str:
    """The URL as it is; refused without a host, or with anything else in braces."""
    known = "{version} and {architecture}"
    filled_in = _FILLED_IN.sub("0", text)
    if re.search("[{}]", filled_in):
        raise refusal("url", f"only {known} are filled in", f"write no other braces than {known}")
    expected = "expected a URL like https://example.org/{version}-{architecture}.tgz"
    return _with_host(text, filled_in, DOWNLOAD_PATTERN, expected)


def parse_base_url(text: str) -> str:
    """The URL as it is; refused without a host, or with anything after host and port."""
    form = "expected a URL like https://home.example.org, without a path"
    return _with_host(text, text, BASE_PATTERN, form)


def _with_host(text: str, filled_in: str, pattern: str, expected: str) -> str:
    try:
        parts = urlsplit(filled_in)
        whole = re.fullmatch(pattern, text) and parts.hostname and parts.port != 0
    except ValueError:
        whole = False
    if not whole:
        raise refusal("url", "invalid", expected)
    if parts.username or parts.password:
        raise refusal("url", "it holds a login that anyone with the stack file can read", expected)
    return text
