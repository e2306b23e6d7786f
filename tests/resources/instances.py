"""Instances for tests of the kind `db_instance`: as declared, as AWS describes them, and what becomes of the two."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import jmespath

from rds_secure.kind import Found
from rds_secure.operation import Wait
from rds_secure.resources.db_instance import KIND, DbInstanceSpec
from rds_secure.values import Address
from tests.fakes import FakeReader
from tests.resources.planning import compare, declare, updated, wanted

ORDERS = Address(KIND.name, "orders")
ARN = "arn:aws:rds:eu-west-1:123456789012:db:orders"
KEY_ID = "0a1b2c3d-0000-4000-8000-00000000000a"
KEY, OTHER_KEY = (f"arn:aws:kms:eu-west-1:123456789012:key/{KEY_ID[:-1]}{last}" for last in "ab")
ROLE, OTHER_ROLE = (f"arn:aws:iam::123456789012:role/{name}" for name in ("outside", "elsewhere"))
SECRET = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:rds!db-0a1b2c3d-AbCdEf"
GROUP, OTHER_GROUP = "sg-0123456789abcdef0", "sg-0fedcba9876543210"
MINIMAL: Mapping[str, Any] = {
    "engine": "postgres",
    "engine_version": "16",
    "instance_class": "db.m7g.large",
    "storage_gib": "100",
    "subnet_group": "private",
    "security_groups": [GROUP],
    "parameter_group": "orders-postgres16",
}
MAXIMAL: Mapping[str, Any] = {
    **MINIMAL,
    "name": "orders-main",
    "storage_gib": "400",
    "max_storage_gib": "1000",
    "storage_type": "io1",
    "iops": "4000",
    "dedicated_log_volume": "true",
    "kms_key": KEY_ID,
    "option_group": "audited",
    "network_type": "DUAL",
    "ca": "rds-ca-rsa4096-g1",
    "license": "postgresql-license",
    "lifecycle_support": "open-source-rds-extended-support-disabled",
    "monitoring_seconds": "60",
    "monitoring_role": ROLE,
    "insights": "true",
    "insights_mode": "advanced",
    "insights_days": "465",
    "insights_key": OTHER_KEY,
    "domain": {"directory": "d-0123456789", "role": "directory"},
    "roles": [{"feature": "s3Import", "role": ROLE}],
    "port": "6432",
    "db_name": "orders",
    "master_username": "owner",
    "master_secret_key": OTHER_KEY,
    "iam_auth": "false",
    "multi_az": "true",
    "public": "true",
    "backup_days": "35",
    "backup_window": "02:00-02:30",
    "maintenance_window": "sun:03:00-sun:04:00",
    "deletion_protection": "false",
    "minor_upgrades": "false",
    "log_exports": ["postgresql", "upgrade"],
    "copy_tags": "false",
    "when": "now",
}


def described(**fields: Any) -> dict[str, Any]:
    """A member of DescribeDBInstances: what AWS makes of `MINIMAL`."""
    return {
        "DBInstanceIdentifier": "orders",
        "DBInstanceClass": "db.m7g.large",
        "Engine": "postgres",
        "DBInstanceStatus": "available",
        "MasterUsername": "dbowner",
        "Endpoint": {"Address": "orders.abc.eu-west-1.rds.amazonaws.com", "Port": 5432, "HostedZoneId": "Z1"},
        "AllocatedStorage": 100,
        "PreferredBackupWindow": "02:17-02:47",
        "BackupRetentionPeriod": 7,
        "DBSecurityGroups": [],
        "VpcSecurityGroups": [{"VpcSecurityGroupId": GROUP, "Status": "active"}],
        "DBParameterGroups": [{"DBParameterGroupName": "orders-postgres16", "ParameterApplyStatus": "in-sync"}],
        "AvailabilityZone": "eu-west-1a",
        "DBSubnetGroup": {"DBSubnetGroupName": "private", "VpcId": "vpc-0123456789abcdef0"},
        "PreferredMaintenanceWindow": "sun:03:11-sun:03:41",
        "PendingModifiedValues": {},
        "MultiAZ": False,
        "EngineVersion": "16.4",
        "AutoMinorVersionUpgrade": True,
        "ReadReplicaDBInstanceIdentifiers": [],
        "Iops": 3000,
        "StorageThroughput": 125,
        "OptionGroupMemberships": [{"OptionGroupName": "default:postgres-16", "Status": "in-sync"}],
        "PubliclyAccessible": False,
        "StorageType": "gp3",
        "DbInstancePort": 0,
        "StorageEncrypted": True,
        "KmsKeyId": KEY,
        "DbiResourceId": "db-ABCDEFGHIJKLMNOPQRSTUVWXYZ",
        "CopyTagsToSnapshot": True,
        "IAMDatabaseAuthenticationEnabled": True,
        "MonitoringInterval": 0,
        "PerformanceInsightsEnabled": False,
        "DatabaseInsightsMode": "standard",
        "CACertificateIdentifier": "rds-ca-rsa2048-g1",
        "LicenseModel": "postgresql-license",
        "NetworkType": "IPV4",
        "EngineLifecycleSupport": "open-source-rds-extended-support",
        "DomainMemberships": [],
        "AssociatedRoles": [],
        "DBInstanceArn": ARN,
        "DeletionProtection": True,
        "TagList": [],
        "MasterUserSecret": {"SecretArn": SECRET, "SecretStatus": "active", "KmsKeyId": OTHER_KEY},
        **fields,
    }


def reader(*instances: dict[str, Any], **more: Any) -> FakeReader:
    answers = {
        ("rds", "DescribeDBClusters"): {"DBClusters": []},
        ("rds", "DescribeOrderableDBInstanceOptions"): {"OrderableDBInstanceOptions": [{}]},
        **more,
    }
    return FakeReader({("rds", "DescribeDBInstances"): {"DBInstances": list(instances)}, **answers})


def found(**fields: Any) -> Found[DbInstanceSpec]:
    [one] = KIND.read(reader(described(**fields)), wanted(KIND, instance()))
    return one


def instance(key: str = "orders", **fields: Any) -> Any:
    written = {name: value for name, value in {**MINIMAL, **fields}.items() if value is not ...}
    return declare(KIND, key, written)


def complaints(key: str = "orders", **fields: Any) -> list[tuple[tuple[Any, ...], str, str]]:
    return [(item.path, item.what, item.fix) for item in KIND.check(key, instance(**fields).spec)]


def changes(resource: Any, live: Found[Any]) -> dict[str, tuple[Any, Any]]:
    difference, _ = compare(KIND, resource, live)
    return {f"{item.path} {item.member}".strip(): (item.old, item.new) for item in difference.changes}


def refused(resource: Any, live: Found[Any]) -> dict[str, str]:
    difference, _ = compare(KIND, resource, live)
    return {item.path: advice for item, advice in difference.refused}


def modified(resource: Any, live: Found[Any]) -> dict[str, Any]:
    """The parameters of the one call that settles the differences."""
    [call] = updated(KIND, resource, live)
    assert call.action == "ModifyDBInstance"
    return {name: value for name, value in call.params.items() if name != "DBInstanceIdentifier"}


def holds(wait: Wait | None, answer: dict[str, Any]) -> bool:
    assert wait is not None
    subject = jmespath.search(wait.select, {"DBInstances": [described(DBInstanceIdentifier="other"), answer]})
    return all(condition.holds(jmespath.search(condition.path, subject)) for condition in wait.until)


def fails(wait: Wait | None, answer: dict[str, Any]) -> bool:
    assert wait is not None
    return any(condition.holds(jmespath.search(condition.path, answer)) for condition in wait.fail)
