"""Databases that are stopped, proxies and subscriptions, seen by boto3: as in `test_sandbox_realism`."""

from __future__ import annotations

from typing import Any

import pytest

from rds_secure.sandbox import Sandbox
from tests.sandbox.test_sandbox_rds_events import make as make_subscription
from tests.sandbox.test_sandbox_rds_group import make_instance
from tests.sandbox.test_sandbox_rds_proxy import make as make_proxy


@pytest.fixture(autouse=True)
def alone(request: pytest.FixtureRequest, sandbox: Sandbox, rds: Any) -> None:
    """Only the rows that the test is marked with are on, once there is a database `orders`, `available`."""
    make_instance(rds)
    sandbox.realism(",".join(mark.args[0] for mark in request.node.iter_markers("realism")))


ORDERS = {"DBInstanceIdentifier": "orders"}


@pytest.mark.realism("rds-renaming")
def test_another_name_comes_with_another_endpoint_and_arn_when_it_is_in_effect(rds, refused, sandbox: Sandbox):
    """RDS-1, RDS-2."""
    rename = {**ORDERS, "NewDBInstanceIdentifier": "Sales"}
    (before,) = rds.describe_db_instances(**ORDERS)["DBInstances"]
    assert rds.modify_db_instance(**rename)["DBInstance"]["PendingModifiedValues"] == {"DBInstanceIdentifier": "sales"}
    (parked,) = rds.describe_db_instances()["DBInstances"]
    assert (parked["DBInstanceIdentifier"], parked["Endpoint"]) == ("orders", before["Endpoint"])
    rds.modify_db_instance(**rename, ApplyImmediately=True)
    seen = [rds.describe_db_instances(**ORDERS)["DBInstances"][0]["DBInstanceStatus"] for _ in range(2)]
    assert seen == ["available", "renaming"]
    rds.describe_db_instances()
    with refused("DBInstanceNotFound"):
        rds.describe_db_instances(**ORDERS)
    (after,) = rds.describe_db_instances(DBInstanceIdentifier="sales")["DBInstances"]
    assert after["DBInstanceArn"] == before["DBInstanceArn"].replace(":orders", ":sales")
    assert after["Endpoint"]["Address"] == before["Endpoint"]["Address"].replace("orders.", "sales.")
    rds.modify_db_instance(DBInstanceIdentifier="sales", NewDBInstanceIdentifier="orders")
    sandbox.pass_window()
    rds.describe_db_instances(**ORDERS)


@pytest.mark.realism("rds-stopping")
@pytest.mark.realism("rds-busy")
def test_a_stopped_instance_takes_no_change_until_it_runs_again(rds, refused):
    """RDS-27."""

    def statuses() -> list[str]:
        return [rds.describe_db_instances(**ORDERS)["DBInstances"][0]["DBInstanceStatus"] for _ in range(2)]

    assert rds.stop_db_instance(**ORDERS)["DBInstance"]["DBInstanceStatus"] == "stopping"
    assert statuses() == ["stopping", "stopped"]
    for call in (lambda: rds.modify_db_instance(**ORDERS, MultiAZ=True), lambda: rds.reboot_db_instance(**ORDERS)):
        with refused("InvalidDBInstanceState"):
            call()
    rds.start_db_instance(**ORDERS)
    assert statuses() == ["starting", "available"]
    rds.stop_db_instance(**ORDERS)
    statuses()
    rds.delete_db_instance(**ORDERS, SkipFinalSnapshot=True)


@pytest.mark.realism("rds-stopping")
@pytest.mark.realism("rds-cluster-busy")
def test_a_cluster_stops_with_its_instances_and_keeps_them_until_it_runs_again(rds, refused):
    """RDS-27."""
    books = {"DBClusterIdentifier": "books"}
    rds.create_db_cluster(**books, Engine="aurora-mysql", MasterUsername="dbowner", ManageMasterUserPassword=True)
    member = {"DBClusterIdentifier": "books", "Engine": "aurora-mysql", "DBInstanceClass": "db.r7g.large"}
    rds.create_db_instance(DBInstanceIdentifier="books-1", **member)

    def statuses() -> list[str]:
        rds.describe_db_clusters(), rds.describe_db_instances()
        (one,) = rds.describe_db_instances(DBInstanceIdentifier="books-1")["DBInstances"]
        (cluster,) = rds.describe_db_clusters()["DBClusters"]
        return [cluster["Status"], one["DBInstanceStatus"]]

    rds.describe_db_clusters()
    rds.stop_db_cluster(**books)
    with refused("InvalidDBClusterStateFault"):
        rds.modify_db_cluster(**books, DeletionProtection=True)
    assert statuses() == ["stopped", "stopped"]
    for call in (
        lambda: rds.modify_db_cluster(**books, DeletionProtection=True),
        lambda: rds.create_db_instance(DBInstanceIdentifier="books-2", **member),
        lambda: rds.delete_db_instance(DBInstanceIdentifier="books-1", SkipFinalSnapshot=True),
        lambda: rds.delete_db_cluster(**books, SkipFinalSnapshot=True),
    ):
        with refused("InvalidDBClusterStateFault"):
            call()
    rds.start_db_cluster(**books)
    assert statuses() == ["available", "available"]


@pytest.mark.realism("rds-proxy-states")
def test_a_proxy_takes_no_change_while_it_comes_changes_or_goes(rds, subnets, refused):
    """RDS-1."""
    front = {"DBProxyName": "front"}

    def statuses(count: int) -> list[str]:
        return [rds.describe_db_proxies(**front)["DBProxies"][0]["Status"] for _ in range(count)]

    make_proxy(rds, subnets)
    with refused("InvalidDBProxyStateFault"):
        rds.register_db_proxy_targets(**front, DBInstanceIdentifiers=["orders"])
    assert statuses(1) == ["available"]
    rds.modify_db_proxy(**front, IdleClientTimeout=60)
    assert statuses(3) == ["available", "modifying", "available"]
    rds.delete_db_proxy(**front)
    assert statuses(1) == ["deleting"]
    with refused("DBProxyNotFoundFault"):
        statuses(1)


@pytest.mark.realism("rds-subscription-states")
def test_a_subscription_is_not_there_or_gone_at_once(rds, refused):
    """RDS-1."""
    alerts = {"SubscriptionName": "alerts"}

    def statuses(count: int) -> list[str]:
        return [rds.describe_event_subscriptions(**alerts)["EventSubscriptionsList"][0]["Status"] for _ in range(count)]

    make_subscription(rds, "alerts")
    with refused("InvalidEventSubscriptionState"):
        rds.delete_event_subscription(**alerts)
    assert statuses(1) == ["active"]
    rds.modify_event_subscription(**alerts, Enabled=False)
    assert statuses(2) == ["modifying", "active"]
    rds.delete_event_subscription(**alerts)
    assert statuses(1) == ["deleting"]
    with refused("SubscriptionNotFound"):
        statuses(1)
