"""Records as CloudTrail writes them, and what they are judged against: one small account."""

from __future__ import annotations

from typing import Any

from rds_secure.audit.trail.context import Context

ACCOUNT, OTHER, REGION = "111111111111", "222222222222", "eu-west-1"
IAM = f"arn:aws:iam::{ACCOUNT}"
KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/1111-2222"
SECRET = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:rds!db-1-AbCdEf"
AT = "2026-11-20T10:00:00Z"

_EVERY = frozenset({f"{IAM}:user/dana", f"{IAM}:role/ci"})

CONTEXT = Context(
    ACCOUNT,
    REGION,
    groups=frozenset({"sg-db"}),
    group_names=frozenset({"databases"}),
    keys=frozenset({"1111-2222"}),
    secrets=frozenset({"rds!db-1-AbCdEf", "orders/app-XyZaBc"}),
    tables=frozenset({"rtb-db"}),
    acls=frozenset({"acl-db"}),
    accounts=frozenset({"333333333333"}),
    allowed={
        "rds:ModifyDBInstance": _EVERY,
        "rds:DeleteDBInstance": frozenset({f"{IAM}:role/ci"}),
        "rds:RestoreDBInstanceFromDBSnapshot": frozenset({f"{IAM}:role/ci"}),
        "secretsmanager:GetSecretValue": frozenset({f"{IAM}:role/app"}),
    },
    writers=_EVERY,
    holders=frozenset({"user/dana", "role/ci", "group/dbas", f"{IAM}:policy/deploy"}),
)
"""Users dana and role ci may modify, ci alone may delete and restore, app alone reads the secret."""


def user(name: str = "dana", **more: Any) -> dict[str, Any]:
    return {"type": "IAMUser", "arn": f"{IAM}:user/{name}", "accountId": ACCOUNT, "userName": name, **more}


def role(name: str = "ci", **more: Any) -> dict[str, Any]:
    issuer = {"type": "Role", "arn": f"{IAM}:role/deploy/{name}", "accountId": ACCOUNT, "userName": name}
    return {
        "type": "AssumedRole",
        "arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/{name}/session-1",
        "accountId": ACCOUNT,
        "sessionContext": {"sessionIssuer": issuer, "attributes": {"mfaAuthenticated": "false"}},
        **more,
    }


def record(
    call: str, params: dict[str, Any] | None = None, who: dict[str, Any] | None = None, **more: Any
) -> dict[str, Any]:
    """``call``: ``rds:DeleteDBInstance``; ``more`` are other elements of the record."""
    service, _, name = call.partition(":")
    made = {
        "eventVersion": "1.11",
        "eventID": f"{call}-{len(str(params))}",
        "eventTime": AT,
        "eventSource": f"{service}.amazonaws.com",
        "eventName": name,
        "awsRegion": REGION,
        "sourceIPAddress": "198.51.100.7",
        "userAgent": "aws-cli/2.31",
        "readOnly": name.startswith(("Describe", "List", "Get")),
        "recipientAccountId": ACCOUNT,
        "userIdentity": who or role(),
        "requestParameters": params,
        "responseElements": None,
    }
    return made | more


def console(*, mfa: bool) -> dict[str, Any]:
    """What a user of the console has beside the rest."""
    return user(sessionContext={"attributes": {"mfaAuthenticated": str(mfa).lower()}})
