"""From where databases can be reached: which addresses, which interfaces, with what decided it. It calls nothing.

    answers = reach(network, targets)

For every target the address space is cut where any rule, ACL entry, route or network begins or ends. Within a piece all
addresses fare alike, so that one of each is followed, hop by hop, and the answer for all is exact.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence

from rds_secure.access.network.answers import Answer, Range
from rds_secure.access.network.classic import classic_ranges
from rds_secure.access.network.evidence import Hop, Origin, Outcome, Path
from rds_secure.access.network.fabric import Fabric
from rds_secure.access.network.fronts import Front, split
from rds_secure.access.network.groups import parsed
from rds_secure.access.network.hops import Hops, Host
from rds_secure.access.network.inside import Inside
from rds_secure.access.network.internet import Internet
from rds_secure.access.network.intervals import IP, Addresses, Family, Intervals, Span, union
from rds_secure.access.network.model import Network, Subnet
from rds_secure.access.network.outcomes import outcome
from rds_secure.access.network.outside import Outside
from rds_secure.access.network.places import Places
from rds_secure.access.network.population import Dweller, Population
from rds_secure.access.network.side_doors import side_doors, unseen
from rds_secure.access.network.sources import Sources
from rds_secure.access.network.target import Target


def reach(network: Network, targets: Iterable[Target]) -> tuple[Answer, ...]:
    """The answer for each target. ``targets`` should be all of the account: they tell whose an interface is."""
    every = Reach(network, targets)
    return tuple(every.answer(target) for target in every.targets)


class Reach:
    """A network and all its databases, ready to be asked; what one answer needs is kept for the next."""

    def __init__(self, network: Network, targets: Iterable[Target]) -> None:
        self.network, self.targets = network, tuple(targets)
        self.fabric = Fabric(network)
        hops = Hops(self.fabric)
        self.inside, self.outside = Inside(hops), Outside(hops)
        self.internet = Internet(hops, self.outside)
        self.population = Population(self.fabric)
        self._places = Places(self.fabric, self.targets)
        self._sources = Sources(self)
        self._bare: dict[tuple[str, tuple[str, ...]], Host] = {}

    def front(self, target: Target) -> Front:
        """A target's ports and places."""
        return Front(self.fabric, target, self._places.of(target))

    def answer(self, target: Target) -> Answer:
        """From where one of the targets can be reached. What no group of it allows is not in the answer."""
        front = self.front(target)
        found = _Ranges()
        for family in front.families:
            admitted = front.admitted(family)
            for span in split(front.outer_starts(family), admitted):
                found.add(self.from_outside(front, IP(family, span[0])), family, span)
            self._add_inside(front, family, admitted, found)
        alike = self._sources.of(front)
        doors = side_doors(target, self.targets, alike)
        ranges = (*found.ranges(), *classic_ranges(target))
        return Answer(target.id, ranges, alike, doors, unseen(self.network, front))

    # Addresses

    def from_outside(self, front: Front, ip: IP) -> list[Path]:
        """The paths from an address, as far as it is in no VPC in view."""
        paths = (self.outside.path(ip, door, place) for door, place in front.meetings(ip.family))
        return [path for path in paths if path]

    def from_inside(self, front: Front, host: Host, ip: IP) -> list[Path]:
        """The paths from an address in a VPC in view, over the link on which each comes furthest."""
        return [self.inside.best(host, ip, door, place) for door, place in front.meetings(ip.family)]

    def from_internet(self, front: Front, dweller: Dweller, ip: IP) -> list[Path]:
        """The paths from a public address of an interface in view."""
        return [
            self.internet.path(dweller.host, dweller.nat, ip, door, place) for door, place in front.meetings(ip.family)
        ]

    def bare(self, subnet: Subnet, member_of: tuple[str, ...] = ()) -> Host:
        """An address in a subnet, of which nothing else counts but the groups that rules mean it by."""
        key = (subnet.id, member_of)
        if key not in self._bare:
            self._bare[key] = Host(subnet.vpc, subnet.id, member_of=member_of)
        return self._bare[key]

    def subnets_around(self, front: Front) -> Iterator[Subnet]:
        """The subnets of the target's VPC, and of all that are linked with it."""
        around = dict.fromkeys(vpc for place in front.places for vpc in self.fabric.linked(place.vpc))
        for vpc in around:
            yield from self.fabric.subnets_of.get(vpc, ())
            yield from self.fabric.unread_subnets.get(vpc, ())

    def _add_inside(self, front: Front, family: Family, admitted: Intervals, found: _Ranges) -> None:
        """The addresses of subnets around; those of interfaces that rules mean by their groups one by one.

        One address is followed for all in a piece that are in subnets of one likeness.
        """
        starts, members = front.starts(family), self._members(front, family)
        places = {place.subnet for place in front.places}
        memo: dict[Hashable, list[Path]] = {}
        for subnet in self.subnets_around(front):
            like = (self.fabric.likeness(subnet.id, subnet.vpc), subnet.id if subnet.id in places else "")
            territory = union(map(parsed, subnet.networks)).of(family)
            apart = Intervals.of((one.first, one.last) for one in members.get(subnet.id, ()))
            for span in split(starts, (territory & admitted) - apart):
                key = (bisect_right(starts, span[0]), like)
                paths = memo.get(key)
                if paths is None:
                    paths = memo[key] = self.from_inside(front, self.bare(subnet), IP(family, span[0]))
                found.add(paths, family, span)
            for one in members.get(subnet.id, ()):
                host = self.bare(subnet, one.interface.groups)
                for span in split(starts, one.addresses):
                    found.add(self.from_inside(front, host, IP(family, span[0])), family, span)

    def _members(self, front: Front, family: Family) -> Mapping[str, Mapping[Dweller, None]]:
        """The interfaces that rules mean by their groups, by subnet; the target's own are left out."""
        own = {place.interface for place in front.places}
        found: dict[str, dict[Dweller, None]] = {}
        for one in self.population.private.carrying(front.named):
            if one.family == family and one.interface.id not in own:
                found.setdefault(one.interface.subnet, {})[one] = None
        return found

    # Interfaces

    def follow(self, front: Front, one: Dweller, number: int) -> Outcome:
        """What becomes of an interface in view, by one of its addresses."""
        return outcome(self.from_dweller(front, one, IP(one.family, number)))

    def from_dweller(self, front: Front, one: Dweller, ip: IP) -> list[Path]:
        """The paths from an interface in view, by one of its addresses."""
        return self.from_internet(front, one, ip) if one.public else self.from_inside(front, one.host, ip)


