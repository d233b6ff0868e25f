"""Verdicts of the checks against execution: what they accept works, what they refuse fails.

A site becomes scenarios (scenarios.py), each one node with its segments, the hosts there, and the
pod. The runner of lab/netns executes a scenario with Multus' own code and the real plugins
(runners.py), and differences.py compares the pod with what the site says.
Sites come from the rules' own cases (test_rules.py, with the failures of evidence.py), from
regressions.py, and from generator.py.
"""
