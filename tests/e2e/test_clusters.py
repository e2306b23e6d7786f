"""Clusters with their instances, as a whole: made in order, left alone, deleted in order with one snapshot."""

from __future__ import annotations

from typing import Any

from rds_secure.plan import Action
from tests.e2e.harness import DATA, EVERYTHING, Harness, Resources
from tests.e2e.looks import exists
from tests.e2e.tables.db_instance import shelf

BYSTANDER: Resources = {"iam_group": {"bystander": {}}}
CLUSTER: dict[str, Any] = {
    "engine": "aurora-mysql",
    "engine_version": "8.0",
    "kms_key": "${kms_key.data}",
    "subnet_group": "shelf",
    "security_groups": {"tag": {"Name": "app-1"}},
}
INSTANCE: dict[str, Any] = {
    "engine": "aurora-mysql",
    "cluster": "${db_cluster.orders}",
    "instance_class": "db.r7g.large",
}
STACK: Resources = {
    **BYSTANDER,
    "kms_key": {"data": {}},
    "db_cluster": {"orders": CLUSTER},
    "db_instance": {"orders-1": INSTANCE, "orders-2": {**INSTANCE, "promotion_tier": 15}},
}


def made(harness: Harness) -> None:
    shelf(harness.client)
    harness.make(STACK)


def deletions(applied: Any) -> list[tuple[str, str | None]]:
    return [
        (call.action, call.params.get("FinalDBSnapshotIdentifier"))
        for call in applied.writes
        if call.action.startswith("DeleteDB")
    ]


def test_a_cluster_is_made_before_its_instances_and_then_left_alone(harness: Harness) -> None:
    shelf(harness.client)

    applied = harness.apply(STACK)

    order = [call.action for call in applied.writes if call.action.startswith("CreateDB")]
    assert order == ["CreateDBClusterParameterGroup", "CreateDBCluster", "CreateDBInstance", "CreateDBInstance"]
    assert applied.again.plan.is_empty
    (cluster,) = harness.client("rds").describe_db_clusters()["DBClusters"]
    assert sorted(member["DBInstanceIdentifier"] for member in cluster["DBClusterMembers"]) == ["orders-1", "orders-2"]
    parameters = harness.client("rds").describe_db_cluster_parameters(
        DBClusterParameterGroupName="orders-implied-aurora-mysql8-0", Source="user"
    )["Parameters"]
    assert [(one["ParameterName"], one["ParameterValue"]) for one in parameters] == [("require_secure_transport", "ON")]


def test_nothing_that_holds_data_goes_when_it_is_no_longer_declared(harness: Harness) -> None:
    made(harness)

    applied = harness.apply(BYSTANDER)

    assert applied.writes == ()
    assert {str(kept.address) for kept in applied.plan.kept} == {
        "db_cluster.orders",
        "db_cluster_parameter_group.orders~implied",
        "db_instance.orders-1",
        "db_instance.orders-2",
        "kms_key.data",
    }


def test_instances_go_first_and_without_snapshots_the_cluster_leaves_one_rds_26(harness: Harness) -> None:
    made(harness)

    applied = harness.destroy(STACK, DATA)

    assert deletions(applied) == [
        ("DeleteDBInstance", None),
        ("DeleteDBInstance", None),
        ("DeleteDBCluster", "orders-final-1"),
        ("DeleteDBClusterParameterGroup", None),
    ]
    (snapshot,) = harness.client("rds").describe_db_cluster_snapshots(SnapshotType="manual")["DBClusterSnapshots"]
    assert snapshot["DBClusterSnapshotIdentifier"] == "orders-final-1"
    assert "kms_key.data" in {str(kept.address) for kept in applied.plan.kept}, "the snapshot is read with it"


def test_without_a_snapshot_the_key_goes_too(harness: Harness) -> None:
    made(harness)

    applied = harness.destroy(STACK, EVERYTHING)

    assert deletions(applied)[2] == ("DeleteDBCluster", None)
    assert not exists(harness.client, "db_cluster", "orders")
    assert {step.action for step in applied.plan.steps} == {Action.DELETE}


def test_a_cluster_with_an_instance_of_others_stays(harness: Harness) -> None:
    made(harness)
    harness.client("rds").create_db_instance(
        DBInstanceIdentifier="theirs",
        DBInstanceClass="db.r7g.large",
        Engine="aurora-mysql",
        DBClusterIdentifier="orders",
    )

    planned = harness.plan_destroy(STACK, DATA)

    kept = {str(kept.address): kept.reason for kept in planned.plan.kept}
    assert kept["db_cluster.orders"] == "its instance theirs stays: only an empty cluster can be deleted"
    assert exists(harness.client, "db_cluster", "orders")
