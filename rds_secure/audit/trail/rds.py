"""Patterns in calls of RDS itself: what is deleted, opened, shared, copied, or less protected. Small pure functions.

Source: RDS API reference and CloudTrail's records of it; names of parameters are compared without case.
"""

from __future__ import annotations

from collections.abc import Iterator

from rds_secure.audit.trail.context import Context
from rds_secure.audit.trail.event import Event, flag, listed, look, mapping, text, word
from rds_secure.audit.trail.hit import (
    COPIED_OUT,
    CRITICAL,
    DELETED,
    HIGH,
    OFF,
    OPENED,
    SHARED,
    TOUCHED,
    Hit,
    Pattern,
    thing,
)

_MODIFY = ("rds:ModifyDBInstance", "rds:ModifyDBCluster")
_DELETE = tuple(
    f"rds:Delete{what}"
    for what in (
        "DBInstance", "DBCluster", "GlobalCluster", "DBSnapshot", "DBClusterSnapshot",
        "DBInstanceAutomatedBackup", "DBClusterAutomatedBackup",
    )
)  # fmt: skip
_COPY_OUT = (
    "rds:RestoreDBInstanceFromDBSnapshot", "rds:RestoreDBInstanceToPointInTime", "rds:RestoreDBInstanceFromS3",
    "rds:RestoreDBClusterFromSnapshot", "rds:RestoreDBClusterToPointInTime", "rds:RestoreDBClusterFromS3",
    "rds:CreateDBInstanceReadReplica",
)  # fmt: skip
_MAKE = ("rds:CreateDBInstance", "rds:CreateDBCluster", *_COPY_OUT)
_GROUPS = tuple(f"rds:{verb}DB{of}ParameterGroup" for verb in ("Modify", "Reset") for of in ("", "Cluster"))

_TLS_OFF = {"rds.force_ssl": {"0", "off"}, "require_secure_transport": {"0", "off"}}
"""Parameters that force TLS, and the values that do not (PostgreSQL and SQL Server; MySQL and MariaDB)."""
_ENCRYPTING = frozenset({"SSL", "NNE", "NATIVE_NETWORK_ENCRYPTION", "TDE", "TDE_HSM", "TRANSPARENT_DATA_ENCRYPTION"})


def _deleted(event: Event, context: Context) -> Hit:
    if flag(look(event.params, "skipFinalSnapshot")):
        return Hit(CRITICAL, f"{thing(event)} deleted without a final snapshot")
    return Hit(HIGH, f"{thing(event)} deleted")


def _unprotected(event: Event, context: Context) -> Hit | None:
    lost = []
    if flag(look(event.params, "deletionProtection")) is False:
        lost.append("deletion protection off")
    if word(look(event.params, "backupRetentionPeriod")) == "0":
        lost.append("backups off")
    return Hit(HIGH, f"{thing(event)}: {', '.join(lost)}") if lost else None


def _public(event: Event, context: Context) -> Hit | None:
    if not flag(look(event.params, "publiclyAccessible")):
        return None
    return Hit(CRITICAL, f"{thing(event)} made publicly accessible")


def _other_groups(event: Event, context: Context) -> Hit | None:
    groups = [text(one) for one in listed(look(event.params, "vpcSecurityGroupIds"))]
    return Hit(HIGH, f"{thing(event)} put into security groups {', '.join(groups)}") if groups else None


def _classic(event: Event, context: Context) -> Hit:
    whom = text(look(event.params, "cIDRIP")) or text(look(event.params, "eC2SecurityGroupName")) or "somebody"
    return Hit(CRITICAL if whom in ("0.0.0.0/0", "::/0") else HIGH, f"{thing(event)} opened to {whom}")


def _shared(event: Event, context: Context) -> Hit | None:
    if text(look(event.params, "attributeName")).lower() != "restore":
        return None
    added = [text(one) for one in listed(look(event.params, "valuesToAdd"))]
    if "all" in (account.lower() for account in added):
        return Hit(CRITICAL, f"{thing(event)} shared with everybody")
    strangers = [account for account in added if not context.is_known(account)]
    return Hit(HIGH, f"{thing(event)} shared with account {', '.join(strangers)}") if strangers else None


def _copied(event: Event, context: Context) -> Hit | None:
    if look(event.params, "kmsKeyId"):
        return None
    source = text(look(event.params, "sourceDBSnapshotIdentifier"))
    source = source or text(look(event.params, "sourceDBClusterSnapshotIdentifier"))
    return Hit(HIGH, f"snapshot {source or 'of something'} copied, and no key named for the copy")


def _exported(event: Event, context: Context) -> Hit:
    return Hit(HIGH, f"{text(look(event.params, 'sourceArn')) or 'a snapshot'} exported to "
                     f"{text(look(event.params, 's3BucketName')) or 'a bucket'}")  # fmt: skip


