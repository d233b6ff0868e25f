"""SSH host keys: a line of ssh-keyscan, whole, of a type that the `command` plugin can check."""

import base64
import re

from config.model import refusal
from config.ssh_strings import read_strings

RULE = "host-key"
KEYSCAN = "ssh-keyscan -t ed25519,ecdsa"
# The length in bytes of what each type has behind its name and, for ECDSA, its curve.
POINT_BYTES = {
    "ssh-ed25519": 32,
    "ecdsa-sha2-nistp256": 65,
    "ecdsa-sha2-nistp384": 97,
    "ecdsa-sha2-nistp521": 133,
}
PATTERN = rf"({'|'.join(POINT_BYTES)}) [A-Za-z0-9+/]+={{0,2}}( [!-~]+)*"
_COPY = f"write a whole line of `{KEYSCAN} HOST`, without the host"


def parse_host_key(text: str) -> str:
    """The line as it is; refused unless it is a whole key of the type that it names."""
    # Servers sign for RSA keys by rsa-sha2 alone, and the plugin asks for ssh-rsa.
    if text.startswith(("ssh-rsa ", "rsa-sha2-")):
        raise refusal(RULE, "`up` cannot check RSA host keys", _COPY)
    if not re.fullmatch(PATTERN, text):
        raise refusal(RULE, "invalid", "expected a line of ssh-keyscan without the host")
    kind, encoded = text.split(" ")[:2]
    try:
        name, *fields = read_strings(base64.b64decode(encoded, validate=True))
    except ValueError:
        raise refusal(RULE, "the key is cut off", _COPY) from None
    if name != kind.encode():
        raise refusal(RULE, f"it names {kind} and holds a key of another type", _COPY)
    curve = [kind.rpartition("-")[2].encode()] if kind.startswith("ecdsa") else []
    if fields[:-1] != curve or [len(field) for field in fields[-1:]] != [POINT_BYTES[kind]]:
        raise refusal(RULE, f"it is no key of {POINT_BYTES[kind]} bytes", _COPY)
    return text
