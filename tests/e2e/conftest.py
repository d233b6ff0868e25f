"""One virtual lab for the whole tier; each test finds the home stack applied and settled."""

import os
import shutil
import warnings
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest

from lab.engine.environment import engine_folders
from lab.vm.applied import applied, virtual_lab
from lab.vm.network import inside
from lab.vm.requirements import missing
from lab.vm.virtual_lab import labs_folder
from tests.e2e.diagnostics import diagnostics
from tests.e2e.running_site import PRISTINE, RunningSite

# The name of a lab to keep between runs of single tests.
KEPT = "MULTIHOME_LAB_KEEP"


@pytest.fixture(scope="session")
def fresh_site() -> Iterator[RunningSite]:
    """A site on machines that have just started: nothing is applied yet."""
    why = missing()
    if why:
        pytest.skip(why)
    engine = engine_folders()
    kept = os.environ.get(KEPT)
    lab = virtual_lab(kept or f"multihome-e2e-{os.getpid()}")
    lab.build()
    try:
        if not (kept and lab.is_up()):
            lab.up()
        with inside(lab.name):
            yield RunningSite(lab, applied(lab, engine))
    finally:
        if not kept:
            lab.down()


@pytest.fixture(scope="session")
def first_up(fresh_site: RunningSite) -> RunningSite:
    """The site after the very first `up`, which must be enough."""
    pristine = fresh_site.lab.folder / PRISTINE
    if pristine.exists():  # the lab is kept from an earlier run, in whatever state
        return fresh_site
    shutil.copyfile(fresh_site.applied.file, pristine)
    fresh_site.applied.up()
    fresh_site.settled()
    fresh_site.first_starts = fresh_site.starts()
    return fresh_site


@pytest.fixture
def site(first_up: RunningSite) -> RunningSite:
    """The site with the home stack applied and settled, whatever the test before has left."""
    if not first_up.answers_ssh():
        warnings.warn("the node no longer answered: switched off and on again", stacklevel=1)
        first_up.lab.power_cycle()
    pristine = first_up.lab.folder / PRISTINE
    changed = pristine.read_text() != first_up.applied.file.read_text()
    if changed or first_up.ready_pod() is None:
        first_up.undo()
        first_up.applied.pulumi("cancel", "--yes")
        first_up.applied.up("--refresh")
    first_up.settled()
    first_up.forget_starts()
    return first_up


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Adds what the machines printed to a failure: their files do not outlive the lab."""
    report = yield
    if report.failed:
        report.sections += diagnostics(labs_folder())
    return report


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Gives each test half an hour: emulated machines boot slowly, above all on a busy one."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.timeout(1800))