class _Ranges:
    """Addresses, put together where they fare alike for the same reasons."""

    def __init__(self) -> None:
        self._found: dict[tuple[tuple[Origin, tuple[Hop, ...]], ...], tuple[Outcome, dict[Family, list[Span]]]] = {}

    def add(self, paths: Sequence[Path], family: Family, span: Span) -> None:
        """Notes what becomes of the addresses of a span; nothing if no group lets them in."""
        key = tuple((path.origin, path.hops) for path in paths)
        known = self._found.get(key)
        if known is None:
            if not any(path.verdict for path in paths):
                return
            known = self._found[key] = (outcome(paths), {})
        known[1].setdefault(family, []).append(span)

    def ranges(self) -> tuple[Range, ...]:
        """All of them, the most dangerous first."""
        ranges = (Range(made.best.origin, _addresses(spans), made) for made, spans in self._found.values())
        return tuple(sorted(ranges, key=_order))


def _addresses(spans: dict[Family, list[Span]]) -> Addresses:
    return union(Addresses.within(family, Intervals.of(found)) for family, found in spans.items())


def _order(one: Range) -> tuple[int, str, str, bool, tuple[Span, ...], tuple[Span, ...]]:
    v4, v6 = one.addresses.v4, one.addresses.v6
    return (-one.outcome.verdict, one.origin.way.value, one.origin.via, not v4, v4.spans, v6.spans)
