"""The calls that create, change and delete a proxy, and register the database behind it, with their waits."""

from __future__ import annotations

from collections.abc import Iterator

from rds_secure import tagging
from rds_secure.fields import markers, values_of
from rds_secure.kind import Change, Live, Resource, Scope
from rds_secure.operation import Condition, Operation, Retry, Wait
from rds_secure.resources.db_proxy.read import AVAILABLE, FAILED
from rds_secure.resources.db_proxy.spec import DbProxySpec, Pool, Secret
from rds_secure.values import Ref, Value

_FIELDS = {
    name: marker
    for name, marker in markers(DbProxySpec).items()
    if (marker.create or marker.change) and name not in ("instance", "cluster")
}
"""The fields that CreateDBProxy and ModifyDBProxy take."""

_GROUP = "default"
"""The one target group that a proxy has; it comes with the proxy, and goes with it."""

_BUSY = Retry("InvalidDBProxyStateFault")
_GONE = ("DBProxyNotFoundFault", "DBProxyTargetGroupNotFoundFault", "DBProxyTargetNotFoundFault")
_TARGETS = {"instance": "DBInstanceIdentifiers", "cluster": "DBClusterIdentifiers"}
_POOL = {
    "max_percent": "MaxConnectionsPercent",
    "idle_percent": "MaxIdleConnectionsPercent",
    "borrow_seconds": "ConnectionBorrowTimeout",
    "pinning_filters": "SessionPinningFilters",
    "init_query": "InitQuery",
}
_MINUTES = 60


def create(resource: Resource[DbProxySpec], scope: Scope) -> tuple[Operation, ...]:
    """The proxy with its tags, then its connections, then the database behind it."""
    spec, name = resource.spec, resource.name
    params = {"DBProxyName": name, **dict(_params(spec, frozenset(_FIELDS), creating=True))}
    made = Operation(
        service="rds",
        action="CreateDBProxy",
        params={**params, "Tags": tagging.pairs(resource.tags)},
        summary=f"create proxy {name}",
        exports={
            "name": "DBProxy.DBProxyName",
            "arn": "DBProxy.DBProxyArn",
            "resource_id": "last_part(DBProxy.DBProxyArn)",
            "endpoint": "DBProxy.Endpoint",
            "vpc": "DBProxy.VpcId",
        },
        wait=_ready(name),
        also=("iam:CreateServiceLinkedRole", "iam:PassRole", "rds:AddTagsToResource"),
    )
    pool = dict(_pool(spec.pool))
    return (
        made,
        *((_connections(name, pool, "set the pool of connections"),) if pool else ()),
        *_registered(name, spec, scope),
    )


def update(change: Change[DbProxySpec]) -> tuple[Operation, ...]:
    """One call for the proxy's own settings, one for its connections, and two for another database."""
    spec, name, paths = change.resource.spec, change.live.name, {item.path for item in change.fields}
    calls: list[Operation] = []
    settings = frozenset(paths & _FIELDS.keys())
    if settings:
        params = {"DBProxyName": name, **dict(_params(spec, settings, creating=False))}
        calls.append(
            Operation(
                service="rds",
                action="ModifyDBProxy",
                params=params,
                summary=f"change {' and '.join(sorted(settings))}",
                wait=_ready(name, *_settled(change, settings)),
                retry_on=(_BUSY,),
                also=("iam:PassRole",) if "role" in settings else (),
            )
        )
    pooled = sorted(path.removeprefix("pool.") for path in paths if path.startswith("pool."))
    if pooled:
        known = {**values_of(change.live.spec.pool), **dict(_written(spec.pool))}
        params = {parameter: known[field] for field, parameter in _POOL.items() if known[field] is not None}
        calls.append(_connections(name, params, f"change {' and '.join(pooled)} of the pool"))
    if paths & _TARGETS.keys():
        calls.extend(_deregistered(change.live, change.scope))
        calls.extend(_registered(name, spec, change.scope))
    return tuple(calls)


def delete(live: Live[DbProxySpec], scope: Scope) -> tuple[Operation, ...]:
    """The database is let go first, so that its own deletion need not wait for the proxy's."""
    deletion = Operation(
        service="rds",
        action="DeleteDBProxy",
        params={"DBProxyName": live.name},
        summary=f"delete proxy {live.name}",
        wait=_proxy(live.name, gone=True),
        retry_on=(_BUSY,),
        done_on=("DBProxyNotFoundFault",),
        destructive=True,
    )
    return (*_deregistered(live, scope), deletion)


# Parameters


def _params(spec: DbProxySpec, names: frozenset[str], *, creating: bool) -> Iterator[tuple[str, Value]]:
    for name, marker in _FIELDS.items():
        parameter, value = marker.create if creating else marker.change, getattr(spec, name)
        if name not in names or not parameter or value is None:
            continue
        if name == "secrets":
            yield parameter, tuple(map(_auth, value))
        else:
            yield parameter, value


