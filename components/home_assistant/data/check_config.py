"""Runs in a Job beside the running pod: whether the new one could start with these data.

It looks for whatever would refuse the new pod, and lets Home Assistant check the configuration in a
folder of its own; the volume is not written. The arguments are a JSON object (`Plan`) and the file
that says why it failed.
"""

import contextlib
import json
import os
import re
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path
from typing import Any, TypedDict

from components.home_assistant.data.backup_file import BACKUPS, copy_members
from components.home_assistant.data.packages_folder import lay_packages
from components.home_assistant.data.record import (
    Record,
    RefusedError,
    Wanted,
    check_downgrade,
    check_restore,
    check_room,
    is_copy_due,
    restore_due,
    version_of_image,
    version_on_volume,
)

# Kubernetes keeps 4096 bytes.
LONGEST_MESSAGE = 3500
# It says in colour why it read nothing, which it may have logged.
FATAL = "\x1b"
LARGEST_FILE = 4 * 2**20
_DATABASE = re.compile(r".*\.(db|log|tar|gz)([-.].*)?")
_LOGGED = re.compile(r"[A-Z]+:")
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
_ERROR = re.compile(r"(ERROR|CRITICAL):")


class Plan(TypedDict):
    """`config` is the volume, and `scratch` the folder that Home Assistant takes for it.

    `seed` is the command that writes what multihome puts into /config, if there is one. It is given
    the folder as the last argument. `hidden` are the environment variables that are secret.
    """

    config: str
    scratch: str
    packages: str
    secrets: str
    wanted: dict[str, Any]
    seed: list[str]
    hidden: list[str]


def check_data(config: Path, image: str, wanted: Wanted) -> Path | None:
    """The backup that will be restored, if any; raises `RefusedError` as keep_data.py would."""
    record = Record(config)
    due = restore_due(wanted, record)
    found = version_on_volume(config) or image
    step = [due["backup"], due["again"]] if due else [found, image]
    comes_first = record.begun is None if due else found != image
    if comes_first and is_copy_due(config, wanted, step):
        check_room(config)
    if due is None:
        check_downgrade(config, image)
        return None
    meta = check_restore(config, due["backup"], image, has_password=wanted.has_password)
    backup = config / BACKUPS / due["backup"]
    return backup if meta.get("extra", {}).get("multihome") else Path()


def fill_scratch(config: Path, scratch: Path, backup: Path | None) -> None:
    """Makes a folder that Home Assistant takes for the /config of the new pod.

    What is on the volume is linked, but what is going to be written.
    """
    (scratch / BACKUPS).symlink_to(config / BACKUPS)
    if backup is not None:
        _unpack_small(backup, scratch)
        return
    for entry in config.iterdir():
        if entry.name in (BACKUPS, "multihome", ".storage", "configuration.yaml"):
            continue
        (scratch / entry.name).symlink_to(entry)
    (scratch / ".storage").mkdir()
    with contextlib.suppress(FileNotFoundError):
        for entry in (config / ".storage").iterdir():
            (scratch / ".storage" / entry.name).symlink_to(entry)
    with contextlib.suppress(FileNotFoundError):
        text = (config / "configuration.yaml").read_bytes()
        (scratch / "configuration.yaml").write_bytes(text)


def _unpack_small(backup: Path, scratch: Path) -> None:
    with copy_members(backup) as (inner, found):
        for member in found:
            is_small = member.size <= LARGEST_FILE and not _DATABASE.fullmatch(member.name)
            # Automations name what the registries have.
            if is_small or member.name.startswith(".storage/"):
                inner.extract(member, scratch)


def read_answer(output: str) -> tuple[str, dict[str, Any]]:
    """What `check_config --json` logged, and its answer; that is empty where it read no
    configuration, since it then ends without one. Integrations may print something, too.
    """
    for begin in re.finditer(r"^\{$", output, re.MULTILINE):
        with contextlib.suppress(ValueError):
            answer, _ = json.JSONDecoder().raw_decode(output, begin.start())
            if "errors" in answer:
                return output[: begin.start()], answer
    return output, {}


def complaints(answer: dict[str, Any], log: str) -> list[str]:
    """What Home Assistant said, each line once, without the values of the configuration.

    `log` is what it logged; a message may have several lines.
    """
    found = [
        f"{domain}: {text}"
        for kind in ("errors", "warnings")
        for domain, texts in answer.get(kind, {}).items()
        for text in texts
        # The rest are values, with secrets in their places.
        if isinstance(text, str)
    ]
    is_error = False
    for line in log.splitlines():
        if _LOGGED.match(line) or line.startswith(FATAL):
            is_error = bool(_ERROR.match(line))
        if is_error:
            found.append(line)
    return list(dict.fromkeys(found))


