"""Who may assume a role: how it is written, checked, and put into a trust policy. What a role does else: `iam_role`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated

from rds_secure import documents
from rds_secure.fields import Bool, Document, Field, Part, Pattern, Reference
from rds_secure.iam import principals
from rds_secure.kind import Complaint, Reader, Scope
from rds_secure.values import Ref, Value, leaves

_SOURCE_ACCOUNT = "aws:SourceAccount"

_NOWHERE = Scope("000000000000", "us-east-1", "aws", "")
"""Where a trust policy is tried out before AWS was asked who we are."""

Service = Annotated[
    str, Pattern(r"[a-z0-9-]+(?:\.[a-z0-9-]+)+", "a service's name such as monitoring.rds.amazonaws.com")
]
Trusted = Annotated[
    Ref | str,
    Reference(
        ("iam_role", "iam_user"),
        "arn",
        r"\d{12}|arn:[a-z-]+:(?:iam::\d{12}:(?:root|(?:user|role)/[^*?\s]+)|sts::\d{12}:[^*?\s]+)",
        "an account id, or the ARN of a user or role",
    ),
]


class Trust(Part):
    """Who may assume a role: one statement for services, one for accounts, users and roles."""

    services: Annotated[
        tuple[Service, ...], Field(create="Principal.Service", terraform="identifiers", as_set=True)
    ] = ()
    """AWS services such as monitoring.rds.amazonaws.com."""
    principals: Annotated[tuple[Trusted, ...], Field(create="Principal.AWS", terraform="principals", as_set=True)] = ()
    """Accounts by id, users and roles by reference or ARN."""
    conditions: Annotated[Document, Field(create="Condition", terraform="condition")] = {}
    """Operator → key → value, as in IAM: {Bool: {aws:MultiFactorAuthPresent: true}}."""
    source_account: Annotated[Bool, Field()] = True
    """Whether services may assume it for this account only (aws:SourceAccount), so that nobody can use them as a
    confused deputy. Write false for a service that does not send the key."""


def trust_document(trust: Trust, scope: Scope = _NOWHERE) -> Value:
    """The trust policy, in which references stay: AWS asks whether a principal exists (house rule 4)."""
    common = {"effect": "allow", "actions": ("sts:AssumeRole",)}
    statements: list[Mapping[str, Value]] = []
    if trust.services:
        conditions = _with_source_account(trust.conditions, scope) if trust.source_account else trust.conditions
        statements.append({**common, "principals": {"Service": trust.services}, "conditions": conditions})
    if trust.principals:
        named = tuple(_principal(principal, scope) for principal in trust.principals)
        statements.append({**common, "principals": {"AWS": named}, "conditions": trust.conditions})
    return documents.statements_from(statements)


def check_trust(trust: Trust) -> Iterator[Complaint]:
    """Problems found offline; paths begin at the role."""
    if not (trust.services or trust.principals):
        yield Complaint(("trust",), "nobody may assume the role", "name 'services' or 'principals'")
        return
    if trust.services and trust.principals and trust.conditions:
        said = "the conditions would bind the services as well as the principals"
        yield Complaint(("trust", "conditions"), said, "make two roles, or write a 'document'")
    for found in check_trust_document(trust_document(trust)):
        yield Complaint(("trust", "conditions"), found.what, found.fix)


def check_trust_document(policy: Value) -> Iterator[Complaint]:
    """What AWS would refuse in a raw trust policy; paths begin at the role."""
    problems = documents.problems(policy, principals="required", resources="forbidden")
    yield from principals.document_complaints(("document", "Statement"), problems)


def verify_trust(reader: Reader, trust: Trust, scope: Scope) -> Iterator[Complaint]:
    """Users and roles of this account that do not exist: AWS refuses a trust policy which names them."""
    literal = [(index, arn) for index, arn in enumerate(trust.principals) if isinstance(arn, str) and "/" in arn]
    if not literal:
        return
    existing = {detail["Arn"] for what in ("User", "Role") for detail in principals.listed(reader, what)}
    for index, arn in literal:
        if arn.startswith(f"arn:{scope.partition}:iam::{scope.account}:") and arn not in existing:
            fix = "name an existing one, or declare it and refer to it"
            yield Complaint(("trust", "principals", index), f"there is no {arn}", fix)


def verify_trust_size(reader: Reader, policy: Value) -> str | None:
    """What is wrong with a trust policy's size (AWS's API reference)."""
    size = documents.size(policy)
    if principals.exceeds(reader, size, "AssumeRolePolicySizeQuota", documents.TRUST_POLICY_LIMIT):
        return f"the trust policy has {size} characters without blanks, more than IAM takes"
    return None


def _principal(written: Ref | str, scope: Scope) -> Ref | str:
    """A bare account id as AWS gives it back."""
    bare = isinstance(written, str) and written.isdigit()
    return f"arn:{scope.partition}:iam::{written}:root" if bare else written


def _with_source_account(conditions: Mapping[str, Value], scope: Scope) -> Mapping[str, Value]:
    """The conditions with one on the source account, unless there is one already (meaning §2)."""
    keys = {str(key).lower() for path, _ in leaves(conditions) for key in path}
    equals = conditions.get("StringEquals", {})
    if _SOURCE_ACCOUNT.lower() in keys or not isinstance(equals, Mapping):
        return conditions
    return {**conditions, "StringEquals": {**equals, _SOURCE_ACCOUNT: scope.account}}
