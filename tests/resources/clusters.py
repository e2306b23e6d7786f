"""Clusters for tests of the kind `db_cluster`: as declared, as AWS describes them, and what becomes of the two."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import jmespath

from rds_secure.kind import Found
from rds_secure.operation import Wait
from rds_secure.resources.db_cluster import KIND, DbClusterSpec
from rds_secure.values import Address
from tests.fakes import FakeReader
from tests.resources.planning import compare, declare, updated, wanted

ORDERS = Address(KIND.name, "orders")
ARN = "arn:aws:rds:eu-west-1:123456789012:cluster:orders"
KEY_ID = "0a1b2c3d-0000-4000-8000-00000000000a"
KEY, OTHER_KEY = (f"arn:aws:kms:eu-west-1:123456789012:key/{KEY_ID[:-1]}{last}" for last in "ab")
SECRET = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:rds!cluster-0a1b2c3d-AbCdEf"
GROUP = "sg-0123456789abcdef0"
MINIMAL: Mapping[str, Any] = {
    "engine": "aurora-postgresql",
    "engine_version": "16",
    "subnet_group": "private",
    "security_groups": [GROUP],
    "parameter_group": "orders-aurora-postgresql16",
}
MULTI_AZ: Mapping[str, Any] = {
    "engine": "postgres",
    "instance_class": "db.m6gd.large",
    "storage_gib": "100",
    "storage_type": "io1",
    "iops": "1000",
    "parameter_group": "orders-postgres16",
}


def described(**fields: Any) -> dict[str, Any]:
    """A member of DescribeDBClusters: what AWS makes of `MINIMAL`."""
    return {
        "AllocatedStorage": 1,
        "AvailabilityZones": ["eu-west-1a", "eu-west-1b", "eu-west-1c"],
        "BackupRetentionPeriod": 7,
        "DBClusterIdentifier": "orders",
        "DBClusterParameterGroup": "orders-aurora-postgresql16",
        "DBSubnetGroup": "private",
        "Status": "available",
        "Endpoint": "orders.cluster-abc.eu-west-1.rds.amazonaws.com",
        "ReaderEndpoint": "orders.cluster-ro-abc.eu-west-1.rds.amazonaws.com",
        "MultiAZ": False,
        "Engine": "aurora-postgresql",
        "EngineVersion": "16.4",
        "Port": 5432,
        "MasterUsername": "dbowner",
        "PreferredBackupWindow": "02:17-02:47",
        "PreferredMaintenanceWindow": "sun:03:11-sun:03:41",
        "DBClusterMembers": [],
        "VpcSecurityGroups": [{"VpcSecurityGroupId": GROUP, "Status": "active"}],
        "StorageEncrypted": True,
        "StorageEncryptionType": "sse-kms",
        "KmsKeyId": KEY,
        "DbClusterResourceId": "cluster-ABCDEFGHIJKLMNOPQRSTUVWXYZ",
        "DBClusterArn": ARN,
        "IAMDatabaseAuthenticationEnabled": True,
        "AutoMinorVersionUpgrade": True,
        "CopyTagsToSnapshot": True,
        "DeletionProtection": True,
        "EngineLifecycleSupport": "open-source-rds-extended-support",
        "MasterUserSecret": {"SecretArn": SECRET, "SecretStatus": "active", "KmsKeyId": OTHER_KEY},
        "TagList": [],
        **fields,
    }


def multi_az(**fields: Any) -> dict[str, Any]:
    """What AWS makes of `MULTI_AZ`."""
    return described(
        **{
            "Engine": "postgres",
            "DBClusterInstanceClass": "db.m6gd.large",
            "AllocatedStorage": 100,
            "StorageType": "io1",
            "Iops": 1000,
            "DBClusterParameterGroup": "orders-postgres16",
            "PubliclyAccessible": False,
            **fields,
        }
    )


def cluster(key: str = "orders", **fields: Any) -> Any:
    """A declared cluster; ``...`` takes a field out."""
    written = {name: value for name, value in {**MINIMAL, **fields}.items() if value is not ...}
    return declare(KIND, key, written)


def reader(*clusters: dict[str, Any], **more: Any) -> FakeReader:
    return FakeReader({("rds", "DescribeDBClusters"): {"DBClusters": list(clusters)}, **more})


def found(shown: dict[str, Any] | None = None, **fields: Any) -> Found[DbClusterSpec]:
    [one] = KIND.read(reader(shown or described(**fields)), wanted(KIND, cluster()))
    return one


def complaints(key: str = "orders", **fields: Any) -> list[tuple[tuple[Any, ...], str, str]]:
    return [(item.path, item.what, item.fix) for item in KIND.check(key, cluster(**fields).spec)]


def changes(resource: Any, live: Found[Any]) -> dict[str, tuple[Any, Any]]:
    difference, _ = compare(KIND, resource, live)
    return {f"{item.path} {item.member}".strip(): (item.old, item.new) for item in difference.changes}


def refused(resource: Any, live: Found[Any]) -> dict[str, str]:
    difference, _ = compare(KIND, resource, live)
    return {item.path: advice for item, advice in difference.refused}


def modified(resource: Any, live: Found[Any]) -> dict[str, Any]:
    """The parameters of the one call that settles the differences."""
    [call] = updated(KIND, resource, live)
    assert call.action == "ModifyDBCluster"
    return {name: value for name, value in call.params.items() if name != "DBClusterIdentifier"}


def holds(wait: Wait | None, answer: dict[str, Any]) -> bool:
    assert wait is not None
    subject = jmespath.search(wait.select, {"DBClusters": [described(DBClusterIdentifier="other"), answer]})
    return all(condition.holds(jmespath.search(condition.path, subject)) for condition in wait.until)
