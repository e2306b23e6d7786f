"""What a change makes worse: the findings of before and after it, held against each other. Pure; it judges nothing.

A failure is old where the same rule failed on the same thing before: the same id, whatever it is called by then; or on
what stood at the same address, where another thing has taken its place. All others are new, also where nobody could
tell before: the change has written what fails. So are those of a thing that takes the place of one that passed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

from rds_secure.finding import Finding, State
from rds_secure.rules.meta import META
from rds_secure.rules.subjects import SNAPSHOTS


@dataclass(frozen=True, slots=True)
class Change:
    """What a change does to the findings of an account, the worst first.

    ``worse``: what fails after it, and did not before. ``excused``: the same, but somebody answers for it, or it is in
    a baseline. ``unsure``: what passed before it, and nobody can tell after it. ``mended``: what failed before it and
    does not after it, as it was before. ``old``: what fails before and after it, as it is after.
    """

    worse: tuple[Finding, ...] = ()
    excused: tuple[Finding, ...] = ()
    unsure: tuple[Finding, ...] = ()
    mended: tuple[Finding, ...] = ()
    old: tuple[Finding, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether nothing differs."""
        return not (self.worse or self.excused or self.unsure or self.mended)


def compare(before: Iterable[Finding], after: Iterable[Finding]) -> Change:
    """What the change from one state to the other does.

    A snapshot that it takes is no worse than its database. Of waivers and baselines nothing is told: they are the same
    before and after, and `check` judges them.
    """
    was, now = _Side(before), _Side(after)
    account = _Account(was, now)
    bad = [(one, account.is_old(one)) for one in now.of(*_BAD) if not _is_copy(one, was)]
    new = [one for one, is_old in bad if not is_old]
    return Change(
        worse=ordered(one for one in new if one.state is State.FAIL),
        excused=ordered(one for one in new if one.state is not State.FAIL),
        unsure=ordered(one for one in now.of(State.UNKNOWN) if was.states.get(_key(one)) is State.PASS),
        mended=ordered(one for one in was.of(State.FAIL) if account.is_over(one)),
        old=ordered(
            (
                *(one for one, is_old in bad if is_old and one.state is State.FAIL),
                *(one for one in was.of(State.FAIL) if now.states.get(_key(one)) is State.UNKNOWN),
            )
        ),
    )


_COPIED = frozenset({"snapshot-encrypted", "own-tags"})
"""The rules about what a snapshot has of the database that it is taken of."""
_META = frozenset(rule.id for rule in META)

_Key: TypeAlias = tuple[str, str]
_BAD = (State.FAIL, State.WAIVED, State.KNOWN)
_WORST = tuple(State)


class _Side:
    """The findings of one state. ``at``: what stands where; ``passed``: at which addresses a rule is content."""

    def __init__(self, findings: Iterable[Finding]) -> None:
        self.findings = tuple(one for one in findings if one.rule not in _META)
        self.states: dict[_Key, State] = {}
        for one in self.findings:
            self.states[_key(one)] = min(one.state, self.states.get(_key(one), one.state), key=_WORST.index)
        self.things = {one.thing for one in self.findings}
        self.at = {(one.thing, one.address) for one in self.findings}
        self.passed = {(one.rule, one.address) for one in self.of(State.PASS) if one.address}
        self.passed -= {(one.rule, one.address) for one in self.of(*_BAD)}

    def of(self, *states: State) -> Iterator[Finding]:
        """Those of these states."""
        return (one for one in self.findings if one.state in states)


def _key(finding: Finding) -> _Key:
    return finding.rule, finding.thing or finding.subject


class _Account:
    """What failed before, each piece of which may be there afterwards once: all beyond that is new.

    A failure is looked for at the same thing; and where something has come to an address, at what stood there and has
    left it.
    """

    def __init__(self, was: _Side, now: _Side) -> None:
        self.was, self.now = was, now
        self.found: Counter[tuple[object, str]] = Counter()
        self.known: Counter[tuple[object, str]] = Counter()
        for one in was.of(*_BAD):
            self.known.update((place, piece) for place in self._places(one, now) for piece in _pieces(one))

    @staticmethod
    def _places(finding: Finding, other: _Side) -> Iterator[object]:
        """Where a failure is looked for: its thing; its address, if in the other state something else stands there."""
        yield _key(finding)
        if finding.address and (finding.thing, finding.address) not in other.at:
            yield finding.rule, finding.address

    def is_old(self, finding: Finding) -> bool:
        """Whether all of a failure of afterwards was there before; to be asked once of each."""
        pieces, here = Counter(_pieces(finding)), (finding.thing, finding.address) in self.was.at
        took_a_good_place = not here and (finding.rule, finding.address) in self.was.passed
        for place in () if took_a_good_place else self._places(finding, self.was):
            left = {piece: self.known[place, piece] - self.found[place, piece] for piece in pieces}
            if all(left[piece] >= number for piece, number in pieces.items()):
                self.found.update((place, piece) for piece in pieces.elements())
                return True
        self.found.update((_key(finding), piece) for piece in pieces.elements())
        return False

    def is_over(self, finding: Finding) -> bool:
        """Whether nothing of a failure of before is left, or its place is taken by something that does not fail."""
        if (finding.rule, finding.address) in self.now.passed and (finding.thing, finding.address) not in self.now.at:
            return True
        if self.now.states.get(_key(finding)) is State.UNKNOWN:
            return False
        places = list(self._places(finding, self.now))
        return not any(self.found[place, piece] for place in places for piece in _pieces(finding))


def _pieces(finding: Finding) -> tuple[str, ...]:
    return finding.what or ("",)


def _is_copy(finding: Finding, was: _Side) -> bool:
    """Whether it is about a new snapshot, and what that has of its database."""
    is_new = finding.subject.startswith(SNAPSHOTS) and finding.thing not in was.things
    return is_new and finding.rule in _COPIED


def ordered(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """The worst first."""
    return tuple(sorted(findings, key=lambda one: (-one.severity, one.rule, one.subject, one.message)))
