"""RDS snapshots of instances: what they say, how they are copied, found and deleted.

Sharing them is in `rds_sharing`, restoring from them in `rds_restores`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from moto.core.responses import ActionResult
from moto.ec2.models import ec2_backends
from moto.rds.exceptions import (
    DBSnapshotAlreadyExistsError,
    DBSnapshotNotFoundFault,
    InvalidParameterCombination,
    InvalidParameterValue,
    RDSClientError,
)
from moto.rds.models import DBInstance, DBSnapshot, RDSBackend, rds_backends
from moto.rds.responses import RDSResponse

from rds_secure.sandbox.repairs import rds as instances
from rds_secure.sandbox.repairs.patch import around

ARN = re.compile(r"arn:[^:]+:rds:([^:]+):(\d{12}):snapshot:(.+)")
FROM_INSTANCE = (
    "availability_zone",
    "backup_retention_period",
    "dedicated_log_volume",
    "iops",
    "license_model",
    "preferred_backup_window",
    "storage_throughput",
    "storage_type",
    "timezone",
)
"""What a snapshot shows of its instance as it was, besides what moto records (API reference, DBSnapshot)."""


def contents() -> None:
    """A snapshot shows zone, VPC, storage and backup settings of its instance, and how far it has got.

    One of an instance of a cluster is not made by hand (message from memory).
    """

    @around(DBSnapshot, "__init__")
    def init(
        original: Any, self: DBSnapshot, backend: RDSBackend, database: DBInstance, *more: Any, **named: Any
    ) -> None:
        original(self, backend, database, *more, **named)
        snapshot: Any = self  # it has no such fields of its own
        for name in FROM_INSTANCE:
            setattr(snapshot, name, getattr(database, name, None))
        snapshot.instance_create_time = database.instance_create_time
        snapshot.percent_progress = 100
        snapshot.snapshot_target = "region"
        snapshot.storage_encryption_type = "sse-kms" if self.encrypted else "none"
        snapshot.vpc_id = vpc_of(database)

    @around(RDSBackend, "create_db_snapshot")
    def create(original: Any, self: RDSBackend, db_instance_identifier: str, *more: Any, **named: Any) -> DBSnapshot:
        database = self.databases.get(db_instance_identifier)
        is_automated = named.get("snapshot_type") == "automated"
        if database is not None and database.db_cluster_identifier is not None and not is_automated:
            raise InvalidParameterValue(
                "The specified instance is a member of a cluster and a snapshot cannot be created directly. "
                "Please use the CreateDBClusterSnapshot API instead."
            )
        return original(self, db_instance_identifier, *more, **named)  # type: ignore[no-any-return]


def vpc_of(database: Any) -> str:
    """The id of the VPC that an instance is in: that of its subnet group, or the default one."""
    group = getattr(database, "db_subnet_group", None)
    return str(group.vpc_id if group is not None else _default_vpc(database.backend))


def _default_vpc(rds: RDSBackend) -> str:
    return str(ec2_backends[rds.account_id][rds.region_name].default_vpc.id)


def find(rds: RDSBackend, named: str) -> DBSnapshot:
    """The snapshot of this name, or ARN: one of this account's, or shared with it. Raises DBSnapshotNotFound."""
    arn = ARN.fullmatch(named)
    if named.startswith("arn:") and arn is None:
        raise InvalidParameterValue(f"Invalid snapshot identifier:  {named}")
    region, account, name = arn.groups() if arn else (rds.region_name, rds.account_id, named)
    found = rds_backends[account][region].database_snapshots.get(name)
    if found is None or (account != rds.account_id and not {rds.account_id, "all"} & set(_restorers(found))):
        raise DBSnapshotNotFoundFault(named)
    return found


def _restorers(snapshot: DBSnapshot) -> list[str]:
    return snapshot.attributes["restore"]


