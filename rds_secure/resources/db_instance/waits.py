"""What the calls about an instance wait for: all conditions at once (RDS-1, house rule 10). It polls nothing itself.

One poll of all instances serves everyone who waits.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from rds_secure.database import conditions
from rds_secure.fields import markers
from rds_secure.kind import Change
from rds_secure.operation import Condition, Wait
from rds_secure.resources.db_instance.read import FAILED, USABLE, WHEN_READY
from rds_secure.resources.db_instance.spec import MANAGED, DbInstanceSpec, Domain

_HOURS = 3600
_FIELDS = markers(DbInstanceSpec)

DELETABLE = (*USABLE, *FAILED, "stopped", "storage-full")


def without_role(feature: str) -> Condition:
    """No role is left for a feature."""
    return Condition(f"AssociatedRoles[?FeatureName=='{feature}'].RoleArn", what=f"its role for {feature}")


_WAITS_FOR_WINDOW = ("pending-apply", "pending-maintenance-apply", "pending-maintenance-removal", "pending-removal")


def wait(name: str, until: tuple[Condition, ...], fail: tuple[Condition, ...] = (), *, gone: bool = False) -> Wait:
    """A wait for one instance, by its name."""
    return Wait(
        service="rds",
        action="DescribeDBInstances",
        params={},
        select=f"DBInstances[?DBInstanceIdentifier=='{name.lower()}'] | [0]",
        until=until,
        fail=fail,
        gone=gone,
        timeout=3 * _HOURS,
        interval=15,
    )


def ready(name: str, *more: Condition, window: bool = False) -> Wait:
    """Until it is in use as the call asked for; with ``window``, what may wait for its window still does."""
    deferred = _WAITS_FOR_WINDOW if window else ()
    parameters = ("in-sync", "pending-reboot", *(("pending-database-upgrade",) if window else ()))
    until = (
        Condition("DBInstanceStatus", USABLE, "the database"),
        Condition("type(Endpoint.Address)", ("string",), "its host name"),
        Condition("VpcSecurityGroups[].Status", ("active",), "its security groups"),
        Condition("DBParameterGroups[].ParameterApplyStatus", parameters, "its parameter group"),
        Condition("OptionGroupMemberships[].Status", ("in-sync", *deferred), "its option group"),
    )
    fail = (
        Condition("DBInstanceStatus", FAILED, "the database"),
        conditions.SECRET_IMPAIRED,
    )
    return replace(wait(name, (*until, *more), fail), exports=WHEN_READY)


_UNSEEN = ("network_type",)
"""What PendingModifiedValues never shows, parked or on its way (RDS-24)."""

_UNSURE = frozenset({"backup_copy", "insights_mode", "lifecycle_support", "roles"})
"""Fields whose change may come later than others, or has calls of its own."""


def rebooted(name: str) -> Wait:
    """Until nothing waits for a reboot any more; the status alone still reads available just after the call."""
    return ready(
        name, Condition("DBParameterGroups[].ParameterApplyStatus", ("in-sync",), "its parameter group"), window=True
    )


def member_rebooted(name: str) -> Wait:
    """Until the parameters of its cluster are in effect in a member, which its cluster alone tells."""
    return Wait(
        service="rds",
        action="DescribeDBClusters",
        params={},
        select=f"DBClusters[].DBClusterMembers[] | [?DBInstanceIdentifier=='{name.lower()}'] | [0]",
        until=(Condition("DBClusterParameterGroupStatus", ("in-sync",), "the parameter group of its cluster"),),
        timeout=3 * _HOURS,
        interval=15,
    )


def settled(change: Change[DbInstanceSpec]) -> Iterator[Condition]:
    """What shows that AWS took the change up: right after the call the old state still reads available (RDS-17)."""
    wanted = change.resource.spec
    if wanted.when == "now":
        yield conditions.NOTHING_PARKED
    for path in sorted({item.path.partition(".")[0] for item in change.fields} - _UNSURE):
        marker, value = _FIELDS[path], change.scope.resolve(getattr(wanted, path))
        if path == "domain":
            is_left = wanted.domain == Domain()
            yield (conditions.left if is_left else conditions.joined)(window=wanted.when == "window")
        elif path in ("master_password", "password_version"):
            yield conditions.SECRET_ACTIVE if wanted.master_password == MANAGED else conditions.WITHOUT_SECRET
            yield Condition("PendingModifiedValues.MasterUserPassword", what="a password that AWS has parked")
        elif path == "log_exports":
            yield Condition("PendingModifiedValues.PendingCloudwatchLogsExports", what="logs that AWS has parked")
        elif not isinstance(value, str | int) or path == "max_storage_gib":
            continue
        elif path in _UNSEEN or marker.applies in ("now", "reboot"):
            yield Condition(marker.read, (value,) if value else (value, None), path)  # what is off may be absent
