"""Clusters: how they are read and compared, what is refused, and the calls that make, change and delete them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from rds_secure import ownership, tagging
from rds_secure.operation import Retry
from rds_secure.resources.db_cluster import KIND
from rds_secure.values import Secret
from tests.resources.clusters import (
    ARN,
    KEY,
    KEY_ID,
    MULTI_AZ,
    ORDERS,
    OTHER_KEY,
    SECRET,
    changes,
    cluster,
    described,
    found,
    holds,
    modified,
    multi_az,
    reader,
    refused,
)
from tests.resources.planning import SCOPE, actions, compare, created, link, updated, wanted

# Reading and comparing


def test_what_was_made_is_in_sync() -> None:
    assert (changes(cluster(), found()), refused(cluster(), found())) == ({}, {})
    assert changes(cluster(**MULTI_AZ), found(multi_az())) == {}


def test_its_attributes_are_read() -> None:
    assert found().exports == {
        "name": "orders",
        "arn": ARN,
        "resource_id": "cluster-ABCDEFGHIJKLMNOPQRSTUVWXYZ",
        "endpoint": "orders.cluster-abc.eu-west-1.rds.amazonaws.com",
        "reader": "orders.cluster-ro-abc.eu-west-1.rds.amazonaws.com",
        "port": "5432",
        "secret": SECRET,
    }


@pytest.mark.parametrize(
    ("shown", "encrypted"),
    [
        ({"StorageEncrypted": True, "StorageEncryptionType": "sse-kms"}, True),
        ({"StorageEncrypted": False, "StorageEncryptionType": "sse-rds"}, False),
        ({"StorageEncrypted": False, "StorageEncryptionType": "none"}, False),
        ({"StorageEncrypted": True, "StorageEncryptionType": None}, True),
    ],
)
def test_encrypted_means_under_a_key_of_kms_rds_23(shown: dict[str, Any], encrypted: bool) -> None:
    live = found(**shown)
    assert live.spec.encrypted is encrypted
    assert ("encrypted" in refused(cluster(), live)) is not encrypted
    assert changes(cluster(encrypted=str(encrypted).lower()), live) == {}


def test_a_key_that_aws_owns_is_mentioned_rds_23() -> None:
    [note] = found(StorageEncrypted=False, StorageEncryptionType="sse-rds").facts["notes"]
    assert "a key that AWS owns" in note
    assert found().facts["notes"] == ()


def test_aurora_has_no_size_and_its_usual_storage_type_is_not_shown() -> None:
    assert (found().spec.storage_gib, found().spec.storage_type) == (None, "aurora")
    assert changes(cluster(storage_type="aurora"), found()) == {}
    assert changes(cluster(storage_type="aurora-iopt1"), found()) == {"storage_type": ("aurora", "aurora-iopt1")}


def test_keys_are_compared_as_arns_rds_3() -> None:
    assert refused(cluster(kms_key=KEY_ID, master_secret_key=OTHER_KEY), found()) == {}
    assert "never changes the key" in refused(cluster(kms_key=OTHER_KEY), found())["kms_key"]


def test_a_newer_minor_version_is_no_difference_rds_6() -> None:
    assert changes(cluster(engine_version="16.3"), found()) == {}
    fixed = cluster(engine_version="16.3", minor_upgrades="false")
    assert "AWS never goes back" in refused(fixed, found())["engine_version"]
    assert "AWS never goes back" in refused(cluster(engine_version="15"), found())["engine_version"]


def test_aurora_mysql_is_compared_by_what_it_speaks_rds_6() -> None:
    shown = found(Engine="aurora-mysql", EngineVersion="8.0.mysql_aurora.3.08.2", BacktrackWindow=0)
    assert changes(cluster(engine="aurora-mysql", engine_version="8.0"), shown) == {}


def test_iam_authentication_is_on_for_aurora_and_for_multi_az_clusters() -> None:
    wanted = {"iam_auth": (False, True)}
    assert changes(cluster(), found(IAMDatabaseAuthenticationEnabled=False)) == wanted
    assert changes(cluster(**MULTI_AZ), found(multi_az(IAMDatabaseAuthenticationEnabled=False))) == wanted


def test_minor_upgrades_are_the_affair_of_auroras_instances() -> None:
    assert changes(cluster(), found(AutoMinorVersionUpgrade=False)) == {}
    assert changes(cluster(**MULTI_AZ), found(multi_az(AutoMinorVersionUpgrade=False))) == {
        "minor_upgrades": (False, True)
    }


def test_what_is_parked_is_no_change_rds_2() -> None:
    live = found(multi_az(PendingModifiedValues={"AllocatedStorage": 200, "Iops": 2000}))
    difference, _ = compare(KIND, cluster(**{**MULTI_AZ, "storage_gib": "200", "iops": "2000"}), live)
    assert difference.changes == []
    assert [item.path for item in difference.pending] == ["storage_gib", "iops"]


def test_parameters_that_wait_for_a_reboot_are_mentioned_rds_8() -> None:
    member = {"DBInstanceIdentifier": "orders-1", "DBClusterParameterGroupStatus": "pending-reboot"}
    [note] = found(DBClusterMembers=[member]).facts["notes"]
    assert "instance orders-1" in note


# What AWS does not do, or not as things are


def test_a_change_that_would_wait_unseen_is_refused_rds_24() -> None:
    wanted = {**MULTI_AZ, "instance_class": "db.r6gd.large"}
    assert "write when: now" in refused(cluster(**wanted), found(multi_az()))["instance_class"]
    sent = modified(cluster(**wanted, when="now"), found(multi_az()))
    assert sent == {"DBClusterInstanceClass": "db.r6gd.large", "ApplyImmediately": True}
    [call] = updated(KIND, cluster(**wanted, when="now"), found(multi_az()))
    assert not holds(call.wait, multi_az()), "no pending value shows that it is on its way"
    assert holds(call.wait, multi_az() | {"DBClusterInstanceClass": "db.r6gd.large"})


def test_a_port_changes_for_aurora_only() -> None:
    assert "write 5432" in refused(cluster(**MULTI_AZ, port="6432"), found(multi_az()))["port"]
    assert modified(cluster(port="6432"), found()) == {"Port": 6432, "ApplyImmediately": False}


def test_backtrack_is_switched_on_when_a_cluster_is_made_only() -> None:
    mysql = {"engine": "aurora-mysql", "engine_version": "8.0"}
    shown = {"Engine": "aurora-mysql", "EngineVersion": "8.0.mysql_aurora.3.08.2"}
    declared = cluster(**mysql, backtrack_seconds="3600")
    assert "only when a cluster is made" in refused(declared, found(**shown))["backtrack_seconds"]
    assert modified(declared, found(**shown, BacktrackWindow=60))["BacktrackWindow"] == 3600


def test_storage_that_is_being_optimised_stays_rds_7() -> None:
    live = found(multi_az(Status="storage-optimization"))
    assert "for some hours" in refused(cluster(**{**MULTI_AZ, "iops": "2000"}), live)["iops"]


# Making


def test_it_is_made_encrypted_protected_and_with_a_managed_password() -> None:
    [call] = created(KIND, cluster(kms_key=KEY_ID))
    assert call.action == "CreateDBCluster"
    assert {name: value for name, value in call.params.items() if name != "Tags"} == {
        "DBClusterIdentifier": "orders",
        "Engine": "aurora-postgresql",
        "EngineVersion": "16",
        "DBClusterParameterGroupName": "orders-aurora-postgresql16",
        "StorageEncrypted": True,
        "KmsKeyId": KEY,
        "VpcSecurityGroupIds": ("sg-0123456789abcdef0",),
        "DBSubnetGroupName": "private",
        "MasterUsername": "dbowner",
        "ManageMasterUserPassword": True,
        "MasterUserSecretKmsKeyId": KEY,
        "EnableIAMDatabaseAuthentication": True,
        "BackupRetentionPeriod": 7,
        "CopyTagsToSnapshot": True,
        "DeletionProtection": True,
    }
    assert call.retry_on == (Retry("KMSKeyNotAccessibleFault"),)
    assert {"kms:CreateGrant", "secretsmanager:CreateSecret", "rds:AddTagsToResource"} <= {*call.also}


def test_a_multi_az_cluster_says_that_it_is_not_public() -> None:
    [call] = created(KIND, cluster(**MULTI_AZ))
    assert call.params["PubliclyAccessible"] is False
    assert call.params["AutoMinorVersionUpgrade"] is True
    assert (call.params["AllocatedStorage"], call.params["Iops"]) == (100, 1000)
    assert call.params["EnableIAMDatabaseAuthentication"] is True


def test_capacities_go_together() -> None:
    scale = {"min": "0", "max": "8.5", "pause_seconds": "600"}
    [call] = created(KIND, cluster(serverless=scale))
    sent = {"MinCapacity": 0.0, "MaxCapacity": 8.5, "SecondsUntilAutoPause": 600}
    assert call.params["ServerlessV2ScalingConfiguration"] == sent
    live = found(ServerlessV2ScalingConfiguration={"MinCapacity": 0.0, "MaxCapacity": 4.0})
    declared = cluster(serverless=scale)
    assert changes(declared, live).keys() == {"serverless.max", "serverless.pause_seconds"}
    assert modified(declared, live)["ServerlessV2ScalingConfiguration"] == sent


def test_a_role_that_was_just_made_is_waited_for_iam_1() -> None:
    role = "arn:aws:iam::123456789012:role/watch"
    [call] = created(KIND, cluster(**MULTI_AZ, monitoring_seconds="60", monitoring_role=role))
    assert any("IAM role ARN value is invalid" in retry.contains for retry in call.retry_on)
    assert "iam:PassRole" in call.also


def test_it_is_ready_when_all_of_it_is_rds_1() -> None:
    [call] = created(KIND, cluster())
    assert holds(call.wait, described())
    member = {"DBInstanceIdentifier": "orders-1", "DBClusterParameterGroupStatus": "applying"}
    for shown in (
        {"Status": "creating"},
        {"Status": "backing-up"},
        {"Endpoint": None},
        {"PendingModifiedValues": {"EngineVersion": "17.5"}},
        {"VpcSecurityGroups": [{"VpcSecurityGroupId": "sg-1", "Status": "adding"}]},
        {"MasterUserSecret": {"SecretStatus": "creating"}},
        {"DBClusterMembers": [member]},
    ):
        assert not holds(call.wait, described(**shown)), shown


# Changing


def test_insights_go_with_their_key_rds_13() -> None:
    declared = cluster(kms_key=KEY_ID, insights="true", insights_days="465", insights_mode="advanced")
    assert modified(declared, found()) == {
        "ApplyImmediately": False,
        "EnablePerformanceInsights": True,
        "PerformanceInsightsRetentionPeriod": 465,
        "PerformanceInsightsKMSKeyId": KEY,
        "DatabaseInsightsMode": "advanced",
    }
    on = {"PerformanceInsightsEnabled": True, "PerformanceInsightsKMSKeyId": OTHER_KEY}
    live = found(**on, PerformanceInsightsRetentionPeriod=7, DatabaseInsightsMode="standard")
    assert modified(declared, live)["PerformanceInsightsKMSKeyId"] == OTHER_KEY
    assert "never changes" in refused(cluster(insights="true", insights_key=KEY_ID), live)["insights_key"]
    off = modified(cluster(insights="false"), live)
    assert off == {"ApplyImmediately": False, "EnablePerformanceInsights": False}


def test_a_password_becomes_managed_with_the_key_of_the_cluster_rds_12() -> None:
    sent = modified(cluster(kms_key=KEY_ID, master_password="managed"), found(MasterUserSecret=None))
    assert sent == {
        "ApplyImmediately": False,
        "ManageMasterUserPassword": True,
        "MasterUserSecretKmsKeyId": KEY,
    }
    assert changes(cluster(master_password="unmanaged"), found()) == {}


def test_a_password_is_never_switched_by_a_default() -> None:
    """Meaning §4: it is only mentioned."""
    declared = cluster(parameter_group="${db_cluster_parameter_group.orders.name}")
    live = found(MasterUserSecret=None)
    assert changes(cluster(), live) == {}
    [note] = KIND.notes(declared, link(live, ORDERS, SCOPE))
    assert "write master_password: managed" in note
    assert list(KIND.notes(declared, link(found(), ORDERS, SCOPE))) == []


def test_a_password_from_a_source_is_set_and_no_longer_managed_rds_12() -> None:
    source = Secret("env", "DB_PASSWORD")
    declared = cluster(master_password={"env": "DB_PASSWORD"})
    [call] = created(KIND, declared)
    assert call.params["MasterUserPassword"] == source
    assert not {"ManageMasterUserPassword", "MasterUserSecretKmsKeyId"} & call.params.keys()
    assert modified(declared, found()) == {
        "ApplyImmediately": False,
        "MasterUserPassword": source,
        "ManageMasterUserPassword": False,
    }
    assert KIND.own_tags(declared.spec) == {"rds-secure:password": "1"}
    assert KIND.own_tags(cluster().spec) == {}
    known = [{"Key": "rds-secure:password", "Value": "1"}]
    assert changes(declared, found(MasterUserSecret=None, TagList=known)) == {}
    newer = cluster(master_password={"env": "DB_PASSWORD"}, password_version="2")
    assert changes(newer, found(MasterUserSecret=None, TagList=known)) == {"password_version": (1, 2)}


def test_a_major_upgrade_takes_its_parameter_group_along_rds_6() -> None:
    declared = cluster(engine_version="17", parameter_group="orders-aurora-postgresql17")
    assert modified(declared, found()) == {
        "ApplyImmediately": False,
        "EngineVersion": "17",
        "AllowMajorVersionUpgrade": True,
        "DBClusterParameterGroupName": "orders-aurora-postgresql17",
    }
    [call] = updated(KIND, declared, found())
    assert call.summary.endswith(", a major upgrade")


def test_provisioned_storage_goes_with_its_iops() -> None:
    sent = modified(cluster(**{**MULTI_AZ, "storage_gib": "200"}), found(multi_az()))
    assert sent == {"ApplyImmediately": False, "AllocatedStorage": 200, "StorageType": "io1", "Iops": 1000}
    assert modified(cluster(storage_type="aurora-iopt1"), found()) == {
        "ApplyImmediately": False,
        "StorageType": "aurora-iopt1",
    }


def test_a_change_is_awaited_by_what_it_changes_rds_17() -> None:
    [call] = updated(KIND, cluster(copy_tags="false"), found())
    assert not holds(call.wait, described())
    assert holds(call.wait, described(CopyTagsToSnapshot=False))
    assert holds(call.wait, described(CopyTagsToSnapshot=None))
    assert call.retry_on == (Retry("InvalidDBClusterStateFault"),)


# Deleting


def inspected(shown: dict[str, Any], *instances: dict[str, Any], going: frozenset[str] = frozenset()) -> Any:
    looking = reader(shown)
    looking.answers = {
        **looking.answers,
        ("rds", "DescribeDBInstances"): {"DBInstances": list(instances)},
        ("rds", "DescribeDBClusterSnapshots"): {
            "DBClusterSnapshots": [{"DBClusterSnapshotIdentifier": "orders-final-1"}]
        },
    }
    return KIND.inspect(looking, link(found(shown), ORDERS, SCOPE), SCOPE, going)


def instance(name: str) -> dict[str, Any]:
    arn = f"arn:aws:rds:eu-west-1:123456789012:db:{name}"
    return {"DBInstanceIdentifier": name, "DBInstanceArn": arn, "DBClusterIdentifier": "orders"}


def test_protection_comes_off_first_and_a_snapshot_and_the_backups_stay_rds_11() -> None:
    off, gone = KIND.delete(inspected(described()), SCOPE)
    assert off.params == {"DBClusterIdentifier": "orders", "DeletionProtection": False, "ApplyImmediately": False}
    assert holds(off.wait, described(DeletionProtection=False))
    assert gone.params == {
        "DBClusterIdentifier": "orders",
        "FinalDBSnapshotIdentifier": "orders-final-2",
        "SkipFinalSnapshot": False,
        "DeleteAutomatedBackups": False,
    }
    assert gone.destructive
    assert gone.wait is not None
    assert gone.wait.gone
    assert (gone.retry_on, gone.done_on) == ((Retry("InvalidDBClusterStateFault"),), ("DBClusterNotFoundFault",))


def test_it_leaves_no_snapshot_when_told_so() -> None:
    live = inspected(described(DeletionProtection=False))
    live = replace(live, found=replace(live.found, facts={**live.facts, "skip_final_snapshot": True}))
    [gone] = KIND.delete(live, SCOPE)
    assert (gone.params["SkipFinalSnapshot"], "FinalDBSnapshotIdentifier" in gone.params) == (True, False)


def test_a_cluster_with_instances_that_stay_stays() -> None:
    one, two = instance("orders-1"), instance("orders-2")
    said = inspected(described(), one, two, going=frozenset({one["DBInstanceArn"]}))
    assert said == "its instance orders-2 stays: only an empty cluster can be deleted"
    going = frozenset({one["DBInstanceArn"], two["DBInstanceArn"]})
    assert actions(KIND.delete(inspected(described(), one, two, going=going), SCOPE))[-1] == "DeleteDBCluster"
    assert not isinstance(inspected(multi_az(), one), str), "a Multi-AZ DB cluster deletes its own"


def test_a_busy_cluster_stays_for_now_rds_1() -> None:
    assert inspected(described(Status="modifying")).startswith("it is modifying just now")
    assert inspected(described(Status="stopped")).endswith("comes off only while it runs: start it")
    assert not isinstance(inspected(described(Status="stopped", DeletionProtection=False)), str)


# Whose it is


def test_strangers_are_left_out_of_a_read() -> None:
    ours = described(DBClusterIdentifier="old", TagList=list(tagging.pairs({ownership.STACK: SCOPE.stack})))
    theirs = described(DBClusterIdentifier="theirs", Engine="neptune", DBClusterArn="arn:aws:rds:…:cluster:theirs")
    read = KIND.read(reader(described(), ours, theirs), wanted(KIND, cluster()))
    assert [one.name for one in read] == ["orders", "old"]


def test_it_is_tagged_by_its_arn_rds_14() -> None:
    [call] = KIND.tag(cluster(), {"team": "payments"}, (), SCOPE)
    assert (call.action, call.params["ResourceName"]) == ("AddTagsToResource", ARN)
