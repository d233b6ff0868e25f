"""One house for the whole tier; each test finds it as the article has it."""

import os
import shutil
import warnings
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest

from lab.build.cache import cache_folder
from lab.engine.environment import engine_folders
from lab.vm.__main__ import box_called
from lab.vm.applied import applied
from lab.vm.network import inside
from lab.vm.virtual_lab import missing
from tests.e2e.diagnostics import last_words
from tests.e2e.running_site import PRISTINE, House

# Set to a house that is to be kept between runs of single tests.
KEPT = "MULTIHOME_LAB_KEEP"


@pytest.fixture(scope="session")
def fresh() -> Iterator[House]:
    """A house just built: nothing has been applied to it."""
    why = missing()
    if why:
        pytest.skip(why)
    engine = engine_folders()
    kept = os.environ.get(KEPT)
    box = box_called(kept or f"house-{os.getpid()}")
    box.build()
    try:
        if not (kept and box.is_up()):
            box.up()
        with inside(box.name):
            yield House(box, applied(box, engine))
    finally:
        if not kept:
            box.down()


@pytest.fixture(scope="session")
def first_up(fresh: House) -> House:
    """The house after the very first `up`, which needed no second one."""
    pristine = fresh.box.folder / PRISTINE
    if pristine.exists():  # kept from an earlier run, in whatever state that left it
        return fresh
    shutil.copyfile(fresh.applied.file, pristine)
    fresh.applied.up()
    fresh.settled()
    fresh.first_starts = fresh.starts()
    return fresh


@pytest.fixture
def house(first_up: House) -> House:
    """The article's house, applied and settled, whatever the test before has left."""
    if not first_up.answers_ssh():
        warnings.warn("the node no longer answered: switched off and on again", stacklevel=1)
        first_up.box.power_cycle()
    pristine = first_up.box.folder / PRISTINE
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
    """With a failure goes what the machines have printed: theirs are gone when the house is."""
    report = yield
    if report.failed:
        report.sections += last_words(cache_folder())
    return report


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Machines that boot are slow where they are emulated."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.timeout(600))
