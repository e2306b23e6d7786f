"""A database that is made from a snapshot has the storage that is declared at once, or is told what it could have."""

from __future__ import annotations

from typing import Any

import pytest

from rds_secure.operation import Operation
from rds_secure.resources.db_instance.migration import restore
from tests.fakes import FakeReader
from tests.models import assert_valid
from tests.resources.instances import instance
from tests.resources.planning import SCOPE

SNAPSHOT = "last-of-orders"
SQL_SERVER = {"engine": "sqlserver-se", "engine_version": "15", "license": "license-included", "parameter_group": ...}


def restored(**fields: Any) -> Operation:
    made = [*restore.create(instance(restore_from=SNAPSHOT, **fields), SCOPE)]
    for operation in made:
        assert_valid(operation)
    (call,) = (operation for operation in made if operation.action == "RestoreDBInstanceFromDBSnapshot")
    return call


def complaints(gib: int, **fields: Any) -> list[str]:
    resource = instance(restore_from=SNAPSHOT, **fields)
    version = str(resource.spec.engine_version)
    found = {"Status": "available", "Engine": resource.spec.engine, "EngineVersion": version, "AllocatedStorage": gib}
    reader = FakeReader({("rds", "DescribeDBSnapshots"): {"DBSnapshots": [found]}})
    return [complaint.fix for complaint in restore.verify(reader, resource.spec)]


def test_it_is_restored_with_the_storage_that_is_declared() -> None:
    """API reference of RestoreDBInstanceFromDBSnapshot: at least that of the snapshot."""
    assert restored(storage_gib=40).params["AllocatedStorage"] == 40
    assert complaints(20, storage_gib=40) == []


def test_storage_that_is_less_than_the_snapshots_is_refused_rds_7() -> None:
    assert complaints(60, storage_gib=40) == ["write storage_gib: 60"]


@pytest.mark.parametrize(("gib", "fixes"), [(40, []), (20, ["write storage_gib: 20; grow it in a later apply"])])
def test_sql_server_is_restored_with_the_storage_of_its_snapshot(gib: int, fixes: list[str]) -> None:
    """API reference: the parameter isn't valid for SQL Server."""
    assert "AllocatedStorage" not in restored(storage_gib=40, **SQL_SERVER).params
    assert complaints(gib, storage_gib=40, **SQL_SERVER) == fixes
