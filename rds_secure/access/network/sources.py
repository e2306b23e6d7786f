"""The interfaces in view that some rule of a target lets in. One is followed for all that cannot fare differently.

A large account has hundreds of thousands of pairs of interface and target: what is done here for each pair is little.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Hashable, Iterable, Iterator
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from rds_secure.access.network.answers import Alike
from rds_secure.access.network.evidence import Outcome
from rds_secure.access.network.fronts import Front, split
from rds_secure.access.network.population import Dweller

if TYPE_CHECKING:
    from rds_secure.access.network.reach import Reach


class Sources:
    """The sources of targets in one network; what does not depend on the target is kept for the next."""

    def __init__(self, reach: Reach) -> None:
        self._reach = reach
        self._kin: dict[tuple[int, ...], dict[Dweller, int]] = {}
        self._numbers: dict[Hashable, int] = {}

    def of(self, front: Front) -> tuple[Alike, ...]:
        """Each interface that a rule lets in, with those that fare alike.

        Paths have the grade of their worst hop. Those of the source's side follow from its kin, and from whether it is
        in a subnet of the target or carries groups that its rules name; those of the target's from the piece.
        """
        kin, named = self._kin_for(front), frozenset(front.named)
        subnets = {place.subnet for place in front.places}
        starts = {family: front.starts(family) for family in front.families}
        follow = partial(self._reach.follow, front)
        once = len(front.families) == 1 and not front.may_be_public
        found: dict[Hashable, tuple[Outcome, list[Dweller]]] = {}
        several: dict[str, list[tuple[Outcome, list[Dweller], Dweller]]] = {}
        for one in self._candidates(front):
            host = one.host
            like: Hashable = kin[one]
            if host.subnet in subnets or not named.isdisjoint(host.carried):
                like = (like, host.subnet in subnets and host.subnet, named.intersection(host.carried))
            for piece, part in _pieces(starts[one.family], one):
                known = found.get((piece, like))
                if known is None:
                    known = found[(piece, like)] = (follow(part, part.first), [])
                if once and one.alone:
                    known[1].append(part)
                else:
                    several.setdefault(one.interface.id, []).append((*known, part))
        for tries in several.values():
            _, members, best = max(tries, key=lambda one: one[0].verdict)
            members.append(best)
        return tuple(
            Alike(made, tuple(members), follow) for made, members in found.values() if members and made.verdict
        )

    def _kin_for(self, front: Front) -> dict[Dweller, int]:
        """Numbers for interfaces, equal where they fare alike with any target that has these ports, as far as that
        does not name their groups and is not in their subnet."""
        ports = tuple(dict.fromkeys(door.port for door in front.target.doors))
        if ports not in self._kin:
            self._kin[ports] = {one: self._number(one, ports) for one in self._reach.population}
        return self._kin[ports]

    def _number(self, one: Dweller, ports: tuple[int, ...]) -> int:
        host, fabric = one.host, self._reach.fabric
        like = (
            fabric.likeness(host.subnet, host.vpc),
            host.state.grade if host.state else None,
            fabric.way_out(host.carried, ports),
            one.family,
            one.public,
            one.nat,
        )
        return self._numbers.setdefault(like, len(self._numbers))

    def _candidates(self, front: Front) -> Iterator[Dweller]:
        """Interfaces that some rule of the target may let in, and that are not its own."""
        own = {place.interface for place in front.places}
        return (one for one in self._every(front) if one.interface.id not in own) if any(own) else self._every(front)

    def _every(self, front: Front) -> Iterator[Dweller]:
        """First those whose address is let in, then those that rules name by their groups and that were not among
        them."""
        population = self._reach.population
        for family in front.families:
            admitted = front.admitted(family)
            yield from population.private.within(family, admitted)
            if front.may_be_public:
                yield from population.public.within(family, admitted)
        for one in dict.fromkeys(population.private.carrying(front.named)):
            if one.family in front.families and not one.is_in(front.admitted(one.family)):
                yield one


def _pieces(starts: list[int], one: Dweller) -> Iterable[tuple[int, Dweller]]:
    """The pieces that the addresses of an interface are in, by number, each with those in it."""
    if one.first == one.last:
        return ((bisect_right(starts, one.first), one),)
    cut = split(starts, one.addresses)
    return [(bisect_right(starts, first), replace(one, first=first, last=last)) for first, last in cut]
