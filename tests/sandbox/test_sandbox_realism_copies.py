"""Snapshots, copies, restores and renames, which take their time, seen by boto3: as in `test_sandbox_realism`."""

from __future__ import annotations

from collections.abc import Callable
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
    *others, delete = calls
    for call in others:  # each refusal was a look
        call()
    assert progress(rds, "copied") == IN_PROGRESS
    delete()


@pytest.mark.realism("rds-snapshots")
def test_a_copy_fails_whose_source_is_deleted_before_it_is_there(rds, sandbox):
    """RDS-28."""
    take(rds)
    sandbox.settle()
    copy(rds)
    copy(rds, target="second")
    assert progress(rds, "second") == IN_PROGRESS
    rds.delete_db_snapshot(DBSnapshotIdentifier="taken")
    assert (snapshot(rds, "copied")["Status"], snapshot(rds, "second")["Status"]) == ("failed", "available")
    rds.delete_db_snapshot(DBSnapshotIdentifier="copied")


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


@pytest.mark.realism("rds-snapshots")
@pytest.mark.realism("rds-new-keys")
def test_a_copy_waits_for_a_key_that_was_just_made(rds, kms, refused, sandbox):
    """KMS-4, RDS-28."""
    take(rds)
    sandbox.settle()
    named = {"KmsKeyId": kms.create_key()["KeyMetadata"]["Arn"]}
    with refused("KMSKeyNotAccessibleFault"):
        copy(rds, **named)
    copy(rds, **named)


def until(seen: Callable[[], str], wanted: str = "available") -> None:
    for _ in range(10):
        if seen() == wanted:
            return
    pytest.fail(f"it is never {wanted}")


def test_the_way_of_a_migration_ends_with_everything_on(rds, sandbox, key):
    """Snapshot, copy, restore, managed password, two renames: whoever looks on gets there (RDS-28, RDS-29, RDS-30)."""
    sandbox.settle()
    sandbox.realism("all")
    before = instance(rds)
    take(rds)
    until(lambda: snapshot(rds)["Status"])
    until(lambda: status(rds))
    copy(rds, KmsKeyId="alias/mine")
    until(lambda: snapshot(rds, "copied")["Status"])
    rds.restore_db_instance_from_db_snapshot(**{**AGAIN, "DBSnapshotIdentifier": "copied"})
    until(lambda: status(rds, "again"))
    now = {"DBInstanceIdentifier": "again", "ApplyImmediately": True}
    rds.modify_db_instance(**now, ManageMasterUserPassword=True, MultiAZ=True, BackupRetentionPeriod=7)
    until(lambda: str(instance(rds, "again")["PendingModifiedValues"]), "{}")
    until(lambda: status(rds, "again"))
    until(lambda: instance(rds, "again")["MasterUserSecret"]["SecretStatus"], "active")
    rename(rds, "orders", "old")
    until(lambda: names(rds), "again old")
    until(lambda: status(rds, "old"))
    rename(rds, "again", "orders")
    until(lambda: names(rds), "old orders")
    until(lambda: status(rds))
    after = instance(rds)
    assert (after["DBInstanceArn"], after["Endpoint"]["Address"]) == (
        before["DBInstanceArn"],
        before["Endpoint"]["Address"],
    )
    assert (after["KmsKeyId"], after["MultiAZ"], before["StorageEncrypted"]) == (key["Arn"], True, False)
    assert instance(rds, "old")["DbiResourceId"] == before["DbiResourceId"] != after["DbiResourceId"]
    assert instance(rds, "old")["MasterUserSecret"] != after["MasterUserSecret"]


def names(rds: Any) -> str:
    return " ".join(sorted(item["DBInstanceIdentifier"] for item in rds.describe_db_instances()["DBInstances"]))


@pytest.mark.realism("rds-stopping")
def test_what_is_stopped_is_not_snapshotted(rds, refused, sandbox):
    """CreateDBSnapshot takes what is available or optimises its storage (API reference)."""
    rds.stop_db_instance(**ORDERS)
    sandbox.settle()
    with refused("InvalidDBInstanceState"):
        take(rds)
