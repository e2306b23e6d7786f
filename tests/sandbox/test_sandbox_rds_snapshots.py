"""RDS snapshots of instances in the sandbox, driven by boto3: what they show, copies, lists, deletions."""

from __future__ import annotations

from typing import Any

import boto3
import pytest

from rds_secure.sandbox import Sandbox
from tests.sandbox.test_sandbox_rds_group import make_instance

ORDERS = {"DBInstanceIdentifier": "orders"}
TAKEN = {"DBSnapshotIdentifier": "taken"}
TEAM, STEP = {"Key": "team", "Value": "payments"}, {"Key": "step", "Value": "1"}


def take(rds: Any, name: str = "taken", **more: Any) -> dict[str, Any]:
    return rds.create_db_snapshot(**ORDERS, DBSnapshotIdentifier=name, **more)["DBSnapshot"]


def copy(rds: Any, source: str = "taken", target: str = "copied", **more: Any) -> dict[str, Any]:
    named = {"SourceDBSnapshotIdentifier": source, "TargetDBSnapshotIdentifier": target}
    return rds.copy_db_snapshot(**named, **more)["DBSnapshot"]


def instance(rds: Any, name: str = "orders") -> dict[str, Any]:
    return rds.describe_db_instances(DBInstanceIdentifier=name)["DBInstances"][0]


def names(rds: Any, **asked: Any) -> list[str]:
    return sorted(item["DBSnapshotIdentifier"] for item in rds.describe_db_snapshots(**asked)["DBSnapshots"])


@pytest.fixture
def key(kms: Any) -> dict[str, Any]:
    """A key of one's own, with alias/mine."""
    made = kms.create_key()["KeyMetadata"]
    kms.create_alias(AliasName="alias/mine", TargetKeyId=made["KeyId"])
    return made


def client(sandbox: Sandbox, service: str, region: str) -> Any:
    return boto3.client(service, region_name=region, endpoint_url=sandbox.endpoint, **sandbox.credentials)


@pytest.mark.repair("rds-snapshot-contents")
def test_a_snapshot_shows_its_instance_as_it_was(rds, kms, key):
    make_instance(rds, StorageEncrypted=True, KmsKeyId="alias/mine", BackupRetentionPeriod=5)
    of = instance(rds)
    made = take(rds)
    same = ("AllocatedStorage", "AvailabilityZone", "BackupRetentionPeriod", "DbiResourceId", "DBInstanceIdentifier")
    same += ("Engine", "EngineVersion", "Iops", "KmsKeyId", "LicenseModel", "MasterUsername", "PreferredBackupWindow")
    same += ("StorageThroughput", "StorageType", "IAMDatabaseAuthenticationEnabled", "InstanceCreateTime")
    assert {name: made[name] for name in same} == {name: of[name] for name in same}
    assert (made["Port"], made["Encrypted"], made["StorageEncryptionType"]) == (5432, True, "sse-kms")
    assert (made["SnapshotType"], made["PercentProgress"], made["Status"]) == ("manual", 100, "available")
    assert made["VpcId"].startswith("vpc-")
    assert made["DBSnapshotArn"].endswith(":snapshot:taken")
    assert made["OptionGroupName"] == "default:postgres-16"
    assert made["SnapshotCreateTime"]


@pytest.mark.repair("rds-snapshot-contents")
def test_an_instance_of_a_cluster_is_not_snapshotted_by_hand(rds, refused):
    rds.create_db_cluster(
        DBClusterIdentifier="books", Engine="aurora-mysql", MasterUsername="dbowner", ManageMasterUserPassword=True
    )
    rds.create_db_instance(**ORDERS, DBClusterIdentifier="books", Engine="aurora-mysql", DBInstanceClass="db.r7g.large")
    with refused("InvalidParameterValue"):
        take(rds)


def test_a_name_is_taken_once_and_tags_come_from_the_instance_only_where_none_are_given(rds, refused):
    """User guide, "Copying tags to DB instance snapshots": tags of its own keep the instance's away."""
    make_instance(rds, CopyTagsToSnapshot=True, Tags=[TEAM])
    assert take(rds)["TagList"] == [TEAM]
    assert take(rds, "tagged", Tags=[STEP])["TagList"] == [STEP]
    with refused("DBSnapshotAlreadyExists"):
        take(rds, "Taken")
    with refused("DBInstanceNotFound"):
        rds.create_db_snapshot(DBInstanceIdentifier="nothing", DBSnapshotIdentifier="other")


