"""A database that is not there, made from a snapshot: always from a copy under its own key, never without one. Pure.

A copy first, although the snapshot may have that key already: what is restored unencrypted for a moment is what
organisations deny, and a snapshot of somebody else's key would not be readable in the end.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator, Mapping
from typing import Any

from rds_secure import engines, tagging
from rds_secure.database import calls, conditions
from rds_secure.kind import Complaint, Live, Reader, Resource, Scope
from rds_secure.operation import Operation, Retry
from rds_secure.resources.db_instance import operations, waits
from rds_secure.resources.db_instance.migration import steps, target
from rds_secure.resources.db_instance.spec import DbInstanceSpec
from rds_secure.values import Secret, Value


def create(resource: Resource[DbInstanceSpec], scope: Scope) -> Iterator[Operation]:
    """The calls that make it from ``restore_from``, and give it what a restore leaves out."""
    spec, name, snapshot = resource.spec, resource.name, str(resource.spec.restore_from)
    if spec.encrypted:
        copy = _copy_of(name, snapshot, spec.kms_key)
        yield steps.copied(snapshot, copy, spec.kms_key, tagging.pairs(resource.tags))
        yield steps.look_at_snapshot(copy, *steps.encrypted_with(spec.kms_key))
        snapshot = copy
    params = {
        "DBInstanceIdentifier": name,
        "DBSnapshotIdentifier": snapshot,
        **_size(spec),
        **target.at_restore(spec),
        **({"Tags": tagging.pairs(resource.tags)} if resource.tags else {}),
    }
    yield Operation(
        service="rds",
        action="RestoreDBInstanceFromDBSnapshot",
        params=params,
        summary=f"restore database {name} from it",
        exports={"arn": "DBInstance.DBInstanceArn", "resource_id": "DBInstance.DbiResourceId"},
        wait=waits.ready(name),
        retry_on=(Retry("InvalidDBSnapshotState"), *calls.retries(params)),
        also=calls.permissions(params, "kms:CreateGrant", "kms:DescribeKey", *calls.NETWORK),
    )
    bare: Any = Live(resource.address, None, target.bare(spec))  # type: ignore[arg-type]
    settled = target.at_settling(resource, spec, bare, scope)
    if isinstance(spec.master_password, Secret):
        settled |= {"MasterUserPassword": spec.master_password}
    if settled:
        managed = (conditions.SECRET_ACTIVE,) if "ManageMasterUserPassword" in settled else ()
        yield Operation(
            service="rds",
            action="ModifyDBInstance",
            params={"DBInstanceIdentifier": name, "ApplyImmediately": True, **settled},
            summary="set what a restore leaves out: " + ", ".join(sorted(settled)),
            wait=waits.ready(name, conditions.NOTHING_PARKED, *managed),
            retry_on=(Retry("InvalidDBInstanceState"), *calls.retries(settled)),
            also=calls.permissions(settled),
        )
    yield from (operations.add_role(name, item.role, item.feature) for item in spec.roles)


def _size(spec: DbInstanceSpec) -> dict[str, Value]:
    """At least the snapshot's, as `verify` sees to; SQL Server takes none (API reference)."""
    takes_one = spec.storage_gib is not None and not _is_sql_server(spec)
    return {"AllocatedStorage": spec.storage_gib} if takes_one else {}


def _is_sql_server(spec: DbInstanceSpec) -> bool:
    return spec.engine.startswith("sqlserver-")


def _copy_of(name: str, snapshot: str, key: Value) -> str:
    """A name of its own for each snapshot and key; those of AWS's begin with rds:, which no name of ours may hold."""
    mark = base64.b32encode(hashlib.sha256(f"{snapshot} {key}".encode()).digest()).decode().lower()[:8]
    return f"{stem(name)}-{mark}"


def stem(name: str) -> str:
    """How the names of such copies begin for a database."""
    return f"{name.lower()[:40].rstrip('-')}-restored"


def verify(reader: Reader, spec: DbInstanceSpec) -> Iterator[Complaint]:
    """The snapshot is there, finished, and of this engine; asked only while the database is not there."""
    if spec.restore_from is None:
        return
    params = {"DBSnapshotIdentifier": spec.restore_from, "IncludeShared": spec.restore_from.startswith("arn:")}
    reply = reader.call("rds", "DescribeDBSnapshots", params, absent=("DBSnapshotNotFound",))
    found: Mapping[str, Any] | None = next(iter(reply["DBSnapshots"]), None) if reply else None
    if found is None:
        yield Complaint(("restore_from",), f"there is no snapshot {spec.restore_from}", "name one that exists")
    elif found["Status"] != "available":
        yield Complaint(
            ("restore_from",), f"snapshot {spec.restore_from} is {found['Status']}", "wait, or name another"
        )
    elif found["Engine"] != spec.engine:
        yield Complaint(("engine",), f"the snapshot is of {found['Engine']}", f"write engine: {found['Engine']}")
    elif spec.engine_version and not engines.matches(spec.engine_version, found["EngineVersion"]):
        what = f"the snapshot is of version {found['EngineVersion']}"
        yield Complaint(("engine_version",), what, "write that version; upgrade in a later apply")
    elif spec.gib < found["AllocatedStorage"]:
        what = f"the snapshot is of {found['AllocatedStorage']} GiB, and storage never shrinks"
        yield Complaint(("storage_gib",), what, f"write storage_gib: {found['AllocatedStorage']}")
    elif _is_sql_server(spec) and spec.gib > found["AllocatedStorage"]:
        what = f"SQL Server is restored with the size of its snapshot, {found['AllocatedStorage']} GiB"
        yield Complaint(
            ("storage_gib",), what, f"write storage_gib: {found['AllocatedStorage']}; grow it in a later apply"
        )
