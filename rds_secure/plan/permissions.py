"""The least that a caller needs: for a plan's calls, and for planning at all; as IAM policy documents. It asks nobody.

What a call acts on: `targets`. Where IAM takes no resource, or nobody knows the id yet, a statement is as wide as that.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple, TypeAlias

from rds_secure import resources
from rds_secure.inventory.questions import ACCESS, ASKED, BULK, OF_ACCOUNT, Topic
from rds_secure.kind import Scope
from rds_secure.plan import actions
from rds_secure.plan.model import Plan
from rds_secure.plan.targets import ANY, Right, rights

LIMIT = 6144
"""Characters of a managed policy, whitespace not counted (IAM-2)."""

Document: TypeAlias = Mapping[str, Any]
Conditions: TypeAlias = tuple[tuple[str, str], ...]


class Group(NamedTuple):
    """Actions on the same ARNs, under the same conditions."""

    actions: tuple[str, ...]
    arns: tuple[str, ...]
    conditions: Conditions


_LOOKUPS = ("ec2:DescribeManagedPrefixLists", "ec2:DescribeSecurityGroups", "ec2:DescribeSubnets", "ec2:DescribeVpcs")
_TAGS = actions.name("resourcegroupstaggingapi", "GetResources")
_NEEDLESS = frozenset({"sts:GetCallerIdentity"})
"""Everybody may call these, whatever a policy says (STS API reference)."""

_PREFLIGHT = ("iam:GetRole", "iam:SimulatePrincipalPolicy")
"""What `apply` asks IAM before the first call."""


def _asking(*topics: Topic) -> Iterator[str]:
    """The actions of the questions that list all there are."""
    for topic in topics:
        for service, listed in BULK[topic].items():
            yield from (actions.name(service, action) for action in listed)


_ACCESS = frozenset({*_asking(*ACCESS), *(actions.name(*asked) for asked in ASKED if asked[0] not in OF_ACCOUNT)})
"""What telling the change in access needs. Without some of it a plan is made all the same, and says what is unknown."""


def judging() -> tuple[Right, ...]:
    """What rules about the account as a whole need beside `reading`; without it they are unknown."""
    asked = {*_asking(Topic.ACCOUNT), *(actions.name(*asked) for asked in ASKED if asked[0] in OF_ACCOUNT)}
    return tuple(map(Right, sorted(asked - {right.action for right in reading()})))


def reading() -> tuple[Right, ...]:
    """What planning any stack needs: every kind is looked for, because what is no longer declared is found that way.

    What a plan says of access is part of it.
    """
    asked = {*_ACCESS, *(action for kind in resources.KINDS for action in kind.read_actions)}
    return tuple(Right(action) for action in sorted({*asked, *_LOOKUPS, "kms:ListAliases", _TAGS} - _NEEDLESS))


def calling(plan: Plan, scope: Scope) -> tuple[Right, ...]:
    """What carrying out a plan needs beside reading: each call, what it needs, what is polled after it. Sorted."""
    found = {right for step, operation in plan.operations() for right in rights(step.address, operation, scope)}
    return tuple(sorted(right for right in found if right.action not in _NEEDLESS))


def least(plan: Plan, scope: Scope, also: Iterable[Right] = ()) -> tuple[Document, ...]:
    """The policy documents that allow planning, this plan, reading back what it did, and what is needed ``also``."""
    return documents((*reading(), *map(Right, _PREFLIGHT), *calling(plan, scope), *also))


def documents(needed: Iterable[Right]) -> tuple[Document, ...]:
    """Policy documents that allow exactly this, each within IAM's limit; one if it fits, always in the same order."""
    packed: list[list[Document]] = [[]]
    for statement in _within_limit(_statements(needed)):
        if packed[-1] and _size([*packed[-1], statement]) > LIMIT:
            packed.append([])
        packed[-1].append(statement)
    return tuple(_document(statements) for statements in packed)


def grouped(needed: Iterable[Right]) -> list[Group]:
    """Actions that are needed on the same ARNs under the same conditions, so that none gets more than it needs.

    What is needed without conditions is not said again under some.
    """
    listed = tuple(needed)
    free = {(right.action, right.arn) for right in listed if not right.conditions}
    asked: dict[tuple[str, Conditions], set[str]] = defaultdict(set)
    for right in listed:
        if not (right.conditions and free & {(right.action, right.arn), (right.action, ANY)}):
            asked[right.action, right.conditions].add(right.arn)
    shared: dict[tuple[tuple[str, ...], Conditions], set[str]] = defaultdict(set)
    for (action, conditions), arns in asked.items():
        shared[(ANY,) if ANY in arns else tuple(sorted(arns)), conditions].add(action)
    return [
        Group(tuple(sorted(names)), arns, conditions)
        for (arns, conditions), names in sorted(shared.items(), key=lambda item: (item[0][0] != (ANY,), item[0]))
    ]


def _statements(needed: Iterable[Right]) -> Iterator[Document]:
    for group in grouped(needed):
        made = {"Effect": "Allow", "Action": list(group.actions), "Resource": list(group.arns)}
        yield {**made, "Condition": {"StringEquals": dict(group.conditions)}} if group.conditions else made


def _within_limit(statements: Iterable[Document]) -> Iterator[Document]:
    """Each statement, halved until it fits."""
    for statement in statements:
        if _size([statement]) <= LIMIT:
            yield statement
            continue
        longer = max(("Action", "Resource"), key=lambda name: len(statement[name]))
        half = len(statement[longer]) // 2
        parts = statement[longer][:half], statement[longer][half:]
        yield from _within_limit({**statement, longer: part} for part in parts)


def _document(statements: list[Document]) -> Document:
    return {"Version": "2012-10-17", "Statement": statements}


def _size(statements: list[Document]) -> int:
    return len(json.dumps(_document(statements), separators=(",", ":")))


def text(found: tuple[Document, ...]) -> str:
    """Policies as JSON, ready to be attached; a list of them where one is not enough."""
    return json.dumps(found[0] if len(found) == 1 else list(found), indent=2)
