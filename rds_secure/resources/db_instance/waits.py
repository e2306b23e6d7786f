"""What the calls about an instance wait for: all conditions at once (RDS-1, house rule 10). It polls nothing itself.

One poll of all instances serves everyone who waits.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from rds_secure.database import directory
from rds_secure.fields import markers
from rds_secure.kind import Change
from rds_secure.operation import Condition, Wait
from rds_secure.resources.db_instance.read import FAILED, USABLE, WHEN_READY
from rds_secure.resources.db_instance.spec import MANAGED, DbInstanceSpec

_HOURS = 3600
_FIELDS = markers(DbInstanceSpec)

DELETABLE = (*USABLE, *FAILED, "stopped", "storage-full")
SECRET_ACTIVE = Condition("MasterUserSecret.SecretStatus", ("active",), "the secret with its password")
WITHOUT_SECRET = Condition("MasterUserSecret.SecretArn", what="the secret with its managed password")


def without_role(feature: str) -> Condition:
    """No role is left for a feature."""
    return Condition(f"AssociatedRoles[?FeatureName=='{feature}'].RoleArn", what=f"its role for {feature}")


ROLES_ACTIVE = Condition("AssociatedRoles[].Status", ("ACTIVE",), "its roles")
NOTHING_PARKED = Condition("PendingModifiedValues", what="what AWS has parked")
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
        Condition("MasterUserSecret.SecretStatus", ("impaired",), "the secret with its password"),
    )
    return replace(wait(name, (*until, *more), fail), exports=WHEN_READY)


def joined(*, window: bool = False) -> Condition:
    """A directory is in use, or waits for its window."""
    return Condition(
        "DomainMemberships[].Status", (*directory.JOINED, *(directory.PARKED if window else ())), "its directory"
    )


_UNSEEN = ("network_type",)
"""What PendingModifiedValues never shows, parked or on its way (RDS-24)."""

_UNSURE = frozenset({"backup_copy", "insights_mode", "lifecycle_support", "roles"})
"""Fields whose change may come later than others, or has calls of its own."""


def rebooted(name: str) -> Wait:
    """Until nothing waits for a reboot any more; the status alone still reads available just after the call."""
    return ready(
        name, Condition("DBParameterGroups[].ParameterApplyStatus", ("in-sync",), "its parameter group"), window=True
    )


def settled(change: Change[DbInstanceSpec]) -> Iterator[Condition]:
    """What shows that AWS took the change up: right after the call the old state still reads available (RDS-17)."""
    wanted = change.resource.spec
    if wanted.when == "now":
        yield NOTHING_PARKED
    for path in sorted({item.path.partition(".")[0] for item in change.fields} - _UNSURE):
        marker, value = _FIELDS[path], change.scope.resolve(getattr(wanted, path))
        if path == "domain":
            yield joined(window=wanted.when == "window")
        elif path in ("master_password", "password_version"):
            yield SECRET_ACTIVE if wanted.master_password == MANAGED else WITHOUT_SECRET
            yield Condition("PendingModifiedValues.MasterUserPassword", what="a password that AWS has parked")
        elif path == "log_exports":
            yield Condition("PendingModifiedValues.PendingCloudwatchLogsExports", what="logs that AWS has parked")
        elif not isinstance(value, str | int) or path == "max_storage_gib":
            continue
        elif path in _UNSEEN or marker.applies in ("now", "reboot"):
            yield Condition(marker.read, (value,) if value else (value, None), path)  # what is off may be absent
