"""Every kind. One line in `KINDS` is all that a new kind needs beside its own module."""

from __future__ import annotations

from typing import Any

from rds_secure.kind import Kind
from rds_secure.resources import (
    db_instance,
    db_parameter_group,
    db_subnet_group,
    iam_group,
    iam_policy,
    iam_role,
    iam_user,
    kms_key,
    option_group,
    security_group,
)

KINDS: tuple[Kind[Any], ...] = (
    iam_group.KIND,
    iam_user.KIND,
    iam_role.KIND,
    iam_policy.KIND,
    security_group.KIND,
    db_subnet_group.KIND,
    kms_key.KIND,
    db_parameter_group.KIND,
    option_group.KIND,
    db_instance.KIND,
)

KINDS_BY_NAME: dict[str, Kind[Any]] = {kind.name: kind for kind in KINDS}


def kind(name: str) -> Kind[Any]:
    """The kind of that name; KeyError for any other."""
    return KINDS_BY_NAME[name]
