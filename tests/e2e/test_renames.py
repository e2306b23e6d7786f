"""Databases and clusters under another name, through the whole pipeline: what keeps up, and what is cut short."""

from __future__ import annotations

from typing import Any

from rds_secure.plan.approval import approved
from rds_secure.plan.part import moved
from tests.e2e.harness import Applied, Harness
from tests.e2e.tables.db_instance import BASE, shelf
from tests.e2e.test_clusters import CLUSTER, INSTANCE


def listed(harness: Harness) -> dict[str, Any]:
    return {one["DBInstanceIdentifier"]: one for one in harness.client("rds").describe_db_instances()["DBInstances"]}


def order(applied: Applied) -> list[str]:
    return [call.action for call in applied.writes if not call.action.startswith("AddTags")]


def test_what_refers_to_a_database_follows_once_it_has_its_name(harness: Harness) -> None:
    """Meaning §2, RDS-30."""

    def stack(**written: str) -> dict[str, Any]:
        reading = {"effect": "allow", "actions": ["rds:Describe*"], "resources": ["${db_instance.orders}"]}
        topic = "arn:aws:sns:eu-central-1:123456789012:alerts"
        return {
            "db_instance": {"orders": {**BASE, **written}},
            "event_subscription": {
                "failures": {"topic": topic, "source_type": "db-instance", "sources": ["${db_instance.orders}"]}
            },
            "iam_policy": {"readers": {"statements": [reading]}},
        }

    shelf(harness.client)
    harness.make(stack())
    before = listed(harness)["orders"]

    applied = harness.apply(stack(name="sales"))

    assert order(applied)[0] == "ModifyDBInstance"
    assert sorted(order(applied)[1:]) == [
        "AddSourceIdentifierToSubscription",
        "CreatePolicyVersion",
        "RemoveSourceIdentifierFromSubscription",
    ]
    assert applied.again.plan.is_empty
    [(name, after)] = listed(harness).items()
    kept = ("DbiResourceId", "MasterUserSecret", "DBParameterGroups", "KmsKeyId")
    assert (name, {one: after[one] for one in kept}) == ("sales", {one: before[one] for one in kept})
    assert after["Endpoint"]["Address"] == before["Endpoint"]["Address"].replace("orders", "sales")
    [events] = harness.client("rds").describe_event_subscriptions()["EventSubscriptionsList"]
    assert events["SourceIdsList"] == ["sales"]
    document = harness.client("iam").get_policy_version(
        PolicyArn="arn:aws:iam::123456789012:policy/readers", VersionId="v2"
    )["PolicyVersion"]["Document"]
    assert document["Statement"][0]["Resource"] == [after["DBInstanceArn"]]


def test_a_rename_that_is_cut_short_is_finished_and_never_begun_again(harness: Harness) -> None:
    """RDS-18, RDS-30: marked and not renamed; on its way; there, and its tags not."""
    shelf(harness.client)
    harness.make({"db_instance": {"orders": BASE}})
    [before] = listed(harness).values()
    written = {"db_instance": {"orders": {**BASE, "name": "sales"}}}
    planned = harness.plan(written)

    def left() -> list[str]:
        """The calls of the next plan, all of which are a part of the approved one."""
        made = harness.plan(written).plan
        assert moved(approved(planned.plan), made) == ()
        return [call.action for step, call in made.operations() if step.address.kind == "db_instance"]

    whole = left()
    assert whole == ["AddTagsToResource", "ModifyDBInstance", "DescribeDBInstances", "AddTagsToResource"]
    harness.recorder.refusals["ModifyDBInstance"] = "InternalFailure"
    assert not harness.attempt(planned)[0].succeeded
    harness.recorder.clear()
    assert left() == whole[1:]

    harness.client("rds").modify_db_instance(  # the process dies right after it
        DBInstanceIdentifier="orders", NewDBInstanceIdentifier="sales", ApplyImmediately=True
    )
    assert listed(harness)["orders"]["DBInstanceStatus"] == "available"
    assert left() == whole[2:]
    harness.recorder.refusals["AddTagsToResource"] = "InternalFailure"
    assert not harness.attempt(harness.plan(written))[0].succeeded
    harness.recorder.clear()
    assert left() == whole[2:]
    assert harness.apply(written).again.plan.is_empty
    assert left() == []
    [(name, after)] = listed(harness).items()
    assert (name, after["DbiResourceId"]) == ("sales", before["DbiResourceId"])


def test_a_cluster_and_its_instance_get_other_names_one_after_the_other(harness: Harness) -> None:
    """Meaning §2."""

    def stack(**names: str) -> dict[str, Any]:
        cluster, instance = ({"name": names[key]} if names else {} for key in ("cluster", "instance"))
        return {
            "kms_key": {"data": {}},
            "db_cluster": {"orders": {**CLUSTER, **cluster}},
            "db_instance": {"orders-1": {**INSTANCE, **instance}},
        }

    shelf(harness.client)
    harness.make(stack())

    applied = harness.apply(stack(cluster="sales", instance="sales-1"))

    assert order(applied) == ["ModifyDBCluster", "ModifyDBInstance"]
    [cluster] = harness.client("rds").describe_db_clusters()["DBClusters"]
    assert cluster["DBClusterIdentifier"] == "sales"
    assert [one["DBInstanceIdentifier"] for one in cluster["DBClusterMembers"]] == ["sales-1"]
    assert [one["DBClusterIdentifier"] for one in listed(harness).values()] == ["sales"]
    assert applied.again.plan.is_empty
