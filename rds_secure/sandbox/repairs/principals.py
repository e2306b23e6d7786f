"""Whether the principals that a resource policy names exist (IAM-1): AWS refuses a policy that names nobody.

It looks at users and roles of the policy's own account; other accounts, services and sessions are taken on trust.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from moto.iam.models import iam_backends

LOCAL = re.compile(r"arn:(?P<partition>[\w-]+):iam::(?P<account>\d{12}):(?:user|role)/.+")
FOREIGN = re.compile(r"\*|\d{12}|arn:[\w-]+:(iam|sts)::\d{12}:.+")


def flaw(policy: str, account: str) -> str | None:
    """What AWS would not accept in the policy, or None."""
    try:
        document = json.loads(policy)
        principals = list(named(document))
    except (ValueError, AttributeError, TypeError):
        return "The policy is not valid JSON of a policy document"
    missing = [principal for principal in principals if not _exists(principal, account)]
    return f"Policy contains a statement with one or more invalid principals: {missing}" if missing else None


def named(document: dict[str, Any]) -> Iterator[str]:
    """Every AWS principal of the document."""
    statements = document.get("Statement", [])
    for statement in [statements] if isinstance(statements, dict) else statements:
        for key in ("Principal", "NotPrincipal"):
            principals = statement.get(key, {})
            found = principals if isinstance(principals, str) else principals.get("AWS", [])
            yield from [found] if isinstance(found, str) else found


def _exists(principal: str, account: str) -> bool:
    local = LOCAL.fullmatch(principal)
    if local is None or local["account"] != account:
        return FOREIGN.fullmatch(principal) is not None
    iam = iam_backends[account][local["partition"]]
    users: set[str] = {user.arn for user in iam.users.values()}
    return principal in users | {role.arn for role in iam.roles.values()}
