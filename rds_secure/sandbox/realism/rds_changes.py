"""RDS instances as they change: what goes on after the call has returned, and what waits for the maintenance window."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any, NamedTuple

from moto.rds.exceptions import DBInstanceAlreadyExists, InvalidParameterCombination
from moto.rds.models import DBInstance, RDSBackend

from rds_secure.engines import is_major_change
from rds_secure.sandbox.realism.course import Course, Step, course, look, set_out
from rds_secure.sandbox.realism.switch import around, is_on
from rds_secure.sandbox.repairs import patch
from rds_secure.sandbox.repairs.rds_engine import newest
from rds_secure.sandbox.repairs.rds_renames import follow


class Slow(NamedTuple):
    """A change that is not in effect when the call returns.

    ``shown``: its name among the PendingModifiedValues, "" where it never shows there (RDS-24). ``status``: the
    instance's while it goes on. ``parks``: whether it waits for the window unless it is to be applied immediately.
    """

    shown: str
    status: str = "modifying"
    parks: bool = True


SLOW: Mapping[str, Slow] = {
    "db_instance_class": Slow("DBInstanceClass"),
    "allocated_storage": Slow("AllocatedStorage"),
    "storage_type": Slow("StorageType"),
    "iops": Slow("Iops"),
    "storage_throughput": Slow("StorageThroughput"),
    "engine_version": Slow("EngineVersion", "upgrading"),
    "multi_az": Slow("MultiAZ"),
    "license_model": Slow("LicenseModel"),
    "db_subnet_group_name": Slow("DBSubnetGroupName"),
    "ca_certificate_identifier": Slow("CACertificateIdentifier"),
    "backup_retention_period": Slow("BackupRetentionPeriod"),
    "enable_iam_database_authentication": Slow("IAMDatabaseAuthenticationEnabled", "configuring-iam-database-auth"),
    "new_db_instance_identifier": Slow("DBInstanceIdentifier", "renaming"),
    "option_group_name": Slow(""),
    "network_type": Slow(""),
    "db_port_number": Slow("Port", parks=False),  # RDS-24: it restarts at once
    "master_user_password": Slow("MasterUserPassword", "resetting-master-credentials", parks=False),
    "cloudwatch_logs_export_configuration": Slow(
        "PendingCloudwatchLogsExports", "configuring-log-exports", parks=False
    ),
}
"""moto's name of a parameter of ModifyDBInstance → what becomes of it (AWS's API reference, and RDS-2)."""

UPGRADE = ("allow_major_version_upgrade", "db_parameter_group_name")
"""What goes along with a major upgrade (RDS-6)."""

STORAGE = ("allocated_storage", "storage_type", "iops", "storage_throughput")
RESTARTS = ("db_instance_class", "engine_version", "db_port_number", "new_db_instance_identifier")
OPTIMISING = 2
"""Looks for which a volume is optimised, some hours at AWS (RDS-7)."""


def deferred() -> None:
    """After a call the status still reads `available`, then `modifying` or the like, and the old values stay so long.

    With ApplyImmediately=false most changes are parked; true makes them, and all that was parked before.
    """
    patch.add_property(DBInstance, "pending_modified_values", lambda database: pending(course(database), SLOW))

    @patch.around(DBInstance, "update")
    def update(original: Any, self: DBInstance, *, in_effect: bool = False, **changes: Any) -> None:
        if in_effect:
            original(self, **changes)
            _after(self, changes)
        elif (is_on("rds-modifying") or is_on("rds-window")) and not _is_being_made(self):
            _take_up(original, self, changes)
        else:
            original(self, **changes)


def _is_being_made(database: DBInstance) -> bool:
    """moto makes a replica as a copy of its source, which it changes: nobody has listed that one yet."""
    return not any(one is database for one in database.backend.databases.values())


def _take_up(original: Any, database: DBInstance, changes: dict[str, Any]) -> None:
    """Do at once what AWS does at once, and put the rest on its way, or aside."""
    slow = _slow(database, changes)
    if slow:
        original(copy.copy(database), **slow)  # what AWS would refuse, it refuses now
    original(database, **{name: value for name, value in changes.items() if name not in slow})
    now = bool(changes.get("apply_immediately"))
    parks = is_on("rds-window") and not now
    aside = {name: value for name, value in slow.items() if parks and _waits(database, name, slow)}
    status = next((SLOW[name].status for name in slow if name in SLOW), "modifying")
    set_out(database, slow, aside, now=now, status=status, takes_time=is_on("rds-modifying"))


def _slow(database: DBInstance, changes: Mapping[str, Any]) -> dict[str, Any]:
    """The changes that take time, with what goes along; a value that the instance has, or is to have, is none."""
    slow = {}
    for name, value in changes.items():
        if name in SLOW and value is not None:
            wanted = newest(database.engine, value) if name == "engine_version" else value
            if wanted != _current(database, name):
                slow[name] = wanted
            elif name in course(database).parked:
                course(database).parked.pop(name)  # the old value again: nothing is left to do
    version = slow.get("engine_version")
    if version and is_major_change(database.engine, database.engine_version, version):
        slow |= {name: changes[name] for name in UPGRADE if changes.get(name) is not None}
    return slow


def _current(database: DBInstance, name: str) -> Any:
    if name == "db_port_number":
        return database.port
    if name == "db_subnet_group_name":
        return database.db_subnet_group.name
    return None if name == "master_user_password" else getattr(database, name, None)


def _waits(database: DBInstance, name: str, changes: Mapping[str, Any]) -> bool:
    if name in UPGRADE:
        return True
    if name == "backup_retention_period":  # only from none, or to none
        return not (changes[name] and database.backup_retention_period)
    return SLOW[name].parks


def _after(database: DBInstance, changes: Mapping[str, Any]) -> None:
    """What follows from changes that are in effect now."""
    if changes.get("new_db_instance_identifier"):
        _rename(database, changes["new_db_instance_identifier"])
    if any(name in changes for name in RESTARTS):
        course(database).parameters = "in-sync"
    if is_on("rds-storage-optimization") and any(name in changes for name in STORAGE):
        database.status = "storage-optimization"
        course(database).ahead[:0] = [Step("storage-optimization")] * OPTIMISING + [Step("available")]


def pending(own: Course, slow: Mapping[str, Slow]) -> dict[str, Any]:
    """PendingModifiedValues: what is parked, and what is on its way."""
    pending: dict[str, Any] = {}
    for name, value in (own.parked | own.going).items():
        shown = slow[name].shown if name in slow else ""
        if name == "cloudwatch_logs_export_configuration":
            types = {"LogTypesToEnable": "EnableLogTypes", "LogTypesToDisable": "DisableLogTypes"}
            pending[shown] = {new: list(value.get(old, ())) for new, old in types.items()}
        elif shown:
            pending[shown] = "****" if name == "master_user_password" else value
    return pending


def renaming() -> None:
    """Another name is a change as others: parked, or on its way while the status is `renaming`, then `rebooting`."""

    @around("rds-renaming", RDSBackend, "modify_db_instance")
    def modify(original: Any, self: RDSBackend, db_instance_identifier: str, db_kwargs: Any) -> DBInstance:
        new = db_kwargs.get("new_db_instance_identifier")
        if not new or new.lower() == db_instance_identifier:
            return original(self, db_instance_identifier, db_kwargs)  # type: ignore[no-any-return]
        _check_free(self, new)
        rest = {name: value for name, value in db_kwargs.items() if name != "new_db_instance_identifier"}
        database: DBInstance = original(self, db_instance_identifier, rest)
        name, now = {"new_db_instance_identifier": new.lower()}, bool(db_kwargs.get("apply_immediately"))
        set_out(database, name, {} if now else name, now=now, status="renaming", takes_time=True)
        return database

    @around("rds-renaming", RDSBackend, "create_db_instance", "create_db_instance_read_replica")
    def create(original: Any, self: RDSBackend, db_kwargs: Any) -> DBInstance:
        _check_free(self, db_kwargs["db_instance_identifier"])
        return original(self, db_kwargs)  # type: ignore[no-any-return]

    @around("rds-renaming", RDSBackend, "restore_db_instance_from_db_snapshot")
    def restore(original: Any, self: RDSBackend, from_snapshot_id: str, overrides: Any) -> DBInstance:
        _check_free(self, overrides["db_instance_identifier"])
        return original(self, from_snapshot_id, overrides)  # type: ignore[no-any-return]


def _check_free(rds: RDSBackend, name: str) -> None:
    """While an instance is renamed both its names are taken: it goes by the former one until it is done.

    That it does is issue 2439 of hashicorp/terraform; that the new one is taken too is from memory.
    """
    for database in list(rds.databases.values()):
        to = course(database).going.get("new_db_instance_identifier")
        if name.lower() in (database.db_instance_identifier, to):
            if to is not None:
                look(database)
            raise DBInstanceAlreadyExists


def _rename(database: DBInstance, name: str) -> None:
    """Its endpoint and its ARN come from its name; it is rebooted (RDS-30)."""
    rds, old = database.backend, database.db_instance_identifier
    rds.databases.pop(old, None)
    database.db_instance_identifier = name
    rds.databases[name] = database
    follow(rds, database, old)
    if is_on("rds-renaming"):
        database.status = "rebooting"
        course(database).ahead[:0] = [Step("available")]


def option_groups() -> None:
    """Another option group shows only among the memberships, where the old one is still listed too."""
    shown = DBInstance.option_group_memberships.fget  # type: ignore[attr-defined]

    def memberships(database: DBInstance) -> Any:
        own = course(database)
        for changes, removed, applied in (
            (own.parked, "pending-maintenance-removal", "pending-maintenance-apply"),
            (own.going, "removing", "applying"),
        ):
            if "option_group_name" in changes:
                old = {"OptionGroupName": database.option_group_name, "Status": removed}
                return [old, {"OptionGroupName": changes["option_group_name"], "Status": applied}]
        return shown(database)

    patch.replace_property(DBInstance, "option_group_memberships", memberships)


def storage_optimization() -> None:
    """After its storage changed, a volume is optimised: the instance is usable, but takes no other such change."""

    @around("rds-storage-optimization", RDSBackend, "modify_db_instance")
    def refuse(original: Any, self: RDSBackend, db_instance_identifier: str, db_kwargs: Any) -> Any:
        database = self.databases.get(db_instance_identifier)
        is_optimised = database is not None and database.status == "storage-optimization"
        if is_optimised and any(db_kwargs.get(name) not in (None, getattr(database, name)) for name in STORAGE):
            what = "the previous storage change is being optimized"
            raise InvalidParameterCombination(f"You can't currently modify the storage of this instance: {what}.")
        return original(self, db_instance_identifier, db_kwargs)
