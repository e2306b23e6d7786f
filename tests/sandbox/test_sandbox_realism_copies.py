"""Snapshots, copies, restores and renames, which take their time, seen by boto3: as in `test_sandbox_realism`."""

from __future__ import annotations

from typing import Any

import pytest

from rds_secure.sandbox import Sandbox
from tests.sandbox.test_sandbox_rds_group import make_instance
from tests.sandbox.test_sandbox_rds_snapshots import copy, instance, key, take

__all__ = ["key"]

ORDERS = {"DBInstanceIdentifier": "orders"}
AGAIN = {"DBInstanceIdentifier": "again", "DBSnapshotIdentifier": "taken"}


@pytest.fixture(autouse=True)
def alone(request: pytest.FixtureRequest, sandbox: Sandbox, rds: Any) -> None:
    """Only the rows that the test is marked with are on, once there is a database `orders`, `available`."""
    make_instance(rds)
    sandbox.realism(",".join(mark.args[0] for mark in request.node.iter_markers("realism")))


def snapshot(rds: Any, name: str = "taken") -> dict[str, Any]:
    return rds.describe_db_snapshots(DBSnapshotIdentifier=name)["DBSnapshots"][0]


def progress(rds: Any, name: str = "taken") -> list[tuple[str, int]]:
    """What three looks at a snapshot show."""
    seen = [snapshot(rds, name) for _ in range(3)]
    return [(item["Status"], item["PercentProgress"]) for item in seen]


def status(rds: Any, name: str = "orders") -> str:
    return instance(rds, name)["DBInstanceStatus"]


def rename(rds: Any, old: str, new: str) -> None:
    rds.modify_db_instance(DBInstanceIdentifier=old, NewDBInstanceIdentifier=new, ApplyImmediately=True)


IN_PROGRESS = [("creating", 0), ("creating", 50), ("available", 100)]


@pytest.mark.realism("rds-snapshots")
@pytest.mark.realism("rds-busy")
def test_a_snapshot_is_creating_and_its_instance_backing_up_with_its_endpoint(rds, refused):
    """RDS-28, RDS-1."""
    endpoint = instance(rds)["Endpoint"]
    made = take(rds)
    assert (made["Status"], made["PercentProgress"]) == ("creating", 0)
    (seen,) = rds.describe_db_instances(**ORDERS)["DBInstances"]
    assert (seen["DBInstanceStatus"], seen["Endpoint"]) == ("backing-up", endpoint)
    with refused("InvalidDBInstanceState"):
        take(rds, "another")
    assert progress(rds) == IN_PROGRESS
    assert status(rds) == "available"
    take(rds, "another")


@pytest.mark.realism("rds-snapshots")
def test_what_is_not_there_yet_is_neither_copied_nor_restored_nor_deleted(rds, refused):
    """RDS-28."""
    calls = (
        lambda: copy(rds),
        lambda: rds.restore_db_instance_from_db_snapshot(**AGAIN),
        lambda: rds.delete_db_snapshot(DBSnapshotIdentifier="taken"),
    )
    take(rds)
    for call in calls:
        with refused("InvalidDBSnapshotState"):
            call()
    for call in calls:  # each refusal was a look
        call()
    assert progress(rds, "copied") == IN_PROGRESS


@pytest.mark.realism("rds-snapshots")
@pytest.mark.realism("rds-deleting")
def test_a_final_snapshot_takes_its_time_too(rds, sandbox):
    rds.delete_db_instance(**ORDERS, FinalDBSnapshotIdentifier="taken")
    assert (status(rds), snapshot(rds)["Status"]) == ("deleting", "creating")
    sandbox.settle()
    assert snapshot(rds)["PercentProgress"] == 100
    assert rds.describe_db_instances()["DBInstances"] == []


@pytest.mark.realism("rds-creating")
@pytest.mark.realism("rds-busy")
def test_a_restored_instance_is_creating_with_no_endpoint_then_backed_up(rds, refused):
    """RDS-1."""
    take(rds)
    made = rds.restore_db_instance_from_db_snapshot(**AGAIN)["DBInstance"]
    assert (made["DBInstanceStatus"], "Endpoint" in made) == ("creating", False)
    with refused("InvalidDBInstanceState"):
        rds.modify_db_instance(DBInstanceIdentifier="again", ManageMasterUserPassword=True, ApplyImmediately=True)
    assert [status(rds, "again") for _ in range(2)] == ["backing-up", "available"]
    assert instance(rds, "again")["Endpoint"]["Address"].startswith("again.")


@pytest.mark.realism("rds-renaming")
@pytest.mark.realism("rds-busy")
def test_both_names_are_taken_until_a_renamed_instance_has_been_rebooted(rds, refused):
    """RDS-30."""
    take(rds)
    rename(rds, "orders", "old")
    for name in ("orders", "old"):
        with refused("DBInstanceAlreadyExists"):
            rds.restore_db_instance_from_db_snapshot(**{**AGAIN, "DBInstanceIdentifier": name})
    assert status(rds, "old") == "rebooting"
    with refused("DBInstanceNotFound"):
        status(rds)
    assert status(rds, "old") == "available"
    rds.restore_db_instance_from_db_snapshot(**{**AGAIN, **ORDERS})


@pytest.mark.realism("rds-renaming")
@pytest.mark.realism("rds-busy")
def test_two_instances_change_names_one_after_the_other(rds, refused):
    """RDS-30: who looks for the new name alone gets there."""
    take(rds)
    rds.restore_db_instance_from_db_snapshot(**AGAIN)
    ids = {name: instance(rds, name)["DbiResourceId"] for name in ("orders", "again")}
    rename(rds, "orders", "old")
    with refused("DBInstanceAlreadyExists"):
        rename(rds, "again", "orders")
    with refused("DBInstanceNotFound"):
        status(rds, "old")
    assert [status(rds, "old") for _ in range(2)] == ["rebooting", "available"]
    rename(rds, "again", "orders")
    seen = [instance(rds, "again"), instance(rds, "again"), instance(rds), instance(rds)]
    assert [item["DBInstanceStatus"] for item in seen] == ["available", "renaming", "rebooting", "available"]
    assert (instance(rds, "old")["DbiResourceId"], instance(rds)["DbiResourceId"]) == (ids["orders"], ids["again"])


@pytest.mark.realism("rds-stopping")
def test_what_is_stopped_is_not_snapshotted(rds, refused, sandbox):
    """CreateDBSnapshot takes what is available or optimises its storage (API reference)."""
    rds.stop_db_instance(**ORDERS)
    sandbox.settle()
    with refused("InvalidDBInstanceState"):
        take(rds)
