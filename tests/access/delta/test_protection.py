"""What protects a database less, more, or otherwise; and how a new one is protected."""

from __future__ import annotations

from rds_secure.access.delta import Danger, Delta
from rds_secure.inventory import Inventory, Question
from tests.access.delta.kit import KEY, database, delta, guarded
from tests.access.iam.cases import OTHER


def told(found: Delta) -> list[tuple[str, str, str, str, str, Danger]]:
    return [
        (" ".join(one.databases), one.aspect, one.was, one.now, one.effect.value, one.danger)
        for one in found.protection
    ]


def test_what_is_alike_is_nothing() -> None:
    assert delta(guarded(database("orders")), guarded(database("orders"))).is_empty


def test_protection_that_goes_is_told_by_how_bad_it_is() -> None:
    on = {"DeletionProtection": True, "BackupRetentionPeriod": 7, "PubliclyAccessible": False}
    off = {"DeletionProtection": False, "BackupRetentionPeriod": 0, "PubliclyAccessible": True}
    before = guarded(database("orders", **on), database("payments", **on))
    after = guarded(database("orders", **off), database("payments", **off))
    assert told(delta(before, after)) == [
        ("db:orders db:payments", "days of backups", "7", "0", "loses", Danger.DATA),
        ("db:orders db:payments", "deletion protection", "yes", "no", "loses", Danger.DATA),
        ("db:orders db:payments", "publicly accessible", "no", "yes", "loses", Danger.GAIN),
    ]
    assert {(item[4], item[5]) for item in told(delta(after, before))} == {("gains", Danger.LOSS)}


def test_a_key_that_cannot_be_used_any_more() -> None:
    orders = database("orders", StorageEncrypted=True, KmsKeyId=KEY)
    enabled, gone = ({"KeyMetadata": {"Arn": KEY, "KeyState": state}} for state in ("Enabled", "PendingDeletion"))
    found = delta(guarded(orders, kms_DescribeKey=enabled), guarded(orders, kms_DescribeKey=gone))
    assert told(found) == [("db:orders", "state of the key", "Enabled", "PendingDeletion", "loses", Danger.DATA)]


def test_what_was_not_known_and_is_not_known_is_no_change_and_what_becomes_known_is_one() -> None:
    blind, seen = database("orders"), database("orders", DeletionProtection=True)
    assert delta(guarded(blind), guarded(blind)).is_empty
    assert told(delta(guarded(blind), guarded(seen))) == [
        ("db:orders", "deletion protection", "not known", "yes", "changes", Danger.CHANGE)
    ]


def test_a_snapshot_that_others_may_restore() -> None:
    snapshot = {"DBSnapshotIdentifier": "old", "DBInstanceIdentifier": "orders", "SnapshotType": "manual"}
    listed = {"DBSnapshots": [snapshot]}

    def shared(*accounts: str) -> Inventory:
        found = guarded(database("orders"), rds_DescribeDBSnapshots=listed)
        attributes = [{"AttributeName": "restore", "AttributeValues": list(accounts)}]
        reply = {"DBSnapshotAttributesResult": {"DBSnapshotAttributes": attributes}}
        question = Question("rds", "DescribeDBSnapshotAttributes", "old")
        return Inventory(found.place, {**found.replies, question: reply})

    assert told(delta(shared(), shared(OTHER))) == [
        ("db:orders", "snapshot:old shared with", "nobody", OTHER, "loses", Danger.GAIN)
    ]
    assert told(delta(shared(), shared("all")))[0][1:] == (
        *("snapshot:old public", "no", "yes", "loses"),
        Danger.INTERNET,
    )
    assert [item[4] for item in told(delta(shared(OTHER), shared()))] == ["gains"]


def test_a_new_database_says_how_it_is_protected() -> None:
    found = delta(guarded(), guarded(database("orders", DeletionProtection=True, StorageEncrypted=False)))
    assert found.protection == ()
    (new,) = found.appeared
    assert ("deletion protection", "yes") in new.protection
    assert ("encrypted storage", "no") in new.protection
    assert all("not known" not in value for _, value in new.protection)
