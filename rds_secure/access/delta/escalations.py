"""Who can give themselves what they could not before: two answers, compared. It evaluates nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeAlias

from rds_secure.access.delta.model import Effect, Escalating, Principal
from rds_secure.access.delta.states import NEVER, State, chain, effect, said, state
from rds_secure.access.iam.escalate import Escalation
from rds_secure.access.iam.verbs import VERBS, Verb

_Have: TypeAlias = dict[Principal, dict[Verb, list[Escalation]]]


def escalations(
    was: Iterable[Escalation], now: Iterable[Escalation], account: str, given: Iterable[tuple[Principal, Verb]]
) -> tuple[Escalating, ...]:
    """What changes. ``given``: who may what now without that, so that nobody loses what they need no more."""
    before, after, need_not = _have(was, account), _have(now, account), set(given)
    groups: dict[tuple[State, State, tuple[str, ...]], dict[Principal, list[Verb]]] = {}
    for who in dict.fromkeys((*before, *after)):
        for verb in VERBS:
            had, has = before.get(who, {}).get(verb, []), after.get(who, {}).get(verb, [])
            old, new = _state(had), _state(has)
            if old != new and not (effect(old, new) is Effect.LOSES and (who, verb) in need_not):
                by = tuple(dict.fromkeys(text for one in has or had for text in _means(one)))
                groups.setdefault((old, new, by), {}).setdefault(who, []).append(verb)
    return tuple(sorted(_grouped(groups), key=lambda one: (one.danger, one.principals, str(one))))


def _grouped(groups: dict[tuple[State, State, tuple[str, ...]], dict[Principal, list[Verb]]]) -> Iterator[Escalating]:
    for (old, new, by), each in groups.items():
        alike: dict[tuple[Verb, ...], list[Principal]] = {}
        for who, verbs in each.items():
            alike.setdefault(tuple(verbs), []).append(who)
        for same, found in alike.items():
            yield Escalating(effect(old, new), tuple(sorted(found)), same, said(old), said(new), by)


def _have(found: Iterable[Escalation], account: str) -> _Have:
    have: _Have = {}
    for one in found:
        caller = one.principal
        who = Principal(caller.kind, caller.arn, caller.account if caller.account != account else "")
        for verb in one.verbs:
            have.setdefault(who, {}).setdefault(verb, []).append(one)
    return have


def _state(found: Iterable[Escalation]) -> State:
    return state([chain([one.when]) for one in found]) if found else NEVER


def _means(one: Escalation) -> Iterator[str]:
    """``iam:PassRole on role deploy to lambda.amazonaws.com``"""
    to = f" to {one.launch}" if one.launch else ""
    for arn in one.targets[:3]:
        kind, _, name = arn.rpartition(":")[2].partition("/")
        what = "itself" if arn == one.principal.arn else f"{kind} {name.rpartition('/')[2]}"
        yield f"{one.action} on {what}{to}"
    if len(one.targets) > 3:
        yield f"{one.action} on {len(one.targets) - 3} more{to}"
