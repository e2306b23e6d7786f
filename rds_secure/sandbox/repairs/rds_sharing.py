"""RDS snapshots that are shared with other accounts: which can be, and with whom."""

from __future__ import annotations

import re
from typing import Any

from moto.rds.exceptions import InvalidParameterValue, RDSClientError
from moto.rds.models import DBClusterSnapshot, DBSnapshot, RDSBackend

from rds_secure.sandbox.repairs.patch import around


def snapshot_sharing() -> None:
    """A manual snapshot is shared once with an account; not under AWS's own key, nor encrypted with everybody."""

    @around(RDSBackend, "modify_db_snapshot_attribute")
    def modify(
        original: Any,
        self: RDSBackend,
        db_snapshot_identifier: str,
        attribute_name: str,
        values_to_add: list[str] | None = None,
        values_to_remove: list[str] | None = None,
    ) -> dict[str, list[str]]:
        snapshot = _snapshot(self, db_snapshot_identifier)
        if snapshot.snapshot_type != "manual":
            raise RDSClientError("InvalidDBSnapshotState", "Only manual snapshots can be shared.")
        for value in values_to_add or ():
            _check(self, snapshot, value)
        new = [value for value in values_to_add or () if value not in snapshot.attributes["restore"]]
        named = snapshot.db_snapshot_identifier
        return original(self, named, attribute_name, new, values_to_remove)  # type: ignore[no-any-return]

    @around(RDSBackend, "describe_db_snapshot_attributes")
    def describe(original: Any, self: RDSBackend, db_snapshot_identifier: str) -> dict[str, list[str]]:
        return _snapshot(self, db_snapshot_identifier).attributes


def cluster_snapshot_sharing() -> None:
    """The same holds for snapshots of clusters."""

    @around(RDSBackend, "modify_db_cluster_snapshot_attribute")
    def modify(
        original: Any,
        self: RDSBackend,
        db_cluster_snapshot_identifier: str,
        attribute_name: str,
        values_to_add: list[str] | None = None,
        values_to_remove: list[str] | None = None,
    ) -> dict[str, list[str]]:
        snapshot = self.cluster_snapshots.get(db_cluster_snapshot_identifier.lower())
        if snapshot is None:
            raise RDSClientError("DBClusterSnapshotNotFoundFault", f"{db_cluster_snapshot_identifier} not found.")
        for value in values_to_add or ():
            _check(self, snapshot, value)
        new = [value for value in values_to_add or () if value not in snapshot.attributes["restore"]]
        named = snapshot.db_cluster_snapshot_identifier
        return original(self, named, attribute_name, new, values_to_remove)  # type: ignore[no-any-return]


def _snapshot(rds: RDSBackend, name: str) -> DBSnapshot:
    if name.lower() not in rds.database_snapshots:
        raise RDSClientError("DBSnapshotNotFound", f"DBSnapshot {name} not found.")
    found: DBSnapshot = rds.database_snapshots[name.lower()]
    return found


def _check(rds: RDSBackend, snapshot: DBSnapshot | DBClusterSnapshot, value: str) -> None:
    if not re.fullmatch(r"\d{12}|all", value):
        raise InvalidParameterValue(f"{value} is not an account id.")
    if not snapshot.encrypted:
        return
    if value == "all":
        raise InvalidParameterValue("An encrypted snapshot cannot be public.")
    key = rds.kms.keys.get(str(snapshot.kms_key_id).rpartition("/")[2])
    if key is not None and key.key_manager == "AWS":
        raise InvalidParameterValue("A snapshot under the default key of the service cannot be shared.")
