"""RDS snapshots that are shared, in the sandbox, driven by boto3."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.test_sandbox_rds_group import make_instance

AUDITOR = "210987654321"


def share(rds: Any, name: str, *accounts: str) -> list[str]:
    changed = rds.modify_db_snapshot_attribute(
        DBSnapshotIdentifier=name, AttributeName="restore", ValuesToAdd=list(accounts)
    )
    (found,) = changed["DBSnapshotAttributesResult"]["DBSnapshotAttributes"]
    return found["AttributeValues"]


@pytest.mark.repair("rds-snapshot-sharing")
def test_an_encrypted_snapshot_is_shared_once_with_accounts_and_under_a_key_of_ones_own(rds, kms, refused):
    make_instance(rds, StorageEncrypted=True)
    rds.create_db_snapshot(DBInstanceIdentifier="orders", DBSnapshotIdentifier="defaulted")
    key = kms.create_key()["KeyMetadata"]["Arn"]
    rds.copy_db_snapshot(SourceDBSnapshotIdentifier="defaulted", TargetDBSnapshotIdentifier="copied", KmsKeyId=key)
    assert share(rds, "Copied", AUDITOR) == share(rds, "copied", AUDITOR) == [AUDITOR]
    with refused("InvalidParameterValue"):
        share(rds, "copied", "all")
    with refused("InvalidParameterValue"):
        share(rds, "defaulted", AUDITOR)
    with refused("InvalidParameterValue"):
        share(rds, "copied", "somebody")
    with refused("DBSnapshotNotFound"):
        share(rds, "nowhere", AUDITOR)
    with refused("DBSnapshotNotFound"):
        rds.describe_db_snapshot_attributes(DBSnapshotIdentifier="nowhere")


@pytest.mark.repair("rds-cluster-snapshot-sharing")
def test_a_snapshot_of_a_cluster_is_shared_once_with_accounts(rds, kms, refused):
    key = kms.create_key()["KeyMetadata"]["Arn"]
    rds.create_db_cluster(
        DBClusterIdentifier="books",
        Engine="aurora-postgresql",
        MasterUsername="dbowner",
        ManageMasterUserPassword=True,
        StorageEncrypted=True,
        KmsKeyId=key,
    )
    rds.create_db_cluster_snapshot(DBClusterIdentifier="books", DBClusterSnapshotIdentifier="archived")

    def share_it(account: str, name: str = "Archived") -> list[str]:
        changed = rds.modify_db_cluster_snapshot_attribute(
            DBClusterSnapshotIdentifier=name, AttributeName="restore", ValuesToAdd=[account]
        )
        (found,) = changed["DBClusterSnapshotAttributesResult"]["DBClusterSnapshotAttributes"]
        return found["AttributeValues"]

    assert share_it(AUDITOR) == share_it(AUDITOR) == [AUDITOR]
    with refused("InvalidParameterValue"):
        share_it("all")
    with refused("DBClusterSnapshotNotFoundFault"):
        share_it(AUDITOR, "nowhere")


@pytest.mark.repair("rds-snapshot-sharing")
def test_an_automated_snapshot_is_not_shared(rds, refused):
    make_instance(rds, BackupRetentionPeriod=7)
    (automated,) = rds.describe_db_snapshots(SnapshotType="automated")["DBSnapshots"]
    with refused("InvalidDBSnapshotState"):
        share(rds, automated["DBSnapshotIdentifier"], AUDITOR)
