"""A site as scenarios: one node, its segments, the hosts on them, the pod, and who calls whom."""
