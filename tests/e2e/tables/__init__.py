"""The tables: for each kind every field that can change, what can drift, and what is refused."""

from __future__ import annotations

from tests.e2e.tables import (
    db_groups,
    db_instance,
    iam_policy,
    iam_principals,
    kms_key,
    option_group,
    security_group,
)
from tests.e2e.tables.bench import KEY, Bench, Changed, Drifted, Noted, Refused

BENCHES: tuple[Bench, ...] = (
    iam_principals.GROUP,
    iam_principals.USER,
    iam_principals.ROLE,
    iam_policy.BENCH,
    security_group.BENCH,
    db_groups.SUBNETS,
    kms_key.BENCH,
    db_groups.PARAMETERS,
    option_group.BENCH,
    db_instance.BENCH,
)

__all__ = ["BENCHES", "KEY", "Bench", "Changed", "Drifted", "Noted", "Refused"]
