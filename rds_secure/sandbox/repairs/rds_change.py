"""RDS instances as they are changed and deleted. Nothing is ever parked: every change is in effect at once."""

from __future__ import annotations

from typing import Any

from moto.rds.exceptions import InvalidParameterCombination, RDSClientError
from moto.rds.models import DBInstance, RDSBackend
from moto.rds.utils import valid_preferred_maintenance_window

from rds_secure.sandbox.repairs.patch import around, replace_property

BACKUP_WINDOWS = ("13:14-13:44", "03:14-03:44")
MAINTENANCE_WINDOWS = ("wed:06:38-wed:07:08", "wed:20:38-wed:21:08", "wed:10:38-wed:11:08")
"""Windows for AWS to choose from, so that one of them does not meet the other kind of window that was given."""


def ports() -> None:
    """A new port is a new endpoint, and DbInstancePort reads 0 (RDS-17)."""
    replace_property(DBInstance, "db_instance_port", lambda database: 0)

    @around(DBInstance, "update")
    def update(original: Any, self: DBInstance, **changes: Any) -> None:
        original(self, **changes)
        self.port = changes.get("db_port_number") or self.port


def log_exports() -> None:
    """Exporting a log twice, or not exporting one that is not exported, changes nothing."""

    @around(DBInstance, "update")
    def update(original: Any, self: DBInstance, **changes: Any) -> None:
        wanted = changes.pop("cloudwatch_logs_export_configuration", None) or {}
        original(self, **changes)
        kept = set(self.enabled_cloudwatch_logs_exports) - set(wanted.get("DisableLogTypes", ()))
        self.enabled_cloudwatch_logs_exports = sorted(kept | set(wanted.get("EnableLogTypes", ())))


def chosen_windows() -> None:
    """A window that AWS chooses does not meet the one that is given."""

    @around(RDSBackend, "create_db_instance")
    def create(original: Any, self: RDSBackend, db_kwargs: Any) -> Any:
        backup, maintenance = (db_kwargs.get(f"preferred_{kind}_window") for kind in ("backup", "maintenance"))
        if backup and not maintenance:
            db_kwargs["preferred_maintenance_window"] = next(
                window for window in MAINTENANCE_WINDOWS if not valid_preferred_maintenance_window(window, backup)
            )
        if maintenance and not backup:
            db_kwargs["preferred_backup_window"] = next(
                (one for one in BACKUP_WINDOWS if not valid_preferred_maintenance_window(maintenance.lower(), one)),
                BACKUP_WINDOWS[0],
            )
        return original(self, db_kwargs)


def storage_growth() -> None:
    """Storage never shrinks (RDS-7)."""

    @around(DBInstance, "update")
    def update(original: Any, self: DBInstance, **changes: Any) -> None:
        if (changes.get("allocated_storage") or self.allocated_storage) < self.allocated_storage:
            raise InvalidParameterCombination("Requested storage size cannot be less than the current storage size")
        original(self, **changes)


def final_snapshots() -> None:
    """A delete says what becomes of the data: a final snapshot, or none (RDS-11)."""

    @around(RDSBackend, "delete_db_instance")
    def delete(
        original: Any,
        self: RDSBackend,
        db_instance_identifier: str,
        final_db_snapshot_identifier: str | None = None,
        skip_final_snapshot: bool | None = False,
        **more: Any,
    ) -> Any:
        if bool(final_db_snapshot_identifier) == bool(skip_final_snapshot):
            raise InvalidParameterCombination("Give FinalDBSnapshotIdentifier, or SkipFinalSnapshot, and not both")
        return original(self, db_instance_identifier, final_db_snapshot_identifier, skip_final_snapshot, **more)


def unknown_resources() -> None:
    """A tag call about something that does not exist says so."""
    faults = {
        "db": "DBInstanceNotFound",
        "pg": "DBParameterGroupNotFound",
        "og": "OptionGroupNotFoundFault",
        "subgrp": "DBSubnetGroupNotFoundFault",
        "snapshot": "DBSnapshotNotFound",
        "cluster": "DBClusterNotFoundFault",
    }

    @around(RDSBackend, "_get_resource_for_tagging")
    def find(original: Any, self: RDSBackend, arn: str) -> Any:
        found = original(self, arn)
        kind = arn.split(":")[5]
        if found is None and kind in faults:
            raise RDSClientError(faults[kind], f"{arn} not found.")
        return found
