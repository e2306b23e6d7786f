"""What calls of RDS leave: at once, put aside for the window, or in effect after a restart."""

from __future__ import annotations

from typing import Any

from rds_secure.inventory import Question
from rds_secure.inventory.effects.rds import CLUSTERS, INSTANCES, SNAPSHOTS, SUBNET_GROUPS
from rds_secure.inventory.effects.rds_interfaces import INTERFACES
from tests.inventory.effects import Replies

SUBNETS = {"DBSubnetGroupName": "private", "VpcId": "vpc-1", "Subnets": [{"SubnetIdentifier": "subnet-1"}]}
KEY = "arn:aws:kms:eu-west-1:123456789012:key/1"


def orders(**more: Any) -> dict[str, Any]:
    """An instance as RDS describes it."""
    return {
        "DBInstanceIdentifier": "orders",
        "DBInstanceArn": "arn:aws:rds:eu-west-1:123456789012:db:orders",
        "DbiResourceId": "db-ORDERS",
        "Engine": "postgres",
        "EngineVersion": "16.4",
        "MultiAZ": False,
        "BackupRetentionPeriod": 7,
        "Endpoint": {"Address": "orders.example", "Port": 5432},
        "DBSubnetGroup": SUBNETS,
        "DBParameterGroups": [{"DBParameterGroupName": "tuned", "ParameterApplyStatus": "in-sync"}],
        "OptionGroupMemberships": [{"OptionGroupName": "default:postgres-16", "Status": "in-sync"}],
        "VpcSecurityGroups": [{"VpcSecurityGroupId": "sg-1", "Status": "active"}],
        "PendingModifiedValues": {},
        **more,
    }


def account(**more: Any) -> Replies:
    return Replies({INSTANCES: [orders(**more)], CLUSTERS: [], SUBNET_GROUPS: [SUBNETS]})


def change(replies: Replies, **params: Any) -> Any:
    replies.call("rds", "ModifyDBInstance", DBInstanceIdentifier="orders", **params)
    return replies.listed(INSTANCES, "orders")


def test_what_can_wait_for_the_window_is_put_aside_and_the_rest_is_done() -> None:
    after = change(account(), ApplyImmediately=False, MultiAZ=True, DBPortNumber=6432, VpcSecurityGroupIds=["sg-2"])
    assert (after["MultiAZ"], after["PendingModifiedValues"]) == (False, {"MultiAZ": True})
    assert after["Endpoint"] == {"Address": "orders.example", "Port": 6432}
    assert after["VpcSecurityGroups"] == [{"VpcSecurityGroupId": "sg-2", "Status": "active"}]


def test_applying_at_once_makes_what_waits_as_well() -> None:
    """RDS-2."""
    after = change(account(PendingModifiedValues={"MultiAZ": True}), ApplyImmediately=True, BackupRetentionPeriod=14)
    assert (after["MultiAZ"], after["BackupRetentionPeriod"], after["PendingModifiedValues"]) == (True, 14, {})


def test_the_old_value_takes_back_what_was_put_aside() -> None:
    after = change(account(PendingModifiedValues={"MultiAZ": True}), ApplyImmediately=False, MultiAZ=False)
    assert after["PendingModifiedValues"] == {}


def test_days_of_backups_wait_only_from_none_or_to_none() -> None:
    assert change(account(), ApplyImmediately=False, BackupRetentionPeriod=14)["BackupRetentionPeriod"] == 14
    after = change(account(), ApplyImmediately=False, BackupRetentionPeriod=0)
    assert (after["BackupRetentionPeriod"], after["PendingModifiedValues"]) == (7, {"BackupRetentionPeriod": 0})


def test_another_option_group_shows_beside_the_old_one_until_the_window() -> None:
    """RDS-24."""
    replies = account()
    after = change(replies, ApplyImmediately=False, OptionGroupName="audit")
    assert [group["Status"] for group in after["OptionGroupMemberships"]] == [
        "pending-maintenance-removal",
        "pending-maintenance-apply",
    ]
    after = change(replies, ApplyImmediately=True, AllocatedStorage=40)
    assert after["OptionGroupMemberships"] == [{"OptionGroupName": "audit", "Status": "in-sync"}]


def test_another_parameter_group_waits_for_a_restart() -> None:
    replies = account()
    waiting = {"DBParameterGroupName": "strict", "ParameterApplyStatus": "pending-reboot"}
    assert change(replies, ApplyImmediately=True, DBParameterGroupName="strict")["DBParameterGroups"] == [waiting]
    replies.call("rds", "RebootDBInstance", DBInstanceIdentifier="orders")
    (group,) = replies.listed(INSTANCES, "orders")["DBParameterGroups"]
    assert group["ParameterApplyStatus"] == "in-sync"


