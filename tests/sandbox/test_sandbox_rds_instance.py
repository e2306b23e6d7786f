"""RDS instances in the sandbox, driven by boto3: each repair of what is made, changed and deleted."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from rds_secure.sandbox import Sandbox

Make = Callable[..., dict[str, Any]]


@pytest.fixture
def make(rds: Any, subnets: list[str]) -> Make:
    """Make an instance in the seeded private subnets; arguments are added to the call."""
    rds.create_db_subnet_group(DBSubnetGroupName="private", DBSubnetGroupDescription="private", SubnetIds=subnets)

    def instance(name: str = "orders", **more: Any) -> dict[str, Any]:
        asked: dict[str, Any] = {
            "DBInstanceIdentifier": name,
            "DBInstanceClass": "db.t4g.micro",
            "Engine": "postgres",
            "AllocatedStorage": 20,
            "MasterUsername": "dbowner",
            "DBSubnetGroupName": "private",
        }
        if "MasterUserPassword" not in more:
            asked["ManageMasterUserPassword"] = True
        return rds.create_db_instance(**asked | more)["DBInstance"]

    return instance


def look(rds: Any, name: str = "orders") -> dict[str, Any]:
    return rds.describe_db_instances(DBInstanceIdentifier=name)["DBInstances"][0]


def change(rds: Any, **more: Any) -> dict[str, Any]:
    """The instance as it reads after a change."""
    rds.modify_db_instance(DBInstanceIdentifier="orders", ApplyImmediately=True, **more)
    return look(rds)


@pytest.mark.repair("rds-resource-ids")
def test_each_instance_has_a_resource_id_of_its_own(rds, make):
    one = make("one", MasterUserPassword="correct horse", BackupRetentionPeriod=1)
    ids = {one["DbiResourceId"], make("two")["DbiResourceId"], look(rds, "one")["DbiResourceId"]}
    replica = rds.create_db_instance_read_replica(DBInstanceIdentifier="three", SourceDBInstanceIdentifier="one")
    ids.add(replica["DBInstance"]["DbiResourceId"])
    assert len(ids) == 3
    assert all(re.fullmatch(r"db-[A-Z0-9]{26}", one) for one in ids)


@pytest.mark.repair("rds-encryption-keys")
def test_a_key_in_any_form_reads_back_as_its_arn(rds, kms, make):
    key = kms.create_key()["KeyMetadata"]
    kms.create_alias(AliasName="alias/orders", TargetKeyId=key["KeyId"])
    alias = next(one for one in kms.list_aliases()["Aliases"] if one["AliasName"] == "alias/orders")
    for number, named in enumerate((key["KeyId"], key["Arn"], "alias/orders", alias["AliasArn"])):
        made = make(f"orders-{number}", StorageEncrypted=True, KmsKeyId=named, MasterUserSecretKmsKeyId=named)
        assert made["KmsKeyId"] == made["MasterUserSecret"]["KmsKeyId"] == key["Arn"]


@pytest.mark.repair("rds-encryption-keys")
def test_encrypted_without_a_key_means_the_managed_key(kms, make):
    made = make(StorageEncrypted=True)
    assert made["KmsKeyId"] == kms.describe_key(KeyId="alias/aws/rds")["KeyMetadata"]["Arn"]
    assert "KmsKeyId" not in make("plain")


@pytest.mark.repair("rds-encryption-keys")
def test_a_key_that_cannot_encrypt_is_refused(kms, make, refused):
    disabled = kms.create_key()["KeyMetadata"]["KeyId"]
    kms.disable_key(KeyId=disabled)
    signing = kms.create_key(KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY")["KeyMetadata"]["KeyId"]
    elsewhere = kms.create_key()["KeyMetadata"]["Arn"].replace("us-east-1", "eu-west-1")
    for named in (disabled, signing, elsewhere, "alias/nowhere"):
        with refused("KMSKeyNotAccessibleFault"):
            make(StorageEncrypted=True, KmsKeyId=named)
    with refused("InvalidParameterCombination"):
        make(KmsKeyId=disabled)


@pytest.mark.repair("rds-grants")
def test_rds_holds_a_grant_on_the_key_while_the_instance_lives(rds, kms, make):
    key = kms.create_key()["KeyMetadata"]["Arn"]
    made = make(StorageEncrypted=True, KmsKeyId=key)
    (grant,) = kms.list_grants(KeyId=key)["Grants"]
    assert grant["GranteePrincipal"] == "rds.us-east-1.amazonaws.com"
    assert grant["Constraints"] == {"EncryptionContextSubset": {"aws:rds:db-id": made["DbiResourceId"]}}
    make("second", StorageEncrypted=True, KmsKeyId=key)
    rds.delete_db_instance(DBInstanceIdentifier="orders", SkipFinalSnapshot=True)
    (left,) = kms.list_grants(KeyId=key)["Grants"]
    assert left["GrantId"] != grant["GrantId"]


@pytest.mark.repair("rds-managed-passwords")
def test_a_managed_password_is_an_active_secret_of_the_master_user(sandbox: Sandbox, make):
    secret = make()["MasterUserSecret"]
    assert secret["SecretStatus"] == "active"
    kept = sandbox.client("secretsmanager").describe_secret(SecretId=secret["SecretArn"])
    assert (kept["RotationEnabled"], kept["RotationRules"]["AutomaticallyAfterDays"]) == (True, 7)
    value = sandbox.client("secretsmanager").get_secret_value(SecretId=secret["SecretArn"])
    assert json.loads(value["SecretString"])["username"] == "dbowner"


@pytest.mark.repair("rds-managed-passwords")
def test_a_managed_password_excludes_another_and_is_made_once(rds, make, refused):
    with refused("InvalidParameterCombination"):
        make(ManageMasterUserPassword=True, MasterUserPassword="not-a-secret")
    make(MasterUserPassword="not-a-secret")
    secret = change(rds, ManageMasterUserPassword=True)["MasterUserSecret"]
    assert change(rds, ManageMasterUserPassword=True)["MasterUserSecret"] == secret
    with refused("InvalidParameterCombination"):
        change(rds, ManageMasterUserPassword=True, MasterUserPassword="not-a-secret")


@pytest.mark.repair("rds-public-access")
def test_an_instance_is_not_public_unless_asked_for(rds, make):
    assert make()["PubliclyAccessible"] is False
    assert change(rds, PubliclyAccessible=True)["PubliclyAccessible"] is True


@pytest.mark.repair("rds-security-groups")
def test_security_groups_exist_and_are_in_the_subnet_groups_vpc(rds, ec2, make, vpc, refused):
    others = ec2.describe_security_groups(Filters=[{"Name": "group-name", "Values": ["default"]}])["SecurityGroups"]
    foreign = next(group["GroupId"] for group in others if group["VpcId"] != vpc)
    with refused("InvalidParameterValue"):
        make(VpcSecurityGroupIds=["sg-00000000"])
    make()
    with refused("InvalidParameterCombination"):
        change(rds, VpcSecurityGroupIds=[foreign])


@pytest.mark.repair("ec2-groups-in-use")
def test_a_databases_security_group_is_not_deleted(rds, ec2, make, vpc, refused):
    group = ec2.create_security_group(GroupName="db", Description="db", VpcId=vpc)["GroupId"]
    make(VpcSecurityGroupIds=[group])
    with refused("DependencyViolation"):
        ec2.delete_security_group(GroupId=group)
    rds.delete_db_instance(DBInstanceIdentifier="orders", SkipFinalSnapshot=True)
    ec2.delete_security_group(GroupId=group)


@pytest.mark.repair("rds-storage-defaults")
def test_gp3_is_the_default_and_reads_back_its_baseline(rds, make, refused):
    made = make()
    assert (made["StorageType"], made["Iops"], made["StorageThroughput"]) == ("gp3", 3000, 125)
    changed = change(rds, StorageType="gp2")
    assert not {"Iops", "StorageThroughput"} & changed.keys()
    with refused("InvalidParameterValue"):
        make("small", AllocatedStorage=0)


@pytest.mark.repair("rds-storage-growth")
def test_storage_grows_and_never_shrinks(rds, make, refused):
    make()
    assert change(rds, AllocatedStorage=40, MaxAllocatedStorage=100)["AllocatedStorage"] == 40
    with refused("InvalidParameterCombination"):
        change(rds, AllocatedStorage=30)


@pytest.mark.repair("rds-backups-off")
def test_a_database_that_keeps_no_backups_has_none(rds, make):
    def backups() -> list[str]:
        return [item["DBInstanceIdentifier"] for item in rds.describe_db_snapshots()["DBSnapshots"]]

    make("scratch", BackupRetentionPeriod=0)
    make()
    assert backups() == ["orders"]
    change(rds, BackupRetentionPeriod=0)
    assert backups() == []


@pytest.mark.repair("rds-automated-snapshots")
def test_a_database_can_be_made_again_at_once_when_its_backups_were_kept(rds, make):
    make()
    rds.delete_db_instance(DBInstanceIdentifier="orders", SkipFinalSnapshot=True, DeleteAutomatedBackups=False)
    assert make()["DBInstanceStatus"] == "available"


@pytest.mark.repair("rds-ports")
def test_a_new_port_is_a_new_endpoint(rds, make):
    assert make()["Endpoint"]["Port"] == 5432
    assert change(rds, DBPortNumber=6000)["Endpoint"]["Port"] == 6000
    assert look(rds)["DbInstancePort"] == 0


@pytest.mark.repair("rds-log-exports")
def test_log_exports_are_a_set(rds, make):
    make(EnableCloudwatchLogsExports=["postgresql"])
    both = change(rds, CloudwatchLogsExportConfiguration={"EnableLogTypes": ["postgresql", "upgrade"]})
    assert both["EnabledCloudwatchLogsExports"] == ["postgresql", "upgrade"]
    for _ in range(2):
        one = change(rds, CloudwatchLogsExportConfiguration={"DisableLogTypes": ["postgresql"]})
        assert one["EnabledCloudwatchLogsExports"] == ["upgrade"]


@pytest.mark.repair("rds-chosen-windows")
def test_a_window_that_is_given_does_not_meet_the_one_that_is_chosen(make):
    backup = make("one", PreferredBackupWindow="06:00-07:00")
    maintenance = make("two", PreferredMaintenanceWindow="Sun:13:00-Sun:14:00")
    assert backup["PreferredBackupWindow"] == "06:00-07:00"
    assert maintenance["PreferredMaintenanceWindow"] == "sun:13:00-sun:14:00"
    assert maintenance["PreferredBackupWindow"]
    assert backup["PreferredMaintenanceWindow"]


@pytest.mark.repair("rds-final-snapshots")
def test_a_delete_says_what_becomes_of_the_data(rds, make, refused):
    make()
    with refused("InvalidParameterCombination"):
        rds.delete_db_instance(DBInstanceIdentifier="orders")
    with refused("InvalidParameterCombination"):
        rds.delete_db_instance(DBInstanceIdentifier="orders", SkipFinalSnapshot=True, FinalDBSnapshotIdentifier="last")
    rds.delete_db_instance(DBInstanceIdentifier="orders", FinalDBSnapshotIdentifier="last")
    assert rds.describe_db_snapshots(DBSnapshotIdentifier="last")["DBSnapshots"]
    with refused("DBInstanceNotFound"):
        look(rds)


@pytest.mark.repair("rds-unknown-resources")
def test_a_tag_call_about_nothing_says_so(rds, refused):
    arn = "arn:aws:rds:us-east-1:123456789012"
    with refused("DBInstanceNotFound"):
        rds.list_tags_for_resource(ResourceName=f"{arn}:db:nowhere")
    with refused("DBSubnetGroupNotFoundFault"):
        rds.add_tags_to_resource(ResourceName=f"{arn}:subgrp:nowhere", Tags=[{"Key": "a", "Value": "b"}])
    with refused("DBParameterGroupNotFound"):
        rds.remove_tags_from_resource(ResourceName=f"{arn}:pg:nowhere", TagKeys=["a"])


@pytest.mark.repair("rds-engines")
@pytest.mark.parametrize(
    ("engine", "port"),
    [("postgres", 5432), ("mariadb", 3306), ("oracle-se2-cdb", 1521), ("sqlserver-ex", 1433), ("db2-se", 50000)],
)
def test_each_engine_listens_on_its_own_port(make, engine, port):
    assert make(Engine=engine)["Endpoint"]["Port"] == port


@pytest.mark.repair("rds-versions")
@pytest.mark.parametrize(
    ("engine", "asked", "got"),
    [
        ("postgres", "16", "16.10"),
        ("postgres", "16.9", "16.9"),
        ("postgres", "15.4", "15.4"),
        ("mysql", "8.0", "8.0.43"),
        ("sqlserver-ex", "15", "15.00.4445.1.v1"),
    ],
)
def test_a_version_prefix_reads_back_as_the_newest_minor(make, engine, asked, got):
    assert make(Engine=engine, EngineVersion=asked)["EngineVersion"] == got


@pytest.mark.repair("rds-versions")
def test_a_major_upgrade_must_be_allowed_and_nothing_is_downgraded(rds, make, refused):
    make(EngineVersion="16.9")
    assert change(rds, EngineVersion="16")["EngineVersion"] == "16.10"
    with refused("InvalidParameterCombination"):
        change(rds, EngineVersion="16.9")
    with refused("InvalidParameterCombination"):
        change(rds, EngineVersion="17")
    assert change(rds, EngineVersion="17", AllowMajorVersionUpgrade=True)["EngineVersion"] == "17.6"
    with refused("InvalidParameterCombination"):
        make("other", Engine="mysql", EngineVersion="7")


@pytest.mark.repair("rds-offered-versions")
def test_offered_versions_name_their_family(rds):
    offered = rds.describe_db_engine_versions(Engine="postgres", EngineVersion="16")["DBEngineVersions"]
    assert [(one["EngineVersion"], one["DBParameterGroupFamily"]) for one in offered] == [
        ("16.9", "postgres16"),
        ("16.10", "postgres16"),
    ]
    (default,) = rds.describe_db_engine_versions(Engine="mysql", DefaultOnly=True)["DBEngineVersions"]
    assert default["EngineVersion"] == "8.4.6"
    assert "error" in default["ExportableLogTypes"]


@pytest.mark.repair("rds-offered-classes")
def test_classes_are_offered_for_every_engine_and_no_others(rds):
    def offered(engine, named):
        reply = rds.describe_orderable_db_instance_options(Engine=engine, DBInstanceClass=named)
        return {(one["Engine"], one["DBInstanceClass"]) for one in reply["OrderableDBInstanceOptions"]}

    for engine in ("postgres", "sqlserver-se", "aurora-mysql"):
        assert offered(engine, "db.m7g.large") == {(engine, "db.m7g.large")}
    assert offered("postgres", "db.huge") == offered("nobody", "db.m7g.large") == set()


@pytest.mark.repair("rds-default-groups")
@pytest.mark.parametrize(
    ("engine", "version", "parameters", "options"),
    [
        ("postgres", "16", "default.postgres16", "default:postgres-16"),
        ("mysql", "8.0", "default.mysql8.0", "default:mysql-8-0"),
        ("oracle-ee", "19", "default.oracle-ee-19", "default:oracle-ee-19"),
        ("sqlserver-se", "15.00", "default.sqlserver-se-15.0", "default:sqlserver-se-15-00"),
    ],
)
def test_an_instance_without_groups_has_the_default_ones(make, engine, version, parameters, options):
    made = make(Engine=engine, EngineVersion=version)
    assert made["DBParameterGroups"][0]["DBParameterGroupName"] == parameters
    assert made["OptionGroupMemberships"][0]["OptionGroupName"] == options


@pytest.mark.repair("rds-group-families")
def test_a_parameter_group_fits_the_version(rds, make, refused):
    for name in ("postgres15", "postgres16"):
        rds.create_db_parameter_group(DBParameterGroupName=name, DBParameterGroupFamily=name, Description="test")
    with refused("InvalidParameterCombination"):
        make(EngineVersion="16", DBParameterGroupName="postgres15")
    with refused("DBParameterGroupNotFound"):
        make(EngineVersion="16", DBParameterGroupName="nowhere")
    make(EngineVersion="16")
    assert (
        change(rds, DBParameterGroupName="postgres16")["DBParameterGroups"][0]["DBParameterGroupName"] == "postgres16"
    )
    with refused("InvalidParameterCombination"):
        change(rds, DBParameterGroupName="postgres15")
    back = change(rds, DBParameterGroupName="default.postgres16")
    assert back["DBParameterGroups"][0]["DBParameterGroupName"] == "default.postgres16"


def test_every_setting_that_is_changed_reads_back(rds, make):
    made = make("Orders")
    assert made["DBInstanceIdentifier"] == "orders"
    settings = {
        "DBInstanceClass": "db.m7g.large",
        "MultiAZ": True,
        "CopyTagsToSnapshot": True,
        "BackupRetentionPeriod": 9,
        "PreferredBackupWindow": "01:00-02:00",
        "PreferredMaintenanceWindow": "sun:03:00-sun:04:00",
        "DeletionProtection": True,
        "AutoMinorVersionUpgrade": False,
        "MaxAllocatedStorage": 200,
        "AllocatedStorage": 100,
    }
    changed = change(rds, EnableIAMDatabaseAuthentication=True, **settings)
    assert {name: changed[name] for name in settings} == settings
    assert changed["IAMDatabaseAuthenticationEnabled"] is True


def test_a_protected_instance_is_not_deleted(rds, make, refused):
    make(DeletionProtection=True)
    with refused("InvalidParameterCombination"):
        rds.delete_db_instance(DBInstanceIdentifier="orders", SkipFinalSnapshot=True)


def test_tags_of_an_instance_are_changed_one_by_one(rds, make):
    arn = make(Tags=[{"Key": "team", "Value": "data"}])["DBInstanceArn"]
    rds.add_tags_to_resource(ResourceName=arn, Tags=[{"Key": "stage", "Value": "test"}])
    rds.remove_tags_from_resource(ResourceName=arn, TagKeys=["team"])
    assert look(rds)["TagList"] == rds.list_tags_for_resource(ResourceName=arn)["TagList"]
    assert look(rds)["TagList"] == [{"Key": "stage", "Value": "test"}]


@pytest.mark.repair("rds-backup-keys")
def test_an_automated_backup_names_its_instance_and_its_key(rds, make):
    instance = make(StorageEncrypted=True)
    (backup,) = rds.describe_db_instance_automated_backups()["DBInstanceAutomatedBackups"]
    assert backup["DBInstanceArn"] == instance["DBInstanceArn"]
    assert backup["KmsKeyId"] == instance["KmsKeyId"]
    assert (backup["Encrypted"], backup["Status"]) == (True, "active")
    rds.delete_db_instance(DBInstanceIdentifier="orders", SkipFinalSnapshot=True, DeleteAutomatedBackups=False)
    (backup,) = rds.describe_db_instance_automated_backups()["DBInstanceAutomatedBackups"]
    assert (backup["KmsKeyId"], backup["Status"]) == (instance["KmsKeyId"], "retained")


@pytest.mark.repair("rds-cluster-backups")
def test_automated_backups_of_clusters_can_be_asked_for(rds):
    assert rds.describe_db_cluster_automated_backups()["DBClusterAutomatedBackups"] == []
    made = rds.create_db_cluster(
        DBClusterIdentifier="orders",
        Engine="aurora-postgresql",
        MasterUsername="dbowner",
        ManageMasterUserPassword=True,
        StorageEncrypted=True,
    )["DBCluster"]
    rds.delete_db_cluster(DBClusterIdentifier="orders", SkipFinalSnapshot=True)
    for backup in rds.describe_db_cluster_automated_backups()["DBClusterAutomatedBackups"]:
        assert backup["DBClusterArn"] == made["DBClusterArn"]
        assert backup["Status"] == "retained"
