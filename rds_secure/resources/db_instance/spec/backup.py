"""What is kept of the data, and what keeps it from being lost. Snapshots themselves are not here."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field as Limit

from rds_secure.database.types import REGION, TIME
from rds_secure.fields import Bool, Field, Int, Mode, Part, Pattern

_START, _STOP = "StartDBInstanceAutomatedBackupsReplication", "StopDBInstanceAutomatedBackupsReplication"
_LISTED = "DescribeDBInstanceAutomatedBackups.DBInstanceAutomatedBackups[]"


class BackupCopy(Part):
    """Copies of the automated backups in another region."""

    region: Annotated[
        str | None,
        Pattern(REGION, "a region such as eu-central-1"),
        Field(
            create=f"{_START}.SourceDBInstanceArn",
            change=f"{_STOP}.SourceDBInstanceArn",
            read="DBInstanceAutomatedBackupsReplications[].DBInstanceAutomatedBackupsArn",
        ),
    ] = None
    """The region that they are copied to."""
    key: Annotated[
        str | None,
        Pattern(rf"arn:aws[a-z-]*:kms:{REGION}:\d{{12}}:key/[A-Za-z0-9-]+", "the ARN of a key of that region"),
        Field(
            create=f"{_START}.KmsKeyId",
            change=f"{_START}.KmsKeyId",
            read=f"{_LISTED}.KmsKeyId",
            terraform="kms_key_id",
        ),
    ] = None
    """The ARN of the key there that encrypts them, for an encrypted database; fixed while copies are there."""
    retention_days: Annotated[
        Annotated[Int, Limit(ge=1, le=35)] | None,
        Field(
            Mode.ADOPT,
            create=f"{_START}.BackupRetentionPeriod",
            change=f"{_START}.BackupRetentionPeriod",
            read=f"{_LISTED}.BackupRetentionPeriod",
            terraform="retention_period",
        ),
    ] = None
    """For how many days they are kept, 1 to 35."""


class BackupFields(Part):
    """What is kept of the data."""

    backup_days: Annotated[
        Int,
        Limit(ge=0, le=35),
        Field(
            create="BackupRetentionPeriod",
            change="BackupRetentionPeriod",
            read="BackupRetentionPeriod",
            terraform="backup_retention_period",
            applies="window",
        ),
    ] = 7
    """For how many days automated backups are kept, 0 to 35; 0: none are made. Only a change to or from 0
    waits for the window."""
    backup_window: Annotated[
        str | None,
        Pattern(rf"{TIME}-{TIME}", "a daily window in UTC such as 02:00-02:30"),
        Field(
            Mode.ADOPT,
            create="PreferredBackupWindow",
            change="PreferredBackupWindow",
            read="PreferredBackupWindow",
            terraform="backup_window",
            applies="now",
        ),
    ] = None
    """When backups are made, every day, UTC, half an hour at least: 02:00-02:30."""
    backup_copy: Annotated[
        BackupCopy | None,
        Field(Mode.ADOPT, read="DBInstanceAutomatedBackupsReplications[].DBInstanceAutomatedBackupsArn"),
    ] = None
    """Where automated backups are copied to, so that they outlive their region: {region, key, retention_days}; {}:
    nowhere. What is copied already stays there until its days are over."""
    copy_tags: Annotated[
        Bool,
        Field(
            create="CopyTagsToSnapshot",
            change="CopyTagsToSnapshot",
            read="CopyTagsToSnapshot",
            terraform="copy_tags_to_snapshot",
            applies="now",
        ),
    ] = True
    """Whether snapshots carry its tags."""
    deletion_protection: Annotated[
        Bool,
        Field(
            create="DeletionProtection",
            change="DeletionProtection",
            read="DeletionProtection",
            terraform="deletion_protection",
            applies="now",
        ),
    ] = True
    """Whether AWS refuses to delete it."""
