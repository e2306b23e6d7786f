"""What else has to be read of an account to foresee a plan: keys, secrets and groups that only its calls name.

What databases use already is asked for anyway (`inventory.subjects`). It asks nothing itself.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from rds_secure.inventory.model import Question
from rds_secure.inventory.questions import Topic
from rds_secure.inventory.subjects import key_questions, secret_questions
from rds_secure.operation import Operation
from rds_secure.plan import Plan
from rds_secure.values import leaves, resolve

_KEY = re.compile(r"arn:[a-z-]+:kms:[a-z0-9-]+:\d{12}:key/[0-9a-z-]+")
_SECRET = re.compile(r"arn:[a-z-]+:secretsmanager:[a-z0-9-]+:\d{12}:secret:[\w/+=.@-]+")
_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|mrk-[0-9a-f]{32}")

_GROUPS: Mapping[str, str] = {
    "DBParameterGroupName": "DescribeDBParameters",
    "DBInstanceParameterGroupName": "DescribeDBParameters",
    "DBClusterParameterGroupName": "DescribeDBClusterParameters",
}
"""Parameter that names a group → the question for what is in it."""

_DATABASES: Mapping[str, str] = {"DBInstanceIdentifier": "instance", "DBClusterIdentifier": "cluster"}
"""Parameter that names a database → what its log groups begin with. Other names have ``New`` before it."""


def questions(plan: Plan, topics: Collection[Topic]) -> frozenset[Question]:
    """What the calls of a plan name and is there already, as far as these topics go."""
    return frozenset(question for _, operation in plan.operations() for question in _of(operation, plan, topics))


def _of(operation: Operation, plan: Plan, topics: Collection[Topic]) -> Iterator[Question]:
    params: Mapping[str, Any] = resolve(dict(operation.params), plan.known)
    if Topic.IDENTITIES in topics and operation.service == "iam":
        yield from _attached(params)
    if Topic.KEYS in topics:
        yield from _governed(operation, plan, params)
    if Topic.PROTECTION in topics and operation.service == "rds":
        yield from _guarded(operation, params)


def _attached(params: Mapping[str, Any]) -> Iterator[Question]:
    """Policies of AWS's own, of which the account's details have only those that somebody has."""
    for name in ("PolicyArn", "PermissionsBoundary"):
        if ":iam::aws:policy/" in str(params.get(name)):
            yield Question("iam", "GetPolicy", params[name])


def _governed(operation: Operation, plan: Plan, params: Mapping[str, Any]) -> Iterator[Question]:
    """Keys and secrets; a policy names keys in the middle of its text, which make no difference."""
    for _, value in leaves(params):
        if isinstance(value, str) and _KEY.fullmatch(value):
            yield from key_questions(value)
        elif isinstance(value, str) and _SECRET.fullmatch(value):
            yield from secret_questions(value)
    key = params.get("KeyId") or params.get("TargetKeyId")
    if operation.service == "kms" and isinstance(key, str) and _ID.fullmatch(key):
        yield from key_questions(f"arn:{_partition(plan)}:kms:{plan.region}:{plan.account}:key/{key}")


def _partition(plan: Plan) -> str:
    """The one that everything which is known of the plan is in."""
    return next((value.split(":")[1] for value in plan.known.values() if value.startswith("arn:")), "aws")


def _guarded(operation: Operation, params: Mapping[str, Any]) -> Iterator[Question]:
    """Parameters of groups, of the family's own one where a group is made, and logs of databases that are made."""
    for name, action in _GROUPS.items():
        if isinstance(params.get(name), str):
            yield Question("rds", action, params[name])
            if (family := params.get("DBParameterGroupFamily")) is not None:
                yield Question("rds", action, f"default.{family}")
    for name, what in _DATABASES.items():
        made = params.get(name) if operation.action.startswith(("Create", "Restore")) else params.get(f"New{name}")
        if isinstance(made, str):
            yield Question("logs", "DescribeLogGroups", f"/aws/rds/{what}/{made.lower()}/")
