"""Who can give themselves what they could not before: two answers, compared. It evaluates nothing."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import TypeAlias

from rds_secure.access.delta.affected import Affected
from rds_secure.access.delta.model import Effect, Escalating, Principal
from rds_secure.access.delta.states import NEVER, State, chain, effect, said, state
from rds_secure.access.iam.escalate import Escalation, Escalations
from rds_secure.access.iam.identities import Role, User
from rds_secure.access.iam.verbs import VERBS, Verb
from rds_secure.access.iam.who import Who

Have: TypeAlias = dict[Principal, dict[Verb, list[Escalation]]]
"""Who can give themselves what, and by what."""


def escalations(
    before: Who, after: Who, affected: Affected, given: Collection[tuple[Principal, Verb]]
) -> tuple[tuple[Escalating, ...], Have]:
    """What changes, and who can give themselves what now.

    ``given``: who may what now without that, so that nobody loses what they need no more.
    """
    old, new = Escalations(before), Escalations(after)
    some = chosen(before, old, affected) | chosen(after, new, affected)
    now = _have(after, new, some)
    return _compared(_have(before, old, some), now, given), now


def chosen(who: Who, means: Escalations, affected: Affected) -> set[str]:
    """ARNs of those who are affected, or may take hold of something that is."""
    identities: tuple[User | Role, ...] = (*who.identities.users, *who.identities.roles)
    if affected.targets is None:
        return {identity.arn for identity in identities}
    arns = {arn for _, arn, _ in affected.keys}
    return {one.arn for one in identities if one.arn in arns or means.takes_hold_of(one, affected.targets)}


def _compared(before: Have, after: Have, given: Collection[tuple[Principal, Verb]]) -> tuple[Escalating, ...]:
    groups: dict[tuple[State, State, tuple[str, ...]], dict[Principal, list[Verb]]] = {}
    for who in dict.fromkeys((*before, *after)):
        for verb in VERBS:
            had, has = before.get(who, {}).get(verb, []), after.get(who, {}).get(verb, [])
            old, new = when(had), when(has)
            if old != new and not (effect(old, new) is Effect.LOSES and (who, verb) in given):
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


def _have(who: Who, means: Escalations, arns: Collection[str]) -> Have:
    have: Have = {}
    identities: tuple[User | Role, ...] = (*who.identities.users, *who.identities.roles)
    for identity in identities:
        for one in means.of(identity) if identity.arn in arns else ():
            for verb in one.verbs:
                found = have.setdefault(Principal(one.principal.kind, one.principal.arn), {})
                found.setdefault(verb, []).append(one)
    return have


def when(found: Iterable[Escalation]) -> State:
    """When one of them is possible."""
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
