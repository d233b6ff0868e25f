"""Runs in a pod before Home Assistant: writes the settings of the stack file into /config.

Each start of a new pod runs it again. It replaces files whole, so that an interruption leaves the
old one, and keeps what users wrote (docs/background/home-assistant.md).

Arguments: a JSON object (`Plan`); how many seconds addresses may take to be there.
The environment has what no description of the pod may show, or what each pod has of its own:
LOCATION, a secret: latitude, longitude and elevation with commas between them; POD_IPS: the pod's
addresses in the cluster's network.
"""

import contextlib
import json
import os
import socket
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypedDict

from components.home_assistant.seed_http import Json, http_store
from components.home_assistant.seed_yaml import INCLUDED, NEW, PACKAGES, with_include
from config.location import LocationError, located

LOOPBACK = "127.0.0.1"
INCLUDE_FILES = ("automations.yaml", "scripts.yaml", "scenes.yaml")
PRIVATE, PUBLIC = 0o600, 0o644


class Listen(TypedDict):
    """Where Home Assistant listens beside 127.0.0.1."""

    cluster: bool
    addresses: list[str]


class Plan(TypedDict):
    """What the seed writes. None leaves a setting to Home Assistant."""

    folder: str
    http: Json
    """Keys and values of the store `http`."""
    listen: Listen | None
    adapters: list[str] | None
    """The interfaces that discovery uses."""
    settings: Json
    """Keys and values of `homeassistant:`."""


class SeedError(Exception):
    """Home Assistant must not start; the text says why, and what to do."""


def listened(listen: Listen, environment: dict[str, str], present: Callable[[str], bool]) -> Json:
    """The key of the store. Raises `SeedError` for an address that the pod does not have.

    With such an address Home Assistant would listen on all others.
    """
    addresses = [LOOPBACK, *listen["addresses"]]
    if listen["cluster"]:
        addresses[1:1] = environment.get("POD_IPS", "").split(",")
    for address in addresses:
        if not present(address):
            raise SeedError(
                f"the pod does not have the address {address or '(POD_IPS is empty)'}, and Home"
                " Assistant would listen on every other one; `kubectl delete pod` makes another pod"
            )
    return {"server_host": addresses}


def is_present(address: str, until: float) -> bool:
    """Whether the address can be listened on, before the time `until` of the monotonic clock."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    # The empty address would be all of them.
    while address:
        try:
            with socket.socket(family, socket.SOCK_STREAM) as tried:
                tried.bind((address, 0))
        except OSError:
            if time.monotonic() >= until:
                break
            time.sleep(0.2)
        else:
            return True
    return False


def settings_file(settings: Json) -> str:
    """The text of the file that configuration.yaml includes. JSON's scalars are YAML's."""
    lines = [f"{key}: {json.dumps(value, ensure_ascii=False)}" for key, value in settings.items()]
    head = "# multihome writes this file in each new pod; the stack file has the values."
    return "\n".join([head, "packages: !include_dir_named packages", *lines, ""])


def seed(plan: Plan, environment: dict[str, str], present: Callable[[str], bool]) -> None:
    """Writes everything. Raises an error where Home Assistant must not start."""
    folder, stores = Path(plan["folder"]), Path(plan["folder"], ".storage")
    http, settings = plan["http"], plan["settings"]
    if plan["listen"] is not None:
        http = {**http, **listened(plan["listen"], environment, present)}
    if "LOCATION" in environment:
        settings = {**settings, **located(environment["LOCATION"])}
    for needed in (stores, folder / PACKAGES, folder / "themes"):
        needed.mkdir(parents=True, exist_ok=True)
    path = stores / "http"
    _save(path, http_store(_load(path), http, lambda text: print(f"{path}: {text}")), PRIVATE)
    if plan["adapters"] is not None:
        _save(stores / "core.network", _network_store(stores, plan["adapters"]), PUBLIC)
    for name in INCLUDE_FILES:
        with contextlib.suppress(FileExistsError):
            (folder / name).open("x").close()
    _write(folder / INCLUDED, settings_file(settings), PRIVATE)
    _include(folder / "configuration.yaml")


def _network_store(stores: Path, adapters: list[str]) -> Json:
    stored = _load(stores / "core.network") or {}
    kept = stored.get("data") if stored.get("version") == 1 else {}
    data = {**(kept if isinstance(kept, dict) else {}), "configured_adapters": adapters}
    return {"version": 1, "minor_version": 1, "key": "core.network", "data": data}


def _include(path: Path) -> None:
    if not path.exists() and not path.is_symlink():
        _write(path, NEW, PUBLIC)
        return
    try:
        before = path.read_bytes().decode()
        after, notes = with_include(before)
        if after != before:
            # A link leads to a file that is kept somewhere else.
            _write(path.resolve(), after, PUBLIC)
    except (OSError, ValueError) as error:
        notes = [f"it is left as it is: {error}"]
    for note in notes:
        print(f"{path}: {note}")


def _load(path: Path) -> Json | None:
    """The store, if there is one that can be read; another one is put aside, as by its owner."""
    try:
        stored = json.loads(path.read_bytes())
    except FileNotFoundError:
        return None
    except ValueError:
        stored = None
    if isinstance(stored, dict):
        return stored
    aside = path.with_name(f"{path.name}.corrupt.{time.time_ns()}")
    path.rename(aside)
    print(f"{path}: it cannot be read, so it is {aside.name} now")
    return None


def _save(path: Path, store: Json, mode: int) -> None:
    _write(path, json.dumps(store, indent=2, sort_keys=True), mode)


def _write(path: Path, text: str, mode: int) -> None:
    """Replaces the file at once, if its text is another one; `mode` is for a new file."""
    content = text.encode()
    old = path.stat() if path.exists() else None
    if old is not None and path.read_bytes() == content:
        return
    new = path.with_name(f"{path.name}.multihome")
    # One that an interruption left may be another user's, or a link.
    new.unlink(missing_ok=True)
    with new.open("wb") as file:
        os.fchmod(file.fileno(), mode if old is None else old.st_mode & 0o777)
        if old is not None:
            # The container may lack the right; Home Assistant runs as the same user.
            with contextlib.suppress(PermissionError):
                os.fchown(file.fileno(), old.st_uid, old.st_gid)
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def main() -> int:
    """Returns 0 once everything is written."""
    until = time.monotonic() + float(sys.argv[2])
    try:
        seed(json.loads(sys.argv[1]), dict(os.environ), lambda each: is_present(each, until))
    except LocationError as error:
        print(f"the secret of `location`: {error}", flush=True)
        return 1
    except (SeedError, OSError) as error:
        print(error, flush=True)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
