"""RDS instances that are restored, and renamed, in the sandbox, driven by boto3: what they have from their source."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.test_sandbox_rds_group import make_instance
from tests.sandbox.test_sandbox_rds_snapshots import STEP, TEAM, copy, instance, key, take

__all__ = ["key"]

RESTORED = {"DBInstanceIdentifier": "restored", "DBSnapshotIdentifier": "taken"}
TUNED = {"DBParameterGroupName": "tuned"}
SPECIAL: dict[str, Any] = {
    "AutoMinorVersionUpgrade": False,
    "BackupRetentionPeriod": 9,
    "CACertificateIdentifier": "rds-ca-ecc384-g1",
    "CopyTagsToSnapshot": True,
    "DBInstanceClass": "db.m7g.large",
    "DBName": "orders",
    "DBSubnetGroupName": "private",
    "EnableCloudwatchLogsExports": ["postgresql"],
    "EnableIAMDatabaseAuthentication": True,
    "EnablePerformanceInsights": True,
    "EngineLifecycleSupport": "open-source-rds-extended-support-disabled",
    "EngineVersion": "16.9",
    "MaxAllocatedStorage": 200,
    "MultiAZ": True,
    "Port": 6543,
    "PreferredBackupWindow": "02:00-02:30",
    "PreferredMaintenanceWindow": "sun:04:00-sun:04:30",
    "PubliclyAccessible": False,
    "StorageEncrypted": True,
    "StorageType": "gp2",
    "Tags": [TEAM],
    **TUNED,
}
"""A database of which nearly everything is not as it is by itself."""


@pytest.fixture
def special(rds: Any, ec2: Any, vpc: str, subnets: list[str]) -> dict[str, Any]:
    """Such a database, with a snapshot `taken`."""
    rds.create_db_subnet_group(DBSubnetGroupName="private", DBSubnetGroupDescription="private", SubnetIds=subnets)
    rds.create_db_parameter_group(**TUNED, DBParameterGroupFamily="postgres16", Description="tuned")
    group = ec2.create_security_group(GroupName="own", Description="own", VpcId=vpc)["GroupId"]
    make_instance(rds, **SPECIAL, VpcSecurityGroupIds=[group])
    rds.modify_db_instance(DBInstanceIdentifier="orders", DeletionProtection=True)
    take(rds)
    return instance(rds)


def restore(rds: Any, **more: Any) -> dict[str, Any]:
    return rds.restore_db_instance_from_db_snapshot(**RESTORED, **more)["DBInstance"]


def group_names(made: dict[str, Any]) -> list[str]:
    return [item["DBParameterGroupName"] for item in made["DBParameterGroups"]]


def security_groups(made: dict[str, Any]) -> list[str]:
    return [item["VpcSecurityGroupId"] for item in made["VpcSecurityGroups"]]


@pytest.mark.repair("rds-restores")
def test_data_engine_size_and_sign_in_come_with_the_snapshot(rds, special):
    """RDS-29."""
    made = restore(rds)
    same = ("AllocatedStorage", "BackupRetentionPeriod", "DBInstanceClass", "DBName", "Engine", "EngineVersion")
    same += ("KmsKeyId", "LicenseModel", "MasterUsername", "PreferredBackupWindow", "StorageEncrypted", "TagList")
    assert {name: made[name] for name in same} == {name: special[name] for name in same}
    assert made["Endpoint"]["Port"] == 6543
    assert made["DbiResourceId"] != special["DbiResourceId"]
    assert made["DBInstanceArn"] == special["DBInstanceArn"].replace(":orders", ":restored")


@pytest.mark.repair("rds-restores")
def test_the_rest_is_as_it_is_by_itself(rds, ec2, special):
    """RDS-29, RDS-12: nothing of it is inherited."""
    made = restore(rds)
    off = {
        "AutoMinorVersionUpgrade": True,
        "CACertificateIdentifier": "rds-ca-rsa2048-g1",
        "CopyTagsToSnapshot": False,
        "DeletionProtection": False,
        "EngineLifecycleSupport": "open-source-rds-extended-support",
        "IAMDatabaseAuthenticationEnabled": False,
        "MonitoringInterval": 0,
        "MultiAZ": False,
        "PerformanceInsightsEnabled": False,
        "PubliclyAccessible": True,
        "StorageType": "gp3",
    }
    assert {name: made[name] for name in off} == off
    absent = ("MasterUserSecret", "MaxAllocatedStorage")
    assert not [name for name in absent if name in made]
    lists = ("EnabledCloudwatchLogsExports", "AssociatedRoles", "DomainMemberships")
    assert not any(made.get(name) for name in lists)
    assert made["PreferredMaintenanceWindow"] != special["PreferredMaintenanceWindow"]
    assert made["DBSubnetGroup"]["DBSubnetGroupName"] == "default"
    assert group_names(made) == ["default.postgres16"]
    (group,) = ec2.describe_security_groups(GroupIds=security_groups(made))["SecurityGroups"]
    assert (group["GroupName"], group["VpcId"]) == ("default", made["DBSubnetGroup"]["VpcId"])


@pytest.mark.repair("rds-restores")
def test_whatever_the_call_takes_is_as_it_is_given(rds, special):
    """RDS-29: all parameters that can be seen afterwards."""
    given = {
        "AllocatedStorage": 100,
        "AutoMinorVersionUpgrade": False,
        "BackupRetentionPeriod": 3,
        "CACertificateIdentifier": "rds-ca-rsa4096-g1",
        "CopyTagsToSnapshot": True,
        "DBInstanceClass": "db.t4g.large",
        "DedicatedLogVolume": True,
        "DeletionProtection": True,
        "EngineLifecycleSupport": "open-source-rds-extended-support-disabled",
        "Iops": 4000,
        "MultiAZ": True,
        "NetworkType": "DUAL",
        "PreferredBackupWindow": "05:00-05:30",
        "PubliclyAccessible": False,
        "StorageType": "io2",
    }
    renamed = {"EnableIAMDatabaseAuthentication": True, "EnableCloudwatchLogsExports": ["upgrade"], "Port": 7654}
    placed = {"DBSubnetGroupName": "private", "VpcSecurityGroupIds": security_groups(special), **TUNED, "Tags": [STEP]}
    made = restore(rds, **given, **renamed, **placed)
    assert {name: made[name] for name in given} == given
    assert (made["IAMDatabaseAuthenticationEnabled"], made["EnabledCloudwatchLogsExports"]) == (True, ["upgrade"])
    assert (made["Endpoint"]["Port"], made["TagList"]) == (7654, [STEP])
    assert made["DBSubnetGroup"]["DBSubnetGroupName"] == "private"
    assert (security_groups(made), group_names(made)) == (security_groups(special), ["tuned"])


@pytest.mark.repair("rds-restores")
def test_security_groups_by_themselves_are_of_the_vpc_of_the_subnet_group(rds, ec2, vpc, special):
    made = restore(rds, DBSubnetGroupName="private")
    (group,) = ec2.describe_security_groups(GroupIds=security_groups(made))["SecurityGroups"]
    assert (group["GroupName"], group["VpcId"], made["PubliclyAccessible"]) == ("default", vpc, False)


@pytest.mark.repair("rds-restores")
def test_performance_is_that_of_the_backup_where_the_type_is(rds):
    make_instance(rds, StorageType="gp3", AllocatedStorage=500, Iops=14000, StorageThroughput=600)
    take(rds)
    made = restore(rds)
    assert (made["StorageType"], made["Iops"], made["StorageThroughput"]) == ("gp3", 14000, 600)


@pytest.mark.repair("rds-restores")
def test_a_restored_instance_is_under_the_key_of_the_copy(rds, kms, key, refused):
    """RDS-28: snapshot, copy, restore encrypt what was not."""
    make_instance(rds)
    take(rds)
    copy(rds, KmsKeyId="alias/mine")
    assert restore(rds)["StorageEncrypted"] is False
    named = {"DBInstanceIdentifier": "encrypted", "DBSnapshotIdentifier": "copied"}
    made = rds.restore_db_instance_from_db_snapshot(**named)["DBInstance"]
    assert (made["StorageEncrypted"], made["KmsKeyId"]) == (True, key["Arn"])
    assert kms.list_grants(KeyId=key["KeyId"])["Grants"]  # KMS-7
    kms.disable_key(KeyId=key["KeyId"])
    with refused("KMSKeyNotAccessibleFault"):
        rds.restore_db_instance_from_db_snapshot(**{**named, "DBInstanceIdentifier": "another"})


@pytest.mark.repair("rds-restores")
@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"DBInstanceIdentifier": "Orders"}, "DBInstanceAlreadyExists"),
        ({"DBSnapshotIdentifier": "nothing"}, "DBSnapshotNotFound"),
        ({"DBSubnetGroupName": "nothing"}, "DBSubnetGroupNotFoundFault"),
        ({"DBParameterGroupName": "nothing"}, "DBParameterGroupNotFound"),
        ({"OptionGroupName": "nothing"}, "OptionGroupNotFoundFault"),
        ({"VpcSecurityGroupIds": ["sg-00000000"]}, "InvalidParameterValue"),
        ({"CACertificateIdentifier": "nothing"}, "CertificateNotFound"),
        ({"AllocatedStorage": 10}, "InvalidParameterValue"),
        ({"MultiAZ": True, "AvailabilityZone": "eu-central-1a"}, "InvalidParameterCombination"),
        ({"DBName": "other"}, "InvalidParameterValue"),
        ({"ManageMasterUserPassword": True}, "InvalidParameterCombination"),
        ({"Engine": "mysql"}, "InvalidParameterCombination"),
    ],
)
def test_what_cannot_be_restored_is_refused(rds, refused, given, code):
    make_instance(rds)
    take(rds)
    with refused(code):
        rds.restore_db_instance_from_db_snapshot(**{**RESTORED, **given})
    assert len(rds.describe_db_instances()["DBInstances"]) == 1


@pytest.mark.repair("rds-restores")
def test_options_that_stay_for_ever_come_along_and_others_do_not(rds, refused):
    """RDS-9, RDS-29."""
    for name in ("lasting", "empty"):
        rds.create_option_group(
            OptionGroupName=name, EngineName="sqlserver-ee", MajorEngineVersion="15.00", OptionGroupDescription=name
        )
    named = {"Engine": "sqlserver-ee", "EngineVersion": "15.00", "LicenseModel": "license-included"}
    make_instance(rds, **named, OptionGroupName="lasting")
    take(rds)
    assert restore(rds)["OptionGroupMemberships"][0]["OptionGroupName"] == "default:sqlserver-ee-15-00"
    rds.delete_db_instance(DBInstanceIdentifier="restored", SkipFinalSnapshot=True)
    rds.modify_option_group(OptionGroupName="lasting", OptionsToInclude=[{"OptionName": "TDE"}])
    with refused("InvalidParameterCombination"):
        restore(rds, OptionGroupName="empty")
    assert restore(rds)["OptionGroupMemberships"][0]["OptionGroupName"] == "lasting"


def test_a_password_that_becomes_managed_after_a_restore_has_a_secret_of_its_own(rds, secrets):
    """RDS-12."""
    make_instance(rds)
    take(rds)
    restore(rds)
    made = rds.modify_db_instance(DBInstanceIdentifier="restored", ManageMasterUserPassword=True, ApplyImmediately=True)
    arns = [one["MasterUserSecret"]["SecretArn"] for one in (made["DBInstance"], instance(rds))]
    assert len({*arns}) == 2
    assert all(secrets.describe_secret(SecretId=arn)["OwningService"] == "rds" for arn in arns)


@pytest.mark.repair("rds-restores-in-time")
def test_a_point_in_time_brings_as_little_along_as_a_snapshot(rds, special, refused):
    """RDS-29."""
    named = {"SourceDBInstanceIdentifier": "orders", "TargetDBInstanceIdentifier": "earlier"}
    made = rds.restore_db_instance_to_point_in_time(**named, UseLatestRestorableTime=True)["DBInstance"]
    assert (made["EngineVersion"], made["KmsKeyId"]) == (special["EngineVersion"], special["KmsKeyId"])
    assert (made["MultiAZ"], made["IAMDatabaseAuthenticationEnabled"], group_names(made)) == (
        False,
        False,
        ["default.postgres16"],
    )
    with refused("DBInstanceAlreadyExists"):
        rds.restore_db_instance_to_point_in_time(**named, UseLatestRestorableTime=True)
    rds.modify_db_instance(DBInstanceIdentifier="orders", BackupRetentionPeriod=0, ApplyImmediately=True)
    with refused("PointInTimeRestoreNotEnabled"):
        rds.restore_db_instance_to_point_in_time(
            **{**named, "TargetDBInstanceIdentifier": "late"}, UseLatestRestorableTime=True
        )


@pytest.mark.repair("rds-renames")
def test_a_renamed_instance_keeps_everything_but_its_name(rds, sandbox, refused):
    """RDS-30."""
    make_instance(rds, Tags=[TEAM])
    take(rds)
    restore(rds, Tags=[STEP])
    before = instance(rds)
    with refused("DBInstanceAlreadyExists"):
        rds.modify_db_instance(DBInstanceIdentifier="orders", NewDBInstanceIdentifier="Restored", ApplyImmediately=True)
    with refused("InvalidParameterValue"):
        rds.modify_db_instance(DBInstanceIdentifier="orders", NewDBInstanceIdentifier="1", ApplyImmediately=True)
    rds.modify_db_instance(DBInstanceIdentifier="orders", NewDBInstanceIdentifier="Old", ApplyImmediately=True)
    rds.modify_db_instance(DBInstanceIdentifier="restored", NewDBInstanceIdentifier="orders", ApplyImmediately=True)
    with refused("DBInstanceNotFound"):
        instance(rds, "restored")
    old, new = instance(rds, "old"), instance(rds)
    kept = ("DbiResourceId", "TagList", "MasterUserSecret")
    assert {name: old[name] for name in kept} == {name: before[name] for name in kept}
    assert (new["DBInstanceArn"], new["Endpoint"]) == (before["DBInstanceArn"], before["Endpoint"])
    assert old["DBInstanceArn"] == before["DBInstanceArn"].replace(":orders", ":old")
    tagged = sandbox.client("resourcegroupstaggingapi").get_resources(ResourceTypeFilters=["rds:db"])
    assert {item["ResourceARN"]: item["Tags"] for item in tagged["ResourceTagMappingList"]} == {
        old["DBInstanceArn"]: [TEAM],
        new["DBInstanceArn"]: [STEP],
    }
    (taken,) = rds.describe_db_snapshots(SnapshotType="manual", DbiResourceId=old["DbiResourceId"])["DBSnapshots"]
    assert taken["DBSnapshotIdentifier"] == "taken"


@pytest.mark.repair("rds-renames")
def test_replicas_and_automated_backups_stay_with_a_renamed_instance(rds):
    """RDS-30."""
    make_instance(rds, ManageMasterUserPassword=False, MasterUserPassword="correct horse")
    rds.create_db_instance_read_replica(DBInstanceIdentifier="reports", SourceDBInstanceIdentifier="orders")
    rds.modify_db_instance(DBInstanceIdentifier="orders", NewDBInstanceIdentifier="sales", ApplyImmediately=True)
    assert instance(rds, "reports")["ReadReplicaSourceDBInstanceIdentifier"] == "sales"
    rds.modify_db_instance(DBInstanceIdentifier="reports", NewDBInstanceIdentifier="figures", ApplyImmediately=True)
    assert instance(rds, "sales")["ReadReplicaDBInstanceIdentifiers"] == ["figures"]
    (backup,) = rds.describe_db_instance_automated_backups()["DBInstanceAutomatedBackups"]
    assert (backup["DBInstanceIdentifier"], backup["Status"]) == ("sales", "active")


@pytest.mark.repair("rds-restorable-times")
def test_what_keeps_no_backups_cannot_be_restored_to_a_time(rds):
    make_instance(rds)
    assert instance(rds)["LatestRestorableTime"]
    rds.modify_db_instance(DBInstanceIdentifier="orders", BackupRetentionPeriod=0, ApplyImmediately=True)
    assert "LatestRestorableTime" not in instance(rds)


@pytest.mark.repair("rds-blue-green-lists")
def test_blue_green_deployments_are_listed_in_pages(rds):
    make_instance(rds)
    assert rds.describe_blue_green_deployments(MaxRecords=100)["BlueGreenDeployments"] == []
