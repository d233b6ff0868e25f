"""The broadcast domain that a home network is."""

from typing import NamedTuple


class Segment(NamedTuple):
    """One broadcast domain: a parent interface, and the VLAN id of a tagged network on it."""

    parent: str
    vlan_id: int | None

    @property
    def is_tagged(self) -> bool:
        """Whether the pod's plugin tags the frames, on a parent that others use untagged."""
        return self.vlan_id is not None

    @property
    def label(self) -> str:
        """`VLAN 2 on eth0`, or `untagged on eth0`; a parent `bond0.70` is VLAN 70 on bond0."""
        if self.vlan_id is not None:
            return f"VLAN {self.vlan_id} on {self.parent}"
        device, _, vlan_id = self.parent.rpartition(".")
        tagged = bool(device) and vlan_id.isdigit()
        return f"VLAN {vlan_id} on {device}" if tagged else f"untagged on {self.parent}"
