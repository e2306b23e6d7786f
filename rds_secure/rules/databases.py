"""Rules about instances and clusters themselves: what of them is encrypted, protected, public. A table."""

from __future__ import annotations

from rds_secure.access.protection import Key, Protected, Unknown
from rds_secure.finding import Severity
from rds_secure.rules.model import PASSED, Context, Of, Profile, Rule, Subject, Verdict, asked, failed, unknown

_DATABASES = (Of.INSTANCE, Of.CLUSTER)


def _protected(subject: Subject, context: Context) -> Protected:
    """What protects it. Raises KeyError for what is no database: both are made of the same listing."""
    return {one.id: one for one in context.posture.protection.databases}[subject.name]


def _encrypted(subject: Subject, context: Context) -> Verdict:
    return asked(_protected(subject, context).encrypted, "its storage is not encrypted")


def _customer_key(subject: Subject, context: Context) -> Verdict:
    database = _protected(subject, context)
    if database.encrypted is False or database.key is None:
        return failed("there is no key: its storage is not encrypted")
    if isinstance(database.key, Unknown):
        return unknown(database.key.why)
    key: Key | None = context.posture.protection.key(database.key)
    if key is None or isinstance(key.manager, Unknown):
        return unknown(key.manager.why if key and isinstance(key.manager, Unknown) else "the key was not read")
    return PASSED if key.manager == "customer" else failed("it is encrypted under AWS's own key")


RULES = (
    Rule(
        id="storage-encrypted",
        of=_DATABASES,
        severity=Severity.HIGH,
        title="Storage is encrypted",
        why="Whoever gets at a disk, a snapshot or a backup without encryption reads the data.",
        fix="write 'encrypted: true' for a new database; a living one needs a 'migration:'",
        decide=_encrypted,
        good="encrypted: true",
        bad="encrypted: false",
        field="encrypted",
        aliases={
            "Security Hub": ("RDS.3", "RDS.27"),
            "AWS Config": ("rds-storage-encrypted", "rds-cluster-encrypted-at-rest"),
            "CIS": ("3.2.1",),
            "Prowler": ("rds_instance_storage_encrypted", "rds_cluster_storage_encrypted"),
            "Checkov": ("CKV_AWS_16", "CKV_AWS_96"),
        },
    ),
    Rule(
        id="customer-key",
        of=_DATABASES,
        severity=Severity.MEDIUM,
        title="The storage key is the customer's",
        why="The policy of AWS's own key cannot be changed: nobody can say who may use it, or take it back.",
        fix="name a key of the stack in 'kms_key'; a living database needs a 'migration:'",
        decide=_customer_key,
        good="kms_key: ${kms_key.data}",
        bad="kms_key: alias/aws/rds",
        field="kms_key",
        aliases={"Checkov": ("CKV_AWS_327",)},
        profile=Profile.STRICT,
    ),
)
