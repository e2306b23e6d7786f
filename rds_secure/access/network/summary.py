"""An answer for people and programs: who comes by one way and fares alike is put together. It follows no packet."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

from rds_secure.access.network.answers import Alike, Answer, Range
from rds_secure.access.network.evidence import ByRule, Check, Grade, Hop, Origin, Outcome, Verdict, Way
from rds_secure.access.network.intervals import Addresses, union
from rds_secure.access.network.population import Dweller

Obstacle: TypeAlias = tuple[Check, Grade]
"""What is in the way, and how far it is."""


@dataclass(frozen=True, slots=True)
class Entrance:
    """Addresses and interfaces that come to a target by one way, with the same things in their way.

    ``outcome``: what becomes of one of them. ``rules``: those of the target's groups that let them in, as far as they
    were followed.
    """

    verdict: Verdict
    origin: Origin
    obstacles: tuple[Obstacle, ...]
    addresses: Addresses
    alike: tuple[Alike, ...]
    outcome: Outcome
    rules: tuple[ByRule, ...]

    @property
    def interfaces(self) -> Iterator[Dweller]:
        """The interfaces, each with the addresses that fare best."""
        return (one for alike in self.alike for one in alike.members)

    @property
    def depends_on_place(self) -> bool:
        """Whether it is only possible because the target may be at a place where it would be sure."""
        return self.verdict < self.outcome.best.verdict


@dataclass(frozen=True, slots=True)
class Exposure:
    """A target's entrances, the most dangerous first."""

    answer: Answer
    entrances: tuple[Entrance, ...]

    @property
    def verdict(self) -> Verdict:
        """The best that anybody comes to."""
        return max((one.verdict for one in self.entrances), default=Verdict.NONE)

    @property
    def internet(self) -> Verdict:
        """The best that anybody on the internet comes to."""
        return max((one.verdict for one in self.entrances if one.origin.way is Way.INTERNET), default=Verdict.NONE)

    @property
    def danger(self) -> tuple[int, int]:
        """For sorting: the open internet counts most."""
        internet = self.internet if self.internet > Verdict.LATENT else Verdict.NONE
        return -internet, -self.verdict


def exposure(answer: Answer) -> Exposure:
    """An answer, folded."""
    ranges: dict[_Key, list[Range]] = {}
    sources: dict[_Key, list[Alike]] = {}
    for found in answer.ranges:
        ranges.setdefault(_key(found.outcome), []).append(found)
    for alike in answer.alike:
        sources.setdefault(_key(alike.outcome), []).append(alike)
    entrances = [_entrance(key, ranges.get(key, ()), sources.get(key, ())) for key in {**ranges, **sources}]
    return Exposure(answer, tuple(sorted(entrances, key=_order)))


def exposures(answers: Iterable[Answer]) -> tuple[Exposure, ...]:
    """All answers, the most dangerous first."""
    return tuple(sorted(map(exposure, answers), key=lambda one: (one.danger, one.answer.target)))


_Key: TypeAlias = tuple[Verdict, Origin, tuple[Obstacle, ...], Verdict]


def _key(outcome: Outcome) -> _Key:
    best = outcome.best
    obstacles = tuple(dict.fromkeys((hop.check, hop.grade) for hop in best.obstacles))
    return outcome.verdict, best.origin, obstacles, best.verdict


def _entrance(key: _Key, ranges: Iterable[Range], sources: Iterable[Alike]) -> Entrance:
    verdict, origin, obstacles, _ = key
    found, listed = tuple(ranges), tuple(sources)
    outcomes = dict.fromkeys((*(one.outcome for one in found), *(one.outcome for one in listed)))
    rules = dict.fromkeys(rule for outcome in outcomes for hop in outcome.best.hops for rule in _rules(hop))
    addresses = union(one.addresses for one in found)
    return Entrance(verdict, origin, obstacles, addresses, listed, next(iter(outcomes)), tuple(rules))


def _rules(hop: Hop) -> tuple[ByRule, ...]:
    return tuple(one for one in hop.evidence if hop.check is Check.GROUPS and isinstance(one, ByRule))


_WAYS = tuple(Way)


def _order(one: Entrance) -> tuple[int, bool, int, str, int]:
    is_inside = one.origin.way is not Way.INTERNET
    return -one.verdict, is_inside, _WAYS.index(one.origin.way), one.origin.via, len(one.obstacles)
