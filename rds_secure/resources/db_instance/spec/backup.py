"""What is kept of the data, and what keeps it from being lost. Snapshots themselves are not here."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field as Limit

from rds_secure.database.types import TIME
from rds_secure.fields import Bool, Field, Int, Mode, Part, Pattern


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
