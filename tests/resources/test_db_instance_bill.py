"""What a plan says of the bill for an old database: quantities of what is there, and where the prices are."""

from __future__ import annotations

from typing import Any

import pytest

from rds_secure.resources.db_instance.migration import bill
from tests.resources.instances import found

CLASS = "730 hours of db.t4g.medium a month"


def billed(**values: Any) -> str:
    least = {
        "DBInstanceClass": "db.t4g.medium",
        "AllocatedStorage": 200,
        "StorageType": "gp2",
        "Iops": None,
        "StorageThroughput": None,
        "MultiAZ": False,
        "BackupRetentionPeriod": 0,
        "PerformanceInsightsEnabled": False,
        "LicenseModel": "postgresql-license",
    }
    return bill.database(found(**{**least, **values}).spec)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({}, f"{CLASS}, 200 GiB of gp2"),
        ({"MultiAZ": True}, f"{CLASS}, with a standby (Multi-AZ), 200 GiB of gp2"),
        ({"StorageType": "io2", "Iops": 4000}, f"{CLASS}, 200 GiB of io2 with 4000 IOPS"),
        (
            {"StorageType": "gp3", "Iops": 12000, "StorageThroughput": 500},
            f"{CLASS}, 200 GiB of gp3 with 12000 IOPS and 500 MiB/s",
        ),
        ({"DedicatedLogVolume": True}, f"{CLASS}, 200 GiB of gp2, a dedicated log volume"),
        ({"LicenseModel": "license-included"}, f"{CLASS}, 200 GiB of gp2, the licence that is included"),
        (
            {"PerformanceInsightsEnabled": True, "PerformanceInsightsRetentionPeriod": 93},
            f"{CLASS}, 200 GiB of gp2, 93 days of insights",
        ),
        ({"PerformanceInsightsEnabled": True, "PerformanceInsightsRetentionPeriod": 7}, f"{CLASS}, 200 GiB of gp2"),
        ({"BackupRetentionPeriod": 5}, f"{CLASS}, 200 GiB of gp2, automated backups of 5 days"),
    ],
    ids=str,
)
def test_an_instance_is_billed_by_what_it_has(values: dict[str, Any], said: str) -> None:
    assert billed(**values) == said


def test_snapshots_are_billed_by_what_they_hold_at_most() -> None:
    last, copy = ({"DBSnapshotIdentifier": name, "AllocatedStorage": 20} for name in ("o-last-x", "o-rekeyed-x"))
    assert bill.snapshots([copy, last]) == (
        "snapshot o-last-x of 20 GiB at most and snapshot o-rekeyed-x of 20 GiB at most"
    )
    assert bill.snapshots([None, None]) == ""


def test_prices_are_not_told_but_where_they_are() -> None:
    said = "\n".join(bill.prices(found(DBInstanceClass="db.t4g.medium").spec, "eu-west-1"))
    assert "aws pricing get-products --region us-east-1" in said
    assert "Field=instanceType,Value=db.t4g.medium" in said
    assert "Field=regionCode,Value=eu-west-1" in said
    assert not any(sign in said for sign in "$€")
