"""Rules about whom roles, keys and secrets let in: nobody at large, and services only on behalf of the own account."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType

from rds_secure.access.iam.callers import Caller
from rds_secure.access.iam.conditions import Condition
from rds_secure.access.iam.context import context
from rds_secure.access.iam.globs import covers
from rds_secure.access.iam.logic import NO, YES, Formula
from rds_secure.access.iam.operators import OPERATORS
from rds_secure.access.iam.policy import Policy, Statement
from rds_secure.finding import Severity, State
from rds_secure.rules.model import Context, Of, Rule, Subject, Verdict, aka
from rds_secure.rules.written import GUARDED, Part, each_document, placed, principal_part, wrong

# Everybody

_STRANGER = Caller("role", "arn:aws:iam::999999999999:role/stranger", "999999999999")
_STRANGE = context(
    {
        "aws:PrincipalAccount": _STRANGER.account,
        "aws:PrincipalArn": _STRANGER.arn,
        "kms:CallerAccount": _STRANGER.account,
    },
    absent=("aws:PrincipalOrgID", "aws:PrincipalOrgPaths", "aws:SourceAccount", "aws:SourceArn", "aws:SourceOrgID"),
)
"""Somebody of an account that nobody knows, who calls AWS directly, and what is certain of the request."""


def _public(subject: Subject, policy: Policy, context: Context) -> Iterator[Verdict]:
    arn = str(subject.reply.get("Arn", ""))
    for place, statement in enumerate(policy.statements or ()):
        found = _reaches(statement, arn) if statement.allow else NO
        if found is NO or _is_taken_back(statement, policy, arn):
            continue
        if found is YES:
            yield wrong(subject, place, "of its policy is for everybody, of any account", *_part(statement))
        else:
            said = "of its policy is for everybody, under conditions that strangers may meet"
            yield placed(State.UNKNOWN, subject, place, said, *_part(statement))


def _part(statement: Statement) -> Part:
    entries = statement.principals.entries if statement.principals else ()
    everybody = [number for number, entry in enumerate(entries) if entry == ("AWS", "*")]
    return principal_part(statement, everybody[0]) if everybody else ("NotPrincipal",)


def _reaches(statement: Statement, arn: str) -> Formula:
    named = statement.names(_STRANGER, bounded=False).somehow
    return named if named is NO else named & statement.fits(arn, _STRANGE)


def _is_taken_back(allow: Statement, policy: Policy, arn: str) -> bool:
    """Whether a deny of the same policy hits strangers in all that a statement allows."""
    return any(
        not deny.allow
        and not (deny.not_actions or allow.not_actions)
        and _reaches(deny, arn) is YES
        and all(any(covers(wide.widest.lower(), one.widest.lower()) for wide in deny.actions) for one in allow.actions)
        for deny in policy.statements or ()
    )


# Services as deputies

_SOURCES = ("aws:sourceaccount", "aws:sourcearn", "aws:sourceorgid", "aws:sourceorgpaths", "aws:sourceowner")
"""What tells on whose behalf a service acts (IAM user guide, "Global condition keys")."""

_OTHERS = ("sts:externalid", "kms:encryptioncontext:")
"""What some services send instead, by their guides: Cognito an external id, CloudWatch Logs an encryption context."""

_OWN_ROLES: Mapping[str, str] = MappingProxyType(
    {
        "ec2": "instances have roles of their own account only, and EC2 sends no source",
        "lambda": "functions have roles of their own account only",
        "edgelambda": "functions have roles of their own account only",
    }
)
"""Services to which a role is passed by its own account alone (iam:PassRole), and whose guides ask for no source.

