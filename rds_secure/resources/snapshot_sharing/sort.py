"""The two sorts of snapshot, of instances and of clusters: what AWS calls the same things about each. Plain data."""

from __future__ import annotations

from dataclasses import dataclass

from rds_secure.kind import Scope
from rds_secure.resources.snapshot_sharing.spec import SnapshotSharingSpec


@dataclass(frozen=True, slots=True)
class Sort:
    """What AWS calls the calls, and their members, about one sort of snapshot; ``gone``: absent, as RDS-25 has it."""

    arn: str
    snapshots: tuple[str, str]
    snapshot: str
    encrypted: str
    databases: tuple[str, str]
    database: str
    resource_id: str
    attributes: tuple[str, str, str]
    change: str
    gone: tuple[str, ...]
    busy: str


OF_INSTANCES = Sort(
    arn="snapshot",
    snapshots=("DescribeDBSnapshots", "DBSnapshots"),
    snapshot="DBSnapshotIdentifier",
    encrypted="Encrypted",
    databases=("DescribeDBInstances", "DBInstances"),
    database="DBInstanceIdentifier",
    resource_id="DbiResourceId",
    attributes=("DescribeDBSnapshotAttributes", "DBSnapshotAttributesResult", "DBSnapshotAttributes"),
    change="ModifyDBSnapshotAttribute",
    gone=("DBSnapshotNotFound",),
    busy="InvalidDBSnapshotState",
)
OF_CLUSTERS = Sort(
    arn="cluster-snapshot",
    snapshots=("DescribeDBClusterSnapshots", "DBClusterSnapshots"),
    snapshot="DBClusterSnapshotIdentifier",
    encrypted="StorageEncrypted",
    databases=("DescribeDBClusters", "DBClusters"),
    database="DBClusterIdentifier",
    resource_id="DbClusterResourceId",
    attributes=(
        "DescribeDBClusterSnapshotAttributes",
        "DBClusterSnapshotAttributesResult",
        "DBClusterSnapshotAttributes",
    ),
    change="ModifyDBClusterSnapshotAttribute",
    gone=("DBClusterSnapshotNotFoundFault",),
    busy="InvalidDBClusterSnapshotStateFault",
)


def sort_of(spec: SnapshotSharingSpec) -> Sort:
    """Which sort a spec is about."""
    return OF_CLUSTERS if spec.cluster else OF_INSTANCES


def identity_of(sort: Sort, name: str) -> str:
    """Snapshots of clusters have names of their own."""
    return f"{sort.arn}:{name.lower()}"


def arn_of(scope: Scope, sort: Sort, name: str) -> str:
    """The ARN of a snapshot."""
    return scope.arn("rds", f"{sort.arn}:{name}")
