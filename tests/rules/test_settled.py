"""What rules judge a plan by: what is parked counts as if its window were over, and nothing else is touched."""

from __future__ import annotations

from typing import Any

import pytest

from rds_secure.access.posture import Posture
from rds_secure.finding import State
from rds_secure.inventory.model import Inventory, Place, Question
from rds_secure.rules import RULES, Context, judge, subjects_of
from rds_secure.rules.settled import settled
from tests.rules.examples import ACCOUNT, INSTANCE, KEYS, REGION, account

BY_ID = {rule.id: rule for rule in RULES}


def inventory(**more: Any) -> Inventory:
    listed = {"DBInstances": [{**INSTANCE, "BackupRetentionPeriod": 14, "MultiAZ": True, **more}]}
    return Inventory(Place(ACCOUNT, REGION), {Question("rds", "DescribeDBInstances"): listed})


def states(found: Inventory, *rules: str) -> list[State]:
    posture = Posture(found)
    return [one.state for one in judge([BY_ID[name] for name in rules], subjects_of(posture), Context(posture))]


def test_where_nothing_is_parked_all_is_as_it_was() -> None:
    found = inventory(PendingModifiedValues={})
    assert settled(found) is found


def test_what_is_parked_breaks_a_rule_when_it_is_planned_and_mends_one() -> None:
    waits = inventory(PendingModifiedValues={"BackupRetentionPeriod": 0, "MultiAZ": False})
    assert states(waits, "backups-kept", "multi-az") == [State.PASS, State.PASS]
    assert states(settled(waits), "backups-kept", "multi-az") == [State.FAIL, State.FAIL]
    mends = inventory(MultiAZ=False, PendingModifiedValues={"MultiAZ": True})
    assert states(settled(mends), "multi-az") == [State.PASS]


@pytest.mark.parametrize(
    ("listing", "key", "item", "expected"),
    [
        ("DescribeDBInstances", "DBInstances", {**INSTANCE, "KmsKeyId": KEYS["CUSTOMER"]}, [State.FAIL]),
        ("DescribeDBSnapshots", "DBSnapshots", {"SnapshotType": "manual", "KmsKeyId": KEYS["CUSTOMER"]}, [State.FAIL]),
        ("DescribeDBSnapshots", "DBSnapshots", {"SnapshotType": "automated", "KmsKeyId": KEYS["CUSTOMER"]}, []),
        ("DescribeDBInstances", "DBInstances", INSTANCE, []),
    ],
)
def test_a_key_that_nothing_is_under_may_go(listing: str, key: str, item: Any, expected: list[State]) -> None:
    rule = BY_ID["key-not-deleted"]
    asked = account(rule, {"KeyState": "PendingDeletion"})
    lists = {
        ("DescribeDBInstances", "DBInstances"),
        ("DescribeDBClusters", "DBClusters"),
        ("DescribeDBSnapshots", "DBSnapshots"),
        ("DescribeDBClusterSnapshots", "DBClusterSnapshots"),
    }
    replies = {Question("rds", action): {name: []} for action, name in lists}
    named = {"DBSnapshotIdentifier": "s", "DBInstanceIdentifier": "orders", **item}
    replies[Question("rds", listing)] = {key: [named]}
    assert states(Inventory(asked.place, {**asked.replies, **replies}), rule.id) == expected
    assert states(asked, rule.id) == [State.FAIL], "where nobody knows, it is taken to be in use"
