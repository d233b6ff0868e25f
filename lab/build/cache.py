"""The folder outside the checkout that keeps what is built or fetched."""

import os
from pathlib import Path


def cache_folder() -> Path:
    """`$XDG_CACHE_HOME/multihome`, else `~/.cache/multihome`."""
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "multihome"
