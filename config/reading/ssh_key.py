"""The SSH key's text, looked at before `up`: no message repeats any of it."""

import base64
import re
from dataclasses import dataclass

from config.reading.problem import NAMESPACE, Problem
from config.ssh_strings import LENGTH_BYTES, read_string

_PEM = re.compile(
    r"-----BEGIN (?P<kind>[A-Z ]*PRIVATE KEY)-----\s(?P<body>.*?)-----END (?P=kind)-----", re.DOTALL
)
_PUBLIC = re.compile(r"(ssh-|ecdsa-|sk-)\S+ AAAA|-----BEGIN [A-Z ]*PUBLIC KEY|---- BEGIN SSH2 PUB")
_MAGIC = b"openssh-key-v1\0"
_SET = "run `pulumi config set --secret ssh_private_key < KEYFILE`"


@dataclass(frozen=True, kw_only=True)
class _Key:
    """What a key says of itself. `algorithm` is known of OpenSSH's form alone."""

    kind: str
    encrypted: bool
    algorithm: str = ""


def ssh_key_problem(text: str, *, has_password: bool) -> Problem | None:
    """What keeps SSH from using the key; None if nothing is known to."""
    form = _wrong_form(text.strip())
    if form is not None:
        return _problem("ssh-key-form", form)
    if needs_password(text) and not has_password:
        return _problem(
            "ssh-key-encrypted",
            "the key has a passphrase; run"
            " `pulumi config set --secret ssh_private_key_password` as well",
        )
    return None


def needs_password(text: str) -> bool:
    """Whether the key is encrypted. The `command` plugin fails on a password without need."""
    try:
        return _read(text).encrypted
    except ValueError:
        return False


def _wrong_form(text: str) -> str | None:
    if text.startswith("PuTTY-User-Key-File"):
        convert = "puttygen KEY.ppk -O private-openssh -o KEYFILE"
        return f"this is a key in PuTTY's form; convert it by `{convert}` and {_SET}"
    if _PUBLIC.match(text):
        return f"this is a public key; {_SET} with the file that does not end in .pub"
    try:
        key = _read(text)
    except ValueError:
        return f"this is no whole private key; {_SET} with the whole file"
    if key.kind == "ENCRYPTED PRIVATE KEY":
        convert = "ssh-keygen -p -f KEYFILE"
        return f"`up` cannot decrypt this form; write it anew by `{convert}` and {_SET}"
    if key.algorithm.startswith("sk-"):
        make = "ssh-keygen -t ed25519"
        return f"this key needs a touch of its hardware; make another by `{make}` and {_SET}"
    return None


def _read(text: str) -> _Key:
    """The first key of the text; ValueError where there is none, or it is cut off."""
    match = _PEM.search(text.replace("\r\n", "\n"))
    if match is None:
        raise ValueError("no key")
    kind = match["kind"]
    # Older forms have headers, and an empty line behind them.
    headers, _, encoded = match["body"].rpartition("\n\n")
    content = base64.b64decode("".join(encoded.split()), validate=True)
    if kind == "OPENSSH PRIVATE KEY":
        return _read_openssh(kind, content)
    return _Key(kind=kind, encrypted="ENCRYPTED" in f"{kind}{headers}")


def _read_openssh(kind: str, content: bytes) -> _Key:
    """Cipher, KDF, its options, the number of keys, the public key, the private one."""
    if not content.startswith(_MAGIC):
        raise ValueError("no key of OpenSSH")
    cipher, at = read_string(content, len(_MAGIC))
    for _ in ("KDF", "options"):
        _, at = read_string(content, at)
    public, at = read_string(content, at + LENGTH_BYTES)
    read_string(content, at)
    algorithm, _ = read_string(public, 0)
    return _Key(
        kind=kind, encrypted=cipher != b"none", algorithm=algorithm.decode("ascii", "replace")
    )


def _problem(rule: str, message: str) -> Problem:
    return Problem(
        path=f"{NAMESPACE}:ssh_private_key", value="(hidden)", rule=rule, message=message
    )
