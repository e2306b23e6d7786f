"""What a change makes worse: the findings of before and after it, held against each other. Pure; it judges nothing.

A failure is old where the same rule failed on the same thing before: the same id, whatever it is called by then; or on
what stood at the same address, where another thing has taken its place. All others are new, also where nobody could
tell before: the change has written what fails. So are those of a thing that takes the place of one that passed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from rds_secure.finding import Finding, State
from rds_secure.rules.guardrails import Guardrails
from rds_secure.rules.meta import META
from rds_secure.rules.subjects import SNAPSHOTS
from rds_secure.values import Address


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


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a change is held to. ``old``: also to what fails already, of what the stack declares."""

    guardrails: Guardrails = field(default_factory=Guardrails)
    old: bool = False


@dataclass(frozen=True, slots=True)
class Judgement:
    """A change as its bounds see it. ``declared``: what the stack declares. ``binds``: whether they stop it at all."""

    bounds: Bounds
    change: Change = Change()
    declared: frozenset[Address] = frozenset()
    binds: bool = True

    @property
    def stopping(self) -> tuple[Finding, ...]:
        """What the change must not be made with, the worst first."""
        if not self.binds:
            return ()
        mine = (one for one in self.change.old if self.bounds.old and one.address in self.declared)
        return self.bounds.guardrails.stopping(_ordered((*self.change.worse, *mine)))


def of_stack(findings: Iterable[Finding], stack: str) -> tuple[Finding, ...]:
    """The findings, of which those of another stack have no address: it would be taken for one of this."""
    return tuple(one if one.stack in ("", stack) else replace(one, address=None, location=None) for one in findings)


def compare(before: Iterable[Finding], after: Iterable[Finding]) -> Change:
    """What the change from one state to the other does.

    A snapshot that it takes is no worse than its database. Of waivers and baselines nothing is told: they are the same
    before and after, and `check` judges them.
    """
    was, now = _Side(before), _Side(after)
    old = _before(was, now)
    going_on = {_key(one) for one in old.values()}
    new = [one for one in now.of(*_BAD) if _key(one) not in old and not _is_copy(one, was)]
    return Change(
        worse=_ordered(one for one in new if one.state is State.FAIL),
        excused=_ordered(one for one in new if one.state is not State.FAIL),
        unsure=_ordered(one for one in now.of(State.UNKNOWN) if was.states.get(_key(one)) is State.PASS),
        mended=_ordered(one for one in was.of(State.FAIL) if _is_mended(one, now, going_on)),
        old=_ordered(
            (
                *(one for one in now.of(State.FAIL) if _key(one) in old),
                *(one for one in was.of(State.FAIL) if now.states.get(_key(one)) is State.UNKNOWN),
            )
        ),
    )


_COPIED = frozenset({"snapshot-encrypted", "own-tags"})
"""The rules about what a snapshot has of the database that it is taken of."""

_META = frozenset(rule.id for rule in META)

_Key: TypeAlias = tuple[str, str]
_BAD = (State.FAIL, State.WAIVED, State.KNOWN)


class _Side:
    """The findings of one state. ``at``: what stands where; ``passed``: at which addresses a rule is content."""

    def __init__(self, findings: Iterable[Finding]) -> None:
        self.findings = tuple(one for one in findings if one.rule not in _META)
        self.states = {_key(one): one.state for one in self.findings}
        self.things = {one.thing for one in self.findings}
        self.at = {(one.thing, one.address) for one in self.findings}
        self.passed = {(one.rule, one.address) for one in self.of(State.PASS) if one.address}

    def of(self, *states: State) -> Iterator[Finding]:
        """Those of these states."""
        return (one for one in self.findings if one.state in states)


def _key(finding: Finding) -> _Key:
    return finding.rule, finding.thing


def _before(was: _Side, now: _Side) -> Mapping[_Key, Finding]:
    """The failures of after that were there before → as they were: of the same thing, or of what stood in its place."""
    failed = {_key(one): one for one in was.of(*_BAD)}
    left: dict[tuple[str, Address | None], list[Finding]] = {}
    for one in failed.values():
        if one.address and (one.thing, one.address) not in now.at:
            left.setdefault((one.rule, one.address), []).append(one)
    found: dict[_Key, Finding] = {}
    for one in now.of(*_BAD):
        comes = (one.thing, one.address) not in was.at
        place = left.get((one.rule, one.address), [])
        if comes and (one.rule, one.address) in was.passed:
            continue
        if _key(one) in failed:
            found[_key(one)] = failed[_key(one)]
        elif comes and place:
            found[_key(one)] = place.pop(0)
    return found


def _is_copy(finding: Finding, was: _Side) -> bool:
    """Whether it is about a new snapshot, and what that has of its database."""
    is_new = finding.subject.startswith(SNAPSHOTS) and finding.thing not in was.things
    return is_new and finding.rule in _COPIED


def _is_mended(finding: Finding, now: _Side, going_on: Set[_Key]) -> bool:
    """Whether what failed fails no longer, is gone, or has given its place to something that does not fail."""
    if _key(finding) in going_on or now.states.get(_key(finding)) in _BAD:
        return (finding.rule, finding.address) in now.passed and (finding.thing, finding.address) not in now.at
    return now.states.get(_key(finding)) is not State.UNKNOWN


def _ordered(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    return tuple(sorted(findings, key=lambda one: (-one.severity, one.rule, one.subject)))
