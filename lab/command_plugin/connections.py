"""Where the stand-in of the command plugin may serve, and which machines it may log in to.

It serves previews, which never connect; tests, which connect to loopback only; and the virtual machines in a
box, inside its own network namespace. So nothing of ours ever logs in to somebody's node under the
plugin's name.
"""

import ipaddress
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

VARIABLE = "MULTIHOME_LAB_COMMAND"
Purpose = Literal["preview", "tests", "vm"]
REMEDY = "install Pulumi's own: `pulumi plugin install resource command 1.2.1`"


class RefusedError(Exception):
    """The stand-in does not do this; the message is one line."""


def purpose(environment: Mapping[str, str]) -> Purpose:
    """What this process was started for; raises `RefusedError` when that is nothing we know."""
    given = environment.get(VARIABLE)
    if given == "preview":
        return "preview"
    if given == "tests":
        return "tests"
    if given == "vm":
        return "vm"
    raise RefusedError(f"this command plugin is a stand-in for previews and tests; {REMEDY}")


def allow_connection(served: Purpose, host: str) -> None:
    """Raises `RefusedError` unless this purpose may connect to this host."""
    if served == "tests" and _is_loopback(host):
        return
    if served == "vm" and _in_a_namespace_of_its_own():
        return
    raise RefusedError(f"the stand-in of the command plugin does not log in to {host}; {REMEDY}")


def _in_a_namespace_of_its_own() -> bool:
    """Whether this process is in a namespace that `ip netns` names and no route leads out of."""
    own = Path("/proc/self/ns/net").stat().st_ino
    named = any(path.stat().st_ino == own for path in Path("/run/netns").glob("*"))
    routes = Path("/proc/net/route").read_text(encoding="ascii").splitlines()[1:]
    return named and not any(line.split()[1] == "00000000" for line in routes)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
