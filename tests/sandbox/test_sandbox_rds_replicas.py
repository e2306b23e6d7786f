"""RDS read replicas in the sandbox: what they have from their source, and which database can have one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import boto3
import pytest

Make = Callable[..., dict[str, Any]]


@pytest.fixture
def source(rds: Any, subnets: list[str]) -> Make:
    rds.create_db_subnet_group(DBSubnetGroupName="private", DBSubnetGroupDescription="private", SubnetIds=subnets)

    def instance(**more: Any) -> dict[str, Any]:
        asked: dict[str, Any] = {
            "DBInstanceIdentifier": "orders",
            "DBInstanceClass": "db.t4g.micro",
            "Engine": "postgres",
            "AllocatedStorage": 20,
            "MasterUsername": "dbowner",
            "DBSubnetGroupName": "private",
            "BackupRetentionPeriod": 7,
        }
        if not more.get("ManageMasterUserPassword"):
            asked["MasterUserPassword"] = "correct horse"
        return rds.create_db_instance(**asked | more)["DBInstance"]

    return instance


def replica(rds: Any, name: str = "reports", **more: Any) -> dict[str, Any]:
    asked = {"DBInstanceIdentifier": name, "SourceDBInstanceIdentifier": "orders", **more}
    return rds.create_db_instance_read_replica(**asked)["DBInstance"]


@pytest.mark.repair("rds-replica-sources")
def test_a_managed_password_excludes_replicas_but_for_sql_server(rds, source, refused):
    source(ManageMasterUserPassword=True)
    with refused("InvalidParameterCombination"):
        replica(rds)
    source(DBInstanceIdentifier="ledger", Engine="sqlserver-ee", EngineVersion="15.00", ManageMasterUserPassword=True)
    assert replica(rds, SourceDBInstanceIdentifier="ledger")["Engine"] == "sqlserver-ee"


@pytest.mark.repair("rds-replica-sources")
def test_replicas_begin_with_a_backup(rds, source, refused):
    source(BackupRetentionPeriod=0)
    with refused("InvalidDBInstanceState"):
        replica(rds)


@pytest.mark.repair("rds-replica-settings")
def test_a_replica_has_little_but_the_data_from_its_source(rds, source):
    source(
        Tags=[{"Key": "team", "Value": "payments"}],
        EnableCloudwatchLogsExports=["postgresql"],
        DeletionProtection=True,
        StorageEncrypted=True,
    )
    made = replica(rds, EnableCloudwatchLogsExports=["upgrade"])
    assert (made["TagList"], made["EnabledCloudwatchLogsExports"]) == ([], ["upgrade"])
    assert (made["DeletionProtection"], made["BackupRetentionPeriod"]) == (False, 0)
    assert made["ReadReplicaSourceDBInstanceIdentifier"] == "orders"
    [first] = rds.describe_db_instances(DBInstanceIdentifier="orders")["DBInstances"]
    assert first["EnabledCloudwatchLogsExports"] == ["postgresql"]
    assert made["KmsKeyId"] == first["KmsKeyId"]


@pytest.mark.repair("rds-grants")
def test_a_replica_has_a_grant_of_its_own_on_the_key(rds, kms, source):
    key = kms.create_key()["KeyMetadata"]["Arn"]
    source(StorageEncrypted=True, KmsKeyId=key)
    made = replica(rds)
    assert len(kms.list_grants(KeyId=key)["Grants"]) == 2
    rds.delete_db_instance(DBInstanceIdentifier="orders", SkipFinalSnapshot=True)
    (left,) = kms.list_grants(KeyId=key)["Grants"]
    assert left["Constraints"] == {"EncryptionContextSubset": {"aws:rds:db-id": made["DbiResourceId"]}}


@pytest.mark.repair("rds-replica-settings")
def test_another_region_needs_a_key_of_its_own(sandbox, source, refused):
    arn = source(StorageEncrypted=True)["DBInstanceArn"]
    rds, kms = (
        boto3.client(name, region_name="eu-west-1", endpoint_url=sandbox.endpoint, **sandbox.credentials)
        for name in ("rds", "kms")
    )
    named = {"DBInstanceIdentifier": "reports", "SourceDBInstanceIdentifier": arn}
    with refused("KMSKeyNotAccessibleFault"):
        rds.create_db_instance_read_replica(**named)
    key = kms.create_key()["KeyMetadata"]
    made = rds.create_db_instance_read_replica(**named, KmsKeyId=key["KeyId"])["DBInstance"]
    assert (made["KmsKeyId"], made["ReadReplicaSourceDBInstanceIdentifier"]) == (key["Arn"], arn)
