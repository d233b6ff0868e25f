"""The multihome: reads the site of this stack, builds it, exports where things are."""

import pulumi

from components.program import build

for key, value in build().exports().items():
    pulumi.export(key, value)
