"""RDS automated backups, of instances and clusters: the key that they need. Restoring from one is left to moto."""

from __future__ import annotations

from typing import Any

from moto.core.responses import ActionResult
from moto.rds.models import DBClusterSnapshot, DBInstanceAutomatedBackup, DBSnapshot
from moto.rds.responses import RDSResponse

from rds_secure.sandbox.repairs.patch import add, add_property


def backup_keys() -> None:
    """An automated backup says which instance it is of, and which key encrypts it."""

    def last(backup: DBInstanceAutomatedBackup) -> DBSnapshot:
        return backup.automated_snapshots[-1]

    add_property(DBInstanceAutomatedBackup, "kms_key_id", lambda backup: last(backup).kms_key_id)
    add_property(DBInstanceAutomatedBackup, "encrypted", lambda backup: last(backup).encrypted)
    add_property(DBInstanceAutomatedBackup, "dbi_resource_id", lambda backup: last(backup).dbi_resource_id)
    add_property(DBInstanceAutomatedBackup, "db_instance_arn", lambda backup: last(backup).database.arn)


def cluster_backups() -> None:
    """DescribeDBClusterAutomatedBackups answers with the clusters that have automated snapshots."""

    @add(RDSResponse)
    def describe_db_cluster_automated_backups(self: RDSResponse) -> ActionResult:
        found: dict[str, dict[str, Any]] = {}
        for snapshot in self.backend.cluster_snapshots.values():
            if snapshot.snapshot_type == "automated":
                found[snapshot.db_cluster_identifier] = _backup(snapshot, self.backend.clusters)
        return ActionResult({"DBClusterAutomatedBackups": list(found.values())})


def _backup(snapshot: DBClusterSnapshot, clusters: Any) -> dict[str, Any]:
    return {
        "DBClusterIdentifier": snapshot.db_cluster_identifier,
        "DBClusterArn": snapshot.cluster.arn,
        "KmsKeyId": snapshot.kms_key_id,
        "StorageEncrypted": snapshot.encrypted,
        "Status": "active" if snapshot.db_cluster_identifier in clusters else "retained",
    }
