"""Whole sites in both directions: a quick number of them; `make verdicts` runs many."""

import ipaddress
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.cases.changes import LAN2, PODS6, TAGGED
from tests.cases.sites import ROOT, changed_tree
from tests.verdicts.campaign import Outcome, accepted_sites, errors, meaning, run_trees
from tests.verdicts.draws.mutants import mutants
from tests.verdicts.draws.picks import collect, crowded
from tests.verdicts.draws.sites import Tree, is_tagged
from tests.verdicts.draws.turns import turns
from tests.verdicts.kept import KEPT
from tests.verdicts.near_misses import (
    NOT_BY_PODS,
    Miss,
    is_for_pods,
    is_formed,
    judged,
    run_misses,
    wrong,
)
from tests.verdicts.report import NO_SLIP
from tests.verdicts.runners import Runners
from tests.verdicts.shrink import shrunk

SITES = 30
MISSED_SITES = 12
BUNDLED_SITES = 1
CROWDED_SITES = 24


@pytest.fixture(scope="module")
def accepted(drawn: int) -> list[Tree]:
    return accepted_sites(SITES, drawn)


@pytest.fixture(scope="module")
def kept(runners: Runners) -> dict[str, Outcome]:
    trees = [changed_tree("home", changes) for changes in KEPT.values()]
    return dict(zip(KEPT, run_trees(runners, trees), strict=True))


def test_accepted_sites_run_as_they_are_planned(
    runners: Runners, accepted: list[Tree], drawn: int
) -> None:
    failed = [o for o in run_trees(runners, accepted) if o.found or o.broken]
    if failed:
        (first, *_) = failed
        smallest = shrunk(runners, Miss(label=NO_SLIP, tree=first.tree, rules=()))
        pytest.fail(f"MULTIHOME_PROVE_SEED={drawn}: {first.found or first.broken}: {smallest.tree}")


@pytest.mark.parametrize("seed", range(3))
def test_so_many_sites_as_are_wanted_are_all_different(seed: int) -> None:
    assert len({meaning(tree) for tree in accepted_sites(300, seed)}) == 300


def test_near_misses_are_refused_for_a_reason_or_work(
    runners: Runners, accepted: list[Tree], drawn: int
) -> None:
    tally = collect(accepted[:MISSED_SITES], drawn, sample=MISSED_SITES)
    assert tally.made > 100 * MISSED_SITES
    assert len(tally.sampled) == 2 * MISSED_SITES

    pairs = run_misses(runners, tally.sampled)
    assert not [(m.label, words) for m, o in pairs if (words := wrong(m, o))]


def test_accepted_near_misses_of_a_site_work_several_at_once(
    runners: Runners, accepted: list[Tree], drawn: int
) -> None:
    in_turn = turns(accepted, drawn, whole=0)
    few = [*in_turn.plain[:BUNDLED_SITES], *in_turn.tagged[:BUNDLED_SITES]]
    bundles = collect(accepted, drawn, sample=0, bundled=few).bundles
    assert {is_tagged(bundle.before) for bundle in bundles} == {False, True}
    assert sum(map(len, bundles)) > 3 * len(bundles)

    pairs = run_misses(runners, [bundle.miss for bundle in bundles])
    assert not [(m.tree, words) for m, o in pairs if (words := wrong(m, o))]


def test_sites_with_several_slips_are_refused_for_a_reason_or_work(
    runners: Runners, drawn: int
) -> None:
    misses = crowded(CROWDED_SITES, drawn)
    assert sum(not miss.rules for miss in misses) == CROWDED_SITES // 2

    pairs = run_misses(runners, misses)
    assert not [(m.tree, words) for m, o in pairs if (words := wrong(m, o))]


def test_of_each_kind_of_near_miss_one_is_chosen(accepted: list[Tree], drawn: int) -> None:
    tally = collect(accepted[:MISSED_SITES], drawn, sample=0)

    first_labels: dict[str, str] = {}
    same = {meaning(tree) for tree in accepted[:MISSED_SITES]}
    for tree in accepted[:MISSED_SITES]:
        for label, mutant in mutants(tree):
            if not errors(mutant) and meaning(mutant) not in same:
                first_labels.setdefault(meaning(mutant), label)
    chosen = {miss.label for miss in tally.of_kinds.values() if not miss.rules}
    assert chosen == set(first_labels.values())
    assert all(len(miss.rules) < 2 for miss in tally.of_kinds.values())


def test_of_a_whole_site_every_near_miss_is_chosen_that_a_pod_can_show(
    accepted: list[Tree], drawn: int
) -> None:
    tree = accepted[0]
    misses = collect([tree], drawn, sample=0, whole=[0]).of_whole_sites

    formed = [mutant for _, mutant in mutants(tree) if is_formed(mutant)]
    expected = {meaning(m) for m in formed if not NOT_BY_PODS & set(errors(m))} - {meaning(tree)}
    assert len(misses) == len(expected)
    assert {meaning(m.tree) for m in misses} == expected
    assert any(len(errors(m)) > 1 for m in formed)


@pytest.mark.parametrize("position", [0, 1])
def test_near_misses_that_sites_have_in_common_are_counted_once_and_run_with_the_whole_one(
    accepted: list[Tree], drawn: int, position: int
) -> None:
    lone = collect(accepted[:1], drawn, sample=0, whole=[0])
    twice = collect(accepted[:1] * 2, drawn, sample=0, whole=[position])
    assert twice.made == lone.made
    assert twice.of_whole_sites == lone.of_whole_sites


