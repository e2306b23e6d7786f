"""A change as guardrails see it: both states judged, as far as they may differ, and held against each other. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import NamedTuple

from rds_secure.access.posture import Posture
from rds_secure.finding import Finding
from rds_secure.rules.change import Change, compare, ordered
from rds_secure.rules.engine import Asked, Place, nowhere
from rds_secure.rules.guardrails import Guardrails
from rds_secure.rules.model import Of, Rule, Subject
from rds_secure.rules.settled import settled
from rds_secure.rules.subjects import Owned, subjects_of
from rds_secure.values import Address

_BY_ITSELF = (Of.POLICY, Of.PRINCIPAL)
"""What our rules judge by itself, whatever else there is; an account may have thousands."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a change is held to. ``old``: also to what fails already, of what the stack declares."""

    guardrails: Guardrails = field(default_factory=Guardrails)
    old: bool = False


@dataclass(frozen=True, slots=True)
class Judgement:
    """A change as its bounds see it. ``declared``: what the stack declares. ``binds``: whether they stop it at all."""

    bounds: Bounds
    change: Change = field(default_factory=Change)
    declared: frozenset[Address] = frozenset()
    binds: bool = True

    @property
    def stopping(self) -> tuple[Finding, ...]:
        """What the change must not be made with, the worst first."""
        if not self.binds:
            return ()
        mine = (one for one in self.change.old if self.bounds.old and one.address in self.declared)
        return self.bounds.guardrails.stopping(ordered((*self.change.worse, *mine)))


class State(NamedTuple):
    """The account before or after a change. ``owned``: what is of the stack, besides by tags."""

    posture: Posture
    owned: Owned


def change(
    guardrails: Guardrails, stack: str, before: State, after: State, now: datetime | None, place: Place = nowhere
) -> Change:
    """What a change makes worse. ``stack``: the one whose change it is; ``now``: with a time zone.

    What waits for a window counts as if that were over.
    """
    was, then = _settled(before.posture), _settled(after.posture)
    here, there = tuple(subjects_of(was, before.owned)), tuple(subjects_of(then, after.owned))
    asked = bearing(here, there, stack)
    return compare(
        of_stack(guardrails.judge_all(here, was, now, place, asked), stack),
        of_stack(guardrails.judge_all(there, then, now, place, asked), stack),
    )


def bearing(before: Iterable[Subject], after: Iterable[Subject], stack: str) -> Asked:
    """Which rules are asked, of either state: all about whatever may be judged otherwise, or is of the stack."""
    was, now = ({(one.of, one.thing): one.reply for one in subjects} for subjects in (before, after))
    same = {key for key, reply in now.items() if was.get(key) == reply}

    def asked(rule: Rule, subject: Subject) -> bool:
        is_ours = subject.address is not None and subject.stack in ("", stack)
        by_itself = subject.of in _BY_ITSELF and "/" not in rule.id  # those of others may look at all there is
        return is_ours or not by_itself or (subject.of, subject.thing) not in same

    return asked


def _settled(posture: Posture) -> Posture:
    """An account when no window is waited for any more."""
    inventory = settled(posture.inventory)
    return posture if inventory is posture.inventory else Posture(inventory, posture.levels)


def of_stack(findings: Iterable[Finding], stack: str) -> tuple[Finding, ...]:
    """The findings, of which those of another stack have no address: it would be taken for one of this."""
    return tuple(one if one.stack in ("", stack) else replace(one, address=None, location=None) for one in findings)
