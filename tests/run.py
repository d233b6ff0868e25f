"""Runs the tiers and prints, per tier, passed/failed/skipped and the time.

With CI=true a skip fails, and so does a tier that ran fewer tests than tests/minimum.json says.
Builds that the later tiers need run while the first ones do. `--long` runs the long tests as well.
"""

import json
import os
import subprocess
import sys
import threading
import time
import xml.etree.ElementTree as ET  # the file is pytest's own
from dataclasses import dataclass
from pathlib import Path

from lab.build.builder import part_folder
from lab.build.parts import PARTS
from lab.vm.virtual_lab import missing

TESTS = Path(__file__).parent
TIERS = ("unit", "cni", "node", "engine", "verdicts", "e2e")
NEEDS_BUILDS = ("engine", "verdicts", "e2e")


@dataclass(frozen=True, kw_only=True)
class Result:
    """What one tier did."""

    tier: str
    passed: int
    failed: int
    skipped: int
    seconds: float
    status: int


def main() -> int:
    """Exit status 1 when a test failed, or when CI asks for more than was run."""
    strict = os.environ.get("CI", "").lower() in {"1", "true"}
    minimum: dict[str, int] = json.loads((TESTS / "minimum.json").read_text(encoding="ascii"))
    state = TESTS.parent / ".state"
    state.mkdir(mode=0o700, exist_ok=True)
    log = state / "build.log"
    log.unlink(missing_ok=True)
    unbuilt = [name for name in PARTS if not part_folder(name).is_dir()]
    if unbuilt:
        minutes = sum(PARTS[name].minutes for name in unbuilt)
        print(
            f"building {', '.join(unbuilt)} meanwhile: once, about {minutes:.0f} minutes on two"
            f" cores; progress in {log}",
            flush=True,
        )
    subprocess.run([sys.executable, "-m", "lab.build.manifests"], check=True)
    builds = threading.Thread(target=_build, args=(log,))
    builds.start()
    results = []
    for tier in TIERS:
        if tier in NEEDS_BUILDS:
            builds.join()
        results.append(_run(tier, state))
    print("\ntier    passed  failed  skipped  seconds")
    for result in results:
        print(
            f"{result.tier:<6}  {result.passed:>6}  {result.failed:>6}  {result.skipped:>7}"
            f"  {result.seconds:>7.0f}"
        )
    problems = [r.tier for r in results if r.failed or r.status not in (0, 5)]
    if strict:
        for result in results:
            if result.skipped:
                print(f"{result.tier}: a skipped test fails with CI=true", file=sys.stderr)
                problems.append(result.tier)
            if result.passed < minimum[result.tier]:
                print(f"{result.tier}: fewer than {minimum[result.tier]} passed", file=sys.stderr)
                problems.append(result.tier)
    passed, failed, skipped = (
        sum(getattr(result, key) for result in results) for key in ("passed", "failed", "skipped")
    )
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    return 1 if problems else 0


def _build(log: Path) -> None:
    """Builds everything; what fails is told, and fails again in the tier that needs it."""
    machines = [] if missing() else [["lab.vm", "build"], ["lab.netns"]]
    for words in (["lab.build", *PARTS], *machines):
        with log.open("a", encoding="utf-8") as out:
            done = subprocess.run(
                [sys.executable, "-m", *words], stdout=out, stderr=subprocess.STDOUT, check=False
            )
        if done.returncode != 0:
            print(log.read_text(encoding="utf-8"), file=sys.stderr)


def _run(tier: str, state: Path) -> Result:
    report = state / f"{tier}.xml"
    report.unlink(missing_ok=True)
    started = time.monotonic()
    command = ["-m", "pytest", "-q", "-rs", f"--junitxml={report}", str(TESTS / tier)]
    if "--long" not in sys.argv:
        command += ["-m", "not long"]
    # Tools that come with the virtual environment are found before the machine's own.
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    status = subprocess.run(
        [sys.executable, *command], env={**os.environ, "PATH": path}, check=False
    ).returncode
    seconds = time.monotonic() - started
    counts = dict.fromkeys(("tests", "failures", "errors", "skipped"), 0)
    if report.exists():
        suite = ET.parse(report).getroot().find("testsuite")  # noqa: S314 - ditto
        if suite is not None:
            counts = {key: int(suite.get(key, "0")) for key in counts}
    failed = counts["failures"] + counts["errors"]
    return Result(
        tier=tier,
        passed=counts["tests"] - failed - counts["skipped"],
        failed=failed,
        skipped=counts["skipped"],
        seconds=seconds,
        status=status,
    )


if __name__ == "__main__":
    sys.exit(main())