def _copied_out(event: Event, context: Context) -> Hit | None:
    if event.name == "CreateDBInstanceReadReplica" and not _crosses(event):
        return None
    may = context.may(f"rds:{event.name}", event.identity.principal)
    if may:
        return None
    unsure = "who may do this is not known" if may is None else ""
    return Hit(HIGH, f"{_source(event)} copied into {thing(event)}", unsure)


def _source(event: Event) -> str:
    keys = ("sourceDBInstanceIdentifier", "sourceDBClusterIdentifier", "dBSnapshotIdentifier", "snapshotIdentifier",
            "sourceDbiResourceId", "s3BucketName")  # fmt: skip
    return next((found for key in keys if (found := text(look(event.params, key)))), "something")


def _crosses(event: Event) -> bool:
    source = text(look(event.params, "sourceDBInstanceIdentifier")) or text(
        look(event.params, "sourceDBClusterIdentifier")
    )
    where = text(look(event.params, "sourceRegion")) or (source.split(":")[3] if source.count(":") > 3 else "")
    return bool(where) and where != event.region


def _password(event: Event, context: Context) -> Hit | None:
    if look(event.params, "masterUserPassword") is not None:
        return Hit(HIGH, f"{thing(event)}: the master password set")
    if flag(look(event.params, "rotateMasterUserPassword")):
        return Hit(HIGH, f"{thing(event)}: the master password rotated")
    return None


def _log(event: Event, context: Context) -> Hit:
    return Hit(HIGH, f"{thing(event)}: log {text(look(event.params, 'logFileName'))} downloaded")


def _tls(event: Event, context: Context) -> Hit | None:
    resets = event.name.startswith("Reset")
    if resets and flag(look(event.params, "resetAllParameters")):
        return Hit(HIGH, f"{thing(event)}: all parameters reset, those that force TLS among them")
    off = sorted(name for name, value in _parameters(event) if resets or value in _TLS_OFF[name])
    how = "reset" if resets else "off"
    return Hit(HIGH, f"{thing(event)}: {', '.join(off)} {how}") if off else None


def _parameters(event: Event) -> Iterator[tuple[str, str]]:
    """Those that force TLS, with their new values."""
    for item in listed(look(event.params, "parameters")):
        name = text(look(mapping(item), "parameterName")).lower()
        if name in _TLS_OFF:
            yield name, word(look(item, "parameterValue")).lower()


def _options(event: Event, context: Context) -> Hit | None:
    gone = sorted(_ENCRYPTING & {text(one).upper() for one in listed(look(event.params, "optionsToRemove"))})
    return Hit(HIGH, f"{thing(event)}: {', '.join(gone)} taken out") if gone else None


def _logs_off(event: Event, context: Context) -> Hit | None:
    off = [text(one) for one in listed(look(event.params, "cloudwatchLogsExportConfiguration", "disableLogTypes"))]
    return Hit(HIGH, f"{thing(event)}: export of logs off: {', '.join(off)}") if off else None


def _unsubscribed(event: Event, context: Context) -> Hit:
    return Hit(HIGH, f"{thing(event)}: event subscription deleted")


def _stream_off(event: Event, context: Context) -> Hit:
    return Hit(HIGH, f"activity stream of {text(look(event.params, 'resourceArn')) or 'a database'} stopped")


_SNAPSHOT_RIGHTS = ("rds:ModifyDBSnapshotAttribute", "rds:ModifyDBClusterSnapshotAttribute")
_COPIES = ("rds:CopyDBSnapshot", "rds:CopyDBClusterSnapshot")

RDS = (
    Pattern("data-deleted", DELETED, _DELETE, _deleted),
    Pattern("protection-removed", "protection against loss removed", _MODIFY, _unprotected),
    Pattern("made-public", "databases made public", (*_MODIFY, *_MAKE), _public),
    Pattern("network-loosened", OPENED, _MODIFY, _other_groups),
    Pattern("network-loosened", OPENED, ("rds:AuthorizeDBSecurityGroupIngress",), _classic),
    Pattern("snapshot-shared", SHARED, _SNAPSHOT_RIGHTS, _shared),
    Pattern("snapshot-shared", SHARED, _COPIES, _copied),
    Pattern("snapshot-shared", SHARED, ("rds:StartExportTask",), _exported),
    Pattern("copied-out", COPIED_OUT, _COPY_OUT, _copied_out),
    Pattern("credentials-touched", TOUCHED, _MODIFY, _password),
    Pattern(
        "credentials-touched",
        TOUCHED,
        ("rds:DownloadDBLogFilePortion", "rds:DownloadCompleteDBLogFile"),
        _log,
    ),
    Pattern("tls-loosened", "encryption in transit or inside the database loosened", _GROUPS, _tls),
    Pattern(
        "tls-loosened", "encryption in transit or inside the database loosened", ("rds:ModifyOptionGroup",), _options
    ),
    Pattern("audit-off", OFF, _MODIFY, _logs_off),
    Pattern("audit-off", OFF, ("rds:DeleteEventSubscription",), _unsubscribed),
    Pattern("audit-off", OFF, ("rds:StopActivityStream",), _stream_off),
)
