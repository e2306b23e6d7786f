"""Key policies: the one that administrators and users make, and whether anybody could change one. Sends nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any

from rds_secure import documents
from rds_secure.kind import Scope
from rds_secure.resources.kms_key.principal import completed
from rds_secure.resources.kms_key.spec import KmsKeySpec
from rds_secure.values import Value

SID = "RdsSecure"
"""What the Sids of our own statements begin with."""

_ADMINISTRATION = (
    "kms:CancelKeyDeletion",
    "kms:CreateAlias",
    "kms:DeleteAlias",
    "kms:DescribeKey",
    "kms:DisableKey",
    "kms:DisableKeyRotation",
    "kms:EnableKey",
    "kms:EnableKeyRotation",
    "kms:GetKeyPolicy",
    "kms:GetKeyRotationStatus",
    "kms:ListAliases",
    "kms:ListGrants",
    "kms:ListKeyPolicies",
    "kms:ListKeyRotations",
    "kms:ListResourceTags",
    "kms:PutKeyPolicy",
    "kms:RevokeGrant",
    "kms:RotateKeyOnDemand",
    "kms:ScheduleKeyDeletion",
    "kms:TagResource",
    "kms:UntagResource",
    "kms:UpdateAlias",
    "kms:UpdateKeyDescription",
)
"""Everything but use; CreateGrant is not among it, because a grant to oneself is use."""

_DATA_KEYS = ("kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*")
_USE: Mapping[str, tuple[str, ...]] = {
    "ENCRYPT_DECRYPT": ("kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GetPublicKey", "kms:ReEncrypt*"),
    "SIGN_VERIFY": ("kms:DescribeKey", "kms:GetPublicKey", "kms:Sign", "kms:Verify"),
    "GENERATE_VERIFY_MAC": ("kms:DescribeKey", "kms:GenerateMac", "kms:VerifyMac"),
    "KEY_AGREEMENT": ("kms:DeriveSharedSecret", "kms:DescribeKey", "kms:GetPublicKey"),
}
_GRANTS = ("kms:CreateGrant", "kms:ListGrants", "kms:RevokeGrant")


def composed(spec: KmsKeySpec, usage: str, scope: Scope) -> Value:
    """The policy that administrators and users make: root delegation, and a statement for each right.

    AWS services take only symmetric encryption keys, so only their users may make grants for services.
    """
    statements = [_allow("Account", (f"arn:{scope.partition}:iam::{scope.account}:root",), ("kms:*",))]
    if spec.administrators:
        statements.append(_allow("Administrators", spec.administrators, _ADMINISTRATION))
    if spec.users:
        use = _DATA_KEYS if spec.is_symmetric else _USE[usage]
        statements.append(_allow("Users", spec.users, use))
    if spec.users and spec.is_symmetric:
        for_services = {"Condition": {"Bool": {"kms:GrantIsForAWSResource": "true"}}}
        statements.append(_allow("Grants", spec.users, _GRANTS) | for_services)
    return {"Version": documents.LANGUAGE, "Statement": tuple(statements)}


def beside(document: Value, live: Value) -> Value:
    """The document with the statements of the live one that are not ours."""
    kept = [item for item in statements(live) if not str(item.get("Sid", "")).startswith(SID)]
    return {**document, "Statement": (*statements(document), *kept)}


def with_arns(document: Value, partition: str) -> Value:
    """The document with the ARN of its root for every bare account id among the principals, as AWS gives it back."""
    completed = tuple({**item, **_completed(item, partition)} for item in statements(document))
    return {**document, "Statement": completed}


def statements(document: Value) -> tuple[Mapping[str, Value], ...]:
    """The statements of a document; a single one may stand without a list."""
    found = document.get("Statement", ()) if isinstance(document, Mapping) else ()
    items = (found,) if isinstance(found, Mapping) else found
    return tuple(item for item in items if isinstance(item, Mapping))


def principals(statement: Mapping[str, Value]) -> Iterator[Value]:
    """The AWS principals that a statement names."""
    for name in ("Principal", "NotPrincipal"):
        named = statement.get(name)
        if isinstance(named, Mapping):
            yield from _listed(named.get("AWS", ()))


def is_manageable(document: Value) -> bool:
    """Whether anybody is allowed to change the policy; where nobody is, AWS refuses it (KMS-3)."""
    return any(
        statement.get("Effect") == "Allow" and covers(statement, "kms:putkeypolicy")
        for statement in statements(document)
    )


def _allow(name: str, who: Iterable[Value], actions: tuple[str, ...]) -> dict[str, Value]:
    return {
        "Sid": f"{SID}{name}",
        "Effect": "Allow",
        "Principal": {"AWS": tuple(dict.fromkeys(who))},
        "Action": actions,
        "Resource": "*",
    }


def _completed(statement: Mapping[str, Value], partition: str) -> dict[str, Value]:
    found: dict[str, Value] = {}
    for name in ("Principal", "NotPrincipal"):
        named = statement.get(name)
        if isinstance(named, Mapping) and "AWS" in named:
            arns = tuple(completed(item, partition) for item in _listed(named["AWS"]))
            found[name] = {**named, "AWS": arns}
    return found


def covers(statement: Mapping[str, Value], action: str) -> bool:
    """Whether a statement is about an action, which is given in lower case."""
    named = [item.lower() for item in _listed(statement.get("Action", ())) if isinstance(item, str)]
    spared = [item.lower() for item in _listed(statement.get("NotAction", ())) if isinstance(item, str)]
    if "NotAction" in statement:
        return not any(fnmatchcase(action, pattern) for pattern in spared)
    return any(fnmatchcase(action, pattern) for pattern in named)


def _listed(value: Any) -> tuple[Any, ...]:
    return tuple(value) if isinstance(value, list | tuple) else (value,)
