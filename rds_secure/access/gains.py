"""Who can give themselves more, put in order for people: alike principals and means together. It decides nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from rds_secure.access.iam.callers import Caller
from rds_secure.access.iam.escalate import Escalation
from rds_secure.access.iam.logic import YES, Formula
from rds_secure.access.iam.verbs import Verb
from rds_secure.access.listing import DANGER, Choice
from rds_secure.access.naming import label

ITSELF = "itself"


@dataclass(frozen=True)
class By:
    """An action of IAM on some targets: ARNs, or `ITSELF`; ``launch``: the service that runs things as a role."""

    action: str
    targets: tuple[str, ...]
    launch: str = ""


Given = tuple[tuple[Verb, tuple[str, ...]], ...]
"""Verbs, the worst first, and on which databases each."""


@dataclass(frozen=True)
class Gain:
    """That some principals can all give themselves the same, by the same means."""

    principals: tuple[Caller, ...]
    given: Given
    when: Formula
    means: tuple[By, ...]


def gains(escalations: Iterable[Escalation], choice: Choice, account: str) -> tuple[Gain, ...]:
    """What was asked about, unconditional and more dangerous gains first."""
    chosen = {asker.caller for asker in choice.askers}
    own: dict[tuple[Caller, Given, Formula], list[By]] = {}
    for escalation in escalations:
        if escalation.principal in chosen and (given := tuple(_given(escalation, choice))):
            own.setdefault((escalation.principal, given, escalation.when), []).append(_by(escalation))
    alike: dict[tuple[Given, Formula, tuple[By, ...]], list[Caller]] = {}
    for (caller, given, when), means in own.items():
        alike.setdefault((given, when, tuple(means)), []).append(caller)
    found = (Gain(tuple(callers), given, when, means) for (given, when, means), callers in alike.items())
    return tuple(sorted(found, key=lambda gain: _rank(gain, account)))


def _given(escalation: Escalation, choice: Choice) -> Iterator[tuple[Verb, tuple[str, ...]]]:
    found = dict(zip(escalation.verbs, escalation.databases, strict=True))
    for verb in DANGER:
        if verb in found and verb in choice.verbs:
            names = found[verb]
            if choice.databases is not None:
                names = tuple(name for name in names if name in choice.databases)
            if names:
                yield verb, names


def _by(escalation: Escalation) -> By:
    targets = (ITSELF,) if escalation.targets == (escalation.principal.arn,) else escalation.targets
    return By(escalation.action, targets, escalation.launch)


def _rank(gain: Gain, account: str) -> tuple[bool, list[int], int, str]:
    verbs = [DANGER.index(verb) for verb, _ in gain.given]
    return gain.when is not YES, verbs, -len(gain.given[0][1]), label(gain.principals[0], account)
