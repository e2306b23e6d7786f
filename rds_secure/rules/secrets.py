"""Rules about the secrets of master users and proxies. A table."""

from __future__ import annotations

from datetime import timedelta

from rds_secure.access.protection import Unknown
from rds_secure.access.protection.keys import key
from rds_secure.access.protection.unread import moment
from rds_secure.finding import Severity
from rds_secure.inventory.subjects import secrets_of
from rds_secure.rules.model import (
    NOT_APPLICABLE,
    PASSED,
    Context,
    Of,
    Profile,
    Rule,
    Subject,
    Verdict,
    aka,
    failed,
    unknown,
)

_DAYS = 90
"""How old a password may be (Security Hub, SecretsManager.4)."""


def _unjudged(subject: Subject, context: Context) -> Verdict | None:
    """Whether it is no password of a database (a data key, which cannot change), or was not read."""
    if subject.reply["Arn"] not in secrets_of(context.posture.inventory):
        return NOT_APPLICABLE
    return None if "ARN" in subject.reply else unknown(f"{subject.name} was not read")


def _rotated(subject: Subject, context: Context) -> Verdict:
    """Once is not enough: a rotation that is overdue has failed (SecretsManager.2)."""
    if unjudged := _unjudged(subject, context):
        return unjudged
    if subject.reply.get("RotationEnabled") is not True:  # left out where it was never configured (DescribeSecret)
        return failed("it never changes")
    if context.now is None:
        return PASSED
    due, last = moment(subject.reply, "NextRotationDate"), moment(subject.reply, "LastRotatedDate")
    if not isinstance(due, Unknown) and due < context.now - timedelta(days=1):
        return failed(f"it was to change on {due:%Y-%m-%d}, and did not")
    if not isinstance(last, Unknown) and last < context.now - timedelta(days=_DAYS):
        return failed(f"it last changed on {last:%Y-%m-%d}, more than {_DAYS} days ago")
    return PASSED


def _customer_key(subject: Subject, context: Context) -> Verdict:
    """A secret without a key is encrypted under aws/secretsmanager (Secrets Manager API, DescribeSecret)."""
    if unjudged := _unjudged(subject, context):
        return unjudged
    named = subject.reply.get("KmsKeyId")
    if not named:
        return failed("it is encrypted under AWS's own key")
    if not str(named).startswith("arn:"):
        place = context.posture.inventory.place
        named = f"arn:{place.partition}:kms:{place.region}:{place.account}:{_resource(str(named))}"
    found = key(context.posture.inventory, str(named))
    if isinstance(found.manager, Unknown):
        return unknown(found.manager.why)
    return PASSED if found.manager == "customer" else failed("it is encrypted under AWS's own key")


def _resource(name: str) -> str:
    return name if name.startswith("alias/") else f"key/{name}"


RULES = (
    Rule(
        id="secret-rotated",
        of=(Of.SECRET,),
        severity=Severity.MEDIUM,
        title="Passwords of databases change by themselves",
        why="A password that never changes opens the database for whoever has ever seen it.",
        fix="leave 'master_password' out, so that RDS rotates it; for other secrets switch rotation on",
        decide=_rotated,
        good="{RotationEnabled: true}",
        bad="{RotationEnabled: false}",
        doubt="{unread: DescribeSecret}",
        aliases=aka(
            hub="SecretsManager.1 SecretsManager.2 SecretsManager.4",
            config="secretsmanager-rotation-enabled-check secretsmanager-scheduled-rotation-success-check "
            "secretsmanager-secret-periodic-rotation",
            prowler="secretsmanager_automatic_rotation_enabled secretsmanager_secret_rotated_periodically",
        ),
        profile=Profile.STRICT,
        live=True,
    ),
    Rule(
        id="secret-customer-key",
        of=(Of.SECRET,),
        severity=Severity.LOW,
        title="Secrets are encrypted under the customer's key",
        why="The policy of AWS's own key cannot be changed: whoever may read secrets may read this one.",
        fix="name a key of the stack in 'master_secret_key' for a new database",
        decide=_customer_key,
        good="{KmsKeyId: '<CUSTOMER-KEY>'}",
        bad="{KmsKeyId: '<AWS-OWN-KEY>'}",
        doubt="{KmsKeyId: '<UNREAD-KEY>'}",
        aliases=aka(config="secretsmanager-using-cmk"),
        profile=Profile.STRICT,
        live=True,
    ),
)
