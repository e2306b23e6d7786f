"""Copies of automated backups in another region, as boto3 sees them started and stopped in the sandbox."""

from __future__ import annotations

import boto3
import pytest


@pytest.mark.repair("rds-backup-copies")
def test_copies_are_listed_at_the_instance_and_where_they_are(rds, subnets, sandbox, refused):
    rds.create_db_subnet_group(DBSubnetGroupName="private", DBSubnetGroupDescription="private", SubnetIds=subnets)
    arn = rds.create_db_instance(
        DBInstanceIdentifier="orders",
        DBInstanceClass="db.t4g.micro",
        Engine="postgres",
        AllocatedStorage=20,
        MasterUsername="dbowner",
        ManageMasterUserPassword=True,
        DBSubnetGroupName="private",
        StorageEncrypted=True,
        BackupRetentionPeriod=7,
    )["DBInstance"]["DBInstanceArn"]
    there, kms = (
        boto3.client(name, region_name="eu-west-1", endpoint_url=sandbox.endpoint, **sandbox.credentials)
        for name in ("rds", "kms")
    )
    key = kms.create_key()["KeyMetadata"]["Arn"]
    with refused("InvalidParameterCombination"):
        there.start_db_instance_automated_backups_replication(SourceDBInstanceArn=arn)
    asked = {"SourceDBInstanceArn": arn, "SourceRegion": "us-east-1", "KmsKeyId": key, "BackupRetentionPeriod": 14}
    made = there.start_db_instance_automated_backups_replication(**asked)["DBInstanceAutomatedBackup"]

    [seen] = rds.describe_db_instances()["DBInstances"]
    backup = {"DBInstanceAutomatedBackupsArn": made["DBInstanceAutomatedBackupsArn"]}
    assert seen["DBInstanceAutomatedBackupsReplications"] == [backup]
    [listed] = there.describe_db_instance_automated_backups()["DBInstanceAutomatedBackups"]
    assert (listed["KmsKeyId"], listed["BackupRetentionPeriod"], listed["Status"]) == (key, 14, "active")

    there.stop_db_instance_automated_backups_replication(SourceDBInstanceArn=arn)
    [seen] = rds.describe_db_instances()["DBInstances"]
    assert not seen.get("DBInstanceAutomatedBackupsReplications")
    [kept] = there.describe_db_instance_automated_backups()["DBInstanceAutomatedBackups"]
    assert kept["Status"] == "retained"
    with refused("DBInstanceNotFound"):
        there.stop_db_instance_automated_backups_replication(SourceDBInstanceArn=arn)
