"""What somebody gains by a plan, as the plain data that an approval is bound to; and what is gained beyond it.

An approved plan may be applied when others have changed the account meanwhile: the same calls may give more then than
was shown (meaning §6); and what cannot be read any more may hide anything. Members of a group are told by the group, so
that an instance more in it is no other gain. What a plan makes has no id when it is approved, and one when half of it
is done: the ids of the stack's own things are put back into what stands for them. Half of a plan may have taken away
what its rest gives back: whoever, and whatever database, ends as was approved gains nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from rds_secure.access.delta.model import ALWAYS, Delta, Effect, Naming
from rds_secure.access.network.evidence import Verdict
from rds_secure.access.network.intervals import Addresses, union
from rds_secure.inventory.effects import placeholder
from rds_secure.plan.approved import ApprovedAccess, ApprovedGain, ApprovedReach
from rds_secure.values import Ref, digest

_REACH = "reach"
_ORDER = {str(verdict): verdict for verdict in Verdict}
_LEAST = Verdict.UNKNOWN
"""The first verdict with which somebody may get in; below it something is in the way."""

_ENOUGH = 22
"""Characters of a digest: 132 bits."""

_OPAQUE = ("id", "resource_id")
"""Attributes that AWS chooses the values of."""


def gains(delta: Delta, known: Mapping[Ref, str]) -> ApprovedAccess:
    """What somebody gains; ``known``: what the plan's references yield."""
    named = _namer(known)
    found = {_row(*map(named, row)) for row in _gains(delta)}
    reach = (
        ApprovedReach(database=name, way=one.way, verdict=str(one.now), networks=one.addresses.networks())
        for one in delta.reach
        if one.now > one.was and one.now >= _LEAST
        for name in one.databases
    )
    return ApprovedAccess(
        gains=tuple(ApprovedGain(who=who, what=what, on=on, when=when) for who, what, on, when in sorted(found)),
        reach=tuple(sorted(reach, key=lambda one: (one.database, one.way, one.verdict, one.networks))),
        unread=tuple(sorted({named(str(question)) for question in delta.unread})),
        ends=dict(_ends(delta, named)),
    )


def _ends(delta: Delta, named: Naming) -> Iterator[tuple[str, str]]:
    """A digest of all that is told of each, in any order."""
    found: dict[str, set[str]] = {}
    for about, line in delta.ends.lines(named) if delta.ends else ():
        found.setdefault(about, set()).add(line)
    return ((about, digest(sorted(lines), _ENOUGH)) for about, lines in sorted(found.items()))


def _row(who: str, what: str, on: str, when: str) -> tuple[str, str, str, str]:
    """The groups of an interface in the order of what stands for them: AWS's ids have another."""
    return (" ".join(sorted(who.split())) if what == _REACH else who), what, on, when


def _gains(delta: Delta) -> Iterator[tuple[str, str, str, str]]:
    """Who, what, on which database, and when."""
    for permission in delta.permissions:
        if permission.effect is not Effect.LOSES:
            for principal in permission.principals:
                yield from ((principal.arn, permission.verb, name, permission.now) for name in permission.databases)
    for more in delta.actions:
        for principal in more.principals:
            yield from ((principal.arn, action, name, "") for action in more.gained for name in more.databases)
    for escalating in delta.escalations:
        if escalating.effect is not Effect.LOSES:
            for principal in escalating.principals:
                yield from ((principal.arn, f"give itself {verb}", "", escalating.now) for verb in escalating.verbs)
    for connecting in delta.connections:
        if connecting.now > connecting.was and connecting.now >= _LEAST:
            carried = {" ".join(interface.groups) or interface.id for interface in connecting.interfaces}
            for name in connecting.databases:
                yield from ((groups, _REACH, name, str(connecting.now)) for groups in carried)
    for door in delta.doors:
        if door.now > door.was and door.now >= _LEAST:
            yield from ((door.kind, _REACH, name, str(door.now)) for name in door.databases)
    for protecting in delta.protection:
        if protecting.effect is Effect.LOSES:
            yield from (("", protecting.aspect, name, protecting.now) for name in protecting.databases)


def _namer(known: Mapping[Ref, str]) -> Naming:
    """Puts what stands for them in the place of ids of the stack's own things."""
    ids = {value: placeholder(ref) for ref, value in known.items() if ref.attribute in _OPAQUE and value}

    def named(text: str) -> str:
        for value, stands in ids.items():
            text = text.replace(value, stands)
        return text

    return named


def beyond(approved: ApprovedAccess, now: ApprovedAccess) -> tuple[str, ...]:
    """What is gained now and was not shown, a line each; nothing where all of it was."""
    shown: dict[tuple[str, str, str], set[str]] = {}
    for gain in approved.gains:
        shown.setdefault((gain.who, gain.what, gain.on), set()).add(gain.when)
    same = {about for about, end in now.ends.items() if approved.ends.get(about) == end}
    more = (gain for gain in now.gains if _about(gain) not in same and not _is_covered(gain, shown))
    return (*map(_said, more), *_addresses(approved, now, same))


def unseen(approved: ApprovedAccess, now: ApprovedAccess) -> tuple[str, ...]:
    """The questions that are not answered now, and were not among those when it was approved."""
    known = set(approved.unread)
    return tuple(question for question in now.unread if question not in known)


def _about(gain: ApprovedGain) -> str:
    """Who gains, or the database that is reached or protected less."""
    return gain.on if gain.what == _REACH or not gain.who else gain.who


def _is_covered(gain: ApprovedGain, shown: Mapping[tuple[str, str, str], set[str]]) -> bool:
    when = {*shown.get((gain.who, gain.what, gain.on), ()), *shown.get((gain.who, gain.what, "*"), ())}
    if gain.what == _REACH:
        return any(_ORDER[gain.when] <= _ORDER[verdict] for verdict in when)
    return gain.when in when or ALWAYS in when


def _said(gain: ApprovedGain) -> str:
    if not gain.who:
        return f"{gain.on}: {gain.what} would become {gain.when}, which was not shown"
    when = f" ({gain.when})" if gain.when and gain.when != ALWAYS else ""
    who = "anyone" if gain.who == "*" else gain.who
    return f"{who} would gain {gain.what}{f' on {gain.on}' if gain.on else ''}{when}, which was not shown"


def _addresses(approved: ApprovedAccess, now: ApprovedAccess, same: Collection[str]) -> Iterator[str]:
    for one in (one for one in now.reach if one.database not in same):
        shown = (
            Addresses.parse(*other.networks)
            for other in approved.reach
            if (other.database, other.way) == (one.database, one.way) and _ORDER[other.verdict] >= _ORDER[one.verdict]
        )
        if left := Addresses.parse(*one.networks) - union(shown):
            yield f"{left} would gain reach on {one.database} ({one.way}, {one.verdict}), which was not shown"