def test_a_major_upgrade_takes_its_parameter_group_along_into_the_window() -> None:
    """RDS-6."""
    after = change(account(), ApplyImmediately=False, EngineVersion="17.2", DBParameterGroupName="tuned17")
    assert after["DBParameterGroups"][0]["DBParameterGroupName"] == "tuned"
    assert after["PendingModifiedValues"] == {"EngineVersion": "17.2"}


def test_a_static_parameter_waits_for_a_restart_of_whoever_has_the_group() -> None:
    question = Question("rds", "DescribeDBParameters", "tuned")
    replies = Replies({INSTANCES: [orders()], CLUSTERS: []}, {question: {"Parameters": []}})
    row = {"ParameterName": "shared_buffers", "ParameterValue": "1", "ApplyMethod": "pending-reboot"}
    replies.call("rds", "ModifyDBParameterGroup", DBParameterGroupName="tuned", Parameters=(row,))
    assert replies.listed(INSTANCES, "orders")["DBParameterGroups"][0]["ParameterApplyStatus"] == "pending-reboot"
    (shown,) = replies.reply("rds", "DescribeDBParameters", "tuned")["Parameters"]
    assert (shown["ParameterValue"], shown["Source"]) == ("1", "user")


def test_values_of_a_group_that_was_not_read_stay_unread() -> None:
    replies = account()
    row = {"ParameterName": "log_connections", "ParameterValue": "1", "ApplyMethod": "immediate"}
    replies.call("rds", "ModifyDBParameterGroup", DBParameterGroupName="tuned", Parameters=(row,))
    assert replies.reply("rds", "DescribeDBParameters", "tuned") is None


def test_another_name_is_another_arn_everywhere() -> None:
    """RDS-30."""
    replica = orders(DBInstanceIdentifier="reports", ReadReplicaSourceDBInstanceIdentifier="orders")
    replies = Replies({INSTANCES: [orders(ReadReplicaDBInstanceIdentifiers=["reports"]), replica], CLUSTERS: []})
    replies.call(
        "rds",
        "ModifyDBInstance",
        DBInstanceIdentifier="orders",
        NewDBInstanceIdentifier="orders-old",
        ApplyImmediately=True,
    )
    assert replies.listed(INSTANCES, "orders") is None
    after = replies.listed(INSTANCES, "orders-old")
    assert after["DBInstanceArn"].endswith(":db:orders-old")
    assert replies.listed(INSTANCES, "reports")["ReadReplicaSourceDBInstanceIdentifier"] == "orders-old"


def test_a_restored_instance_has_the_data_of_its_snapshot_and_the_key_of_the_copy() -> None:
    """As a migration encrypts: a snapshot, a copy under another key, an instance of it; the first one stays, aside."""
    replies = Replies({INSTANCES: [orders(StorageEncrypted=False)], CLUSTERS: [], SUBNET_GROUPS: [SUBNETS]})
    replies.call("rds", "CreateDBSnapshot", DBInstanceIdentifier="orders", DBSnapshotIdentifier="first")
    replies.call(
        "rds",
        "CopyDBSnapshot",
        SourceDBSnapshotIdentifier="first",
        TargetDBSnapshotIdentifier="second",
        KmsKeyId=KEY,
    )
    made = replies.call(
        "rds",
        "RestoreDBInstanceFromDBSnapshot",
        "db_instance.orders",
        DBInstanceIdentifier="orders-new",
        DBSnapshotIdentifier="second",
        DBSubnetGroupName="private",
        VpcSecurityGroupIds=["sg-1"],
    )["DBInstance"]
    assert (made["StorageEncrypted"], made["KmsKeyId"], made["Engine"]) == (True, KEY, "postgres")
    assert (made["Endpoint"]["Port"], made["DBSubnetGroup"]) == (5432, SUBNETS)
    assert made["DbiResourceId"] == "<db_instance.orders.resource_id>"
    assert replies.listed(INSTANCES, "orders")["StorageEncrypted"] is False
    assert replies.listed(SNAPSHOTS, "second") is None, "snapshots were not read, and so stay unread"


def test_the_interface_of_a_database_gets_its_groups_if_it_is_surely_its_own() -> None:
    interface = {
        "NetworkInterfaceId": "eni-1",
        "RequesterId": "amazon-rds",
        "SubnetId": "subnet-1",
        "Groups": [{"GroupId": "sg-1"}],
    }
    alone = Replies({INSTANCES: [orders()], CLUSTERS: [], INTERFACES: [interface]})
    change(alone, ApplyImmediately=True, VpcSecurityGroupIds=["sg-2"])
    assert alone.listed(INTERFACES, "eni-1")["Groups"] == [{"GroupId": "sg-2"}]

    other = orders(DBInstanceIdentifier="ledger")
    crowded = Replies({INSTANCES: [orders(), other], CLUSTERS: [], INTERFACES: [interface]})
    change(crowded, ApplyImmediately=True, VpcSecurityGroupIds=["sg-2"])
    assert crowded.listed(INTERFACES, "eni-1")["Groups"] == [{"GroupId": "sg-1"}]
    assert interface["Groups"] == [{"GroupId": "sg-1"}], "what was read stays as it was"