def hide(text: str, secrets: list[str]) -> str:
    """The text without the values of secrets."""
    for value in sorted(secrets, key=len, reverse=True):
        if len(value) > 3:
            text = text.replace(value, "[secret]")
    return text


def own_secrets(scratch: Path) -> list[str]:
    """The values of the user's own secrets.yaml, by its usual form."""
    with contextlib.suppress(OSError, UnicodeDecodeError):
        text = (scratch / "secrets.yaml").read_text(encoding="utf-8")
        lines = re.findall(r"^[^#\s:]+:(.+)$", text, re.MULTILINE)
        # A comment may follow, or the value have its sign.
        both = [part for line in lines for part in (line, line.partition(" #")[0])]
        return [value.strip(" '\"") for value in both]
    return []


def packages_environment(scratch: Path, installed: Path) -> dict[str, str]:
    """The environment in which Home Assistant installs what custom integrations need.

    It takes the user's own folder where it may not write to the image's.
    """
    environment = dict(os.environ)
    if not os.access(installed, os.W_OK):
        environment.pop("UV_SYSTEM_PYTHON", None)
        base = environment["PYTHONUSERBASE"] = tempfile.mkdtemp(dir=scratch)
        Path(sysconfig.get_path("purelib", "posix_user", {"userbase": base})).mkdir(parents=True)
    return environment


def check_config(scratch: Path, secrets: list[str]) -> None:
    """Lets Home Assistant check the folder; raises `RefusedError` with its own words."""
    command = [sys.executable, "-m", "homeassistant", "--script", "check_config", "--json"]
    done = subprocess.run(
        [*command, "--fail-on-warnings", "--config", str(scratch)],
        env=packages_environment(scratch, Path(sysconfig.get_path("purelib"))),
        capture_output=True,
        text=True,
        check=False,
    )
    log, answer = read_answer(done.stdout)
    print(hide(log + done.stderr, secrets), flush=True)
    lines = complaints(answer, log)
    # Releases before 2025.11 give no answer (docs/background/home-assistant-data.md#check_config).
    if done.returncode == 0 and not lines:
        return
    if not answer and not lines:
        _, fatal, said = log.partition(FATAL)
        lines = [_COLOUR.sub("", fatal + said).strip() or done.stderr[-LONGEST_MESSAGE:]]
    text = "\n".join(lines) or f"it ended with {done.returncode}"
    raise RefusedError(f"Home Assistant refuses the configuration:\n{hide(text, secrets)}")


def check(plan: Plan) -> None:
    """Raises `RefusedError` when the new pod would not start, or in recovery mode."""
    config, scratch = Path(plan["config"]), Path(plan["scratch"])
    backup = check_data(config, version_of_image(), Wanted(**plan["wanted"]))
    if backup == Path():
        print("a backup of Home Assistant's own comes first: its configuration is not checked")
        return
    fill_scratch(config, scratch, backup)
    values = lay_packages(scratch, Path(plan["packages"]), Path(plan["secrets"]))
    if plan["seed"]:
        seeded = subprocess.run(
            [*plan["seed"], str(scratch)], capture_output=True, text=True, check=False
        )
        print(seeded.stdout, seeded.stderr, sep="", flush=True)
        if seeded.returncode:
            raise RefusedError(seeded.stdout.strip() or seeded.stderr.strip())
    if (scratch / "configuration.yaml").exists():
        hidden = [os.environ.get(name, "") for name in plan["hidden"]]
        check_config(scratch, [*values.values(), *own_secrets(scratch), *hidden])


def main() -> int:
    """Returns 0 when the new pod may come."""
    # A module of the user's folder must not take the place of one of Python's.
    os.chdir("/")
    plan: Plan = json.loads(sys.argv[1])
    try:
        check(plan)
    except (RefusedError, OSError) as error:
        # As the pod sees it.
        text = str(error).replace(plan["config"], plan["scratch"])
        text += "\nNo pod has been touched."
        print(text, flush=True)
        shown = text.encode()[:LONGEST_MESSAGE].decode(errors="ignore")
        Path(sys.argv[2]).write_text(shown, encoding="utf-8")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
