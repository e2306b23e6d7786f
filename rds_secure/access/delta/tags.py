"""Tags that a plan changes, that policies go by, and that no reply shows: what they come to nobody can tell. No calls.

Those of databases, keys, secrets, users and roles are read. RDS shows those of groups and snapshots by a call for each.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from rds_secure.access.delta.topics import tag_keys
from rds_secure.access.iam.policy import Policy
from rds_secure.access.iam.who import Who
from rds_secure.operation import Operation
from rds_secure.plan.model import Plan

_PREFIXES: Mapping[str, str] = {
    "pg": "rds:pg-tag/",
    "cluster-pg": "rds:cluster-pg-tag/",
    "og": "rds:og-tag/",
    "subgrp": "rds:subgrp-tag/",
    "snapshot": "rds:snapshot-tag/",
    "cluster-snapshot": "rds:cluster-snapshot-tag/",
}
"""What an ARN of RDS calls it → how the condition keys for its tags begin beside ``aws:ResourceTag/``.

Service authorization reference of RDS. What is asked about it in no verb, such as a proxy, is left out.
"""


def unseen(plan: Plan, who: Who | None) -> Iterator[str]:
    """What is not known because of them, each thing once."""
    asked = _asked(who) if who else frozenset[str]()
    for step in plan.steps:
        keys = {key for operation in step.operations for key in _unread(operation)}
        if found := sorted({key.partition("/")[2] for key in keys & asked}):
            tags = f"tag{'s' * (len(found) > 1)} {', '.join(found)}"
            yield f"not known: what policies that go by the {tags} make of {step.address}, whose tags are not read"


def _unread(operation: Operation) -> Iterator[str]:
    """The condition keys of the tags that a call changes, in lower case."""
    if operation.service != "rds" or operation.action not in ("AddTagsToResource", "RemoveTagsFromResource"):
        return
    fields = str(operation.params.get("ResourceName", "")).split(":")
    prefix = _PREFIXES.get(fields[5]) if len(fields) > 6 else None
    for key in tag_keys(operation.params) if prefix else ():
        yield from (f"aws:resourcetag/{key}".lower(), f"{prefix}{key}".lower())


def _asked(who: Who) -> frozenset[str]:
    """The condition keys of every policy in view, in lower case."""
    policies: set[Policy] = {policy for each in who.estate.governing.values() for policy in each}
    for asker in who.askers:
        policies.update(policy for place in asker.places for policy in place)
    return frozenset[str]().union(*(policy.keys for policy in policies))
