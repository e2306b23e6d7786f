"""The calls that create, change and delete a cluster, with their waits; parameters come from the fields' markers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from rds_secure import tagging
from rds_secure.database import calls
from rds_secure.database.calls import Params
from rds_secure.database.password import MANAGED
from rds_secure.fields import Field, markers
from rds_secure.kind import Change, Live, Resource
from rds_secure.operation import Condition, Operation, Retry, Wait
from rds_secure.resources.db_cluster.check import is_multi_az
from rds_secure.resources.db_cluster.read import FAILED, UNSEEN, USABLE, WHEN_READY
from rds_secure.resources.db_cluster.spec import DbClusterSpec, Serverless
from rds_secure.values import Value

_HOURS = 3600
_GONE = "DBClusterNotFoundFault"
_BUSY = Retry("InvalidDBClusterStateFault")
"""It takes no change while another one goes on, or one of its instances is on its way out (RDS-1)."""

_SNAPSHOT = ("rds:AddTagsToResource", "rds:CreateDBClusterSnapshot")


def create(resource: Resource[DbClusterSpec]) -> tuple[Operation, ...]:
    """``CreateDBCluster`` with everything that is written or a default of ours."""
    spec = resource.spec
    params: Params = {"DBClusterIdentifier": resource.name, **calls.at_create(spec, _AT_CREATE)}
    if not is_multi_az(spec):
        params.pop("PubliclyAccessible")  # which Aurora's instances say
    if resource.tags:
        params["Tags"] = tagging.pairs(resource.tags)
    managed = (_SECRET_ACTIVE,) if "ManageMasterUserPassword" in params else ()
    return (
        Operation(
            service="rds",
            action="CreateDBCluster",
            params=params,
            summary=f"create cluster {resource.name}",
            exports={"arn": "DBCluster.DBClusterArn", "resource_id": "DBCluster.DbClusterResourceId"},
            wait=_ready(resource.name, _NOTHING_PARKED, *managed),
            retry_on=calls.retries(params),
            also=calls.permissions(params, "iam:CreateServiceLinkedRole", *calls.NETWORK, *_members(spec, "Create")),
        ),
    )


def update(change: Change[DbClusterSpec]) -> tuple[Operation, ...]:
    """One ``ModifyDBCluster`` for all differences."""
    wanted, live = change.resource.spec, change.live
    params: Params = {"DBClusterIdentifier": live.name, "ApplyImmediately": wanted.when == "now"}
    params |= calls.at_change(change, _AT_CHANGE)
    major = ", a major upgrade" if "AllowMajorVersionUpgrade" in params else ""
    return (
        Operation(
            service="rds",
            action="ModifyDBCluster",
            params=params,
            summary=f"change {change.names}{major}",
            wait=_ready(live.name, *_settled(change)),
            retry_on=(_BUSY, *calls.retries(params)),
            also=calls.permissions(params, *_members(wanted, "Modify")),
        ),
    )


def delete(live: Live[DbClusterSpec]) -> tuple[Operation, ...]:
    """Protection off in a call of its own (RDS-11), then the deletion; automated backups stay."""
    return (*_unprotect(live), _delete(live))


def _unprotect(live: Live[DbClusterSpec]) -> Iterator[Operation]:
    if live.spec.deletion_protection:
        yield Operation(
            service="rds",
            action="ModifyDBCluster",
            # It applies at once; ApplyImmediately would also flush what is parked (RDS-2).
            params={"DBClusterIdentifier": live.name, "DeletionProtection": False, "ApplyImmediately": False},
            summary="switch deletion protection off",
            wait=_wait(
                live.name,
                (
                    Condition("DeletionProtection", (False,), "deletion_protection"),
                    Condition("Status", (*USABLE, *FAILED), "the cluster"),
                ),
            ),
            retry_on=(_BUSY,),
            done_on=(_GONE,),
            also=_members(live.spec, "Modify"),
        )


def _members(spec: DbClusterSpec, change: str) -> tuple[str, ...]:
    """What a Multi-AZ cluster does to its instances, which are not made one by one (ANY-4)."""
    return (f"rds:{change}DBInstance",) if is_multi_az(spec) else ()


def _delete(live: Live[DbClusterSpec]) -> Operation:
    params: Params = {
        "DBClusterIdentifier": live.name,
        "DeleteAutomatedBackups": bool(live.facts.get("delete_automated_backups")),
    }
    snapshot = "" if live.facts.get("skip_final_snapshot") else live.facts["final_snapshot"]
    params |= {"FinalDBSnapshotIdentifier": snapshot} if snapshot else {}
    params["SkipFinalSnapshot"] = not snapshot
    ending = f"leaving snapshot {snapshot}" if snapshot else "without a final snapshot"
    return Operation(
        service="rds",
        action="DeleteDBCluster",
        params=params,
        summary=f"delete cluster {live.name}, {ending}",
        wait=_wait(live.name, (), gone=True),
        retry_on=(_BUSY,),
        done_on=(_GONE,),
        also=(*(_SNAPSHOT if snapshot else ()), *_members(live.spec, "Delete")),
        destructive=True,
    )


# Parameters


def _create_serverless(marker: Field, scale: Serverless | None) -> Params:
    return {} if scale is None else {marker.create: _capacities(scale)}


def _capacities(scale: Serverless) -> Params:
    inside = {marker.create.partition(".")[2]: getattr(scale, name) for name, marker in markers(Serverless).items()}
    return {name: value for name, value in inside.items() if value is not None}


_AT_CREATE: Mapping[str, Callable[[Field, Value], Params]] = {
    "master_password": calls.password,
    "serverless": _create_serverless,
}


def _change_serverless(marker: Field, change: Change[DbClusterSpec]) -> Params:
    """All of it, changed or not."""
    scale = change.resource.spec.serverless
    return {} if scale is None else {marker.change: _capacities(scale)}


def _change_password(marker: Field, change: Change[DbClusterSpec]) -> Params:
    wanted = change.resource.spec
    return calls.new_password(wanted.master_password, change.live.spec.master_password, wanted.master_secret_key)


def _change_version(marker: Field, change: Change[DbClusterSpec]) -> Params:
    """A major upgrade takes the parameter group of the new family in the same call (RDS-6)."""
    wanted = change.resource.spec
    params: Params = {marker.change: wanted.engine_version}
    if not calls.is_major_upgrade(wanted.engine, wanted.engine_version, change.live.spec.engine_version):
        return params
    group = change.resource.written.parameter_group
    named = {} if group is None else {_FIELDS["parameter_group"].change: group}
    return params | {"AllowMajorVersionUpgrade": True} | named


def _change_storage(marker: Field, change: Change[DbClusterSpec]) -> Params:
    """A change of provisioned storage takes its IOPS along (AWS's API reference)."""
    wanted, live = change.resource.spec, change.live.spec
    fields = ("storage_gib", "storage_type", "iops") if is_multi_az(wanted) else ("storage_type",)
    sizes = {"storage_gib": max(wanted.storage_gib or 0, live.storage_gib or 0)}
    values = {name: sizes.get(name) or getattr(wanted, name) or getattr(live, name) for name in fields}
    return {_FIELDS[name].change: value for name, value in values.items() if value}


def _change_insights(marker: Field, change: Change[DbClusterSpec]) -> Params:
    """They go together, and their key along (RDS-13)."""
    wanted, live = change.resource.spec, change.live.spec
    chosen = {name: getattr(wanted, name) for name in _INSIGHTS}
    on = wanted.insights if wanted.insights is not None else live.insights
    params = {_FIELDS[name].change: value for name, value in chosen.items() if value is not None}
    params[_FIELDS["insights"].change] = on
    key = wanted.insights_key if not live.insights_key else live.insights_key
    return params | ({_FIELDS["insights_key"].change: key} if on and key else {})


_INSIGHTS = ("insights", "insights_days", "insights_mode")
_AT_CHANGE: Mapping[str, Callable[[Field, Change[DbClusterSpec]], Params]] = {
    "log_exports": calls.log_exports,
    **dict.fromkeys(("master_password", "password_version"), _change_password),
    "engine_version": _change_version,
    "serverless": _change_serverless,
    **dict.fromkeys(("storage_gib", "storage_type", "iops"), _change_storage),
    **dict.fromkeys(_INSIGHTS, _change_insights),
}
_FIELDS = markers(DbClusterSpec)


# Waits: all conditions at once (RDS-1, house rule 10); one poll of all clusters serves everyone who waits

_SECRET_ACTIVE = Condition("MasterUserSecret.SecretStatus", ("active",), "the secret with its password")
_WITHOUT_SECRET = Condition("MasterUserSecret.SecretArn", what="the secret with its managed password")
_NOTHING_PARKED = Condition("PendingModifiedValues", what="what AWS has parked")


def _wait(name: str, until: tuple[Condition, ...], fail: tuple[Condition, ...] = (), *, gone: bool = False) -> Wait:
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


def _ready(name: str, *more: Condition) -> Wait:
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
        Condition("MasterUserSecret.SecretStatus", ("impaired",), "the secret with its password"),
    )
    return replace(_wait(name, (*until, *more), fail), exports=WHEN_READY)


def _settled(change: Change[DbClusterSpec]) -> Iterator[Condition]:
    """What shows that AWS took the change up: right after the call the old state still reads available (RDS-17)."""
    wanted = change.resource.spec
    if wanted.when == "now":
        yield _NOTHING_PARKED
    for path in sorted({item.path for item in change.fields}):
        if path in ("master_password", "password_version"):
            yield _SECRET_ACTIVE if wanted.master_password == MANAGED else _WITHOUT_SECRET
            yield Condition("PendingModifiedValues.MasterUserPassword", what="a password that AWS has parked")
        elif path == "log_exports":
            yield Condition("PendingModifiedValues.PendingCloudwatchLogsExports", what="logs that AWS has parked")
        elif path in _FIELDS and (path in UNSEEN or _FIELDS[path].applies in ("now", "reboot")):
            value = change.scope.resolve(getattr(wanted, path))
            if isinstance(value, str | int):  # what is off may be absent
                yield Condition(_FIELDS[path].read, (value,) if value else (value, None), path)
