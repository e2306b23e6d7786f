"""What a migrated database is to be like, and how it gets there: as declared, and where nothing is, as it was. Pure.

Nothing is assumed to be inherited: what the call that restores takes, it is given; the rest is set by a second call;
and before the new database gets its place, all of it is compared.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from rds_secure.database import conditions
from rds_secure.fields import Mode, markers
from rds_secure.kind import Change, FieldChange, Live, Resource, Scope
from rds_secure.operation import Condition
from rds_secure.resources.db_instance import parameters
from rds_secure.resources.db_instance.spec import MANAGED, DbInstanceSpec, Domain
from rds_secure.values import Ref, Value

_FIELDS = markers(DbInstanceSpec)

RESTORED = frozenset(
    {
        *("instance_class", "parameter_group", "option_group", "license", "lifecycle_support", "storage_type", "iops"),
        *("throughput_mbps", "dedicated_log_volume", "security_groups", "subnet_group", "availability_zone", "port"),
        *("network_type", "public", "multi_az", "iam_auth", "copy_tags", "deletion_protection", "log_exports"),
        *("ca", "minor_upgrades"),
    }
)
"""The fields that ``RestoreDBInstanceFromDBSnapshot`` takes, by the names that ``CreateDBInstance`` has for them."""

SETTLED = (
    *("max_storage_gib", "backup_days", "backup_window", "maintenance_window", "monitoring_seconds"),
    *("monitoring_role", "insights", "insights_mode", "insights_days", "master_password"),
)
"""The fields that are set by a second call."""

_FOLLOWING = ("insights_key", "master_secret_key")
"""Keys that are the database's own unless written otherwise, and stay that."""

_AS_IT_WAS = frozenset({Mode.FLOOR, Mode.PREFIX})
"""Modes of fields that say no more than a part of the value: storage at least so large, a version that begins so."""


def target(wanted: DbInstanceSpec, live: DbInstanceSpec) -> DbInstanceSpec:
    """The declared spec, with the live value of what it does not say, or does not say in full."""
    update = {
        name: getattr(live, name)
        for name, marker in _FIELDS.items()
        if marker.mode is not Mode.META and (marker.mode in _AS_IT_WAS or getattr(wanted, name) is None)
    }
    update["availability_zone"] = _zone(wanted, live)
    for name in _FOLLOWING:
        if getattr(wanted, name) is None and getattr(live, name) == live.kms_key:
            update[name] = wanted.kms_key or live.kms_key
    return wanted.model_copy(update=update)


def _zone(wanted: DbInstanceSpec, live: DbInstanceSpec) -> Value:
    """The one it is in, unless a standby takes turns with it (RDS-16) or it moves to other subnets."""
    moves = wanted.subnet_group is not None and wanted.subnet_group != live.subnet_group
    if wanted.multi_az or (wanted.multi_az is None and live.multi_az) or (moves and wanted.availability_zone is None):
        return None
    return wanted.availability_zone or live.availability_zone


def at_restore(spec: DbInstanceSpec) -> dict[str, Value]:
    """The parameters of ``RestoreDBInstanceFromDBSnapshot`` beside the names."""
    left = {name: None for name in _FIELDS if name not in RESTORED and name != "domain"}
    if not parameters.has_iops(spec.engine, spec.storage_type, spec.gib):  # RDS-7: then they are told, and not taken
        left |= dict.fromkeys(("iops", "throughput_mbps"))
    if spec.domain == Domain():
        left |= {"domain": None}
    if isinstance(spec.option_group, str) and spec.option_group.startswith("default:"):
        left |= {"option_group": None}  # AWS's own, which it takes by itself
    return parameters.at_create(spec.model_copy(update=left))


def at_settling(resource: Resource[Any], spec: DbInstanceSpec, there: Live[Any], scope: Scope) -> dict[str, Value]:
    """The parameters of the ``ModifyDBInstance`` that sets what the restore did not, where it differs."""
    fields = tuple(
        FieldChange(name, new=getattr(spec, name)) for name in SETTLED if _differs(name, spec, there.spec, scope)
    )
    if not fields:
        return {}
    wanted = Resource(resource.address, resource.name, spec, resource.written, resource.tags)
    return parameters.at_change(Change(wanted, there, fields, scope))


