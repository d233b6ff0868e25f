"""Which images run as a user that is not root."""

import re

# https://github.com/home-operations/containers, and where its images were before.
_ROOTLESS = re.compile(r"ghcr\.io/(home-operations|onedr0p)/home-assistant[:@].*")


def runs_as_nobody(image: str) -> bool:
    """Whether the image is known to run as nobody."""
    return _ROOTLESS.fullmatch(image) is not None
