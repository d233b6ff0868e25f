"""Home Assistant's own store of its HTTP settings, as the seed writes it.

The form is version 1, which every release reads, and which is in force at once; of a value that
Home Assistant refuses it forgets them all (docs/background/home-assistant.md#http-store).
Part of the text of seed_config.py; the standard library alone.
"""

import ipaddress
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

Json = dict[str, Any]

# The stack file alone has these: probes, Service and `listen_on` go by them.
OWNED = ("server_host", "server_port")
TLS_FILES = ("ssl_certificate", "ssl_peer_certificate", "ssl_key")


def _is_flag(value: object) -> bool:
    return isinstance(value, bool)


def _is_threshold(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= -1


def _are_texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(each, str) for each in value)


def _are_networks(value: object) -> bool:
    try:
        return isinstance(value, list) and all(ipaddress.ip_network(each) for each in value)
    except ValueError:
        return False


def _is_text(value: object) -> bool:
    return isinstance(value, str)


# The keys of version 1 beside the owned ones; another key makes Home Assistant forget them all.
KEPT: dict[str, Callable[[object], bool]] = {
    **dict.fromkeys(TLS_FILES, _is_text),
    "ssl_profile": _is_text,
    "cors_allowed_origins": _are_texts,
    "use_x_forwarded_for": _is_flag,
    "trusted_proxies": _are_networks,
    "login_attempts_threshold": _is_threshold,
    "ip_ban_enabled": _is_flag,
    "use_x_frame_options": _is_flag,
}


def http_store(stored: Json | None, wanted: Json, note: Callable[[str], None]) -> Json:
    """The new store: `wanted`, and what was set before. `note` is given what a reader should know.

    A store of version 2 or 3 keeps its form where version 1 has no place for what is in it: a
    trial of other settings, or a certificate whose file is gone.
    """
    data = (stored or {}).get("data")
    data = data if isinstance(data, dict) else {}
    inner = data.get("stable")
    before: Json = inner if isinstance(inner, dict) else data
    if "server_host" in before and "server_host" not in wanted:
        note("server_host is removed; the stack file's key `listen_on` says where it listens")
    others = {key: value for key, value in before.items() if key not in OWNED}
    gone = _gone(others)
    if stored is not None and before is inner and (gone or data.get("pending") is not None):
        what = f"the file {gone} is not there" if gone else "a trial of other settings is there"
        note(f"{what}, so all but the stack file's own settings is left as it is")
        return {**stored, "data": {**data, "stable": {**others, **wanted}}}
    kept: Json = {}
    for key, value in others.items():
        if key in KEPT and value is not None:
            if KEPT[key](value):
                kept[key] = value
            else:
                note(f"{key} is invalid, so it is left out")
    if gone:
        note(f"the file {gone} is not there, so Home Assistant starts without TLS")
    if gone or "ssl_certificate" not in kept:
        kept = {key: value for key, value in kept.items() if not key.startswith("ssl_")}
    elif "ssl_profile" in kept:
        # Releases before version 3 know these without the ending, which means the same.
        kept["ssl_profile"] = kept["ssl_profile"].removesuffix("_v4")
    return {"version": 1, "minor_version": 1, "key": "http", "data": {**kept, **wanted}}


def _gone(settings: Json) -> str | None:
    """The first file for TLS that Home Assistant could not read."""
    named = [settings[key] for key in TLS_FILES if isinstance(settings.get(key), str)]
    for name in named:
        path = Path(name).expanduser()
        if not (path.is_file() and os.access(path, os.R_OK)):
            return str(name)
    return None
