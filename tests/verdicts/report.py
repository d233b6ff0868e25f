"""docs/prove.md: the figures of a long run."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from tests.verdicts.campaign import Outcome
from tests.verdicts.draws.bundles import AMONG, BUNDLED
from tests.verdicts.draws.picks import CROWDED, Tally
from tests.verdicts.near_misses import Miss, refusing_rules, shown_rules, wrong

NO_SLIP = "no slip"
Pairs = Sequence[tuple[Miss, Outcome]]


@dataclass(frozen=True, kw_only=True)
class Proof:
    """What a long run has found so far."""

    # The seed, and how else the run was asked for.
    asked: Mapping[str, object]
    # Sites whose every near miss is run, and accepted ones that are run for their kind.
    whole: int
    kinds: int
    tally: Tally
    # Sites and slips that are still to be run.
    left: int
    pairs: Pairs = ()
    executions: int = 0
    minutes: float = 0

    def after(self, part: Pairs, *, executions: int, minutes: float) -> "Proof":
        """With what one more part has found; the figures are those of all parts."""
        return replace(
            self,
            pairs=[*self.pairs, *part],
            left=self.left - len(part),
            executions=executions,
            minutes=minutes,
        )


def misjudged(pairs: Pairs) -> list[tuple[Miss, str]]:
    """Those where the plan's word was wrong, or the lab failed, and how.

    That a harm is not seen among other changes is not the plan's fault.
    """
    return [
        (miss, words)
        for miss, outcome in pairs
        if (words := wrong(miss, outcome)) and (outcome.broken or miss.label != AMONG)
    ]


def shortfalls(proof: Proof, sites: int) -> list[str]:
    """What a run that came to its end has not done of what it was asked for."""
    run = sum(miss.label == NO_SLIP for miss, _ in proof.pairs)
    lines = [f"- {run} sites were run instead of {sites}"] if run != sites else []
    return [*lines, f"- {proof.left} sites and slips were not run"] if proof.left else lines


def report(proof: Proof, failures: Sequence[str]) -> str:
    """docs/prove.md: the figures of the run."""
    tally, shown = proof.tally, shown_rules(proof.pairs)
    labels = (NO_SLIP, CROWDED, BUNDLED, AMONG)
    sites, crowded, bundled, among = (
        [pair for pair in proof.pairs if pair[0].label == label] for label in labels
    )
    misses = [pair for pair in proof.pairs if pair[0].label not in labels]
    rows = [
        *proof.asked.items(),
        ("sites and slips still to be run; none when it came to its end", proof.left),
        ("accepted sites that were run", len(sites)),
        ("of them as planned", len(sites) - len(misjudged(sites))),
        (
            "executions of the home networks' plugins, the IPAM not counted",
            proof.executions,
        ),
        ("near misses held against the plan", tally.made),
        ("of them refused for a value's form", tally.refused_by_form),
        ("of them refused by one rule", tally.refused_by_one_rule),
        ("of these, harm that no pod shows, or no room for it", tally.not_for_pods),
        ("of them refused by several rules", tally.refused_by_several_rules),
        ("of them accepted", tally.accepted),
        ("accepted near misses that were run", _number(misses, 0)),
        ("of them chosen for a kind of change, network and scenario", proof.kinds),
        (
            "near misses refused by one rule that were run, the rules left out",
            _number(misses, 1),
        ),
        ("near misses refused by several rules that were run so", _number(misses, 2)),
        ("sites whose every near miss that pods can show is among them", proof.whole),
        ("near misses of these", len(tally.of_whole_sites)),
        (
            "accepted near misses of the sites of which all these are run, several at once",
            sum(map(len, tally.bundles)),
        ),
        ("runs for these", len(bundled)),
        ("near misses refused by one rule that were run among such", len(among)),
        ("of them with harm that was seen", sum(not wrong(*pair) for pair in among)),
        ("sites with several slips, accepted, that were run", _number(crowded, 0)),
        (
            "sites with several slips, refused by one rule, that were run so",
            _number(crowded, 1),
        ),
        (
            "accepted ones that were run again, since an answer had not come in time",
            sum(outcome.again for _, outcome in proof.pairs),
        ),
        ("minutes on two cores", f"{proof.minutes:.0f}"),
    ]
    return "\n".join(
        [
            "# What `make verdicts` has found",
            "",
            "The plan check in both directions, against Multus' own code and the real plugins"
            " (`tests/verdicts`). This file is made by `make verdicts`.",
            "",
            *_table(("what", "number"), rows),
            "",
            "How often a rule's harm was seen where that rule alone had refused. The words by which"
            " each was seen in the article's scenario are in `rules.md`.",
            "",
            *_table(("rule", "seen"), [(name, shown[name]) for name in sorted(refusing_rules())]),
            "",
            "## Where the plan's word was wrong",
            "",
            *(failures or ["Nowhere so far." if proof.left else "Nowhere."]),
            "",
        ]
    )


def _number(pairs: Pairs, rules: int) -> int:
    """How many were refused by so many rules; 2 stands for more as well."""
    return sum(min(len(miss.rules), 2) == rules for miss, _ in pairs)


def _table(head: tuple[str, str], rows: Sequence[tuple[str, object]]) -> list[str]:
    lines = [f"| {first} | {second} |" for first, second in rows]
    return [f"| {head[0]} | {head[1]} |", "| --- | --- |", *lines]
