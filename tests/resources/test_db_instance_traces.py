"""What a missing database has left behind (RDS-15, meaning §5): it is not begun again empty without being asked."""

from __future__ import annotations

from typing import Any

import pytest

from rds_secure import ownership, tagging
from rds_secure.resources.db_instance import KIND
from tests.fakes import FakeReader
from tests.models import assert_valid_call
from tests.resources.instances import instance
from tests.resources.planning import SCOPE

OURS = {ownership.STACK: "orders", ownership.ADDRESS: "db_instance.orders/orders"}
THEIRS = {**OURS, ownership.STACK: "others"}


def snapshot(name: str, tags: dict[str, str], **more: Any) -> dict[str, Any]:
    return {"DBSnapshotIdentifier": name, "DBInstanceIdentifier": "orders", "TagList": tagging.pairs(tags), **more}


def left(
    snapshots: Any = (), backups: Any = (), events: Any = (), instances: Any = (), **fields: Any
) -> tuple[str, ...]:
    reader = FakeReader(
        {
            ("rds", "DescribeDBInstances"): {"DBInstances": list(instances)},
            ("rds", "DescribeDBSnapshots"): {"DBSnapshots": list(snapshots)},
            ("rds", "DescribeDBInstanceAutomatedBackups"): {"DBInstanceAutomatedBackups": list(backups)},
            ("rds", "DescribeEvents"): {"Events": list(events)},
        }
    )
    found = KIND.traces(reader, instance(**fields), SCOPE)
    for call in reader.calls:
        assert_valid_call(*call)
    return found


def test_a_database_that_never_was_has_left_nothing() -> None:
    assert left() == ()


def test_snapshots_that_carry_our_tags_are_traces_rds_18() -> None:
    assert left([snapshot("orders-final-1", OURS)]) == ("snapshot orders-final-1",)
    two = [snapshot("b", OURS), snapshot("a", OURS, DBInstanceIdentifier="renamed")]
    assert left(two) == ("snapshots a, b",)
    other = {**OURS, ownership.ADDRESS: "db_instance.invoices/invoices"}
    assert left([snapshot("x", THEIRS), snapshot("y", {}), snapshot("z", other)]) == ()


@pytest.mark.parametrize(
    ("backup", "is_trace"),
    [
        ({"Status": "retained"}, True),
        ({"Status": "retained", "TagList": tagging.pairs(OURS)}, True),
        ({"Status": "retained", "TagList": tagging.pairs(THEIRS)}, False),
        ({"Status": "active"}, False),
        ({"Status": "retained", "DBInstanceIdentifier": "invoices"}, False),
    ],
)
def test_retained_backups_are_traces(backup: dict[str, Any], is_trace: bool) -> None:
    found = left(backups=[{"DBInstanceIdentifier": "Orders", **backup}])
    assert found == (("automated backups that were retained",) if is_trace else ())


def test_recent_events_are_traces() -> None:
    events = [
        {"SourceIdentifier": "orders", "Message": "DB instance created"},
        {"SourceIdentifier": "invoices", "Message": "DB instance restarted"},
        {"SourceIdentifier": "orders", "Message": "DB instance deleted"},
    ]
    assert left(events=events) == ("events of the last two weeks, the last one 'DB instance deleted'",)


def test_a_replica_begins_again_from_its_source() -> None:
    source = {"replica_of": "${db_instance.invoices}", "engine_version": ...}
    assert left([snapshot("orders-final-1", OURS)], **source) == ()


def test_a_database_on_its_way_back_is_a_trace_whatever_it_would_be_made_from() -> None:
    tags = tagging.pairs({**OURS, ownership.MIGRATION: "k3f9zq2w", ownership.STEP: "rolled-back"})
    aside = {"DBInstanceIdentifier": "orders-old-k3f9zq2w", "TagList": tags}
    (found,) = left(instances=[aside], restore_from="orders-final-1")
    assert "orders-old-k3f9zq2w" in found
    assert left(instances=[{**aside, "TagList": tagging.pairs(THEIRS)}]) == ()
