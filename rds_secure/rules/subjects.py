"""The things of an inventory that rules are about, each under the name that findings call it by. It judges nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from rds_secure.inventory.model import Inventory, Reply
from rds_secure.ownership import owner
from rds_secure.rules.model import Of, Subject
from rds_secure.values import Address

_LISTED: tuple[tuple[Of, str, str, str, str, str], ...] = (
    (Of.INSTANCE, "rds", "DescribeDBInstances", "DBInstances", "DBInstanceIdentifier", "db:"),
    (Of.CLUSTER, "rds", "DescribeDBClusters", "DBClusters", "DBClusterIdentifier", "cluster:"),
    (Of.PROXY, "rds", "DescribeDBProxies", "DBProxies", "DBProxyName", "db-proxy:"),
    (Of.SNAPSHOT, "rds", "DescribeDBSnapshots", "DBSnapshots", "DBSnapshotIdentifier", "snapshot:"),
    (
        Of.SNAPSHOT,
        "rds",
        "DescribeDBClusterSnapshots",
        "DBClusterSnapshots",
        "DBClusterSnapshotIdentifier",
        "cluster-snapshot:",
    ),
    (Of.SECURITY_GROUP, "ec2", "DescribeSecurityGroups", "SecurityGroups", "GroupId", ""),
)
"""What → service, action, the key of its listing, the key of an item's name, and how findings begin that name."""


def subjects_of(inventory: Inventory) -> Iterator[Subject]:
    """Everything in it."""
    for of, service, action, key, name, prefix in _LISTED:
        for item in inventory.items(service, action, key):
            yield Subject(of, f"{prefix}{item[name]}", item, _address(item, item[name]))
    yield from _keys(inventory)
    yield Subject(Of.ACCOUNT, "account", {})


def _keys(inventory: Inventory) -> Iterator[Subject]:
    for arn, reply in inventory.each("kms", "DescribeKey").items():
        if reply.get("KeyMetadata"):
            yield Subject(Of.KEY, f"key:{arn.rpartition('/')[2]}", reply["KeyMetadata"])


def _address(item: Reply, name: str) -> Address | None:
    """Where it stands in a stack, by its own tags; those that came along with a copy are not (RDS-18)."""
    found = owner(_tags(item.get("TagList") or item.get("Tags") or ()))
    return found.address if found and found.name in (name, item.get("GroupName")) else None


def _tags(listed: Iterable[Reply]) -> Mapping[str, str]:
    return {tag["Key"]: tag["Value"] for tag in listed}
