"""For whom the answers can be others than before: whose policies changed, and who can become somebody like that.

An account has thousands of principals, and a plan changes the policies of a few. What is equal is not evaluated twice.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from rds_secure.access.iam.callers import Caller
from rds_secure.access.iam.court import Asker
from rds_secure.access.iam.who import Who

Key: TypeAlias = tuple[str, str, str | None]
"""Who: kind, ARN, session."""


def key(caller: Caller) -> Key:
    """What tells a principal from all others."""
    return caller.kind, caller.arn, caller.session


@dataclass(frozen=True)
class Affected:
    """Those whose answers may differ, and what is another thing to whoever takes hold of it.

    ``targets``: ARNs of users, groups and roles with other policies, or that trust others; None where everything is.
    """

    keys: frozenset[Key]
    targets: frozenset[str] | None


def affected(before: Who, after: Who) -> Affected:
    """Those whose answers may differ; everybody where the databases, or the policies of their keys, are others."""
    old, new = ({key(asker.caller): asker for asker in who.askers} for who in (before, after))
    if before.estate != after.estate or before.identities.levels != after.identities.levels:
        return Affected(frozenset(old | new), None)
    found = {each for each in old.keys() | new.keys() if _differs(old.get(each), new.get(each))}
    after.share(before, {asker: old[each] for each, asker in new.items() if each not in found})
    found |= _changed_users(before, after)
    roles = _changed_roles(before, after) | {arn for kind, arn, _ in found if kind == "role"}
    users = {arn for kind, arn, _ in found if kind == "user"}
    keys = frozenset(found | _becoming(before, old, roles) | _becoming(after, new, roles))
    return Affected(keys, frozenset(roles | users | _changed_groups(before, after)))


def _changed_users(before: Who, after: Who) -> set[Key]:
    """Users who are in other groups, or differ in anything else: what is their own is another."""
    old, new = ({user.arn: user for user in who.identities.users} for who in (before, after))
    return {("user", arn, None) for arn in old.keys() | new.keys() if old.get(arn) != new.get(arn)}


def _changed_groups(before: Who, after: Who) -> set[str]:
    """ARNs of groups whose members have other policies."""
    old, new = ({group.arn: who.member(group).policies for group in who.identities.groups} for who in (before, after))
    return {arn for arn in old.keys() | new.keys() if old.get(arn) != new.get(arn)}


def _differs(old: Asker | None, new: Asker | None) -> bool:
    return old is None or new is None or old.caller != new.caller or old.policies != new.policies


def _changed_roles(before: Who, after: Who) -> set[str]:
    """ARNs of roles that trust others than before, or otherwise."""
    old, new = ({role.arn: role.trust for role in who.identities.roles} for who in (before, after))
    return {arn for arn in old.keys() | new.keys() if old.get(arn) != new.get(arn)}


def _becoming(who: Who, askers: Mapping[Key, Asker], roles: set[str]) -> set[Key]:
    """Those who can become one of the roles, over however many others."""
    ways = who.ways
    mask = sum(1 << place for place, role in enumerate(ways.roles) if role.arn in roles)
    grown = 0
    while mask != grown:
        grown = mask
        for place in range(len(ways.roles)):
            if not mask >> place & 1 and ways.from_role(place).some & mask:
                mask |= 1 << place
    places = {role.arn: place for place, role in enumerate(ways.roles)}
    return {each for each, asker in askers.items() if mask and _hops(who, asker, places) & mask}


def _hops(who: Who, asker: Asker, places: Mapping[str, int]) -> int:
    """The roles that somebody can become at once."""
    place = places.get(asker.caller.arn)
    return (who.ways.next(asker) if place is None else who.ways.from_role(place)).some
