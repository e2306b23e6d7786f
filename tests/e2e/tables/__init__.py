"""The tables: for each kind every field that can change, what can drift, and what is refused."""

from __future__ import annotations

from tests.e2e.tables import (
    activity_stream,
    data_key,
    db_cluster,
    db_cluster_group,
    db_groups,
    db_instance,
    db_proxy,
    default_security_group,
    event_subscription,
    iam_policy,
    iam_principals,
    kms_key,
    option_group,
    security_group,
    security_group_rule,
    security_hub,
    snapshot_sharing,
)
from tests.e2e.tables.bench import KEY, Bench, Changed, Drifted, Noted, Refused

BENCHES: tuple[Bench, ...] = (
    iam_principals.GROUP,
    iam_principals.USER,
    iam_principals.ROLE,
    iam_policy.BENCH,
    security_group.BENCH,
    security_group_rule.BENCH,
    default_security_group.BENCH,
    security_hub.BENCH,
    db_groups.SUBNETS,
    kms_key.BENCH,
    data_key.BENCH,
    db_groups.PARAMETERS,
    option_group.BENCH,
    db_cluster_group.BENCH,
    db_cluster.BENCH,
    db_instance.BENCH,
    db_proxy.BENCH,
    event_subscription.BENCH,
    snapshot_sharing.BENCH,
    activity_stream.BENCH,
)

__all__ = ["BENCHES", "KEY", "Bench", "Changed", "Drifted", "Noted", "Refused"]
