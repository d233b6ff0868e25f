"""Each form is right to refuse: the value that is refused fails where it is read."""

from ipaddress import ip_address

import pytest

from config.checks import RULES
from config.ip import AddressRange
from tests.cases.more_rules import MORE
from tests.cases.rules import CASES
from tests.cases.sites import changed_tree
from tests.verdicts.campaign import Outcome, accepted_sites, errors, meaning, run_trees
from tests.verdicts.draws.mutants import mutants
from tests.verdicts.forms import FORMS, Form, refusals, run_forms, scenario
from tests.verdicts.runners import Runners, missing
from tests.verdicts.unread_forms import SAID, Said

# So many accepted sites' near misses are asked for the forms that refuse them.
SITES = 12
ALL_FORMS: dict[str, Form | Said] = {**FORMS, **SAID}
POOL = "networks/lan/dhcp_pool"
TURNED_ROUND = changed_tree("home", {POOL: "192.168.18.200-192.168.18.110"})
POD_NAMES = ("9", "_lan", "-lan", ".lan", "...")
PARENT_NAMES = ("0eth", "-eth", ".eth")


@pytest.fixture(scope="module")
def named(runners: Runners) -> list[Outcome]:
    first, second = (f"home_assistant/interfaces/{number}/name" for number in (0, 1))
    parents = [f"networks/{name}/parent" for name in ("lan", "iot")]
    changes: list[dict[str, object]] = [{first: n, second: f"{n}2"} for n in POD_NAMES]
    for name in PARENT_NAMES:
        changes.append({"nodes/k3s-1/interfaces": [name], **dict.fromkeys(parents, name)})
    return run_trees(runners, [changed_tree("home", each) for each in changes])


def test_a_pool_turned_round_would_protect_nobody(runners: Runners) -> None:
    name = "address-in-dhcp-pool"
    first, last = map(ip_address, str(CASES[name][POOL]).split("-"))
    assert not errors(changed_tree("home", {**CASES[name], POOL: AddressRange(last, first)}))
    (outcome,) = run_trees(runners, [changed_tree("home", CASES[name])])
    assert any(RULES[name].shown in line for line in outcome.found)


@pytest.mark.parametrize("position", range(len(POD_NAMES + PARENT_NAMES)))
def test_a_name_that_linux_takes_works(named: list[Outcome], position: int) -> None:
    assert not named[position].broken
    assert named[position].errors == ()
    assert named[position].found == ()


@pytest.mark.parametrize("name", [*FORMS, *SAID])
def test_what_is_shown_of_a_form_is_what_it_refuses(name: str) -> None:
    refused = changed_tree("home", ALL_FORMS[name].changes)
    assert len(refusals(refused)) == 1
    assert errors(refused)[0] not in RULES


def test_every_form_that_refuses_a_near_miss_is_shown(drawn: int) -> None:
    shown = [changed_tree("home", form.changes) for form in ALL_FORMS.values()]
    known = {refusal for tree in [*shown, TURNED_ROUND] for refusal in refusals(tree)}
    for accepted in accepted_sites(SITES, drawn):
        for label, mutant in mutants(accepted):
            assert refusals(mutant) <= known, label


@pytest.mark.parametrize("rule", sorted({name for name, _ in MORE if name not in RULES}))
def test_every_form_of_another_site_is_shown(rule: str) -> None:
    shown = [form.changes for form in ALL_FORMS.values()]
    assert all(changes in shown for name, changes in MORE if name == rule)


@pytest.mark.parametrize("name", SAID)
def test_a_form_that_no_plugin_reads_would_fail_elsewhere(name: str) -> None:
    if why := missing():
        pytest.skip(why)
    assert SAID[name].shown in SAID[name].said()


@pytest.fixture(scope="module")
def of_forms(runners: Runners) -> dict[str, list[str]]:
    return dict(zip(FORMS, run_forms(runners, list(FORMS.values())), strict=True))


def test_the_houses_that_forms_are_put_into_are_as_planned(runners: Runners) -> None:
    scenarios = [changed_tree("home", scenario(form)) for form in FORMS.values()]
    single = {meaning(tree): tree for tree in scenarios}
    assert not [o for o in run_trees(runners, list(single.values())) if o.found or o.broken]


@pytest.mark.parametrize("name", FORMS)
def test_a_value_of_a_refused_form_would_do_harm(of_forms: dict[str, list[str]], name: str) -> None:
    assert any(FORMS[name].shown in line for line in of_forms[name]), of_forms[name]
