"""What a missing cluster has left behind (RDS-15, meaning §5): it is not begun again empty without being asked."""

from __future__ import annotations

from typing import Any

import pytest

from rds_secure import ownership, tagging
from rds_secure.resources.db_cluster import KIND
from tests.fakes import FakeReader
from tests.models import assert_valid_call
from tests.resources.clusters import cluster
from tests.resources.planning import SCOPE

OURS = {ownership.STACK: "orders", ownership.ADDRESS: "db_cluster.orders/orders"}
THEIRS = {**OURS, ownership.STACK: "others"}


def left(snapshots: Any = (), backups: Any = ()) -> tuple[str, ...]:
    reader = FakeReader(
        {
            ("rds", "DescribeDBClusterSnapshots"): {"DBClusterSnapshots": list(snapshots)},
            ("rds", "DescribeDBClusterAutomatedBackups"): {"DBClusterAutomatedBackups": list(backups)},
        }
    )
    found = KIND.traces(reader, cluster(), SCOPE)
    for call in reader.calls:
        assert_valid_call(*call)
    return found


def test_a_cluster_that_never_was_has_left_nothing() -> None:
    assert left() == ()


def test_snapshots_that_carry_our_tags_are_traces_rds_18() -> None:
    listed = [
        {"DBClusterSnapshotIdentifier": name, "TagList": tagging.pairs(tags)}
        for name, tags in (("b", OURS), ("a", OURS), ("x", THEIRS), ("y", {}))
    ]
    assert left(listed) == ("snapshots a, b",)


@pytest.mark.parametrize(
    ("backup", "is_trace"),
    [
        ({"Status": "retained"}, True),
        ({"Status": "retained", "TagList": tagging.pairs(OURS)}, True),
        ({"Status": "retained", "TagList": tagging.pairs(THEIRS)}, False),
        ({"Status": "active"}, False),
        ({"Status": "retained", "DBClusterIdentifier": "invoices"}, False),
    ],
)
def test_retained_backups_are_traces(backup: dict[str, Any], is_trace: bool) -> None:
    found = left(backups=[{"DBClusterIdentifier": "Orders", **backup}])
    assert found == (("automated backups that were retained",) if is_trace else ())
