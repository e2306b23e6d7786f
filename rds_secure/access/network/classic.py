"""DB security groups of EC2-Classic: reported, not followed. AWS retired that network in 2022 (RDS user guide)."""

from __future__ import annotations

from collections.abc import Iterator

from rds_secure.access.network.answers import Range
from rds_secure.access.network.evidence import Check, Fact, Grade, Hop, Origin, Outcome, Place, Role, Unseen, Way, path
from rds_secure.access.network.groups import parsed
from rds_secure.access.network.intervals import NO_ADDRESS
from rds_secure.access.network.target import Target


def classic_ranges(target: Target) -> Iterator[Range]:
    """The networks that DB security groups allow: whether anything comes through is unknown."""
    unseen = Hop(Check.FAR_SIDE, Grade.UNKNOWN, (Unseen("EC2-Classic", target.id),))
    place = Place(target.id, "", "", "", NO_ADDRESS, NO_ADDRESS, None, Role.CANDIDATE)
    origin = Origin(Way.CLASSIC)
    for network in target.classic:
        allowed = Hop(Check.GROUPS, Grade.OPEN, (Fact("DB security group", network),))
        paths = tuple(path(origin, door, place, (allowed, unseen)) for door in target.doors[:1])
        yield Range(origin, parsed(network), Outcome(max(one.verdict for one in paths), paths))
