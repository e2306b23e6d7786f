"""Whether an expectation that does not hold is broken worse than before, by a change that goes on. Nothing is read.

Databases are renamed on the way of a migration, and others take their names: what could be done to one counts for what
becomes of it, and for what comes to its place.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import TypeAlias

from rds_secure.access.expect.outcome import ByPath, ByPrincipal, Outcome
from rds_secure.access.iam.estate import GENERAL
from rds_secure.access.iam.logic import YES
from rds_secure.access.network.intervals import NO_ADDRESS, union
from rds_secure.inventory import Inventory

Followed: TypeAlias = Mapping[str, frozenset[str]]
"""What a database is called before → what it, and what takes its place, is called after; what is not in it keeps it."""

_RESOURCES = (
    ("db", "DescribeDBInstances", "DBInstances", "DBInstanceIdentifier", "DbiResourceId"),
    ("cluster", "DescribeDBClusters", "DBClusters", "DBClusterIdentifier", "DbClusterResourceId"),
)


def followed(before: Inventory, after: Inventory, places: Collection[tuple[str, str]]) -> Followed:
    """``places``: what stands at an address before, and after. A rename keeps the resource id (RDS-30)."""
    found: dict[str, set[str]] = {}
    for was, now in places:
        found.setdefault(was, {was}).add(now)
    old, new = dict(_called(before)), dict(_called(after))
    for resource, name in old.items():
        found.setdefault(name, {name}).add(new.get(resource, name))
    return {name: frozenset(names) for name, names in found.items()}


def _called(inventory: Inventory) -> Iterator[tuple[str, str]]:
    for kind, action, listed, name, resource in _RESOURCES:
        for item in inventory.items("rds", action, listed):
            yield item[resource], f"{kind}:{item[name]}"


def is_no_worse(now: Outcome, before: Outcome, names: Followed) -> bool:
    """Whether all who break an expectation did so before, on no more conditions, and nothing more is unknown."""
    had = [breach for breach in before.breaches if isinstance(breach, ByPrincipal)]
    paths = [breach for breach in before.breaches if isinstance(breach, ByPath)]
    return set(now.unknown) <= set(before.unknown) and all(
        any(_covers(one, breach, names) for one in had)
        if isinstance(breach, ByPrincipal)
        else _opens_nothing(breach, paths, names)
        for breach in now.breaches
    )


def _covers(before: ByPrincipal, now: ByPrincipal, names: Followed) -> bool:
    things = {each for name in before.things for each in names.get(name, (name,))}
    return (
        (before.caller.arn, before.caller.session, before.verb) == (now.caller.arn, now.caller.session, now.verb)
        and (GENERAL in things or set(now.things) <= things)
        and (before.when is YES or before.when == now.when)
        and (before.escalation is None or now.escalation is not None)
    )


def _opens_nothing(now: ByPath, before: Collection[ByPath], names: Followed) -> bool:
    reached = (path.addresses for path in before if now.target in names.get(path.target, (path.target,)))
    return not now.addresses - union((*reached, NO_ADDRESS))
