"""A user who is not root, known to one process and its children only.

The process runs in a mount namespace of its own, where the account files of /etc are copies with
the user added. The machine's own files stay as they are, and everything ends with the process.
"""

import ctypes
import os
import shutil
import subprocess
from pathlib import Path
from typing import Literal

USER, UID = "ubuntu", 54321
# The folder of home folders: a mount point that every system has, and that no test uses.
_HOMES = Path("/srv")
HOME = _HOMES / USER
_MOUNT = (
    'for file in passwd shadow group sudoers; do mount --bind "$0/etc/$file" "/etc/$file"; done'
    f' && mount --bind "$0/homes" {_HOMES} && exec "$@"'
)

Sudo = Literal["none", "asks", "free"]
"""Whether the user becomes root by sudo: never, with the password, or without one."""
_RULES: dict[Sudo, str] = {
    "none": "",
    "asks": f"{USER} ALL=(ALL:ALL) ALL\n",
    "free": f"{USER} ALL=(ALL:ALL) NOPASSWD: ALL\n",
}
# Debian's and Ubuntu's defaults; what sudo remembers stays in the user's own mounts, and it sends
# no mail.
_DEFAULTS = f"""\
Defaults env_reset, use_pty, !mail_no_user
Defaults secure_path="/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
Defaults timestampdir={_HOMES}/.sudo, lecture_status_dir={_HOMES}/.lectured
root ALL=(ALL:ALL) ALL
"""


def account_missing() -> str | None:
    """Why this machine cannot have such a user, or None when it can."""
    if shutil.which("sudo") is None:
        return "sudo is not installed (Debian: apt-get install sudo)"
    if os.geteuid() != 0:
        return "a mount namespace with another user needs root"
    done = subprocess.run(
        ["unshare", "--mount", "true"], capture_output=True, text=True, check=False
    )
    return f"no mount namespace: {done.stderr.strip()}" if done.returncode else None


def make_account(folder: Path, sudo: Sudo, password: str, authorized_keys: str) -> None:
    """Writes the copies of the account files and the user's home folder to `folder`."""
    etc, homes = folder / "etc", folder / "homes"
    home = homes / USER
    etc.mkdir(exist_ok=True)
    (home / ".ssh").mkdir(parents=True, exist_ok=True)
    (home / ".ssh" / "authorized_keys").write_text(authorized_keys)
    for path in (home, *home.rglob("*")):
        os.chown(path, UID, UID)
    homes.chmod(0o755)
    lines = {
        "passwd": f"{USER}:x:{UID}:{UID}::{HOME}:/bin/sh",
        "shadow": f"{USER}:{_hashed(password)}:20000:0:99999:7:::",
        "group": f"{USER}:x:{UID}:",
    }
    for name, line in lines.items():
        original = Path("/etc", name)
        others = [
            other
            for other in original.read_text(encoding="utf-8").splitlines()
            if not other.startswith(f"{USER}:")
        ]
        _write(etc / name, "\n".join([*others, line, ""]), original.stat().st_mode)
    _write(etc / "sudoers", _DEFAULTS + _RULES[sudo], 0o440)


def with_account(folder: Path) -> list[str]:
    """The words that run the words after them where the user of `folder` exists."""
    return ["unshare", "--mount", "sh", "-euc", _MOUNT, str(folder)]


def _write(path: Path, text: str, mode: int) -> None:
    path.touch(mode=0o600)
    path.write_text(text, encoding="utf-8")
    path.chmod(mode & 0o777)


def _hashed(password: str) -> str:
    """As /etc/shadow has it, by the C library that PAM uses."""
    crypt = ctypes.CDLL("libcrypt.so.1").crypt
    crypt.restype = ctypes.c_char_p
    return str(crypt(password.encode(), b"$6$multihome$").decode())