@pytest.mark.repair("rds-snapshot-copies")
def test_a_copy_is_under_the_key_in_any_form_or_under_that_of_its_source(rds, kms, key):
    """RDS-28, RDS-3: a copy is how something unencrypted becomes encrypted."""
    make_instance(rds)
    plain = take(rds)
    assert (plain["Encrypted"], "KmsKeyId" in plain) == (False, False)
    assert copy(rds)["Encrypted"] is False
    alias = key["Arn"].replace(f"key/{key['KeyId']}", "alias/mine")
    for number, form in enumerate((key["KeyId"], key["Arn"], "alias/mine", alias)):
        made = copy(rds, "taken", f"copied-{number}", KmsKeyId=form)
        assert (made["Encrypted"], made["KmsKeyId"]) == (True, key["Arn"])
    again = copy(rds, made["DBSnapshotArn"], "again")
    assert (again["Encrypted"], again["KmsKeyId"]) == (True, key["Arn"])
    other = kms.create_key()["KeyMetadata"]["Arn"]
    assert copy(rds, "again", "re-keyed", KmsKeyId=other)["KmsKeyId"] == other
    assert (again["OriginalSnapshotCreateTime"], again["SnapshotType"]) == (plain["SnapshotCreateTime"], "manual")
    assert "SourceDBSnapshotIdentifier" not in again


@pytest.mark.repair("rds-snapshot-copies")
def test_a_copy_needs_keys_that_can_be_used(rds, kms, key, refused):
    """RDS-4, RDS-28: that of the copy, and that of its source."""
    make_instance(rds, StorageEncrypted=True, KmsKeyId="alias/mine")
    take(rds)
    dead = kms.create_key()["KeyMetadata"]["KeyId"]
    kms.disable_key(KeyId=dead)
    for named in (dead, "alias/nothing"):
        with refused("KMSKeyNotAccessibleFault"):
            copy(rds, KmsKeyId=named)
    kms.disable_key(KeyId=key["KeyId"])
    with refused("KMSKeyNotAccessibleFault"):
        copy(rds, KmsKeyId=kms.create_key()["KeyMetadata"]["KeyId"])
    with refused("DBSnapshotNotFound"):
        copy(rds, "nothing")
    with refused("DBSnapshotAlreadyExists"):
        copy(rds, "taken", "Taken")


@pytest.mark.repair("rds-snapshot-copies")
def test_a_copy_has_the_tags_that_are_given_or_asked_for(rds):
    make_instance(rds, CopyTagsToSnapshot=True, Tags=[TEAM])
    take(rds)
    assert copy(rds)["TagList"] == []
    assert copy(rds, target="all", CopyTags=True)["TagList"] == [TEAM]
    assert copy(rds, target="own", CopyTags=True, Tags=[STEP])["TagList"] == [STEP]


@pytest.mark.repair("rds-snapshot-copies")
def test_a_copy_from_another_region_says_so_and_needs_a_key_there(rds, sandbox, key, refused):
    make_instance(rds, StorageEncrypted=True, KmsKeyId="alias/mine")
    arn = take(rds)["DBSnapshotArn"]
    there = client(sandbox, "rds", "eu-west-1")
    with refused("InvalidParameterCombination"):
        copy(there, arn)
    made = copy(there, arn, KmsKeyId=client(sandbox, "kms", "eu-west-1").create_key()["KeyMetadata"]["Arn"])
    assert (made["SourceDBSnapshotIdentifier"], made["SourceRegion"]) == (arn, sandbox.region)


@pytest.mark.repair("rds-snapshot-lists")
def test_snapshots_are_found_by_every_name_of_what_they_are_of(rds, sandbox):
    make_instance(rds, BackupRetentionPeriod=0)
    of, arn = instance(rds), take(rds)["DBSnapshotArn"]
    copy(rds)
    for asked in (
        ORDERS,
        {"DbiResourceId": of["DbiResourceId"]},
        {"Filters": [{"Name": "dbi-resource-id", "Values": [of["DbiResourceId"]]}]},
        {"Filters": [{"Name": "db-instance-id", "Values": [of["DBInstanceArn"]]}], "SnapshotType": "manual"},
        {"IncludeShared": True},
    ):
        assert names(rds, **asked) == ["copied", "taken"], asked
    assert names(rds, DbiResourceId="db-OTHER") == names(rds, SnapshotType="automated") == []
    assert names(rds, DBSnapshotIdentifier=arn) == ["taken"]


@pytest.mark.repair("rds-snapshot-deletions")
def test_automated_snapshots_are_not_deleted_by_hand(rds, refused):
    make_instance(rds)
    (automated,) = names(rds, SnapshotType="automated")
    with refused("InvalidDBSnapshotState"):
        rds.delete_db_snapshot(DBSnapshotIdentifier=automated)
    take(rds)
    rds.delete_db_snapshot(**TAKEN)
    assert names(rds, SnapshotType="manual") == []


def test_a_snapshot_that_is_not_there_is_not_found(rds, refused):
    """RDS-25."""
    for call in (rds.describe_db_snapshots, rds.delete_db_snapshot):
        with refused("DBSnapshotNotFound"):
            call(DBSnapshotIdentifier="nothing")


def test_the_tagging_api_finds_snapshots(rds, sandbox):
    make_instance(rds)
    arn = take(rds, Tags=[STEP])["DBSnapshotArn"]
    found = sandbox.client("resourcegroupstaggingapi").get_resources(TagFilters=[{"Key": "step"}])
    assert [item["ResourceARN"] for item in found["ResourceTagMappingList"]] == [arn]
