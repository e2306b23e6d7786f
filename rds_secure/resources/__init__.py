"""Every kind. One line in `KINDS` is all that a new kind needs beside its own module."""

from __future__ import annotations

from typing import Any

from rds_secure.kind import Kind
from rds_secure.resources import db_subnet_group

KINDS: tuple[Kind[Any], ...] = (db_subnet_group.KIND,)

KINDS_BY_NAME: dict[str, Kind[Any]] = {kind.name: kind for kind in KINDS}


def kind(name: str) -> Kind[Any]:
    """The kind of that name; KeyError for any other."""
    return KINDS_BY_NAME[name]
