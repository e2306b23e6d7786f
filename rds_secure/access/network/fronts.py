"""A target as what connections meet: its ports at its places, and the pieces of address space that fare alike there."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from rds_secure.access.network.evidence import Check, Place, Unseen
from rds_secure.access.network.fabric import Fabric
from rds_secure.access.network.groups import Filter, parsed
from rds_secure.access.network.intervals import FAMILIES, TOP, Family, Intervals, Span
from rds_secure.access.network.links import attachments
from rds_secure.access.network.outside import GLOBAL
from rds_secure.access.network.target import Door, Target


@dataclass(eq=False)
class Front:
    """The doors and places of a target. Within a piece, no rule, entry or route tells two addresses apart."""

    fabric: Fabric
    target: Target
    places: tuple[Place, ...]
    _starts: dict[Family, list[int]] = field(default_factory=dict)
    _meetings: dict[Family, tuple[tuple[Door, Place], ...]] = field(default_factory=dict)
    _admitted: dict[Family, Intervals] = field(default_factory=dict)

    def meetings(self, family: Family) -> tuple[tuple[Door, Place], ...]:
        """Every port at every place that has, or may have, an address of a family."""
        if family not in self._meetings:
            here = [place for place in self.places if place.addresses.of(family)]
            self._meetings[family] = tuple((door, place) for door in self.target.doors for place in here)
        return self._meetings[family]

    @cached_property
    def filters(self) -> tuple[Filter, ...]:
        """What guards each door."""
        return tuple(self.fabric.filter(door.groups, door.port, egress=False) for door in self.target.doors)

    @property
    def families(self) -> tuple[Family, ...]:
        """The families that the target speaks, and has a port and a place for."""
        return tuple(family for family in FAMILIES if family in self.target.families and self.meetings(family))

    @cached_property
    def may_be_public(self) -> bool:
        """Whether it may have an address on the internet."""
        return any(place.publicly_accessible is not False for place in self.places)

    @cached_property
    def named(self) -> tuple[str, ...]:
        """The groups that rules name."""
        return tuple(dict.fromkeys(group for one in self.filters for group in one.by_group))

    @cached_property
    def doubtful(self) -> bool:
        """Whether groups, lists or members of groups out of view may let anybody in."""
        network = self.fabric.network
        accounts = {pair.account for one in self.filters for _, pair in one.pairs()}
        if accounts - {"", network.account} or (accounts and network.interfaces is None):
            return True
        return any(one.unread for one in self.filters)

    def starts(self, family: Family) -> list[int]:
        """Where pieces begin within which no rule, ACL entry or route of the target tells two addresses apart."""
        if family not in self._starts:
            self._starts[family] = sorted(start for start in self._cut(family) if start <= TOP[family])
        return self._starts[family]

    def outer_starts(self, family: Family) -> list[int]:
        """The same, cut as well where the networks begin and end that tell by what way an address comes."""
        starts = {*self.starts(family)}
        starts.update(edge for first, last in GLOBAL.of(family).spans for edge in (first, last + 1))
        for vpc in {place.vpc for place in self.places}:
            starts.update(self._around(vpc, family))
        return sorted(start for start in starts if start <= TOP[family])

    def _cut(self, family: Family) -> set[int]:
        starts = {start for one in self.filters for start in one.by_address[family].starts}
        for door, place in self.meetings(family):
            for check in (Check.ACL_IN, Check.ACL_OUT):
                hops = self.fabric.acl(place.subnet, check, door.port)
                starts.update(() if isinstance(hops, Unseen) else hops[family].starts)
            choices = self.fabric.table(place.subnet, place.vpc)
            starts.update(() if isinstance(choices, Unseen) else choices[family].starts)
        for vpc in {place.vpc for place in self.places}:
            for attachment in attachments(self.fabric.network, vpc):
                transit = self.fabric.transit(attachment.table or "")
                starts.update(transit[family].starts if transit else ())
        return starts

    def _around(self, vpc: str, family: Family) -> Iterator[int]:
        """Where what is connected with a VPC begins and ends."""
        for text in self._networks(vpc):
            for first, last in parsed(text).of(family).spans:
                yield from (first, last + 1)

    def _networks(self, vpc: str) -> Iterator[str]:
        network = self.fabric.network
        for one in (network.vpcs or {}).values():
            yield from one.networks
        for other in self.fabric.linked(vpc):
            for subnet in self.fabric.subnets_of.get(other, ()):
                yield from subnet.networks
        for peering in (network.peerings or {}).values():
            yield from side.networks if (side := peering.other(vpc)) else ()

    def admitted(self, family: Family) -> Intervals:
        """The addresses that some door may let in for what they are; groups that rules name come on top."""
        if family not in self._admitted:
            self._admitted[family] = self._admit(family)
        return self._admitted[family]

    def _admit(self, family: Family) -> Intervals:
        if self.doubtful:
            return Intervals(((0, TOP[family]),))
        starts = self.starts(family)
        ends = [*(start - 1 for start in starts[1:]), TOP[family]]
        return Intervals.of(
            span
            for span in zip(starts, ends, strict=True)
            if any(one.by_address[family].at(span[0]) for one in self.filters)
        )


def split(starts: Sequence[int], intervals: Intervals) -> Iterator[Span]:
    """A set, cut into spans of one piece each."""
    for first, last in intervals.spans:
        inner = starts[bisect_right(starts, first) : bisect_left(starts, last + 1)]
        yield from zip((first, *inner), (*(start - 1 for start in inner), last), strict=True)
