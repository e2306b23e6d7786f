"""RDS members of Aurora clusters: what is the cluster's cannot be given, but is shown, and they leave no snapshot."""

from __future__ import annotations

from typing import Any

from moto.rds.exceptions import InvalidParameterCombination
from moto.rds.models import DBInstance, DBInstanceClustered, RDSBackend

from rds_secure.sandbox.repairs.patch import around, replace_property

OF_THE_CLUSTER = (
    "allocated_storage",
    "backup_retention_period",
    "db_name",
    "deletion_protection",
    "enable_iam_database_authentication",
    "kms_key_id",
    "manage_master_user_password",
    "master_username",
    "storage_encrypted",
    "storage_type",
    "vpc_security_group_ids",
)
"""Parameters that a member does not take (API reference for CreateDBInstance)."""


def creation() -> None:
    """A member is made without what is the cluster's, and in its cluster's subnet group."""

    @around(RDSBackend, "create_db_instance")
    def create(original: Any, self: RDSBackend, db_kwargs: dict[str, Any]) -> DBInstance:
        cluster = self.clusters.get(db_kwargs.get("db_cluster_identifier") or "")
        if cluster is not None:
            given = [name for name in OF_THE_CLUSTER if db_kwargs.get(name) is not None]
            if given:
                raise InvalidParameterCombination(f"{', '.join(given)} cannot be given for a member of a DB cluster.")
            if cluster.db_subnet_group_name in self.subnet_groups:
                db_kwargs["db_subnet_group_name"] = cluster.db_subnet_group_name
        made: DBInstance = original(self, db_kwargs)
        return made


def changes() -> None:
    """A member can be modified, its promotion tier too."""

    @around(DBInstanceClustered, "__init__")
    def init(original: Any, self: DBInstanceClustered, *args: Any, **named: Any) -> None:
        self.option_group_supplied = True
        original(self, *args, **named)


def settings() -> None:
    """A member shows the port, the sign-in by IAM and the exported logs of its cluster (memory)."""
    replace_property(
        DBInstanceClustered, "endpoint", lambda member: {"Address": member.address, "Port": member.cluster.port}
    )
    replace_property(
        DBInstanceClustered, "iam_database_authentication_enabled", lambda member: bool(member.cluster.iam_auth)
    )

    @around(DBInstanceClustered, "__init__")
    def init(original: Any, self: DBInstanceClustered, *args: Any, **named: Any) -> None:
        original(self, *args, **named)
        self.enabled_cloudwatch_logs_exports = self.cluster.enabled_cloudwatch_logs_exports  # one list


def final_snapshots() -> None:
    """A member leaves no snapshot: that is the cluster's (RDS-26)."""

    @around(RDSBackend, "delete_db_instance")
    def delete(original: Any, self: RDSBackend, db_instance_identifier: str, **asked: Any) -> Any:
        member = isinstance(self.databases.get(db_instance_identifier), DBInstanceClustered)
        if member and asked.get("final_db_snapshot_identifier"):
            raise InvalidParameterCombination("FinalDBSnapshotIdentifier cannot be given for a member of a DB cluster.")
        return original(self, db_instance_identifier, **asked)
