"""Described clusters as specs: one bulk read, by the paths of the fields' markers. It calls nothing itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import jmespath

from rds_secure import tagging
from rds_secure.database import directory, reading, rename
from rds_secure.database.directory import Directory
from rds_secure.database.reading import AsRead
from rds_secure.fields import values_of
from rds_secure.kind import Found
from rds_secure.resources.db_cluster.check import MULTI_AZ
from rds_secure.resources.db_cluster.spec import ClusterRole, DbClusterSpec, Serverless
from rds_secure.values import Value

USABLE = ("available", "storage-optimization")
"""States in which a cluster takes changes (RDS-1)."""

_BLOCKED = {
    "cloning-failed": "it could not be cloned (cloning-failed)",
    "inaccessible-encryption-credentials": "its KMS key cannot be used: restore the key, then restore a backup",
    "inaccessible-encryption-credentials-recoverable": "its KMS key cannot be used: enable the key, then start it",
    "migration-failed": "it could not be migrated (migration-failed)",
}

FAILED = tuple(_BLOCKED)
"""States that do not pass by themselves."""

_PENDING = {
    "storage_gib": "AllocatedStorage",
    "storage_type": "StorageType",
    "iops": "Iops",
    "engine_version": "EngineVersion",
    "backup_days": "BackupRetentionPeriod",
    "iam_auth": "IAMDatabaseAuthenticationEnabled",
    "ca": "CertificateDetails.CAIdentifier",
}
"""Field → where AWS has it while it is parked (RDS-2)."""

UNSEEN = ("instance_class", "network_type")
"""What never shows there, parked or on its way (RDS-24)."""

WHEN_READY: Mapping[str, str] = {
    "endpoint": "Endpoint",
    "reader": "ReaderEndpoint",
    "port": "Port",
    "secret": "MasterUserSecret.SecretArn",
}
"""Attributes that exist only once the cluster is available (RDS-1), and where it has them."""

_EXPORTS = {"name": "DBClusterIdentifier", "arn": "DBClusterArn", "resource_id": "DbClusterResourceId", **WHEN_READY}


def found(cluster: Mapping[str, Any]) -> Found[DbClusterSpec]:
    """One member of ``DescribeDBClusters: DBClusters``."""
    status = cluster.get("Status", "")
    return Found(
        name=cluster["DBClusterIdentifier"],
        identity=cluster["DBClusterIdentifier"].lower(),
        spec=DbClusterSpec.model_construct(**reading.values(DbClusterSpec, cluster, _AS_READ)),
        exports=dict(reading.exports(_EXPORTS, cluster)),
        tags=tagging.mapping(cluster.get("TagList")),
        pending=_pending(cluster),
        facts={
            "status": status,
            rename.GOING: (cluster.get("PendingModifiedValues") or {}).get("DBClusterIdentifier", ""),
            "window": cluster.get("PreferredMaintenanceWindow", ""),
            "notes": tuple(_notes(cluster)),
        },
        busy="" if status in (*USABLE, *FAILED) else status,
        blocked=_BLOCKED.get(status, ""),
    )


def _is_aurora(cluster: Mapping[str, Any]) -> bool:
    return cluster["Engine"].lower() not in MULTI_AZ


def _encrypted(value: Any, cluster: Mapping[str, Any]) -> Value:
    """Under a KMS key: Aurora also encrypts under keys that AWS owns, which then reads false (RDS-23)."""
    kind = cluster.get("StorageEncryptionType")
    return kind == "sse-kms" if kind else bool(value)


def _size(value: Any, cluster: Mapping[str, Any]) -> Value:
    """Aurora shows 1, whatever it stores."""
    return None if _is_aurora(cluster) else value


def _storage_type(value: Any, cluster: Mapping[str, Any]) -> Value:
    """Absent for Aurora's usual one (AWS's API reference)."""
    return value if value or not _is_aurora(cluster) else "aurora"


def _number(value: Any, cluster: Mapping[str, Any]) -> Value:
    """What is 0 may be absent."""
    return value or 0


def _serverless(cluster: Mapping[str, Any]) -> Serverless:
    scale = cluster.get("ServerlessV2ScalingConfiguration") or {}
    names = {"min": "MinCapacity", "max": "MaxCapacity", "pause_seconds": "SecondsUntilAutoPause"}
    capacities: dict[str, Any] = {field: scale.get(name) for field, name in names.items()}
    return Serverless.model_construct(**capacities)


def _domain(value: Any, cluster: Mapping[str, Any]) -> Value:
    """The directory that it is joined to, or one without anything: what is on its way is parked."""
    joined = [item for item in value or () if item.get("Status") not in directory.PARKED]
    return _directory(joined[0]) if joined else Directory()


def _directory(membership: Mapping[str, Any]) -> Directory:
    return Directory.model_construct(directory=membership.get("Domain"), role=membership.get("IAMRoleName"))


def _roles(value: Any, cluster: Mapping[str, Any]) -> Value:
    return tuple(
        ClusterRole.model_construct(feature=item.get("FeatureName") or None, role=item["RoleArn"])
        for item in cluster.get("AssociatedRoles") or ()
    )


def _pending(cluster: Mapping[str, Any]) -> dict[str, Value]:
    """What waits for the window, field by field."""
    parked = cluster.get("PendingModifiedValues") or {}
    found = ((field, jmespath.search(path, parked)) for field, path in _PENDING.items())
    pending = {field: value for field, value in found if value is not None}
    for membership in cluster.get("DomainMemberships") or ():
        if membership.get("Status") in directory.PARKED:
            pending |= {f"domain.{name}": value for name, value in values_of(_directory(membership)).items() if value}
    return pending


_AS_READ: Mapping[str, AsRead] = {
    **dict.fromkeys(
        ("engine", "subnet_group", "parameter_group", "backup_window", "maintenance_window"), reading.lower
    ),
    **dict.fromkeys(
        ("public", "iam_auth", "minor_upgrades", "copy_tags", "deletion_protection", "insights", "data_api"),
        reading.truth,
    ),
    **dict.fromkeys(("backtrack_seconds", "monitoring_seconds"), _number),
    **dict.fromkeys(("security_groups", "availability_zones"), reading.members),
    "domain": _domain,
    "roles": _roles,
    "log_exports": reading.logs,
    "master_password": reading.password,
    "password_version": reading.password_version,
    "encrypted": _encrypted,
    "storage_gib": _size,
    "storage_type": _storage_type,
    "serverless": lambda _, cluster: _serverless(cluster),
}


def _notes(cluster: Mapping[str, Any]) -> Iterator[str]:
    """What holds although no field shows it."""
    if cluster.get("StorageEncryptionType") == "sse-rds":
        yield "its storage is encrypted under a key that AWS owns, and which no key policy rules (RDS-23)"
    for member in cluster.get("DBClusterMembers") or ():
        if member.get("DBClusterParameterGroupStatus") == "pending-reboot":  # RDS-8, RDS-22
            name = member["DBInstanceIdentifier"]
            yield f"instance {name}: static parameters of the cluster are not in effect until it is rebooted"
