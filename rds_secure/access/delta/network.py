"""From where databases are reached that they were not before, or no more: two answers, compared. It follows no path.

Addresses that rules let in for what they are, are told as sets, exactly; those that are let in because their interface
carries a group, as that interface.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping
from typing import TypeAlias, TypeVar

from rds_secure.access.delta.model import Connecting, Door, Interface, Naming, Reaching
from rds_secure.access.network.answers import Answer, Range, Source
from rds_secure.access.network.evidence import ByRule, Check, Verdict
from rds_secure.access.network.intervals import NO_ADDRESS, Addresses, union

_Way: TypeAlias = tuple[Verdict, str]
"""A verdict, and how those come who have it."""

K = TypeVar("K", bound=Hashable)


def reached(
    was: Iterable[Answer], now: Iterable[Answer]
) -> tuple[tuple[Reaching, ...], tuple[Connecting, ...], tuple[Door, ...]]:
    """What changes for addresses, for interfaces in view, and by side doors; databases that are alike together.

    Of a database that is gone nothing is told.
    """
    before = {answer.target: answer for answer in was}
    addresses: dict[tuple[str, Verdict, Verdict, Addresses], list[str]] = {}
    interfaces: dict[tuple[Verdict, Verdict, tuple[Interface, ...]], list[str]] = {}
    doors: dict[tuple[str, str, Verdict, Verdict], list[str]] = {}
    for after in now:
        old = before.get(after.target, Answer(after.target, (), ()))
        for key in _addresses(old, after):
            addresses.setdefault(key, []).append(after.target)
        for group in _interfaces(old, after):
            interfaces.setdefault(group, []).append(after.target)
        for door in _doors(old, after):
            doors.setdefault(door, []).append(after.target)
    return (
        _sorted(Reaching(tuple(sorted(names)), *key) for key, names in addresses.items()),
        _sorted(Connecting(tuple(sorted(names)), *group) for group, names in interfaces.items()),
        _sorted(Door(tuple(sorted(names)), *door) for door, names in doors.items()),
    )


C = TypeVar("C", Reaching, Connecting, Door)


def _sorted(changes: Iterable[C]) -> tuple[C, ...]:
    return tuple(sorted(changes, key=lambda one: (one.danger, -abs(one.now - one.was), one.databases, str(one))))


def _addresses(old: Answer, new: Answer) -> Iterator[tuple[str, Verdict, Verdict, Addresses]]:
    """Way, verdicts before and after, and the addresses of which both are so."""
    before, after = _pieces(old.ranges), _pieces(new.ranges)
    if before == after:
        return
    found: dict[tuple[str, Verdict, Verdict], list[Addresses]] = {}
    for (was, came), some in before.items():
        for (now, way), others in after.items():
            if was != now and (both := some & others):
                found.setdefault((way if now > was else came, was, now), []).append(both)
    members = _members(old.ranges), _members(new.ranges)
    for (way, was, now), each in found.items():
        if left := union(each) - members[now > was]:
            yield way, was, now, left


def _pieces(ranges: Iterable[Range]) -> dict[_Way, Addresses]:
    """The addresses by the highest verdict that they have over any way; all others have none."""
    every: dict[_Way, list[Addresses]] = {}
    for one in sorted(ranges, key=lambda one: -one.outcome.verdict):
        every.setdefault((one.outcome.verdict, one.origin.way.value), []).append(one.addresses)
    found: dict[_Way, Addresses] = {}
    told = NO_ADDRESS
    for way, each in every.items():
        there = union(each)
        if left := there - told:
            found[way] = left
            told |= left
    found[Verdict.NONE, ""] = told.complement()
    return found


def _members(ranges: Iterable[Range]) -> Addresses:
    """The addresses that are let in because their interface carries a group."""
    return union(one.addresses for one in ranges if _is_member(one))


def told(answer: Answer, named: Naming) -> Iterator[str]:
    """From where a database may be reached: addresses for what they are, interfaces by their groups, side doors."""
    found: dict[tuple[str, Verdict], list[Addresses]] = {}
    for one in answer.ranges:
        if not _is_member(one):
            found.setdefault((one.origin.way.value, one.outcome.verdict), []).append(one.addresses)
    for (way, verdict), each in found.items():
        yield f"{way} {verdict} {' '.join(union(each).networks())}"
    for source in answer.sources:
        groups = sorted(map(named, source.dweller.interface.groups))
        yield f"{' '.join(groups) or source.interface} {source.verdict}"
    yield from (f"{door.kind} {door.verdict}" for door in answer.side_doors)


def _is_member(one: Range) -> bool:
    rules = [by for hop in one.outcome.best.hops if hop.check is Check.GROUPS for by in hop.evidence]
    return bool(rules) and all(isinstance(by, ByRule) and by.rule.group is not None for by in rules)


def _interfaces(old: Answer, new: Answer) -> Iterator[tuple[Verdict, Verdict, tuple[Interface, ...]]]:
    """Verdicts before and after, and the interfaces of which both are so."""
    before, after = ({source.interface: source for source in answer.sources} for answer in (old, new))
    found: dict[tuple[Verdict, Verdict], list[Interface]] = {}
    for name, was, now in _changed(_verdicts(before), _verdicts(after)):
        source = after[name] if name in after else before[name]
        found.setdefault((was, now), []).append(_interface(source))
    for (was, now), each in found.items():
        yield was, now, tuple(sorted(each))


def _verdicts(sources: Mapping[str, Source]) -> dict[str, Verdict]:
    return {name: source.verdict for name, source in sources.items()}


def _interface(source: Source) -> Interface:
    return Interface(source.interface, source.instance, source.address, source.dweller.interface.groups)


def _doors(old: Answer, new: Answer) -> Iterator[tuple[str, str, Verdict, Verdict]]:
    before, after = ({(door.kind, door.through): door.verdict for door in one.side_doors} for one in (old, new))
    for (kind, through), was, now in _changed(before, after):
        yield kind, through, was, now


def _changed(before: Mapping[K, Verdict], after: Mapping[K, Verdict]) -> Iterator[tuple[K, Verdict, Verdict]]:
    """What has another verdict than before; what is missing has none."""
    for key in dict.fromkeys((*before, *after)):
        was, now = before.get(key, Verdict.NONE), after.get(key, Verdict.NONE)
        if was != now:
            yield key, was, now