def ready(rds: RDSBackend, named: str, *also: str) -> DBSnapshot:
    """As `find`; raises InvalidDBSnapshotState unless the snapshot is available, or in one of these states."""
    found = find(rds, named)
    if found.status not in ("available", *also):
        raise RDSClientError("InvalidDBSnapshotState", f"The snapshot {named} is not in the available state.")
    return found


def copies() -> None:
    """A copy is under the key that is given, in any form, or under its source's; both keys can be used (RDS-3).

    It has the option group and the tags that are given, or its source's: tags only if asked to. Where it was copied
    from is shown only for a snapshot of another region or account (API reference, DBSnapshot).
    """

    @around(RDSBackend, "copy_db_snapshot")
    def copy(
        original: Any,
        self: RDSBackend,
        source_db_snapshot_identifier: str,
        target_db_snapshot_identifier: str,
        kms_key_id: str | None = None,
        tags: Any = None,
        copy_tags: bool | None = False,
        option_group_name: str | None = None,
        **more: Any,
    ) -> DBSnapshot:
        source: Any = ready(self, source_db_snapshot_identifier)
        if target_db_snapshot_identifier in self.database_snapshots:
            raise DBSnapshotAlreadyExistsError(target_db_snapshot_identifier)
        elsewhere = source.backend is not self
        if source.encrypted and elsewhere and not kms_key_id:  # from memory: the text of the error
            raise InvalidParameterCombination("KmsKeyId must be given for an encrypted snapshot from elsewhere.")
        if source.encrypted and not elsewhere:
            instances.usable_key(self, source.kms_key_id)
        named = kms_key_id or source.kms_key_id
        made: Any = DBSnapshot(
            self,
            source.database,
            target_db_snapshot_identifier,
            kms_key_id=instances.usable_key(self, named).arn if named else None,
            original_created_at=source.original_snapshot_create_time,
        )
        made.copied_from = source
        made.tags = tags or (source.tags if copy_tags else [])
        made.option_group_name = option_group_name or source.option_group_name
        made.source_db_snapshot_identifier = source.arn if elsewhere else None
        made.source_region = source.region if source.region != self.region_name else None
        self.database_snapshots[target_db_snapshot_identifier] = made
        return made  # type: ignore[no-any-return]


def lists() -> None:
    """DescribeDBSnapshots finds by DbiResourceId and ARN, and lists shared and public ones when asked to."""

    @around(RDSResponse, "describe_db_snapshots")
    def describe(original: Any, self: RDSResponse) -> ActionResult:
        asked, rds = self.params, self.backend
        named = asked.get("DBSnapshotIdentifier")
        if named and named.startswith("arn:"):
            return ActionResult({"DBSnapshots": [find(rds, named)]})
        if asked.get("SnapshotType") in ("shared", "public"):
            found = list(_of_others(rds, public=asked["SnapshotType"] == "public"))
        else:
            found = list(original(self).result["DBSnapshots"])
            if str(asked.get("IncludeShared")).lower() == "true":
                found += _of_others(rds, public=False)
            if str(asked.get("IncludePublic")).lower() == "true":
                found += _of_others(rds, public=True)
        wanted = asked.get("DbiResourceId")
        return ActionResult({"DBSnapshots": [one for one in found if wanted in (None, one.dbi_resource_id)]})


def _of_others(rds: RDSBackend, *, public: bool) -> Iterator[DBSnapshot]:
    for account, regions in list(rds_backends.items()):
        for snapshot in list(regions[rds.region_name].database_snapshots.values()):
            if account != rds.account_id and ("all" if public else rds.account_id) in _restorers(snapshot):
                yield snapshot


def deletions() -> None:
    """An automated snapshot goes with its instance alone (from memory), any other when it is there, or has failed."""

    @around(RDSResponse, "delete_db_snapshot")
    def delete(original: Any, self: RDSResponse) -> ActionResult:
        if ready(self.backend, self.params["DBSnapshotIdentifier"], "failed").snapshot_type == "automated":
            raise RDSClientError("InvalidDBSnapshotState", "Deletion of automated snapshots is not allowed.")
        return original(self)  # type: ignore[no-any-return]
