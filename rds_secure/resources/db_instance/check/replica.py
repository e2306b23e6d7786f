"""What of a read replica does not fit: its own fields, its source in the spec, or its source at AWS."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from rds_secure.kind import Complaint, Reader, Resource, Scope
from rds_secure.resources.db_instance.spec import INHERITED, MANAGED, SOURCE_ARN, DbInstanceSpec

_HERE = ("replica_of",)
_MANAGED_HAS_NONE = "has a password that RDS manages, and such a database has no replicas"
_NO_BACKUPS = "makes no automated backups, which its replicas begin with"


def replica(spec: DbInstanceSpec) -> Iterator[Complaint]:
    """Fields that a replica has from its source, and those that only a replica has."""
    if spec.replica_of is None:
        if spec.replica_mode is not None:
            what = "only a replica has a mode"
            yield Complaint(("replica_mode",), what, "write replica_of too, or take replica_mode out")
        return
    for field in INHERITED:
        if field in spec.model_fields_set and field not in spec.ignore:
            what = f"a replica has its {field} from its source"
            yield Complaint((field,), what, f"take {field} out")
    if spec.replica_mode is not None and not spec.engine.startswith(("oracle-", "db2-")):
        what = f"a replica of {spec.engine} has no mode to choose"
        yield Complaint(("replica_mode",), what, "take replica_mode out")


def beside(spec: DbInstanceSpec, name: str, source: DbInstanceSpec) -> Iterator[Complaint]:
    """A replica and its source, both of one spec; ``name`` is the source's address."""
    if source.engine != spec.engine:
        what = f"{name} is of {source.engine}, and so are its replicas"
        yield Complaint(("engine",), what, f"write {source.engine}")
    left = source.ignore
    if source.replica_of is None and source.master_password == MANAGED and "master_password" not in left:
        yield from _managed(spec, name, f"write master_password: {{env: NAME}} at {name}")
    if source.replica_of is None and source.backup_days == 0 and "backup_days" not in left:
        yield Complaint(_HERE, f"{name} {_NO_BACKUPS}", f"write backup_days: 1 or more at {name}")
    if spec.kms_key is not None and not source.encrypted:
        yield _unencrypted(name)


def outside(reader: Reader, resource: Resource[DbInstanceSpec], scope: Scope) -> Iterator[Complaint]:
    """A replica that is not there yet, and its source outside the spec, in whatever region that is."""
    spec = resource.spec
    match = re.fullmatch(SOURCE_ARN, spec.replica_of) if isinstance(spec.replica_of, str) else None
    if match is None:
        return
    arn, region, account = match[0], match[1], match[2]
    if account != scope.account:
        what = f"{arn} is in another account, from which RDS makes no replicas"
        yield Complaint(_HERE, what, "name a database of this account")
        return
    reply = reader.call(
        "rds",
        "DescribeDBInstances",
        {"DBInstanceIdentifier": arn},
        absent=("DBInstanceNotFound",),
        region=region if region != scope.region else None,
    )
    if reply is None or not reply["DBInstances"]:
        yield Complaint(_HERE, f"there is no database {arn}", "name one that exists")
        return
    [source] = reply["DBInstances"]
    yield from _source(spec, arn, source, elsewhere=region != scope.region)


def _source(spec: DbInstanceSpec, arn: str, source: Mapping[str, Any], *, elsewhere: bool) -> Iterator[Complaint]:
    if source["Engine"] != spec.engine:
        what = f"{arn} is of {source['Engine']}, and so are its replicas"
        yield Complaint(("engine",), what, f"write {source['Engine']}")
    if source.get("MasterUserSecret"):
        yield from _managed(spec, arn, "have its password set by a stack of its own, not managed by RDS, before")
    if not source.get("BackupRetentionPeriod"):
        yield Complaint(_HERE, f"{arn} {_NO_BACKUPS}", "switch its backups on")
    if not source.get("StorageEncrypted"):
        if spec.kms_key is not None:
            yield _unencrypted(arn)
    elif elsewhere and spec.kms_key is None:
        what = "a replica in another region is encrypted with a key of that region"
        yield Complaint(_HERE, what, "write kms_key, a key of this region")


def _managed(spec: DbInstanceSpec, name: str, fix: str) -> Iterator[Complaint]:
    """RDS-19, of which SQL Server is the exception."""
    if not spec.engine.startswith("sqlserver-"):
        yield Complaint(_HERE, f"{name} {_MANAGED_HAS_NONE}", fix)


def _unencrypted(name: str) -> Complaint:
    what = f"{name} is not encrypted, and neither are its replicas"
    return Complaint(("kms_key",), what, "take kms_key out, or encrypt the source first, by a copy of its snapshot")
