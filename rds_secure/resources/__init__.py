"""Every kind. One line in `KINDS` is all that a new kind needs beside its own module."""

from __future__ import annotations

from typing import Any

from rds_secure.kind import Kind
from rds_secure.resources import (
    activity_stream,
    data_key,
    db_cluster,
    db_cluster_parameter_group,
    db_instance,
    db_parameter_group,
    db_proxy,
    db_subnet_group,
    default_security_group,
    event_subscription,
    iam_group,
    iam_policy,
    iam_role,
    iam_user,
    kms_key,
    option_group,
    security_group,
    security_group_rule,
    security_hub,
    snapshot_sharing,
)

KINDS: tuple[Kind[Any], ...] = (
    iam_group.KIND,
    iam_user.KIND,
    iam_role.KIND,
    iam_policy.KIND,
    security_group.KIND,
    security_group_rule.KIND,
    default_security_group.KIND,
    security_hub.KIND,
    db_subnet_group.KIND,
    kms_key.KIND,
    data_key.KIND,
    db_parameter_group.KIND,
    option_group.KIND,
    db_cluster_parameter_group.KIND,
    db_cluster.KIND,
    db_instance.KIND,
    db_proxy.KIND,
    event_subscription.KIND,
    snapshot_sharing.KIND,
    activity_stream.KIND,
)

KINDS_BY_NAME: dict[str, Kind[Any]] = {kind.name: kind for kind in KINDS}


def kind(name: str) -> Kind[Any]:
    """The kind of that name; KeyError for any other."""
    return KINDS_BY_NAME[name]
