"""Described instances as specs: one bulk read, by the paths of the fields' markers. It calls nothing itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from rds_secure import tagging
from rds_secure.database import directory, reading, rename
from rds_secure.database.reading import AsRead
from rds_secure.fields import values_of
from rds_secure.kind import Found
from rds_secure.operation import snake
from rds_secure.resources.db_instance.spec import BackupCopy, DbInstanceSpec, Domain, FeatureRole
from rds_secure.values import Value

USABLE = ("available", "storage-optimization")
"""States in which an instance takes changes (RDS-1)."""

_BLOCKED = {
    "failed": "it has failed: restore it from a backup",
    "inaccessible-encryption-credentials": "its KMS key cannot be used: restore the key, then restore a backup",
    "inaccessible-encryption-credentials-recoverable": "its KMS key cannot be used: enable the key, then start it",
    "incompatible-credentials": "RDS cannot use its credentials (incompatible-credentials)",
    "incompatible-network": "there is no room for it in its network (incompatible-network)",
    "incompatible-option-group": "its options cannot be applied (incompatible-option-group)",
    "incompatible-restore": "it could not be restored (incompatible-restore)",
    "insufficient-capacity": "AWS has no capacity for it (insufficient-capacity)",
}

FAILED = (*_BLOCKED, "incompatible-parameters")
"""States that do not pass by themselves; storage-full is left by a change, so it is not among them."""

_PENDING = {
    "instance_class": "DBInstanceClass",
    "storage_gib": "AllocatedStorage",
    "storage_type": "StorageType",
    "iops": "Iops",
    "throughput_mbps": "StorageThroughput",
    "dedicated_log_volume": "DedicatedLogVolume",
    "engine_version": "EngineVersion",
    "multi_az": "MultiAZ",
    "port": "Port",
    "backup_days": "BackupRetentionPeriod",
    "subnet_group": "DBSubnetGroupName",
    "iam_auth": "IAMDatabaseAuthenticationEnabled",
    "license": "LicenseModel",
    "ca": "CACertificateIdentifier",
}
"""Field → what AWS calls it while it is parked (RDS-2). Option groups never show there (RDS-24)."""

_UNSEEN = ("DBInstanceIdentifier", "Engine", "MasterUserPassword", "MultiTenant", "ProcessorFeatures")
"""What may be parked and is no field, or no value to show."""

_PARKED_OPTION_GROUP = ("pending-apply", "pending-maintenance-apply", "applying")


def found(instance: Mapping[str, Any]) -> Found[DbInstanceSpec]:
    """One member of ``DescribeDBInstances: DBInstances``."""
    status = instance.get("DBInstanceStatus", "")
    return Found(
        name=instance["DBInstanceIdentifier"],
        identity=instance["DBInstanceIdentifier"].lower(),
        spec=DbInstanceSpec.model_construct(**reading.values(DbInstanceSpec, instance, _AS_READ)),
        exports=dict(reading.exports(_EXPORTS, instance)),
        tags=tagging.mapping(instance.get("TagList")),
        pending=_pending(instance),
        facts={
            "status": status,
            rename.GOING: (instance.get("PendingModifiedValues") or {}).get("DBInstanceIdentifier", ""),
            "window": instance.get("PreferredMaintenanceWindow", ""),
            "vpc": (instance.get("DBSubnetGroup") or {}).get("VpcId", ""),
            "replica": bool(instance.get("ReadReplicaSourceDBInstanceIdentifier")),
            "waiting": tuple(_waiting(instance)),
            "notes": tuple(_notes(instance)),
        },
        busy="" if status in (*USABLE, "storage-full", *FAILED) else status,
        blocked=_BLOCKED.get(status, ""),
    )


def _growth(value: Any, instance: Mapping[str, Any]) -> Value:
    """Absent where storage does not grow by itself; the allocated size means the same."""
    return value if value and value > instance["AllocatedStorage"] else 0


def _option_group(value: Any, instance: Mapping[str, Any]) -> Value:
    """The one in effect: while another is on its way there are two memberships."""
    memberships = instance.get("OptionGroupMemberships") or ()
    settled = [item for item in memberships if item.get("Status") not in _PARKED_OPTION_GROUP]
    return next((item["OptionGroupName"].lower() for item in (*settled, *memberships)), None)


def _upper(value: Any, instance: Mapping[str, Any]) -> Value:
    return value.upper() if isinstance(value, str) else value


def _domain(value: Any, instance: Mapping[str, Any]) -> Value:
    """The directory that it is joined to, or one without anything: what is on its way is parked."""
    joined = [item for item in value or () if item.get("Status") not in directory.PARKED]
    return _directory(joined[0]) if joined else Domain()


def _directory(membership: Mapping[str, Any]) -> Domain:
    """AWS fills in the name of its own directories as well; one of yours is known by its secret."""
    if membership.get("AuthSecretArn"):
        return Domain.model_construct(
            fqdn=membership.get("FQDN"),
            ou=membership.get("OU"),
            secret=membership["AuthSecretArn"],
            dns=tuple(membership.get("DnsIps") or ()),
        )
    return Domain.model_construct(directory=membership.get("Domain"), role=membership.get("IAMRoleName"))


def _backup_copy(value: Any, instance: Mapping[str, Any]) -> Value:
    """The region that an ARN names; key and days are told there alone."""
    return BackupCopy.model_construct(region=value[0].split(":")[3] if value else None)


def _roles(value: Any, instance: Mapping[str, Any]) -> Value:
    associated = instance.get("AssociatedRoles") or ()
    return tuple(
        FeatureRole.model_construct(feature=item.get("FeatureName"), role=item["RoleArn"]) for item in associated
    )


_AS_READ: Mapping[str, AsRead] = {
    "cluster": reading.lower,
    "engine": reading.lower,
    "subnet_group": reading.lower,  # RDS-5
    "parameter_group": reading.lower,
    "backup_window": reading.lower,
    "maintenance_window": reading.lower,
    "option_group": _option_group,
    "security_groups": reading.members,
    "log_exports": reading.logs,
    "max_storage_gib": _growth,
    "master_password": reading.password,
    "password_version": reading.password_version,
    "replica_of": reading.lower,
    "network_type": _upper,
    "domain": _domain,
    "roles": _roles,
    "backup_copy": _backup_copy,
    "monitoring_seconds": lambda value, instance: value or 0,
    **dict.fromkeys(
        (
            "copy_tags",
            "dedicated_log_volume",
            "deletion_protection",
            "encrypted",
            "iam_auth",
            "insights",
            "minor_upgrades",
            "multi_az",
            "public",
        ),
        reading.truth,
    ),
}


WHEN_READY: Mapping[str, str] = {
    "endpoint": "Endpoint.Address",
    "port": "Endpoint.Port",  # DbInstancePort reads 0 (RDS-17)
    "secret": "MasterUserSecret.SecretArn",
}
"""Attributes that exist only once the instance is available (RDS-1), and where it has them."""

_EXPORTS = {"name": "DBInstanceIdentifier", "arn": "DBInstanceArn", "resource_id": "DbiResourceId", **WHEN_READY}


def _pending(instance: Mapping[str, Any]) -> dict[str, Value]:
    parked = instance.get("PendingModifiedValues") or {}
    pending = {field: parked[name] for field, name in _PENDING.items() if parked.get(name) is not None}
    pending |= {snake(name): "another one" for name in _UNSEEN if parked.get(name) is not None}
    for membership in instance.get("OptionGroupMemberships") or ():
        if membership.get("Status") in _PARKED_OPTION_GROUP:
            pending["option_group"] = membership["OptionGroupName"].lower()
    for membership in instance.get("DomainMemberships") or ():
        if membership.get("Status") in directory.PARKED:
            pending |= {f"domain.{name}": value for name, value in values_of(_directory(membership)).items() if value}
    return pending


def _waiting(instance: Mapping[str, Any]) -> Iterator[str]:
    """Parameter groups of which static values wait for a reboot (RDS-8)."""
    for group in instance.get("DBParameterGroups") or ():
        if group.get("ParameterApplyStatus") == "pending-reboot":
            yield group["DBParameterGroupName"].lower()


def _notes(instance: Mapping[str, Any]) -> Iterator[str]:
    """What holds although no field shows it."""
    for group in instance.get("DBParameterGroups") or ():
        if group.get("ParameterApplyStatus") == "failed-to-apply":
            yield f"parameter group {group['DBParameterGroupName']}: AWS could not apply it"
    if instance.get("DBInstanceStatus") == "incompatible-parameters":
        yield "its parameters keep it from starting: correct its parameter group, then reboot it"
    if instance.get("DBInstanceStatus") == "storage-full":
        yield "its storage is full: raise storage_gib"
