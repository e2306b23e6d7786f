"""A small account in the form of `GetAccountAuthorizationDetails`, to be put together in a test."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

from rds_secure.access.iam.estate import Estate, instance
from rds_secure.access.iam.identities import Identities, identities, read_policy
from rds_secure.access.iam.policy import Policy
from rds_secure.access.iam.who import Answer, Who
from tests.access.iam.cases import ACCOUNT, KEY, ORDERS, PAYMENTS, ROOT, document, statement

IAM = f"arn:aws:iam::{ACCOUNT}"
SECRET = f"arn:aws:secretsmanager:eu-west-1:{ACCOUNT}:secret:rds!db-1-AbCdEf"
MFA = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}


def written(*statements: dict[str, Any]) -> str:
    """A document as IAM gives it back."""
    return quote(json.dumps(document(*statements)))


def _holder(kind: str, name: str, statements: tuple[dict[str, Any], ...], more: dict[str, Any]) -> dict[str, Any]:
    inline = [{"PolicyName": "own", "PolicyDocument": written(*statements)}] if statements else []
    found: dict[str, Any] = {f"{kind}Name": name, f"{kind}Id": f"ID{name}", "Arn": f"{IAM}:{kind.lower()}/{name}"}
    found |= {f"{kind}PolicyList": inline, "AttachedManagedPolicies": []}
    if attached := more.pop("attached", ()):
        found["AttachedManagedPolicies"] = [{"PolicyName": arn, "PolicyArn": f"{IAM}:policy/{arn}"} for arn in attached]
    if boundary := more.pop("boundary", None):
        found["PermissionsBoundary"] = {"PermissionsBoundaryArn": f"{IAM}:policy/{boundary}"}
    if tags := more.pop("tags", None):
        found["Tags"] = [{"Key": key, "Value": value} for key, value in tags.items()]
    return found | more


def user(name: str, *statements: dict[str, Any], groups: tuple[str, ...] = (), **more: Any) -> dict[str, Any]:
    return _holder("User", name, statements, more | {"GroupList": list(groups)})


def group(name: str, *statements: dict[str, Any], **more: Any) -> dict[str, Any]:
    return _holder("Group", name, statements, more)


def role(name: str, *statements: dict[str, Any], trusts: Any = None, **more: Any) -> dict[str, Any]:
    """A role that trusts a ``Principal`` element, or has the statements in ``trusts`` as its trust policy."""
    if not isinstance(trusts, list):
        principal = trusts or {"Service": "ec2.amazonaws.com"}
        trusts = [{"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}]
    return _holder("Role", name, statements, more | {"AssumeRolePolicyDocument": written(*trusts)})


def managed(name: str, *statements: dict[str, Any]) -> dict[str, Any]:
    old = {"Document": written(statement("Allow")), "IsDefaultVersion": False, "VersionId": "v1"}
    new = {"Document": written(*statements), "IsDefaultVersion": True, "VersionId": "v2"}
    return {"PolicyName": name, "Arn": f"{IAM}:policy/{name}", "PolicyVersionList": [old, new]}


def account(*items: dict[str, Any], levels: tuple[tuple[Policy, ...], ...] = ()) -> Identities:
    """The account with these users, groups, roles and policies."""
    lists = {"UserName": "UserDetailList", "GroupName": "GroupDetailList", "RoleName": "RoleDetailList"}
    details: dict[str, list[Any]] = {"Policies": [item for item in items if "PolicyVersionList" in item]}
    for key, listed in lists.items():
        details[listed] = [item for item in items if key in item]
    return identities(details, ACCOUNT, levels=levels)


def key_policy(*statements: dict[str, Any]) -> tuple[Policy, ...]:
    """The policy of a key; without statements the one that lets the account decide."""
    delegated = statement("Allow", "kms:*", Principal={"AWS": ROOT})
    return (read_policy("key policy", document(*(statements or (delegated,)))),)


def estate(**governing: tuple[Policy, ...]) -> Estate:
    """Orders, with a key and a secret, and payments."""
    others: Any = {"key": KEY, "secret": SECRET, "pg": f"arn:aws:rds:eu-west-1:{ACCOUNT}:pg:orders"}
    orders = instance("orders", ORDERS, "db-1", others=others, tags={"team": "a"})
    payments = instance("payments", PAYMENTS, "db-2", tags={"team": "b"})
    policies = {KEY: governing.get("key", key_policy())} | (
        {SECRET: governing["secret"]} if "secret" in governing else {}
    )
    return Estate(ACCOUNT, "eu-west-1", (orders, payments), policies)


def told(identities: Identities, name: str, asked: Estate | None = None) -> list[tuple[str, ...]]:
    """What is answered about a principal: verb, databases, when, and the roles on the way."""
    who = Who(identities, asked or estate())
    return sorted(line(answer) for answer in who.answers() if answer.principal.name == name)


def line(answer: Answer) -> tuple[str, ...]:
    way = [f"{hop.role.rpartition('/')[2]} ({hop.when})" for hop in answer.way]
    return (answer.verb, " ".join(answer.databases), str(answer.when), *way)
