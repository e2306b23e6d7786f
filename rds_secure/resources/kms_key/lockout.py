"""Whether the caller could still change a key's policy once it is in place (KMS-3). KMS asks the same, and refuses.

Only what is certain is called a lock-out: a statement with a condition may apply or not, and what the account's own
policies allow under a delegation to its root is not looked at. Those are left to KMS's check, which is never bypassed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from rds_secure import ownership, tagging
from rds_secure.iam import principals
from rds_secure.kind import Reader, Scope
from rds_secure.resources.kms_key import policy
from rds_secure.values import Ref, Value

_ACTION = "kms:putkeypolicy"


def locked_out(reader: Reader, document: Value, scope: Scope) -> str:
    """The caller's ARN if the policy keeps it from ever changing it again, else ""."""
    arn = str((reader.call("sts", "GetCallerIdentity") or {})["Arn"])
    caller = _names(reader, arn, scope)
    relevant = [item for item in policy.statements(document) if policy.covers(item, _ACTION)]
    allowed = any(item.get("Effect") == "Allow" and _applies(item, caller) for item in relevant)
    denied = any(
        item.get("Effect") == "Deny" and not item.get("Condition") and _applies(item, caller) for item in relevant
    )
    return "" if allowed and not denied else arn


def _names(reader: Reader, arn: str, scope: Scope) -> frozenset[Value]:
    """All that a statement may call the caller: its ARN, its role's, and a reference if the stack declares it."""
    return frozenset({arn, *_principal(reader, arn, scope)})


def _principal(reader: Reader, arn: str, scope: Scope) -> Iterator[Value]:
    """The user or role behind an ARN; a session's has no path, so its role is looked up by name."""
    resource = arn.split(":", 5)[5]
    role = resource.split("/")[1] if resource.startswith("assumed-role/") else ""
    for what in ("User", "Role"):
        for detail in principals.listed(reader, what):
            if detail["Arn"] == arn or (what == "Role" and role == detail["RoleName"]):
                yield detail["Arn"]
                owner = ownership.owner(tagging.mapping(detail.get("Tags")))
                if owner and owner.stack == scope.stack:
                    yield Ref(owner.address, "arn")


def _applies(statement: Mapping[str, Value], caller: frozenset[Value]) -> bool:
    """Whether a statement is about the caller, by name, by its account, or because it is about everybody."""
    if "NotPrincipal" in statement:
        return not _is_among(statement, caller, _account(caller))
    delegated = statement.get("Effect") == "Allow" or _is_root(caller)
    return _is_everybody(statement) or _is_among(statement, caller, _account(caller) if delegated else frozenset())


def _is_among(statement: Mapping[str, Value], caller: frozenset[Value], account: frozenset[Value]) -> bool:
    return any(item in caller or item in account for item in policy.principals(statement))


def _is_everybody(statement: Mapping[str, Value]) -> bool:
    return statement.get("Principal") == "*" or "*" in policy.principals(statement)


def _account(caller: frozenset[Value]) -> frozenset[Any]:
    """The caller's account as a principal: then its own policies decide."""
    arn = next(item for item in caller if isinstance(item, str))
    partition, number = arn.split(":")[1], arn.split(":")[4]
    return frozenset({number, f"arn:{partition}:iam::{number}:root"})


def _is_root(caller: frozenset[Value]) -> bool:
    return any(isinstance(item, str) and item.endswith(":root") for item in caller)