def refused_by(rule: str, changes: Mapping[str, object]) -> Miss:
    miss = judged("a slip", changed_tree("home", changes))
    assert miss is not None
    assert miss.rules == (rule,)
    return miss


@pytest.mark.parametrize(("last", "is_run"), [("192.168.60.254", False), ("192.168.60.253", True)])
def test_what_is_refused_where_nobody_can_be_is_not_run(last: str, *, is_run: bool) -> None:
    into = {"gateway": "192.168.60.1", "routing": "routed", "routes": ["192.168.60.0/25"]}
    full = {**LAN2, **into, "dhcp_pool": f"192.168.60.2-{last}"}

    miss = refused_by("route-into-network", {"networks/spare": full})
    assert is_for_pods(miss) == is_run


@pytest.mark.parametrize(
    ("subnet", "route", "is_run"),
    [
        ("192.168.60.0/30", "192.168.60.2/31", False),
        ("192.168.60.0/31", "192.168.60.1/32", False),
        ("192.168.60.0/29", "192.168.60.4/30", True),
    ],
)
def test_a_route_onto_its_own_link_is_run_where_it_leads_to_somebody_else_than_the_pod(
    subnet: str, route: str, *, is_run: bool
) -> None:
    gateway = next(ipaddress.ip_network(subnet).hosts())
    routed = {"gateway": str(gateway), "routing": "routed", "routes": [route]}
    spare = {**LAN2, "subnet": subnet, **routed}

    miss = refused_by("route-into-network", {"networks/spare": spare})
    assert is_for_pods(miss) == is_run


@pytest.mark.parametrize(("gateway", "is_run"), [("fd00:60::1", False), ("fe80::1", True)])
def test_what_is_refused_of_a_network_that_no_pod_can_be_in_is_not_run(
    gateway: str, *, is_run: bool
) -> None:
    network = {**LAN2, **TAGGED, "subnet": "fd00:60::/127", "gateway": gateway}
    node = {"nodes/k3s-1/addresses": ["fd00:60::"]}

    miss = refused_by("nodes-network-elsewhere", {**PODS6, **node, "networks/spare": network})
    assert is_for_pods(miss) == is_run


@pytest.mark.parametrize(("node", "is_run"), [("fd00:60::1", False), ("fd00:61::1", True)])
def test_a_range_with_the_routers_address_is_run_where_it_harms_somebody(
    node: str, *, is_run: bool
) -> None:
    full = {"subnet": "fd00:60::/126", "ipam": "host-local", "range": "fd00:60::-fd00:60::3"}
    changes = {"networks/spare": {**LAN2, **full}, "nodes/k3s-1/addresses": [node]}

    miss = refused_by("range-ends-of-subnet", changes)
    assert is_for_pods(miss) == is_run


def test_make_prove_writes_its_report(runners: Runners, tmp_path: Path) -> None:
    assert runners
    report = tmp_path / "prove.md"
    few = "--sites 3 --misses 2 --crowded 2 --whole 0 --bundled 0 --bundled-vlans 0 --no-kinds"
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "tests.verdicts",
            *few.split(),
            "--seed",
            "5",
            "--report",
            str(report),
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.startswith("seed 5\n")
    assert "| of them as planned | 3 |" in report.read_text()
    assert "to its end | 0 |" in report.read_text()
    assert "Nowhere." in report.read_text()


def test_make_prove_can_run_the_bundles_of_some_sites_alone(
    runners: Runners, tmp_path: Path
) -> None:
    assert runners
    report = tmp_path / "prove.md"
    some = "--sites 8 --seed 5 --only-bundled --bundled 1:2 --bundled-vlans 0"
    done = subprocess.run(
        [sys.executable, "-m", "tests.verdicts", *some.split(), "--report", str(report)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    trees = accepted_sites(8, 5)
    (position,) = turns(trees, 5, whole=1).plain[1:2]
    of_it = collect([trees[position]], 5, sample=0, bundled=[0]).bundles

    assert done.returncode == 0, done.stdout + done.stderr
    text = report.read_text()
    assert "| bundled | 1:2 |" in text
    assert "| accepted sites that were run | 0 |" in text
    assert "| accepted near misses that were run | 0 |" in text
    assert f"| runs for these | {len(of_it)} |" in text
    assert "| near misses refused by one rule that were run among such | 1 |" in text


@pytest.mark.parametrize("tagged_first", [False, True])
def test_of_a_kind_one_without_vlans_is_chosen_if_there_is_one(
    accepted: list[Tree], drawn: int, *, tagged_first: bool
) -> None:
    plain = [tree for tree in accepted if not is_tagged(tree)][: MISSED_SITES // 4]
    tagged = [tree for tree in accepted if is_tagged(tree)][: MISSED_SITES // 4]
    some = [*tagged, *plain] if tagged_first else [*plain, *tagged]
    assert plain
    assert tagged

    possible = collect(plain, drawn, sample=0).of_kinds
    chosen = collect(some, drawn, sample=0).of_kinds
    assert not [
        kind for kind in possible if is_tagged(chosen[kind].tree) > is_tagged(possible[kind].tree)
    ]


@pytest.mark.parametrize("name", KEPT)
def test_a_site_that_was_once_misjudged_is_accepted_and_works(
    kept: dict[str, Outcome], name: str
) -> None:
    outcome = kept[name]

    assert not outcome.broken
    assert outcome.errors == ()
    assert outcome.found == ()
