"""What the calls about a cluster wait for: all conditions at once (RDS-1, house rule 10). It polls nothing itself.

One poll of all clusters serves everyone who waits.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from rds_secure.database import conditions
from rds_secure.database.directory import Directory
from rds_secure.database.password import MANAGED
from rds_secure.fields import markers
from rds_secure.kind import Change
from rds_secure.operation import Condition, Wait
from rds_secure.resources.db_cluster.read import FAILED, UNSEEN, USABLE, WHEN_READY
from rds_secure.resources.db_cluster.spec import DbClusterSpec

_HOURS = 3600
_FIELDS = markers(DbClusterSpec)

BY_OTHER_CALLS = frozenset({"data_api", "roles"})
"""Fields that ModifyDBCluster does not change."""


def wait(name: str, until: tuple[Condition, ...], fail: tuple[Condition, ...] = (), *, gone: bool = False) -> Wait:
    """A wait for one cluster, by its name."""
    return Wait(
        service="rds",
        action="DescribeDBClusters",
        params={},
        select=f"DBClusters[?DBClusterIdentifier=='{name.lower()}'] | [0]",
        until=until,
        fail=fail,
        gone=gone,
        timeout=3 * _HOURS,
        interval=15,
    )


def ready(name: str, *more: Condition) -> Wait:
    """Until it is in use as the call asked for."""
    until = (
        Condition("Status", USABLE, "the cluster"),
        Condition("type(Endpoint)", ("string",), "its host name"),
        Condition("VpcSecurityGroups[].Status", ("active",), "its security groups"),
        Condition(
            "DBClusterMembers[].DBClusterParameterGroupStatus", ("in-sync", "pending-reboot"), "its parameter group"
        ),
    )
    fail = (
        Condition("Status", FAILED, "the cluster"),
        conditions.SECRET_IMPAIRED,
    )
    return replace(wait(name, (*until, *more), fail), exports=WHEN_READY)


def without_role(role: str, feature: str | None) -> Condition:
    """It no longer has the role, for that feature where there is one."""
    of = f" && FeatureName=='{feature}'" if feature else ""
    return Condition(
        f"AssociatedRoles[?RoleArn=='{role}'{of}].RoleArn", what=f"its role for {feature}" if feature else "a role"
    )


def data_api(on: bool) -> Condition:
    """The endpoint of the Data API is there, or gone."""
    return Condition(_FIELDS["data_api"].read, (True,) if on else (False, None), "its Data API")


def settled(change: Change[DbClusterSpec]) -> Iterator[Condition]:
    """What shows that AWS took the change up: right after the call the old state still reads available (RDS-17)."""
    wanted = change.resource.spec
    if wanted.when == "now":
        yield conditions.NOTHING_PARKED
    for path in sorted({item.path.partition(".")[0] for item in change.fields} - BY_OTHER_CALLS):
        if path == "domain":
            is_left = wanted.domain == Directory()
            yield (conditions.left if is_left else conditions.joined)(window=wanted.when == "window")
        elif path in ("master_password", "password_version"):
            yield conditions.SECRET_ACTIVE if wanted.master_password == MANAGED else conditions.WITHOUT_SECRET
            yield Condition("PendingModifiedValues.MasterUserPassword", what="a password that AWS has parked")
        elif path == "log_exports":
            yield Condition("PendingModifiedValues.PendingCloudwatchLogsExports", what="logs that AWS has parked")
        elif path in _FIELDS and (path in UNSEEN or _FIELDS[path].applies in ("now", "reboot")):
            value = change.scope.resolve(getattr(wanted, path))
            if isinstance(value, str | int):  # what is off may be absent
                yield Condition(_FIELDS[path].read, (value,) if value else (value, None), path)
