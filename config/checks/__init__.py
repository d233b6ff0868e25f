"""The rules across the whole site: every contradiction that the cluster would only find later."""

from config.checks import (
    addresses,
    callers,
    cluster,
    conflicts,
    conflists,
    discovery,
    http,
    interfaces,
    ipv6,
    macs,
    mtus,
    nodes,
    pools,
    privileges,
    ranges,
    releases,
    routes,
    secrets,
    segments,
    ssh,
    subnets,
    unused,
    workload,
)
from config.checks.rule import RULES
from config.reading.problem import Problem
from config.site import Site

__all__ = ["RULES", "check_plan"]
_SUBJECTS = (
    addresses,
    callers,
    cluster,
    conflicts,
    conflists,
    discovery,
    http,
    interfaces,
    ipv6,
    macs,
    mtus,
    releases,
    nodes,
    pools,
    ranges,
    routes,
    secrets,
    subnets,
    unused,
    workload,
    privileges,
    segments,
    ssh,
)


def check_plan(site: Site) -> tuple[Problem, ...]:
    """Everything that the rules find, in the order of the rules."""
    return tuple(problem for rule in RULES.values() for problem in rule.problems(site))
