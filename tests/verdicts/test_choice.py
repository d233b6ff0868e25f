"""What of a long run is left where it was broken off."""

import argparse

from tests.verdicts.choice import Choice, chosen
from tests.verdicts.draws.turns import span


def _after(number: int) -> Choice:
    asked = {"sites": 3, "seed": 3, "whole": 1, "misses": 2, "crowded": 2, "kinds": False}
    more = {"bundled": span("1"), "bundled_vlans": span("1"), "only_bundled": False}
    return chosen(argparse.Namespace(**asked, **more, after=number))


def test_a_run_goes_on_where_it_was_broken_off() -> None:
    whole = _after(0)
    among_sites, among_slips, at_the_end = (_after(n) for n in (2, 5, 3 + len(whole.slips)))

    assert (len(whole.sites), len(whole.slips) > 2) == (3, True)
    assert (among_sites.sites, among_sites.slips) == (whole.sites[2:], whole.slips)
    assert (among_slips.sites, among_slips.slips) == ([], whole.slips[2:])
    assert (at_the_end.sites, at_the_end.slips) == ([], [])
