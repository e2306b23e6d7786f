"""Databases and clusters under another name: the calls that are left at every moment, and what is in the way."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from rds_secure import ownership, tagging
from rds_secure.database import rename
from rds_secure.kind import Found, Kind, Renaming
from rds_secure.operation import Operation
from rds_secure.resources.db_cluster import KIND as CLUSTER
from rds_secure.resources.db_instance import KIND as INSTANCE
from rds_secure.resources.db_instance.migration.marks import migration_id
from rds_secure.values import Address
from tests.fakes import FakeReader
from tests.models import assert_valid_call
from tests.resources import clusters, instances
from tests.resources.planning import SCOPE, checked, compare, wanted

OURS = {ownership.STACK: "orders", ownership.ADDRESS: "db_instance.orders/orders"}
RESOURCE_ID = instances.described()["DbiResourceId"]
ARN = instances.described()["DBInstanceArn"]
MARKED = {**OURS, ownership.ADDRESS: f"db_instance.orders/{RESOURCE_ID}"}
OF_CLUSTER = {**OURS, ownership.ADDRESS: "db_cluster.orders/orders"}
NOBODY: Mapping[tuple[str, ...], Any] = {
    ("rds", "DescribeDBProxies"): {"DBProxies": []},
    ("rds", "DescribeBlueGreenDeployments"): {"BlueGreenDeployments": []},
    ("rds", "DescribeIntegrations"): {"Integrations": []},
}


def proxied(target: Mapping[str, Any]) -> Mapping[tuple[str, ...], Any]:
    return {
        **NOBODY,
        ("rds", "DescribeDBProxies"): {"DBProxies": [{"DBProxyName": "front"}]},
        ("rds", "DescribeDBProxyTargets"): {"Targets": [target]},
    }


def read(kind: Kind[Any], resource: Any, answers: Mapping[tuple[str, ...], Any]) -> Found[Any]:
    reader = FakeReader({**NOBODY, **answers})
    [found] = kind.read(reader, wanted(kind, resource, tagged={"arn": {}}))
    for call in reader.calls:
        assert_valid_call(*call)
    return found


def found(tags: Any = OURS, around: Any = NOBODY, **fields: Any) -> Found[Any]:
    listed = [instances.described(TagList=tagging.pairs(tags), **fields)]
    answers = {("rds", "DescribeDBInstances"): {"DBInstances": listed}, **around}
    return read(INSTANCE, instances.instance(name="sales"), answers)


def found_cluster(around: Mapping[tuple[str, ...], Any] = NOBODY, **fields: Any) -> Found[Any]:
    listed = [clusters.described(TagList=tagging.pairs(OF_CLUSTER), **fields)]
    answers = {("rds", "DescribeDBClusters"): {"DBClusters": listed}, **around}
    return read(CLUSTER, clusters.cluster(name="sales"), answers)


def renaming(live: Found[Any], name: str | None = "sales", **fields: Any) -> Renaming:
    written = {"name": name, **fields} if name else fields
    _, change = compare(INSTANCE, instances.instance(**written), live)
    made = INSTANCE.rename(change) or Renaming()
    checked(made.operations)
    return made


def actions(operations: tuple[Operation, ...]) -> list[str]:
    return [operation.action for operation in operations]


ALL = ["AddTagsToResource", "ModifyDBInstance", "DescribeDBInstances"]


def test_it_is_marked_renamed_at_once_and_waited_for_by_its_resource_id() -> None:
    """RDS-30: without ApplyImmediately it would wait for the window."""
    made = renaming(found())
    assert actions(made.operations) == ALL
    mark, call, look = made.operations
    assert instances.holds(mark.wait, instances.described())
    assert not instances.holds(mark.wait, instances.described(DbiResourceId="db-ANOTHER")), "it would be renamed"
    assert mark.params["Tags"] == ({"Key": ownership.ADDRESS, "Value": MARKED[ownership.ADDRESS]},)
    assert call.params == {
        "DBInstanceIdentifier": "orders",
        "NewDBInstanceIdentifier": "sales",
        "ApplyImmediately": True,
    }
    assert call.restarts
    busy = {"InvalidDBInstanceState", "InvalidDBClusterStateFault"}  # its cluster may be, where it is of one
    assert {retry.code for retry in call.retry_on} == busy | {"DBInstanceAlreadyExists"}
    there = instances.described(DBInstanceIdentifier="sales")
    assert instances.holds(look.wait, there)
    assert not instances.holds(look.wait, {**there, "DbiResourceId": "db-ANOTHER"}), "somebody else took the name"
    assert not instances.holds(look.wait, {**there, "DBInstanceStatus": "renaming"})
    assert look.wait is not None
    assert look.wait.exports["endpoint"] == "Endpoint.Address"


def test_the_plan_says_what_changes_and_what_breaks() -> None:
    """Meaning §2."""
    made = renaming(found())
    assert [(item.path, item.old, item.new, item.when) for item in made.changes] == [("name", "orders", "sales", "now")]
    said = "\n".join(made.notes)
    assert "AWS takes the host name orders.abc.eu-west-1.rds.amazonaws.com away at once" in said
    assert "it is restarted" in said
    assert instances.ARN in said


@pytest.mark.parametrize(
    ("shown", "left"),
    [
        ({}, ALL),
        ({"tags": MARKED}, ALL[1:]),
        ({"tags": MARKED, "DBInstanceStatus": "renaming"}, ALL[2:]),
        ({"tags": MARKED, "DBInstanceIdentifier": "sales", "DBInstanceStatus": "rebooting"}, ALL[2:]),
        ({"tags": {**OURS, ownership.ADDRESS: "db_instance.orders/sales"}, "DBInstanceIdentifier": "sales"}, []),
    ],
)
def test_whatever_is_done_is_not_done_again(shown: dict[str, Any], left: list[str]) -> None:
    assert actions(renaming(found(**shown)).operations) == left


def test_one_that_is_marked_is_known_by_whichever_name_and_a_copy_of_it_is_not() -> None:
    """RDS-18."""
    for name in ("orders", "sales", "shop"):
        owner = found(MARKED, DBInstanceIdentifier=name).owned_by_path
        assert owner == ownership.Owner("orders", Address("db_instance", "orders"), name)
    assert found(MARKED, DBInstanceIdentifier="restored", DbiResourceId="db-COPY").owned_by_path is None


def test_a_name_that_is_written_back_ends_it() -> None:
    made = renaming(found(MARKED), None)
    assert actions(made.operations) == ["DescribeDBInstances"]
    assert made.changes == ()
    going = {"DBInstanceStatus": "renaming", "PendingModifiedValues": {"DBInstanceIdentifier": "sales"}}
    assert renaming(found(MARKED, **going), None).obstacles
    assert found(MARKED, **going).pending == {}, "it is no change of somebody's that waits"


def test_what_comes_of_the_name_refers_to_it_no_longer() -> None:
    assert found().leaving == {"name", "arn", "endpoint"}
    assert found(DBInstanceIdentifier="sales").leaving == frozenset()


@pytest.mark.parametrize(
    ("said", "live"),
    [
        ("proxy front sends connections to it", {"around": proxied({"RdsResourceId": "orders"})}),
        (
            "blue/green deployment next copies it",
            {
                "around": {
                    **NOBODY,
                    ("rds", "DescribeBlueGreenDeployments"): {
                        "BlueGreenDeployments": [{"BlueGreenDeploymentName": "next", "Status": "AVAILABLE"}]
                    },
                }
            },
        ),
        (
            "the zero-ETL integration lake is fed by it",
            {
                "around": {
                    **NOBODY,
                    ("rds", "DescribeIntegrations"): {
                        "Integrations": [
                            {"SourceArn": ARN, "IntegrationName": "lake"},
                            {"SourceArn": f"{ARN}-2", "IntegrationName": "other"},
                        ]
                    },
                }
            },
        ),
        ("its activity is streamed", {"ActivityStreamStatus": "started"}),
        ("as things are", {"DBInstanceStatus": "stopped"}),
        (
            "gets the name shop just now",
            {"DBInstanceStatus": "renaming", "PendingModifiedValues": {"DBInstanceIdentifier": "shop"}},
        ),
        (
            "a migration of it was begun and taken back",
            {"tags": {**OURS, ownership.MIGRATION: "other", ownership.STEP: "rolled-back"}},
        ),
    ],
)
def test_what_would_not_keep_up_is_in_the_way_and_named(said: str, live: dict[str, Any]) -> None:
    made = renaming(found(**live))
    [(what, fix)] = made.obstacles
    assert said in what
    assert fix
    assert made.operations == ()


def test_its_backups_in_another_region_are_in_the_way() -> None:
    arn = "arn:aws:rds:eu-central-1:123456789012:auto-backup:ab-x"
    copied = {"DBInstanceAutomatedBackupsReplications": [{"DBInstanceAutomatedBackupsArn": arn}]}
    elsewhere = {("rds", "DescribeDBInstanceAutomatedBackups"): {"DBInstanceAutomatedBackups": []}}
    [(what, _)] = renaming(found(around={**NOBODY, **elsewhere}, **copied)).obstacles
    assert "its backups are copied to eu-central-1" in what


def test_read_replicas_are_not_in_the_way() -> None:
    """RDS-30."""
    assert renaming(found(ReadReplicaDBInstanceIdentifiers=["reports"])).obstacles == ()


def test_what_would_wait_for_the_window_does_not_go_along() -> None:
    """RDS-2: a rename makes at once all that waits."""
    [(what, fix)] = renaming(found(), multi_az=True).obstacles
    assert "multi_az would wait for the window" in what
    assert "write when: now" in fix
    assert renaming(found(), multi_az=True, when="now").obstacles == ()


def test_a_proxy_names_a_cluster_in_its_own_way() -> None:
    tracked = proxied({"Type": "TRACKED_CLUSTER", "RdsResourceId": "orders"})
    assert renaming(found(around=tracked)).obstacles == (), "a cluster may have the name of an instance"
    assert found_cluster(tracked).facts[rename.HOLDERS] == ("proxy front sends connections to it",)
    member = proxied({"Type": "RDS_INSTANCE", "RdsResourceId": "orders-1", "TrackedClusterId": "orders"})
    assert found_cluster(member).facts[rename.HOLDERS] == ("proxy front sends connections to it",)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"GlobalClusterIdentifier": "world"}, "it is a part of global cluster world"),
        ({"ReplicationSourceIdentifier": "arn:far"}, "it replicates arn:far"),
        ({"ReadReplicaIdentifiers": ["arn:copy"]}, "arn:copy replicates it"),
        ({"ActivityStreamStatus": "started"}, "its activity is streamed (activity_stream)"),
    ],
)
def test_clusters_that_others_hang_on_keep_their_names(fields: dict[str, Any], said: str) -> None:
    assert found_cluster(**fields).facts[rename.HOLDERS] == (said,)


def test_a_cluster_is_renamed_by_its_own_call_and_a_multi_az_one_with_its_instances() -> None:
    live = found_cluster()
    _, change = compare(CLUSTER, clusters.cluster(name="sales"), live)
    made = CLUSTER.rename(change)
    assert made is not None
    mark, call, look = checked(made.operations)
    assert mark.params["ResourceName"] == live.exports["arn"]
    assert call.params == {
        "DBClusterIdentifier": "orders",
        "NewDBClusterIdentifier": "sales",
        "ApplyImmediately": True,
    }
    assert look.action == "DescribeDBClusters"
    assert live.leaving == {"name", "arn", "endpoint", "reader"}


def test_a_database_that_is_not_listed_while_it_is_renamed_is_not_begun_anew() -> None:
    """RDS-15: its automated backups tell that it goes on."""
    backup = {"DBInstanceIdentifier": "orders", "DbiResourceId": RESOURCE_ID, "Status": "active"}
    reader = FakeReader(
        {
            ("rds", "DescribeDBInstances"): {"DBInstances": []},
            ("rds", "DescribeDBSnapshots"): {"DBSnapshots": []},
            ("rds", "DescribeEvents"): {"Events": []},
            ("rds", "DescribeDBInstanceAutomatedBackups"): {
                "DBInstanceAutomatedBackups": [{**backup, "TagList": tagging.pairs(MARKED)}]
            },
        }
    )
    [left] = INSTANCE.traces(reader, instances.instance(name="sales"), SCOPE)
    assert "orders, which gets another name" in left


def test_what_a_migration_left_aside_is_in_the_way() -> None:
    """Its way back would look for it by the name."""
    moved = {ownership.MIGRATION: "k3f9zq2w"}
    aside = instances.described(
        DBInstanceIdentifier="orders-old-k3f9zq2w",
        TagList=tagging.pairs(
            {**OURS, **moved, ownership.ADDRESS: "db_instance.orders#old-k3f9zq2w/orders-old-k3f9zq2w"}
        ),
    )
    there = instances.described(TagList=tagging.pairs({**OURS, **moved}))
    answers = {("rds", "DescribeDBInstances"): {"DBInstances": [there, aside]}, **NOBODY}
    asked = wanted(INSTANCE, instances.instance(name="sales"))
    live = next(one for one in INSTANCE.read(FakeReader(answers), asked) if one.name == "orders")
    [(what, _)] = renaming(live).obstacles
    assert "orders-old-k3f9zq2w is kept aside from its migration" in what


def test_one_in_the_middle_of_a_migration_keeps_its_name() -> None:
    marks = {ownership.MIGRATION: migration_id(RESOURCE_ID, 1), ownership.STEP: "source"}
    answers = {
        ("ec2", "DescribeSecurityGroups"): {"SecurityGroups": []},
        ("rds", "DescribeDBSnapshots"): {"DBSnapshots": []},
        **NOBODY,
    }
    [(what, fix)] = renaming(found({**OURS, **marks}, answers)).obstacles
    assert "in the middle of migration" in what
    assert "write 'name: orders'" in fix
