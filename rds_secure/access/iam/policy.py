"""Policy documents, read once into statements that answer quickly. What they amount to is decided in `evaluate`.

Source: IAM user guide, "IAM JSON policy element reference". Variables are those of Version 2012-10-17 alone.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

from rds_secure.access.iam.callers import Caller, Naming, Principals, principals
from rds_secure.access.iam.conditions import Condition, hold, parse, variables
from rds_secure.access.iam.context import Context
from rds_secure.access.iam.logic import NO, YES, Formula, Literal, every
from rds_secure.access.iam.match import Template, action_fits, template, template_fits
from rds_secure.documents import LANGUAGE


@dataclass(frozen=True, eq=False)
class Statement:
    """One statement; ``name`` is its Sid, or its number in the document (``statement 2``)."""

    name: str
    allow: bool
    actions: tuple[Template, ...]
    resources: tuple[Template, ...]
    conditions: tuple[Condition, ...] = ()
    principals: Principals | None = None
    not_actions: bool = False
    not_resources: bool = False

    @cached_property
    def keys(self) -> frozenset[str]:
        """Lower-case condition keys that decide whether it applies."""
        tested = (key for condition in self.conditions for key in condition.asked())
        return frozenset((*tested, *variables(self.resources)))

    def covers(self, action: str) -> bool:
        """Whether the statement is about an action."""
        return any(action_fits(pattern, action) for pattern in self.actions) is not self.not_actions

    def about(self, arn: str, context: Context) -> Formula:
        """Whether it is about a resource."""
        found: Formula = NO
        for pattern in self.resources:
            found |= template_fits(pattern, arn, context)
            if found is YES:
                break
        return ~found & self._heeded(context) if self.not_resources else found

    def _heeded(self, context: Context) -> Formula:
        """Whether IAM heeds a ``NotResource`` although a variable has no value: it "might be invalid" (user guide)."""
        lost = (str(pattern) for pattern in self.resources if pattern.within(context) is None)
        return every(Literal(Heeded(pattern)) for pattern in lost)

    def fits(self, arn: str, context: Context) -> Formula:
        """Whether resource and conditions fit; whom it names is not looked at."""
        found = self.about(arn, context)
        return found if found is NO else found & hold(self.conditions, context)

    def applies(self, action: str, arn: str, context: Context) -> Formula:
        """Whether the action fits too."""
        return self.fits(arn, context) if self.covers(action) else NO

    def names(self, caller: Caller, *, bounded: bool) -> Naming:
        """How the statement of a resource's policy names the caller.

        A deny with ``NotPrincipal`` hits every principal that has a boundary (IAM user guide, "NotPrincipal").
        """
        if self.principals is None:
            return Naming()
        if not self.principals.negated:
            return self.principals.names(caller)
        if self.allow:
            return Naming(itself=~self.principals.names(caller).somehow)
        return Naming(itself=YES if bounded else ~self.principals.spares(caller))


@dataclass(frozen=True)
class Heeded:
    """An atom that nobody can decide: whether a statement counts whose ``NotResource`` has a variable without value."""

    pattern: str

    def text(self, *, holds: bool) -> str:
        return f"IAM {'heeds' if holds else 'ignores'} a NotResource of {self.pattern}, which has no value"


@dataclass(frozen=True)
class Unread:
    """An atom: a policy that could not be read says so."""

    policy: str
    allow: bool

    def text(self, *, holds: bool) -> str:
        verb = ("allows" if self.allow else "denies") if holds else f"does not {'allow' if self.allow else 'deny'}"
        return f"{self.policy}, which was not read, {verb} it"


@dataclass(frozen=True, eq=False)
class Policy:
    """A document under the name that people know it by; ``statements`` is None if it could not be read."""

    name: str
    statements: tuple[Statement, ...] | None

    @cached_property
    def keys(self) -> frozenset[str]:
        """Lower-case condition keys that its statements ask for."""
        return frozenset().union(*(statement.keys for statement in self.statements or ()))


@lru_cache(maxsize=1 << 14)
def unreadable(name: str) -> Policy:
    """A policy that could not be read; the same one for a name, so that two readings of an account share it."""
    return Policy(name, None)


def compile_policy(name: str, document: Mapping[str, Any]) -> Policy:
    """A policy from its document; raises ValueError for what IAM would not have stored."""
    modern = document.get("Version") == LANGUAGE
    written = document.get("Statement", ())
    listed = written if isinstance(written, list | tuple) else (written,)
    return Policy(name, tuple(_statement(f"statement {n}", item, modern) for n, item in enumerate(listed, 1)))


def _statement(number: str, written: Any, modern: bool) -> Statement:
    if not isinstance(written, Mapping) or written.get("Effect") not in ("Allow", "Deny"):
        raise ValueError(f"{number}: not a statement with an Effect of Allow or Deny")
    if not {"Action", "NotAction"} & set(written):
        raise ValueError(f"{number}: it names no Action")
    negated = "NotPrincipal" in written
    named = written.get("NotPrincipal", written.get("Principal"))
    return Statement(
        name=written.get("Sid") or number,
        allow=written["Effect"] == "Allow",
        actions=_templates(written.get("NotAction", written.get("Action")), variables=False),
        resources=_templates(written.get("NotResource", written.get("Resource", "*")), variables=modern),
        conditions=parse(written.get("Condition") or {}, variables=modern),
        principals=None if named is None else principals(named, negated=negated),
        not_actions="NotAction" in written,
        not_resources="NotResource" in written,
    )


def _templates(value: Any, *, variables: bool) -> tuple[Template, ...]:
    listed = value if isinstance(value, list | tuple) else (value,)
    return tuple(template(item, variables=variables) for item in listed)


def unread(name: str, *, allow: bool) -> Formula:
    """What a policy that could not be read does: unknown, never nothing."""
    return Literal(Unread(name, allow))


def grants(name: str, granted: Iterable[Mapping[str, Any]]) -> Policy:
    """A key's grants as a policy of the key, from what ``ListGrants`` answers.

    Each has ``GranteePrincipal`` (an ARN or a service), ``Operations`` and maybe ``Constraints``; the constraints are
    those of the encryption context (KMS developer guide, "Grants"). Equal grants are the same policy.
    """
    return _compiled(name, json.dumps([_granted(grant) for grant in granted]))


@lru_cache(maxsize=1 << 12)
def _compiled(name: str, statements: str) -> Policy:
    return compile_policy(name, {"Version": LANGUAGE, "Statement": json.loads(statements)})


def _granted(grant: Mapping[str, Any]) -> Mapping[str, Any]:
    grantee = grant["GranteePrincipal"]
    constraints = grant.get("Constraints") or {}
    pairs = constraints.get("EncryptionContextEquals") or constraints.get("EncryptionContextSubset") or {}
    return {
        "Sid": grant.get("Name") or grant.get("GrantId") or "grant",
        "Effect": "Allow",
        "Principal": {"AWS" if grantee.startswith("arn:") else "Service": grantee},
        "Action": [f"kms:{operation}" for operation in grant["Operations"]],
        "Resource": "*",
        "Condition": {"StringEquals": {f"kms:EncryptionContext:{key}": value for key, value in pairs.items()}},
    }
