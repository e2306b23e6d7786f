"""What a change to an account does to access: two postures of it, compared by the answers of the same engines.

    delta = compare(Posture(inventory), Posture(foresee(inventory, plan)))

Pure: nothing is read. Only what was asked of AWS is compared; what was asked and not answered is said.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TypeAlias

from rds_secure.access import account
from rds_secure.access.delta import escalations, network, protection, unknown, verbs
from rds_secure.access.delta.ends import Ends, People
from rds_secure.access.delta.model import Appearing, Danger, Delta, Effect
from rds_secure.access.iam.verbs import VERBS, Verb
from rds_secure.access.network.answers import Answer
from rds_secure.access.posture import Posture

__all__ = ["Danger", "Delta", "Effect", "compare"]


def compare(before: Posture, after: Posture) -> Delta:
    """What changes from one to the other; the answers of what is equal are not computed."""
    delta = Delta(unknown=unknown.unknown(before.inventory, after.inventory), unread=before.inventory.unread)
    delta, people, holders = _with_identities(delta, before, after)
    delta, reached = _with_network(delta, before, after)
    old, new = ({target.id for target in account.targets_of(one.inventory)} for one in (before, after))
    guarded = {one.id: protection.facts(one) for one in after.protection.databases}
    appeared = (Appearing(name, _counted(holders.get(name, {})), guarded.get(name, ())) for name in sorted(new - old))
    return replace(
        delta,
        protection=protection.protecting(before.protection, after.protection),
        appeared=tuple(appeared),
        gone=tuple(sorted(old - new)),
        ends=Ends(people, reached),
    )


_Holders: TypeAlias = Mapping[str, Mapping[Verb, int]]


def _with_identities(delta: Delta, before: Posture, after: Posture) -> tuple[Delta, People | None, _Holders]:
    """Who may do what; and how many may do what to a new database as to any."""
    was, now = before.who, after.who
    if was is None or now is None or (was.identities == now.identities and was.estate == now.estate):
        return delta, None, {}
    comparison = verbs.Comparison(was, now)
    escalating, have = escalations.escalations(was, now, comparison.affected, comparison.surely)
    found, actions = comparison.permissions(), comparison.actions()
    changed = replace(delta, permissions=found, actions=actions, escalations=escalating)
    return changed, People(comparison.after, have), comparison.holders


def _counted(holders: Mapping[Verb, int]) -> tuple[tuple[Verb, int], ...]:
    return tuple((verb, holders[verb]) for verb in VERBS if verb in holders)


def _with_network(delta: Delta, before: Posture, after: Posture) -> tuple[Delta, tuple[Answer, ...]]:
    """From where what is reached; and the answers of which that is told."""
    if not all(any(question.service == "ec2" for question in one.inventory.replies) for one in (before, after)):
        return delta, ()
    old, new = before.network, after.network
    if old.network == new.network and old.targets == new.targets:
        return delta, ()
    reach, connections, doors = network.reached(before.reached, after.reached)
    return replace(delta, reach=reach, connections=connections, doors=doors), after.reached
