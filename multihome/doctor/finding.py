"""What `doctor` says: findings, and what it could not look at."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing that is not as planned.

    `name` is its name in docs/doctor.md; `what` is wrong at `where`; `why` says what follows from
    it, and `cure` what to do.
    """

    name: str
    where: str
    what: str
    why: str
    cure: str


@dataclass(frozen=True, kw_only=True)
class Unseen:
    """A node or a part of the cluster that could not be looked at, and why."""

    where: str
    why: str
