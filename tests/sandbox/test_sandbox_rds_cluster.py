"""RDS clusters in the sandbox, driven by boto3: each repair of what is made, changed and deleted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

Make = Callable[..., dict[str, Any]]
MULTI_AZ = {"Engine": "postgres", "DBClusterInstanceClass": "db.m6gd.large", "AllocatedStorage": 100}


@pytest.fixture
def make(rds: Any, subnets: list[str]) -> Make:
    """Make a cluster in the seeded private subnets; arguments are added to the call."""
    rds.create_db_subnet_group(DBSubnetGroupName="private", DBSubnetGroupDescription="private", SubnetIds=subnets)

    def cluster(name: str = "orders", **more: Any) -> dict[str, Any]:
        asked: dict[str, Any] = {
            "DBClusterIdentifier": name,
            "Engine": "aurora-postgresql",
            "MasterUsername": "dbowner",
            "DBSubnetGroupName": "private",
        }
        if "MasterUserPassword" not in more:
            asked["ManageMasterUserPassword"] = True
        return rds.create_db_cluster(**asked | more)["DBCluster"]

    return cluster


def look(rds: Any, name: str = "orders") -> dict[str, Any]:
    return rds.describe_db_clusters(DBClusterIdentifier=name)["DBClusters"][0]


def change(rds: Any, **more: Any) -> dict[str, Any]:
    """The cluster as it reads after a change."""
    rds.modify_db_cluster(DBClusterIdentifier="orders", ApplyImmediately=True, **more)
    return look(rds)


@pytest.mark.repair("rds-cluster-names")
def test_a_name_is_taken_once(rds, make, refused):
    first = make()["DbClusterResourceId"]
    with refused("DBClusterAlreadyExistsFault"):
        make()
    assert look(rds)["DbClusterResourceId"] == first


@pytest.mark.repair("rds-cluster-unknown")
def test_an_unknown_cluster_is_not_found(rds, refused):
    with refused("DBClusterNotFoundFault"):
        change(rds, CopyTagsToSnapshot=True)


@pytest.mark.repair("rds-cluster-encryption")
def test_aurora_is_encrypted_in_one_way_or_another(rds, kms, make, refused):
    """RDS-3, RDS-23."""
    key = kms.create_key()["KeyMetadata"]
    make("keyed", StorageEncrypted=True, KmsKeyId=key["KeyId"])
    make("default", StorageEncrypted=True)
    make("plain")
    make("multi-az", **MULTI_AZ, StorageType="gp3")
    shown = {name: look(rds, name) for name in ("keyed", "default", "plain", "multi-az")}
    kinds = {name: (one["StorageEncrypted"], one["StorageEncryptionType"]) for name, one in shown.items()}
    assert kinds == {
        "keyed": (True, "sse-kms"),
        "default": (True, "sse-kms"),
        "plain": (False, "sse-rds"),
        "multi-az": (False, "none"),
    }
    assert shown["keyed"]["KmsKeyId"] == key["Arn"]
    assert shown["default"]["KmsKeyId"].startswith("arn:aws:kms:")
    assert "KmsKeyId" not in shown["plain"]
    with refused("InvalidParameterCombination"):
        make("other", KmsKeyId=key["KeyId"])
    kms.disable_key(KeyId=key["KeyId"])
    with refused("KMSKeyNotAccessibleFault"):
        make("other", StorageEncrypted=True, KmsKeyId=key["KeyId"])


@pytest.mark.repair("rds-cluster-grants")
def test_rds_holds_a_grant_while_the_cluster_lives(rds, kms, make):
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    make(StorageEncrypted=True, KmsKeyId=key)
    (grant,) = kms.list_grants(KeyId=key)["Grants"]
    assert grant["GranteePrincipal"] == "rds.us-east-1.amazonaws.com"
    rds.delete_db_cluster(DBClusterIdentifier="orders", SkipFinalSnapshot=True)
    assert kms.list_grants(KeyId=key)["Grants"] == []


@pytest.mark.repair("rds-cluster-passwords")
def test_a_managed_password_excludes_one_that_is_given(rds, make, refused):
    with refused("InvalidParameterCombination"):
        make(MasterUserPassword="known to somebody", ManageMasterUserPassword=True)
    make()
    secret = look(rds)["MasterUserSecret"]
    assert secret["SecretStatus"] == "active"
    assert change(rds, ManageMasterUserPassword=True)["MasterUserSecret"] == secret


@pytest.mark.repair("rds-cluster-sign-in")
def test_iam_signs_people_in_to_every_kind_of_cluster(rds, make):
    several = {**MULTI_AZ, "Iops": 1000}
    for name, more in (("aurora", {}), ("three", several)):
        assert make(name, EnableIAMDatabaseAuthentication=True, **more)["IAMDatabaseAuthenticationEnabled"] is True
    assert make("without", **several)["IAMDatabaseAuthenticationEnabled"] is False


@pytest.mark.repair("rds-cluster-networks")
@pytest.mark.repair("rds-cluster-new-networks")
def test_groups_exist(rds, ec2, vpc, make, refused):
    with refused("DBSubnetGroupNotFoundFault"):
        make(DBSubnetGroupName="nowhere")
    with refused("InvalidParameterValue"):
        make(VpcSecurityGroupIds=["sg-0123456789abcdef0"])
    group = ec2.create_security_group(GroupName="db", Description="d", VpcId=vpc)["GroupId"]
    make(VpcSecurityGroupIds=[group])
    with refused("InvalidParameterValue"):
        change(rds, VpcSecurityGroupIds=["sg-0123456789abcdef0"])
    assert [one["VpcSecurityGroupId"] for one in look(rds)["VpcSecurityGroups"]] == [group]


@pytest.mark.repair("rds-cluster-versions")
def test_a_version_prefix_means_the_newest_and_its_parameters_fit(rds, make, refused):
    """RDS-6, RDS-8."""
    make(EngineVersion="16")
    shown = look(rds)
    assert (shown["EngineVersion"], shown["DBClusterParameterGroup"]) == ("16.9", "default.aurora-postgresql16")
    assert make("other")["EngineVersion"] == "17.5"
    for name, parameters in (("old", "aurora-postgresql15"), ("new", "aurora-postgresql16")):
        rds.create_db_cluster_parameter_group(
            DBClusterParameterGroupName=name, DBParameterGroupFamily=parameters, Description="test"
        )
    for name, code in (("old", "InvalidParameterCombination"), ("nowhere", "DBClusterParameterGroupNotFound")):
        with refused(code):
            make("third", EngineVersion="16", DBClusterParameterGroupName=name)
    with refused("InvalidParameterCombination"):
        change(rds, DBClusterParameterGroupName="old")
    assert change(rds, DBClusterParameterGroupName="new")["DBClusterParameterGroup"] == "new"


@pytest.mark.repair("rds-cluster-upgrades")
def test_an_upgrade_is_allowed_and_goes_up(rds, make, refused):
    """RDS-6."""
    make(EngineVersion="16")
    with refused("InvalidParameterCombination"):
        change(rds, EngineVersion="17")
    assert change(rds, EngineVersion="17", AllowMajorVersionUpgrade=True)["EngineVersion"] == "17.5"
    with refused("InvalidParameterCombination"):
        change(rds, EngineVersion="16", AllowMajorVersionUpgrade=True)


@pytest.mark.repair("rds-cluster-storage")
def test_storage_is_that_of_the_kind_of_cluster(rds, make, refused):
    assert "StorageType" not in make("usual", StorageType="aurora")
    assert make("dear", StorageType="aurora-iopt1")["StorageType"] == "aurora-iopt1"
    with refused("InvalidParameterValue"):
        make("other", StorageType="gp3")
    with refused("InvalidParameterCombination"):
        make("other", Engine="postgres")
    with refused("InvalidParameterCombination"):
        make("other", **MULTI_AZ)
    assert make("three", **MULTI_AZ, StorageType="gp3")["StorageType"] == "gp3"
    assert make("four", **MULTI_AZ, Iops=1000)["StorageType"] == "io1"


@pytest.mark.repair("rds-cluster-storage-changes")
def test_storage_grows_and_changes_its_type(rds, make, refused):
    """RDS-7."""
    make(**MULTI_AZ, StorageType="gp3")
    assert change(rds, AllocatedStorage=200)["AllocatedStorage"] == 200
    with refused("InvalidParameterCombination"):
        change(rds, AllocatedStorage=100)
    rds.delete_db_cluster(DBClusterIdentifier="orders", SkipFinalSnapshot=True)
    make(StorageType="aurora-iopt1")
    assert "StorageType" not in change(rds, StorageType="aurora")


@pytest.mark.repair("rds-cluster-settings")
def test_settings_are_kept_and_change(rds, kms, make):
    assert "PerformanceInsightsEnabled" not in make()
    assert look(rds)["EngineLifecycleSupport"] == "open-source-rds-extended-support"
    shown = change(
        rds,
        EnablePerformanceInsights=True,
        EnableIAMDatabaseAuthentication=True,
        EngineLifecycleSupport="open-source-rds-extended-support-disabled",
    )
    assert (shown["PerformanceInsightsEnabled"], shown["PerformanceInsightsRetentionPeriod"]) == (True, 7)
    assert shown["PerformanceInsightsKMSKeyId"].startswith("arn:aws:kms:")
    assert shown["IAMDatabaseAuthenticationEnabled"] is True
    assert shown["EngineLifecycleSupport"].endswith("-disabled")


@pytest.mark.repair("rds-cluster-log-exports")
def test_logs_are_switched_on_and_off(rds, make):
    make(EnableCloudwatchLogsExports=["instance"])
    wanted = {"EnableLogTypes": ["postgresql"], "DisableLogTypes": ["instance"]}
    for _ in range(2):
        shown = change(rds, CloudwatchLogsExportConfiguration=wanted)
        assert shown["EnabledCloudwatchLogsExports"] == ["postgresql"]


@pytest.mark.repair("rds-cluster-snapshots")
@pytest.mark.repair("rds-cluster-final-snapshots")
def test_a_deletion_says_what_becomes_of_the_data(rds, make, refused):
    """RDS-11."""
    make()
    with refused("InvalidParameterCombination"):
        rds.delete_db_cluster(DBClusterIdentifier="orders")
    rds.delete_db_cluster(DBClusterIdentifier="orders", FinalDBSnapshotIdentifier="orders-final-1")
    (kept,) = rds.describe_db_cluster_snapshots(SnapshotType="manual")["DBClusterSnapshots"]
    assert kept["DBClusterSnapshotIdentifier"] == "orders-final-1"
    make()
    assert len(rds.describe_db_cluster_snapshots(SnapshotType="automated")["DBClusterSnapshots"]) == 2


MEMBER = {"DBInstanceClass": "db.r7g.large", "Engine": "aurora-postgresql", "DBClusterIdentifier": "orders"}


@pytest.mark.repair("rds-member-creation")
def test_a_member_is_made_without_what_is_the_clusters(rds, make, refused):
    make()
    for more in ({"StorageEncrypted": True}, {"MasterUsername": "owner"}, {"BackupRetentionPeriod": 7}):
        with refused("InvalidParameterCombination"):
            rds.create_db_instance(DBInstanceIdentifier="orders-1", **MEMBER, **more)
    made = rds.create_db_instance(DBInstanceIdentifier="orders-1", **MEMBER)["DBInstance"]
    assert (made["DBClusterIdentifier"], made["DBSubnetGroup"]["DBSubnetGroupName"]) == ("orders", "private")
    (member,) = look(rds)["DBClusterMembers"]
    assert (member["DBInstanceIdentifier"], member["IsClusterWriter"]) == ("orders-1", True)
    with refused("InvalidDBClusterStateFault"):
        rds.delete_db_cluster(DBClusterIdentifier="orders", SkipFinalSnapshot=True)


@pytest.mark.repair("rds-member-changes")
def test_a_member_is_modified(rds, make):
    make()
    rds.create_db_instance(DBInstanceIdentifier="orders-1", **MEMBER)
    rds.modify_db_instance(DBInstanceIdentifier="orders-1", PromotionTier=0, DBInstanceClass="db.r7g.xlarge")
    (shown,) = rds.describe_db_instances(DBInstanceIdentifier="orders-1")["DBInstances"]
    assert (shown["PromotionTier"], shown["DBInstanceClass"]) == (0, "db.r7g.xlarge")


@pytest.mark.repair("rds-member-settings")
def test_a_member_shows_what_is_its_clusters(rds, make):
    make(Port=6432, EnableIAMDatabaseAuthentication=True, EnableCloudwatchLogsExports=["postgresql"])
    rds.create_db_instance(DBInstanceIdentifier="orders-1", **MEMBER)
    (shown,) = rds.describe_db_instances(DBInstanceIdentifier="orders-1")["DBInstances"]
    assert shown["Endpoint"]["Port"] == 6432
    assert shown["IAMDatabaseAuthenticationEnabled"] is True
    assert shown["EnabledCloudwatchLogsExports"] == ["postgresql"]
    change(rds, CloudwatchLogsExportConfiguration={"EnableLogTypes": ["instance"]})
    (shown,) = rds.describe_db_instances(DBInstanceIdentifier="orders-1")["DBInstances"]
    assert shown["EnabledCloudwatchLogsExports"] == ["instance", "postgresql"]


@pytest.mark.repair("rds-insights")
def test_a_member_has_insights_of_its_own(rds, make):
    make()
    rds.create_db_instance(DBInstanceIdentifier="orders-1", **MEMBER, EnablePerformanceInsights=True)
    (shown,) = rds.describe_db_instances(DBInstanceIdentifier="orders-1")["DBInstances"]
    assert (shown["PerformanceInsightsEnabled"], shown["PerformanceInsightsRetentionPeriod"]) == (True, 7)


@pytest.mark.repair("rds-member-final-snapshots")
def test_a_member_leaves_no_snapshot(rds, make, refused):
    """RDS-26: that is left to the cluster."""
    make()
    rds.create_db_instance(DBInstanceIdentifier="orders-1", **MEMBER)
    with refused("InvalidParameterCombination"):
        rds.delete_db_instance(DBInstanceIdentifier="orders-1", FinalDBSnapshotIdentifier="last")
    rds.delete_db_instance(DBInstanceIdentifier="orders-1", SkipFinalSnapshot=True)
    assert look(rds)["DBClusterMembers"] == []


@pytest.mark.repair("rds-cluster-renames")
def test_instances_and_automated_snapshots_go_with_a_renamed_cluster(rds, make, refused):
    """RDS-30."""
    before = make()
    rds.create_db_instance(
        DBInstanceIdentifier="orders-1",
        DBClusterIdentifier="orders",
        Engine="aurora-postgresql",
        DBInstanceClass="db.r7g.large",
    )
    rds.create_db_cluster(
        DBClusterIdentifier="other", Engine="aurora-postgresql", ManageMasterUserPassword=True, MasterUsername="dbowner"
    )
    with refused("DBClusterAlreadyExistsFault"):
        change(rds, NewDBClusterIdentifier="Other")
    rds.modify_db_cluster(DBClusterIdentifier="orders", NewDBClusterIdentifier="Sales", ApplyImmediately=True)
    after = {one["DBClusterIdentifier"]: one for one in rds.describe_db_clusters()["DBClusters"]}
    assert sorted(after) == ["other", "sales"]
    assert after["sales"]["DbClusterResourceId"] == before["DbClusterResourceId"]
    assert after["sales"]["DBClusterArn"].endswith(":cluster:sales")
    assert [one["DBInstanceIdentifier"] for one in after["sales"]["DBClusterMembers"]] == ["orders-1"]
    (member,) = rds.describe_db_instances()["DBInstances"]
    assert member["DBClusterIdentifier"] == "sales"
