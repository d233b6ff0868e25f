"""Folders made once and kept in the cache, under a digest of everything that goes into them."""

import fcntl
import hashlib
import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from lab.build.cache import cache_folder


def cached(name: str, ingredients: bytes, make: Callable[[Path], None], seconds: int) -> Path:
    """The folder that `make` filled for these ingredients, which takes about `seconds`.

    When `make` is cut off, nothing is left under the final name; a second caller waits.
    """
    digest = hashlib.sha256(ingredients).hexdigest()[:16]
    final = cache_folder() / "vm" / f"{name}-{digest}"
    if final.is_dir():
        return final
    final.parent.mkdir(parents=True, exist_ok=True)
    with (final.parent / f"{final.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if final.is_dir():
            return final
        print(f"making {name}, once, about {seconds} s", flush=True)
        started = time.monotonic()
        folder = Path(tempfile.mkdtemp(dir=final.parent, prefix=f".{name}-"))
        try:
            folder.chmod(0o755)
            make(folder)
            folder.rename(final)
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        print(f"made {name} in {time.monotonic() - started:.0f} s", flush=True)
    return final
