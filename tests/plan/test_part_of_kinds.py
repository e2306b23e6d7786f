"""Which fields the earlier calls of a step set, for kinds that do so before they delete."""

from __future__ import annotations

import pytest

from rds_secure.plan.approved import ApprovedCall
from rds_secure.plan.part import set_by


@pytest.mark.parametrize("kind", ["db_instance", "db_cluster"])
def test_deletion_protection_goes_off_before_a_deletion(kind: str) -> None:
    """RDS-11."""
    call = ApprovedCall(
        service="rds",
        action="Modify",
        params={"DBInstanceIdentifier": "orders", "DeletionProtection": False, "ApplyImmediately": False},
        summary="switch deletion protection off",
        destructive=False,
    )
    assert set_by(kind, [call]) == {"deletion_protection"}
    assert set_by(kind, []) == frozenset()
