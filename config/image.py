"""Container images: a name and what pins it, and which release of Home Assistant it is."""

import re
from typing import Annotated

from config.model import refusal
from config.text import parsed, schema

_PART = r"[a-z0-9]+(?:(?:\.|_{1,2}|-+)[a-z0-9]+)*"
_NAME = rf"{_PART}(?::[0-9]{{1,5}})?(?:/{_PART})+"
_TAG = r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}"
_FULL_VERSION = r"[0-9]+\.[0-9]+\.[0-9]+"
_DIGEST = r"sha256:(?!0{64})[0-9a-f]{64}"
_IMAGE = re.compile(rf"(?P<name>{_NAME})(?::(?P<tag>{_TAG}))?(?P<digest>@{_DIGEST})?")
# What an editor can check: a tag with a full version, or a digest.
_PATTERN = (
    rf"^{_NAME}(:(?=[A-Za-z0-9_.-]*{_FULL_VERSION}){_TAG}(@{_DIGEST})?|(:{_TAG})?@{_DIGEST})$"
)
_FORM = "registry/name:version, as in ghcr.io/home-assistant/home-assistant:2026.11.0"
_HOME_ASSISTANT = re.compile(
    r"(ghcr\.io/home-assistant|((index\.)?docker\.io/)?homeassistant)/home-assistant"
)
_RELEASE = re.compile(r"([0-9]{4})\.([0-9]{1,2})\.[0-9]+.*")


def _parse(text: str) -> str:
    match = _IMAGE.fullmatch(text)
    if match is None or not (match["tag"] or match["digest"]):
        raise refusal("image", "invalid", f"expected {_FORM}")
    if match["digest"] is None and not re.search(_FULL_VERSION, match["tag"]):
        raise refusal(
            "image",
            f"the tag {match['tag']} may move to another image",
            "write a full version such as 2026.11.0, or add @sha256:...",
        )
    return text


Image = Annotated[
    str,
    parsed(_parse, "image", _FORM),
    schema("A container image with a full version (three numbers) or a digest.", _PATTERN),
]


def home_assistant_release(image: str) -> tuple[int, int] | None:
    """Year and month of upstream's release of Home Assistant; None for any other image."""
    match = _IMAGE.fullmatch(image)
    if match is None or not _HOME_ASSISTANT.fullmatch(match["name"]):
        return None
    release = _RELEASE.fullmatch(match["tag"] or "")
    return None if release is None else (int(release[1]), int(release[2]))
