"""`python -m tests.run [--long] TIER...`: runs tiers of tests and prints a table of the results.

Two lanes of tiers run side by side, then the machines alone. What they need is built meanwhile.
With CI=true a skipped test fails, and so does a tier with fewer tests than in minimum.json.
"""

import argparse
import json
import os
import subprocess
import sys
import time
import xml.etree.ElementTree as ET  # the file is pytest's own
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from lab.build.builder import part_folder
from lab.build.parts import PARTS
from lab.home_assistant.root import missing as unable_to_run
from lab.vm.requirements import missing

TESTS = Path(__file__).parent
STATE = TESTS.parent / ".state"
LOG = STATE / "build.log"
# The parts that each tier needs.
PARTS_OF: dict[str, tuple[str, ...]] = {
    "unit": (),
    "cni": ("cnitool", "cni-plugins"),
    "node": ("cni-plugins", "cnitool", "multus"),
    "engine": ("kubernetes", "kubectl", "etcd", "kwok", "cni-plugins"),
    "home_assistant": (),
    "verdicts": ("runner", "cnitool", "cni-plugins"),
    "e2e": ("kubernetes", "etcd", "kubelet", "multus", "cni-plugins"),
}
TIERS = tuple(PARTS_OF)
# What each tier needs beside its parts, as arguments of `python -m`.
ALSO_MADE = {
    "engine": ["lab.engine"],
    "home_assistant": ["lab.home_assistant"],
    "verdicts": ["lab.netns"],
    "e2e": ["lab.vm", "build"],
}
# Tiers whose tests run side by side on every processor: `load` hands out single tests, `loadfile`
# whole files, whose tests share sites. They wait for much, so the other lane costs them little.
SIDE_BY_SIDE = {"node": "load", "engine": "loadfile", "home_assistant": "loadfile"}
ONE_PROCESSOR = ("unit", "cni", "verdicts")
# What runs together: the lanes of a round, each with its tiers one after the other.
ROUNDS = ((ONE_PROCESSOR, tuple(SIDE_BY_SIDE)), (("e2e",),))
# Why nothing is made for a tier here, or None.
UNABLE = {"home_assistant": unable_to_run, "verdicts": missing, "e2e": missing}


@dataclass(frozen=True, kw_only=True)
class Result:
    """How many tests of a tier passed, failed and were skipped; `status` is pytest's own."""

    tier: str
    passed: int
    failed: int
    skipped: int
    seconds: float
    status: int


def main(arguments: Sequence[str]) -> int:
    """Exit status 1 when a test failed, or when CI=true and a tier did too little."""
    parser = argparse.ArgumentParser(prog="python -m tests.run")
    parser.add_argument("tiers", nargs="+", choices=TIERS, metavar="TIER", help=", ".join(TIERS))
    parser.add_argument("--long", action="store_true", help="run tests marked `long` as well")
    given = parser.parse_args(arguments)
    STATE.mkdir(mode=0o700, exist_ok=True)
    LOG.unlink(missing_ok=True)
    _announce(given.tiers)
    subprocess.run([sys.executable, "-m", "lab.build.manifests"], check=True)
    results: list[Result] = []
    with ThreadPoolExecutor(max_workers=1) as queue, ThreadPoolExecutor() as lanes:
        builds = {tier: queue.submit(_build, tier) for tier in given.tiers}

        def run(lane: Sequence[str]) -> None:
            for tier in lane:
                if tier in builds:
                    builds[tier].result()
                    results.append(_run(tier, long=given.long))

        try:
            for together in ROUNDS:
                list(lanes.map(run, together))
        finally:
            queue.shutdown(cancel_futures=True)
    return _report(results)


def _announce(tiers: Sequence[str]) -> None:
    parts = dict.fromkeys(part for tier in tiers for part in PARTS_OF[tier])
    unbuilt = [part for part in parts if not part_folder(part).is_dir()]
    if unbuilt:
        minutes = sum(PARTS[part].minutes for part in unbuilt)
        print(
            f"builds that later runs use again go on meanwhile ({', '.join(unbuilt)}: about"
            f" {minutes:.0f} min on two cores); their log is {LOG}",
            flush=True,
        )


def _build(tier: str) -> None:
    """Makes what the tier needs; an error is printed here, and its tests fail for want of it."""
    commands = [["lab.build", *PARTS_OF[tier]]] if PARTS_OF[tier] else []
    if tier in ALSO_MADE and not (tier in UNABLE and UNABLE[tier]()):
        commands.append(ALSO_MADE[tier])
    for words in commands:
        with LOG.open("a", encoding="utf-8") as log:
            done = subprocess.run(
                [sys.executable, "-m", *words], stdout=log, stderr=subprocess.STDOUT, check=False
            )
        if done.returncode != 0:
            print(f"python -m {' '.join(words)} failed; the end of {LOG}:", file=sys.stderr)
            print(*LOG.read_text(encoding="utf-8").splitlines()[-40:], sep="\n", file=sys.stderr)


def _run(tier: str, *, long: bool) -> Result:
    report = STATE / f"{tier}.xml"
    report.unlink(missing_ok=True)
    started = time.monotonic()
    command = ["-m", "pytest", "-q", "-rs", f"--junitxml={report}", str(TESTS / tier)]
    if not long:
        command += ["-m", "not long"]
    if tier in SIDE_BY_SIDE:
        command += ["-n", "auto", "--dist", SIDE_BY_SIDE[tier]]
    # Tools of the virtual environment are found before the system's.
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    with subprocess.Popen(
        [sys.executable, *command],
        env={**os.environ, "PATH": path},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        for line in process.stdout or ():
            print(f"{tier:<14}  {line}", end="", flush=True)
    status = process.returncode
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


def _report(results: Sequence[Result]) -> int:
    minimum: dict[str, int] = json.loads((TESTS / "minimum.json").read_text(encoding="ascii"))
    strict = os.environ.get("CI", "").lower() in {"1", "true"}
    print("\ntier            passed  failed  skipped  seconds")
    results = sorted(results, key=lambda result: TIERS.index(result.tier))
    for result in results:
        print(
            f"{result.tier:<14}  {result.passed:>6}  {result.failed:>6}  {result.skipped:>7}"
            f"  {result.seconds:>7.0f}"
        )
    problems = [
        f"{result.tier}: {problem}"
        for result in results
        for problem in _problems(result, minimum[result.tier], strict=strict)
    ]
    if problems:
        print(*problems, sep="\n", file=sys.stderr)
    return 1 if problems else 0


def _problems(result: Result, minimum: int, *, strict: bool) -> Iterator[str]:
    if result.failed or result.status not in (0, 5):
        yield f"{result.failed} failed; pytest ended with status {result.status}"
    if strict and result.skipped:
        yield f"{result.skipped} skipped, which CI=true does not allow"
    if strict and result.passed < minimum:
        yield f"only {result.passed} passed; tests/minimum.json asks for {minimum}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
