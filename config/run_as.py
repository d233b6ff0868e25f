"""The user that a rootless image runs as."""

from typing import Annotated

from pydantic import Field

from config.model import Model

_HIGHEST = 2**31 - 1
# Root is what an image without this key may be.
UserId = Annotated[int, Field(ge=1, le=_HIGHEST)]
GroupId = Annotated[int, Field(ge=1, le=_HIGHEST)]


class RunAs(Model):
    """A user that is not root. Every container of the pod runs as it, without capabilities."""

    user: UserId = Field(description="The number of the user.")
    group: GroupId | None = Field(
        None, description="The number of its group; that of the user when left out."
    )
    groups: Annotated[
        tuple[GroupId, ...],
        Field(strict=False, description="Further groups, for example that of a serial device."),
    ] = ()

    @property
    def own_group(self) -> int:
        """The number of the user's group."""
        return self.user if self.group is None else self.group
