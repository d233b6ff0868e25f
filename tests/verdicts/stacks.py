"""The article's site, changed, for execution."""

from collections.abc import Mapping

from tests.cases.sites import changed_tree, tree
from tests.verdicts.generator import Stack

# What changes say that have to do with the VLAN: its network, its interface, its subnet, its id.
VLAN_WORDS = ("iot", "home_assistant/interfaces/1", "192.168.32.", "eth0.", "'vlan")


def article(changes: Mapping[str, object]) -> Stack:
    """The article's site, changed; without its VLAN where the changes have nothing to do with it.

    VLANs are executed on an emulated machine, which takes some ten times longer.
    """
    if any(word in repr(changes) for word in VLAN_WORDS):
        return changed_tree("home", changes)
    lan, _ = tree("home")["home_assistant"]["interfaces"]
    untagged = {"networks/iot": None, "home_assistant/interfaces": [lan]}
    return changed_tree("home", {**untagged, **changes})
