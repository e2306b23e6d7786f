"""Snapshots: whether they are encrypted, by which key, and who may restore them. It reads replies only."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from rds_secure.access.protection.model import Arn, Flag, Snapshot, Unknown
from rds_secure.access.protection.unread import ask, told
from rds_secure.inventory.model import Inventory, Reply

EVERYBODY = "all"
"""What stands in the place of accounts where anybody may restore a snapshot (API reference,
ModifyDBSnapshotAttribute)."""


@dataclass(frozen=True, slots=True)
class _Kind:
    """How the API calls snapshots of instances, and of clusters."""

    listing: str
    key: str
    name: str
    source: str
    of: str
    prefix: str
    encrypted: str
    attributes: str
    result: str
    within: str


_KINDS = (
    _Kind(
        "DescribeDBSnapshots", "DBSnapshots", "DBSnapshotIdentifier", "DBInstanceIdentifier", "db", "snapshot",
        "Encrypted", "DescribeDBSnapshotAttributes", "DBSnapshotAttributesResult", "DBSnapshotAttributes",
    ),
    _Kind(
        "DescribeDBClusterSnapshots", "DBClusterSnapshots", "DBClusterSnapshotIdentifier", "DBClusterIdentifier",
        "cluster", "cluster-snapshot", "StorageEncrypted", "DescribeDBClusterSnapshotAttributes",
        "DBClusterSnapshotAttributesResult", "DBClusterSnapshotAttributes",
    ),
)  # fmt: skip


def snapshots_of(inventory: Inventory) -> tuple[Snapshot, ...]:
    """All snapshots, by id."""
    return tuple(sorted(_every(inventory), key=lambda one: one.id))


def _every(inventory: Inventory) -> Iterator[Snapshot]:
    for kind in _KINDS:
        for item in inventory.items("rds", kind.listing, kind.key):
            automated = item.get("SnapshotType") == "automated"
            encrypted = told(item, kind.encrypted, bool)
            shared, public = ((), False) if automated else _sharing(inventory, kind, item[kind.name])
            yield Snapshot(
                f"{kind.prefix}:{item[kind.name]}",
                f"{kind.of}:{item[kind.source]}",
                automated,
                encrypted,
                storage_key(item, encrypted),
                shared,
                public,
            )


def storage_key(item: Reply, encrypted: Flag) -> Arn | Unknown | None:
    """The key of something that is encrypted, or may be; None for what is not."""
    if encrypted is False:
        return None
    return told(item, "KmsKeyId", str)


def _sharing(inventory: Inventory, kind: _Kind, name: str) -> tuple[tuple[str, ...] | Unknown, Flag]:
    reply = ask(inventory, "rds", kind.attributes, name)
    if isinstance(reply, Unknown):
        return reply, reply
    listed = (reply.get(kind.result) or {}).get(kind.within, ())
    values = [
        value for each in listed if each["AttributeName"] == "restore" for value in each.get("AttributeValues", ())
    ]
    return tuple(sorted(value for value in values if value != EVERYBODY)), EVERYBODY in values
