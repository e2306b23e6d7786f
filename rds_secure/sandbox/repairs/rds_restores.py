"""RDS instances that are restored, from a snapshot or to a point in time: what they have from their source.

Nothing but data, engine, size, sign-in and backup settings: the rest is what is given, or AWS's default. Sources are
the API reference of RestoreDBInstanceFromDBSnapshot, and the user guide, "Restoring from a DB snapshot" (groups) and
"Copying tags to DB instance snapshots". Where they leave a choice, as for minor upgrades, maintenance window and
certificate, the default is that of a new instance, which differs from the source.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from moto.ec2.models import ec2_backends
from moto.rds.exceptions import (
    DBInstanceAlreadyExists,
    DBInstanceNotFoundError,
    InvalidParameterCombination,
    InvalidParameterValue,
    RDSClientError,
)
from moto.rds.models import DBInstance, RDSBackend

from rds_secure.sandbox.repairs import rds_snapshots
from rds_secure.sandbox.repairs.patch import around

KEPT = (
    "allocated_storage",
    "backup_retention_period",
    "character_set_name",
    "db_instance_class",
    "db_name",
    "engine",
    "engine_version",
    "license_model",
    "master_username",
    "nchar_character_set_name",
    "port",
    "preferred_backup_window",
    "timezone",
)
"""What is as it was unless given otherwise. Retention: "existing setting" in the API reference; the backup window went
with it when neither could be given (AWS's announcement that they can)."""

PERFORMANCE = ("iops", "storage_throughput")
PROVISIONED = ("io1", "io2")
OF_THE_CALL = (
    "db_cluster_snapshot_identifier",
    "db_snapshot_identifier",
    "restore_time",
    "source_db_instance_automated_backups_arn",
    "source_db_instance_identifier",
    "source_dbi_resource_id",
    "target_db_instance_identifier",
    "use_latest_restorable_time",
)
DEFAULT = "default"
"""The subnet group that AWS makes of the default VPC."""


def from_snapshots() -> None:
    """An instance from a snapshot has the snapshot's key, and little else that is not given."""

    @around(RDSBackend, "restore_db_instance_from_db_snapshot")
    def restore(original: Any, self: RDSBackend, from_snapshot_id: str, overrides: Mapping[str, Any]) -> DBInstance:
        if overrides["db_instance_identifier"] in self.databases:
            raise DBInstanceAlreadyExists
        snapshot: Any = rds_snapshots.ready(self, from_snapshot_id)
        source: Any = snapshot.database
        group = snapshot.option_group_name
        return _restore(self, source, overrides, kms_key_id=snapshot.kms_key_id, option_group=group)


def to_points_in_time() -> None:
    """An instance as another one was at some time: of that one, as from a snapshot; without backups there is none."""

    @around(RDSBackend, "restore_db_instance_to_point_in_time")
    def restore(
        original: Any,
        self: RDSBackend,
        source_db_identifier: str | None,
        target_db_identifier: str,
        overrides: Mapping[str, Any],
    ) -> DBInstance:
        if target_db_identifier in self.databases:
            raise DBInstanceAlreadyExists
        if bool(overrides.get("use_latest_restorable_time")) == bool(overrides.get("restore_time")):
            raise InvalidParameterCombination("Give RestoreTime, or UseLatestRestorableTime, and not both")
        source = _source(self, source_db_identifier, overrides.get("source_dbi_resource_id"))
        if not source.backup_retention_period:
            raise RDSClientError("PointInTimeRestoreNotEnabled", "Point in time restore is not enabled.")
        given = {**overrides, "db_instance_identifier": target_db_identifier}
        return _restore(self, source, given, kms_key_id=source.kms_key_id, option_group=source.option_group_name)


def _source(rds: RDSBackend, name: str | None, resource_id: str | None) -> Any:
    for database in rds.databases.values():
        if (name or "").lower() == database.db_instance_identifier or database.dbi_resource_id == resource_id:
            return database
    raise DBInstanceNotFoundError(str(name or resource_id))


def _restore(
    rds: RDSBackend, source: Any, overrides: Mapping[str, Any], *, kms_key_id: str | None, option_group: str
) -> DBInstance:
    given = {
        name: value for name, value in overrides.items() if name not in OF_THE_CALL and value not in (None, [], "")
    }
    _check(source, given)
    inherited = {name: getattr(source, name, None) for name in KEPT} | {
        "kms_key_id": kms_key_id,
        "storage_encrypted": kms_key_id is not None,
        "tags": source.tags,  # RDS-18: those of the instance when the snapshot was taken, unless there are new ones
    }
    if not given.get("manage_master_user_password"):
        inherited["master_user_password"] = getattr(source, "_master_user_password", None)
    made = inherited | _network(rds, given) | given | _storage(source, given)
    made["option_group_name"] = _option_group(rds, option_group, given.get("option_group_name"))
    return rds.create_db_instance({name: value for name, value in made.items() if value is not None})


def _check(source: Any, given: Mapping[str, Any]) -> None:
    """What AWS refuses to restore so; codes and messages from memory but for those that moto has."""
    if given.get("allocated_storage", source.allocated_storage) < source.allocated_storage:
        raise InvalidParameterValue("The allocated storage size can't be less than the source snapshot or backup size.")
    if "allocated_storage" in given and source.engine.startswith("sqlserver"):
        raise InvalidParameterCombination("AllocatedStorage isn't valid for SQL Server.")
    if given.get("multi_az") and given.get("availability_zone"):
        raise InvalidParameterCombination("Requesting a specific availability zone is not valid for Multi-AZ.")
    if given.get("db_name") and not source.engine.startswith(("oracle", "sqlserver")):
        raise InvalidParameterValue("DBName must be null when Restoring for this Engine.")
    if given.get("manage_master_user_password") and not source.engine.startswith("oracle"):  # RDS-12
        raise InvalidParameterCombination("ManageMasterUserPassword is not supported for this engine.")
    engine = given.get("engine", source.engine)
    if engine.partition("-")[0] != source.engine.partition("-")[0]:
        raise InvalidParameterCombination(f"A backup of {source.engine} cannot be restored to {engine}.")


def _storage(source: Any, given: Mapping[str, Any]) -> dict[str, Any]:
    """The type is io1 where IOPS are given, or in the backup of such a volume, otherwise gp3 (API reference)."""
    provisioned = given.get("iops", source.storage_type in PROVISIONED)
    storage_type = given.get("storage_type") or ("io1" if provisioned else "gp3")
    alike = storage_type == source.storage_type or {storage_type, source.storage_type} <= set(PROVISIONED)
    inherited = {name: getattr(source, name) if alike else None for name in PERFORMANCE}
    asked = {name: given[name] or None for name in PERFORMANCE if name in given}
    return {"storage_type": storage_type, **inherited, **asked}


def _network(rds: RDSBackend, given: Mapping[str, Any]) -> dict[str, Any]:
    """The default VPC, its default security group, and open to the world there, unless given otherwise (RDS-14)."""
    name = given.get("db_subnet_group_name") or DEFAULT
    if name == DEFAULT:
        _make_default(rds)
    group = rds.describe_db_subnet_groups(name)[0]
    ec2 = ec2_backends[rds.account_id][rds.region_name]
    security_group = ec2.get_default_security_group(group.vpc_id)
    return {
        "db_subnet_group_name": name,
        "vpc_security_group_ids": [security_group.id] if security_group else [],
        "publicly_accessible": name == DEFAULT,
    }


def _make_default(rds: RDSBackend) -> None:
    if DEFAULT not in rds.subnet_groups:
        ec2 = ec2_backends[rds.account_id][rds.region_name]
        subnets = ec2.describe_subnets(filters={"vpc-id": [ec2.default_vpc.id]})
        rds.create_subnet_group(DEFAULT, DEFAULT, subnets, [])


def _option_group(rds: RDSBackend, former: str, given: str | None) -> str | None:
    """The default one; if that of the source has options for ever, one that has them too, so by itself the source's.

    User guide, "Option group considerations" of restores; that the source's is taken by itself then, an older edition.
    """
    group = rds.option_groups.get(former)
    options = group.options if group is not None else []
    lasting = {item["OptionName"] for item in options if item["Permanent"] or item["Persistent"]}
    if not lasting:
        return given
    chosen = rds.option_groups.get(given or former)
    if chosen is not None and not lasting <= {item["OptionName"] for item in chosen.options}:
        names = ", ".join(sorted(lasting))
        raise InvalidParameterCombination(f"The option group {given} lacks options of the source: {names}")
    return given or former