def test_the_grant_of_rds_comes_and_goes_with_the_database() -> None:
    replies = Replies({INSTANCES: [], CLUSTERS: []}, {Question("kms", "ListGrants", KEY): {"Grants": []}})
    replies.call(
        "rds",
        "CreateDBInstance",
        "db_instance.orders",
        DBInstanceIdentifier="orders",
        Engine="postgres",
        StorageEncrypted=True,
        KmsKeyId=KEY,
    )
    (grant,) = replies.reply("kms", "ListGrants", KEY)["Grants"]
    context = {"aws:rds:db-id": "<db_instance.orders.resource_id>"}
    assert grant["Constraints"] == {"EncryptionContextSubset": context}
    replies.call("rds", "DeleteDBInstance", DBInstanceIdentifier="orders", SkipFinalSnapshot=True)
    assert replies.reply("kms", "ListGrants", KEY)["Grants"] == []


def test_a_replica_is_named_by_its_source_and_names_it() -> None:
    replies = account()
    made = replies.call(
        "rds",
        "CreateDBInstanceReadReplica",
        "db_instance.reports",
        DBInstanceIdentifier="reports",
        SourceDBInstanceIdentifier="orders",
    )["DBInstance"]
    assert (made["Engine"], made["ReadReplicaSourceDBInstanceIdentifier"]) == ("postgres", "orders")
    assert replies.listed(INSTANCES, "orders")["ReadReplicaDBInstanceIdentifiers"] == ["reports"]
    replies.call("rds", "DeleteDBInstance", DBInstanceIdentifier="reports", SkipFinalSnapshot=True)
    assert replies.listed(INSTANCES, "orders")["ReadReplicaDBInstanceIdentifiers"] == []


def test_members_of_a_cluster_have_its_groups_and_its_port() -> None:
    member = orders(DBClusterIdentifier="shop")
    cluster = {
        "DBClusterIdentifier": "shop",
        "Engine": "aurora-postgresql",
        "Port": 5432,
        "DBClusterParameterGroup": "tuned",
        "VpcSecurityGroups": [{"VpcSecurityGroupId": "sg-1", "Status": "active"}],
        "DBClusterMembers": [{"DBInstanceIdentifier": "orders", "DBClusterParameterGroupStatus": "in-sync"}],
    }
    replies = Replies({INSTANCES: [member], CLUSTERS: [cluster]})
    replies.call(
        "rds",
        "ModifyDBCluster",
        DBClusterIdentifier="shop",
        ApplyImmediately=False,
        Port=6432,
        VpcSecurityGroupIds=["sg-2"],
        DBClusterParameterGroupName="strict",
        EngineVersion="17.2",
    )
    after = replies.listed(CLUSTERS, "shop")
    assert after["PendingModifiedValues"] == {"EngineVersion": "17.2"}
    assert after["DBClusterMembers"][0]["DBClusterParameterGroupStatus"] == "pending-reboot"
    instance = replies.listed(INSTANCES, "orders")
    assert (instance["Endpoint"]["Port"], instance["VpcSecurityGroups"][0]["VpcSecurityGroupId"]) == (6432, "sg-2")


def test_another_name_of_a_cluster_is_what_its_members_name_it_by() -> None:
    """RDS-30."""
    cluster = {
        "DBClusterIdentifier": "shop",
        "DBClusterArn": "arn:aws:rds:eu-west-1:123456789012:cluster:shop",
        "Engine": "aurora-postgresql",
        "DBClusterMembers": [{"DBInstanceIdentifier": "orders"}],
    }
    replies = Replies({INSTANCES: [orders(DBClusterIdentifier="shop")], CLUSTERS: [cluster]})
    replies.call(
        "rds", "ModifyDBCluster", DBClusterIdentifier="shop", NewDBClusterIdentifier="Store", ApplyImmediately=True
    )
    assert replies.listed(CLUSTERS, "store")["DBClusterArn"].endswith(":cluster:store")
    assert replies.listed(INSTANCES, "orders")["DBClusterIdentifier"] == "store"


def test_the_secret_that_rds_keeps_goes_with_its_database() -> None:
    arn = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:rds!db-1"
    for leaving in ("DeleteDBInstance", "ModifyDBInstance"):
        replies = account(MasterUserSecret={"SecretArn": arn})
        for action in ("DescribeSecret", "GetResourcePolicy"):
            replies.ledger.put("secretsmanager", action, arn, {"ARN": arn})
        more = {"ManageMasterUserPassword": False} if leaving == "ModifyDBInstance" else {}
        replies.call("rds", leaving, DBInstanceIdentifier="orders", **more)
        assert replies.reply("secretsmanager", "DescribeSecret", arn) == {}
        assert replies.reply("secretsmanager", "GetResourcePolicy", arn) == {}
