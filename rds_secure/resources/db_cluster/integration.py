"""The calls by which a cluster gets and loses roles, and its Data API. What else is changed is in `operations`."""

from __future__ import annotations

from collections.abc import Iterator

from rds_secure.database import calls, conditions
from rds_secure.kind import Change
from rds_secure.operation import Operation, Retry
from rds_secure.resources.db_cluster import waits
from rds_secure.resources.db_cluster.spec import DbClusterSpec
from rds_secure.values import Value, refs

BUSY = Retry("InvalidDBClusterStateFault")
"""It takes no change while another one goes on, or one of its instances is on its way out (RDS-1)."""

_PASS_ROLE = ("iam:PassRole",)


def update(change: Change[DbClusterSpec]) -> Iterator[Operation]:
    """Roles that go, then those that come: a feature has one at a time; and the Data API."""
    name, members = change.live.name, change.members("roles")
    for old in (item.old for item in members if item.old is not None):
        yield _remove_role(change, old)
    for new in (item.new for item in members if item.new is not None):
        yield add_role(name, new["role"], new["feature"])
    if "data_api" in change:
        yield _data_api(change)


def add_role(name: str, role: Value, feature: str | None) -> Operation:
    """``AddRoleToDBCluster``, for a feature where one is named."""
    return Operation(
        service="rds",
        action="AddRoleToDBCluster",
        params={"DBClusterIdentifier": name, "RoleArn": role, **({"FeatureName": feature} if feature else {})},
        summary=f"give it a role for {feature}" if feature else "give it a role",
        wait=waits.ready(name, conditions.with_role(role, feature)),
        retry_on=(BUSY, calls.NEW_ROLE),
        done_on=("DBClusterRoleAlreadyExists",),
        also=_PASS_ROLE,
    )


def _remove_role(change: Change[DbClusterSpec], old: Value) -> Operation:
    name, role, feature = change.live.name, old["role"], old["feature"]
    return Operation(
        service="rds",
        action="RemoveRoleFromDBCluster",
        params={"DBClusterIdentifier": name, "RoleArn": role, **({"FeatureName": feature} if feature else {})},
        summary=f"take its role for {feature} away" if feature else "take a role away",
        wait=waits.ready(name, waits.without_role(str(change.scope.resolve(role)), feature)),
        retry_on=(BUSY,),
        done_on=("DBClusterRoleNotFound",),
        also=_PASS_ROLE,
        releases=tuple(sorted({ref.target for ref in refs(old)})),
    )


def _data_api(change: Change[DbClusterSpec]) -> Operation:
    """Not ModifyDBCluster, whose parameter is for Aurora Serverless v1 only (AWS's API reference)."""
    on, name = change.resource.spec.data_api, change.live.name
    return Operation(
        service="rds",
        action="EnableHttpEndpoint" if on else "DisableHttpEndpoint",
        params={"ResourceArn": change.scope.arn("rds", f"cluster:{name.lower()}")},
        summary=f"switch its Data API {'on' if on else 'off'}",
        wait=waits.ready(name, waits.data_api(on)),
        retry_on=(Retry("InvalidResourceStateFault"),),
    )
