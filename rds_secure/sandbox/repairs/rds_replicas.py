"""RDS read replicas: what one has from its source, what it has not, and which database can have one."""

from __future__ import annotations

from typing import Any

from moto.rds.exceptions import (
    DBInstanceAlreadyExists,
    InvalidDBInstanceStateFault,
    InvalidParameterCombination,
    KMSKeyNotAccessibleFault,
)
from moto.rds.models import DBInstance, RDSBackend

from rds_secure.sandbox.repairs.patch import around
from rds_secure.sandbox.repairs.rds import usable_key

_NOT_SHARED = ("_associated_roles", "domain_memberships", "enabled_cloudwatch_logs_exports", "tags")


def replica_sources() -> None:
    """A database with a managed password has no replicas, but SQL Server's (RDS-19); nor has one without backups."""

    @around(RDSBackend, "create_db_instance_read_replica")
    def create(original: Any, self: RDSBackend, db_kwargs: Any) -> DBInstance:
        if db_kwargs["db_instance_identifier"] in self.databases:
            raise DBInstanceAlreadyExists()
        source = self.find_db_from_id(db_kwargs["source_db_instance_identifier"])
        if getattr(source, "master_user_secret", None) and not source.engine.startswith("sqlserver"):
            raise InvalidParameterCombination("Read replicas are not supported with a managed master user password.")
        if not source.backup_retention_period:
            raise InvalidDBInstanceStateFault("Automated backups are not enabled for this database instance.")
        made: DBInstance = original(self, db_kwargs)
        return made


def replica_settings() -> None:
    """A replica has no tags, roles, logs and backups but its own; another region needs a key of its own (RDS-4)."""

    @around(RDSBackend, "create_db_instance_read_replica")
    def create(original: Any, self: RDSBackend, db_kwargs: Any) -> DBInstance:
        source: Any = self.find_db_from_id(db_kwargs["source_db_instance_identifier"])
        logs = db_kwargs.pop("enable_cloudwatch_logs_exports", None) or []
        elsewhere = source.region != self.region_name
        if source.storage_encrypted and elsewhere and not db_kwargs.get("kms_key_id"):
            raise KMSKeyNotAccessibleFault("the source's, in this region")
        if db_kwargs.get("kms_key_id"):
            db_kwargs["kms_key_id"] = usable_key(self, db_kwargs["kms_key_id"]).arn
        made: Any = original(self, {"tags": [], "deletion_protection": False, **db_kwargs})
        for name in _NOT_SHARED:
            if getattr(made, name) is getattr(source, name):
                setattr(made, name, [])
        made.enabled_cloudwatch_logs_exports = sorted(logs)
        made.backup_retention_period = 0
        if not elsewhere:
            made.source_db_instance_identifier = source.db_instance_identifier
        return made  # type: ignore[no-any-return]