Where a guide asks for one, as that of ECS does for tasks and that of RDS for monitoring, it is asked for here."""


def _deputies(subject: Subject, policy: Policy, context: Context) -> Iterator[Verdict]:
    for place, statement in enumerate(policy.statements or ()):
        if not statement.allow or statement.principals is None or statement.principals.negated:
            continue
        services = {
            number: str(entry)
            for number, (kind, entry) in enumerate(statement.principals.entries)
            if kind == "Service" and not (subject.of is Of.PRINCIPAL and _service(str(entry)) in _OWN_ROLES)
        }
        if services and not _is_bound(statement, policy):
            said = f"lets {' and '.join(services.values())} in on behalf of any account"
            yield wrong(subject, place, said, *principal_part(statement, min(services)))


def _service(principal: str) -> str:
    """``ec2`` of ``ec2.amazonaws.com`` and ``ec2.amazonaws.com.cn``."""
    return re.sub(r"\.amazonaws\.com(\.cn)?$", "", principal)


def _is_bound(statement: Statement, policy: Policy) -> bool:
    """Whether it asks on whose behalf, or a deny of the same policy does."""
    denies = (test for one in policy.statements or () if not one.allow for test in one.conditions)
    return any(map(_binds, statement.conditions)) or any(_spares(test) for test in denies)


def _binds(test: Condition) -> bool:
    operation = OPERATORS.get(test.operator)
    if operation is None or operation.negated or test.if_exists or test.quantifier == "all":
        return False
    key = test.key.lower()
    return key.startswith(_OTHERS) or (key in _SOURCES and all(_narrows(key, each.widest) for each in test.operands))


def _spares(test: Condition) -> bool:
    operation = OPERATORS.get(test.operator)
    return operation is not None and operation.negated and test.key.lower() in _SOURCES


def _narrows(key: str, value: str) -> bool:
    """Whether a value leaves not every account: an ARN has to name it, but for buckets, which name none."""
    if key != "aws:sourcearn":
        return value.strip("*?") != ""
    fields = value.split(":")
    return len(fields) > 5 and (fields[4] == "" or "*" not in fields[4])


# Identity providers that many share

_TENANT: Mapping[str, str] = MappingProxyType(
    {
        "agent.buildkite.com": "sub",
        "api.pulumi.com/oidc": "aud",
        "app.terraform.io": "sub",
        "cognito-identity.amazonaws.com": "aud",
        "gitlab.com": "sub",
        "oidc.vercel.com": "aud",
        "token.actions.githubusercontent.com": "sub",
    }
)
"""Provider → the claim that tells whose identity it is (IAM user guide, "Identity-provider controls for shared OIDC
providers"). IAM asks for it since 2025, of new trust policies."""


def _federated(subject: Subject, policy: Policy, context: Context) -> Iterator[Verdict]:
    for place, statement in enumerate(policy.statements or ()):
        if not statement.allow or statement.principals is None or statement.principals.negated:
            continue
        for number, (kind, entry) in enumerate(statement.principals.entries):
            provider = str(entry).rpartition("oidc-provider/")[2]
            claim = _TENANT.get(provider) if kind == "Federated" else None
            if claim and not any(_tells(test, f"{provider}:{claim}") for test in statement.conditions):
                said = f"lets everybody in whom {provider} knows: it does not ask for {provider}:{claim}"
                yield wrong(subject, place, said, *principal_part(statement, number))


def _tells(test: Condition, key: str) -> bool:
    operation = OPERATORS.get(test.operator)
    positive = operation is not None and not operation.negated and not test.if_exists and test.quantifier != "all"
    return positive and test.key.lower() == key and all(each.widest.strip("*?") for each in test.operands)


_TRUST = "Effect: Allow, Action: 'sts:AssumeRole'"
_OWN = "Condition: {StringEquals: {'aws:SourceAccount': '123456789012'}}"
_WEB = (
    "Effect: Allow, Action: 'sts:AssumeRoleWithWebIdentity', "
    "Principal: {Federated: 'arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com'}"
)
_READ = "Effect: Allow, Action: 'secretsmanager:GetSecretValue'"

RULES = (
    Rule(
        id="key-not-public",
        of=(Of.KEY,),
        severity=Severity.CRITICAL,
        title="No key's policy is for everybody",
        why="Anybody with an AWS account could decrypt what the key encrypts.",
        fix="name principals in the key's 'users', or ask for 'kms:CallerAccount' or 'aws:PrincipalOrgID'",
        decide=each_document(_public),
        good="{policy: {Effect: Allow, Principal: '*', Action: 'kms:*', "
        "Condition: {StringEquals: {'kms:CallerAccount': '123456789012'}}}}",
        bad="{policy: {Effect: Allow, Principal: '*', Action: 'kms:*'}}",
        doubt="{unread: GetKeyPolicy}",
        field="document",
        aliases=aka(
            hub="KMS.5",
            config="kms-key-policy-no-public-access",
            cis="2.21",
            prowler="kms_key_not_publicly_accessible",
            checkov="CKV_AWS_33",
        ),
    ),
    Rule(
        id="secret-not-public",
        of=(Of.SECRET,),
        severity=Severity.CRITICAL,
        title="No secret's policy is for everybody",
        why="Anybody with an AWS account could read the password of the database.",
        fix="name principals in the secret's policy, or ask for 'aws:PrincipalOrgID'",
        decide=each_document(_public),
        good=f"{{policy: {{{_READ}, Principal: {{AWS: '123456789012'}}}}}}",
        bad=f"{{policy: {{{_READ}, Principal: '*'}}}}",
        aliases=aka(prowler="secretsmanager_not_publicly_accessible"),
    ),
    Rule(
        id="trust-not-public",
        of=(Of.PRINCIPAL,),
        severity=Severity.CRITICAL,
        title="Not everybody may assume a role",
        why="Anybody with an AWS account could do all that the role may.",
        fix="name services, accounts, users or roles in 'trust', or ask for 'aws:PrincipalOrgID'",
        decide=each_document(_public),
        good=f"{{trust: {{{_TRUST}, Principal: {{AWS: '123456789012'}}}}}}",
        bad=f"{{trust: {{{_TRUST}, Principal: {{AWS: '*'}}}}}}",
        field="document",
        aliases=aka(checkov="CKV_AWS_60"),
    ),
    Rule(
        id="no-confused-deputy",
        of=GUARDED,
        severity=Severity.MEDIUM,
        title="Services are let in on behalf of one account only",
        why="Whoever makes the service act from another account would reach what was let in for this one.",
        fix="ask for 'aws:SourceAccount' or 'aws:SourceArn'; in a 'trust' write 'source_account: true'",
        decide=each_document(_deputies),
        good=f"{{trust: {{{_TRUST}, Principal: {{Service: monitoring.rds.amazonaws.com}}, {_OWN}}}}}",
        bad=f"{{trust: {{{_TRUST}, Principal: {{Service: monitoring.rds.amazonaws.com}}}}}}",
        field="document",
        aliases=aka(prowler="iam_role_cross_service_confused_deputy_prevention"),
    ),
    Rule(
        id="web-identity-bound",
        of=(Of.PRINCIPAL,),
        severity=Severity.HIGH,
        title="A role for identities of the web says whose they are",
        why="Everybody has an account with such a provider, and could do all that the role may.",
        fix="ask for the claim that tells whose identity it is, such as 'token.actions.githubusercontent.com:sub'",
        decide=each_document(_federated),
        good=f"{{trust: {{{_WEB}, "
        "Condition: {StringEquals: {'token.actions.githubusercontent.com:sub': 'repo:us/app:ref:refs/heads/main'}}}}",
        bad=f"{{trust: {{{_WEB}, "
        "Condition: {StringEquals: {'token.actions.githubusercontent.com:aud': sts.amazonaws.com}}}}",
        field="document",
        aliases=aka(checkov="CKV_AWS_358"),
    ),
)
