"""The rules across the whole site: every contradiction that the cluster would only find later."""

from config.plan import (
    addresses,
    cluster,
    interfaces,
    macs,
    multus,
    nodes,
    pools,
    ranges,
    routes,
    subnets,
    wires,
)
from config.plan.rule import RULES
from config.problem import Problem
from config.site import Site

__all__ = ["RULES", "check_plan"]
_SUBJECTS = (
    addresses,
    cluster,
    interfaces,
    macs,
    multus,
    nodes,
    pools,
    ranges,
    routes,
    subnets,
    wires,
)


def check_plan(site: Site) -> tuple[Problem, ...]:
    """Everything that the rules find, in the order of the rules."""
    return tuple(problem for rule in RULES.values() for problem in rule.problems(site))
