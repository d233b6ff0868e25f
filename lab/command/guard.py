"""Where the stand-in of the command plugin may serve, and which machines it may log in to.

It serves previews, which never connect, and tests, which connect to loopback only. So nothing of
ours ever logs in to somebody's node under the plugin's name.
"""

import ipaddress
from collections.abc import Mapping
from typing import Literal

VARIABLE = "HOUSE_LAB_COMMAND"
Purpose = Literal["preview", "tests"]
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
    raise RefusedError(f"this command plugin is a stand-in for previews and tests; {REMEDY}")


def allow_connection(served: Purpose, host: str) -> None:
    """Raises `RefusedError` unless this purpose may connect to this host."""
    if served == "tests" and _is_loopback(host):
        return
    raise RefusedError(f"the stand-in of the command plugin does not log in to {host}; {REMEDY}")


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
