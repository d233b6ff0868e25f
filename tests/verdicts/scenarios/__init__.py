"""The scenario around a site: hosts and wires, pods beside it, who calls whom."""
