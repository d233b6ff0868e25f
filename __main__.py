"""Builds the site of this stack and exports its outputs."""

import pulumi

from components.program import build

for key, value in build().exports().items():
    pulumi.export(key, value)