def _auth(secret: Secret) -> dict[str, Value]:
    """Where the secret is; what is in it is never read."""
    entry = {"AuthScheme": "SECRETS", "SecretArn": secret.arn, "IAMAuth": secret.iam}
    return entry | ({"ClientPasswordAuthType": secret.client_auth} if secret.client_auth else {})


def _written(pool: Pool) -> Iterator[tuple[str, Value]]:
    yield from ((field, value) for field, value in values_of(pool).items() if value is not None)


def _pool(pool: Pool) -> Iterator[tuple[str, Value]]:
    yield from ((_POOL[field], value) for field, value in _written(pool))


def _connections(name: str, config: dict[str, Value], summary: str) -> Operation:
    """With all that is known of the pool: AWS takes the idle percentage with the other one only."""
    return Operation(
        service="rds",
        action="ModifyDBProxyTargetGroup",
        params={"DBProxyName": name, "TargetGroupName": _GROUP, "ConnectionPoolConfig": config},
        summary=summary,
        wait=_ready(name),
        retry_on=(_BUSY,),
    )


# The database behind it


def _registered(name: str, spec: DbProxySpec, scope: Scope) -> Iterator[Operation]:
    for field, parameter in _TARGETS.items():
        target = getattr(spec, field)
        if target is not None:
            yield Operation(
                service="rds",
                action="RegisterDBProxyTargets",
                params={"DBProxyName": name, "TargetGroupName": _GROUP, parameter: (target,)},
                summary=f"register {scope.resolve(target)} as the target",
                wait=_healthy(name, field, scope.resolve(target)),
                retry_on=(_BUSY, Retry("InvalidDBInstanceState"), Retry("InvalidDBClusterStateFault")),
                done_on=("DBProxyTargetAlreadyRegisteredFault",),
            )


def _deregistered(live: Live[DbProxySpec], scope: Scope) -> Iterator[Operation]:
    for field, parameter in _TARGETS.items():
        target = getattr(live.spec, field)
        if target is not None:
            yield Operation(
                service="rds",
                action="DeregisterDBProxyTargets",
                params={"DBProxyName": live.name, "TargetGroupName": _GROUP, parameter: (target,)},
                summary=f"let {scope.resolve(target)} go",
                wait=_target(live.name, field, scope.resolve(target), gone=True),
                retry_on=(_BUSY,),
                done_on=_GONE,
                releases=(target.target,) if isinstance(target, Ref) else (),
            )


# Waits


def _proxy(name: str, *until: Condition, gone: bool = False) -> Wait:
    """One poll of all proxies serves everyone who waits."""
    return Wait(
        service="rds",
        action="DescribeDBProxies",
        params={},
        select=f"DBProxies[?DBProxyName=='{name.lower()}'] | [0]",
        until=until,
        fail=() if gone else (Condition("Status", FAILED, "the proxy"),),
        gone=gone,
        timeout=30 * _MINUTES,
        interval=10,
    )


def _ready(name: str, *more: Condition) -> Wait:
    until = (
        Condition("Status", (AVAILABLE,), "the proxy"),
        Condition("type(Endpoint)", ("string",), "its host name"),
    )
    return _proxy(name, *until, *more)


def _settled(change: Change[DbProxySpec], settings: frozenset[str]) -> Iterator[Condition]:
    """What shows that AWS took the change up: right after the call the old state still reads available."""
    for name in sorted(settings):
        value = change.scope.resolve(getattr(change.resource.spec, name))
        if isinstance(value, str | int):
            yield Condition(_FIELDS[name].read, (value,), name)


def _target(name: str, field: str, target: Value, *until: Condition, gone: bool = False) -> Wait:
    """A cluster is there as itself, or in members that name it."""
    is_it = f"RdsResourceId=='{str(target).lower()}'"
    if field == "cluster":
        is_it = f"{is_it} || TrackedClusterId=='{str(target).lower()}'"
    return Wait(
        service="rds",
        action="DescribeDBProxyTargets",
        params={"DBProxyName": name, "TargetGroupName": _GROUP},
        select=f"Targets[?{is_it}] | [0]",
        until=until,
        absent=_GONE,
        gone=gone,
        timeout=30 * _MINUTES,
        interval=10,
    )


def _healthy(name: str, field: str, target: Value) -> Wait:
    """Registering takes minutes; unavailable passes by as well, and the reason is what to look at if it does not."""
    return _target(
        name,
        field,
        target,
        Condition("TargetHealth.State", ("AVAILABLE",), "the database behind the proxy"),
        Condition("TargetHealth.Reason", what="what keeps the proxy from the database"),
    )