def bare(spec: DbInstanceSpec) -> DbInstanceSpec:
    """A restored database of which nothing is known but what the restore was told."""
    unknown: dict[str, Value] = dict.fromkeys(SETTLED)
    return spec.model_copy(update={**unknown, "insights": False, "insights_key": None, "master_password": None})


def _differs(name: str, wanted: DbInstanceSpec, live: DbInstanceSpec, scope: Scope) -> bool:
    value = scope.resolve(getattr(wanted, name))  # what is read of the new database has no references
    if name == "master_password":
        return bool(value == MANAGED and live.master_password != MANAGED)
    if value is None or (name.startswith("insights_") and not wanted.insights):
        return False
    return bool(value != getattr(live, name))


def conditions_of(spec: DbInstanceSpec) -> Iterator[Condition]:
    """What has to hold of the new database before it gets its place: every field of it."""
    for name, marker in _FIELDS.items():
        value = getattr(spec, name)
        if marker.mode is Mode.META or value is None or not marker.read:
            continue
        if name in _SPECIAL:
            yield from _SPECIAL[name](spec)
        elif isinstance(value, str | int | Ref):
            yield Condition(marker.read, (value,) if value else (value, None), name)
        elif isinstance(value, tuple) and all(isinstance(item, str | Ref) for item in value):
            yield Condition(marker.read, value, name)
            yield Condition(f"length({marker.read} || `[]`)", (len(value),), f"the number of {name}")
    yield conditions.NOTHING_PARKED
    yield Condition("DBParameterGroups[].ParameterApplyStatus", ("in-sync",), "its parameter group")
    yield Condition("OptionGroupMemberships[].Status", ("in-sync",), "its option group")


def _growth(spec: DbInstanceSpec) -> Iterator[Condition]:
    """AWS leaves it out where storage does not grow by itself; the allocated size means the same."""
    limit = spec.max_storage_gib
    yield Condition("MaxAllocatedStorage", (limit,) if limit else (spec.gib, None), "max_storage_gib")


def _password(spec: DbInstanceSpec) -> Iterator[Condition]:
    if spec.master_password == MANAGED:
        yield conditions.SECRET_ACTIVE


def _secret_key(spec: DbInstanceSpec) -> Iterator[Condition]:
    if spec.master_password == MANAGED:
        yield Condition("MasterUserSecret.KmsKeyId", (spec.master_secret_key,), "master_secret_key")


def _domain(spec: DbInstanceSpec) -> Iterator[Condition]:
    if spec.domain and spec.domain != Domain():
        yield conditions.joined()


def _of_insights(spec: DbInstanceSpec) -> Iterator[Condition]:
    """Days and mode mean nothing where there are no insights."""
    if spec.insights and spec.insights_days:
        yield Condition("PerformanceInsightsRetentionPeriod", (spec.insights_days,), "insights_days")
    if spec.insights and spec.insights_mode:
        yield Condition("DatabaseInsightsMode", (spec.insights_mode,), "insights_mode")


def _insights(spec: DbInstanceSpec) -> Iterator[Condition]:
    if spec.insights:
        yield Condition("PerformanceInsightsKMSKeyId", (spec.insights_key,), "insights_key")


def _nothing(spec: DbInstanceSpec) -> Iterator[Condition]:
    """What a tag of ours says, what has calls and waits of its own, what a migrated database never is."""
    yield from ()


_SPECIAL: Final[Mapping[str, Any]] = {
    "max_storage_gib": _growth,
    "master_password": _password,
    "master_secret_key": _secret_key,
    "insights_key": _insights,
    "domain": _domain,
    **dict.fromkeys(("password_version", "roles", "backup_copy", "replica_of", "replica_mode", "cluster"), _nothing),
    **dict.fromkeys(("insights_days", "insights_mode"), _of_insights),
    "promotion_tier": _nothing,
}
