"""The calls that create, change and delete a cluster, in order; parameters come from the fields' markers.

What they wait for is in `waits`, roles and the Data API, which have calls of their own, in `integration`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from rds_secure import tagging
from rds_secure.database import calls, conditions
from rds_secure.database.calls import Params
from rds_secure.database.directory import Directory
from rds_secure.fields import Field, markers
from rds_secure.kind import Change, Live, Resource
from rds_secure.operation import Condition, Operation
from rds_secure.resources.db_cluster import integration, waits
from rds_secure.resources.db_cluster.check import is_multi_az
from rds_secure.resources.db_cluster.integration import BUSY
from rds_secure.resources.db_cluster.read import FAILED, USABLE
from rds_secure.resources.db_cluster.spec import DbClusterSpec, Serverless
from rds_secure.values import Value

_GONE = "DBClusterNotFoundFault"
_SNAPSHOT = ("rds:AddTagsToResource", "rds:CreateDBClusterSnapshot")


def create(resource: Resource[DbClusterSpec]) -> tuple[Operation, ...]:
    """``CreateDBCluster`` with everything that is written or a default of ours, then its roles."""
    spec = resource.spec
    params: Params = {"DBClusterIdentifier": resource.name, **calls.at_create(spec, _AT_CREATE)}
    params |= _directory(spec.domain) if spec.domain else {}
    if not is_multi_az(spec):
        params.pop("PubliclyAccessible")  # which Aurora's instances say
    if resource.tags:
        params["Tags"] = tagging.pairs(resource.tags)
    more = [conditions.NOTHING_PARKED]
    if "ManageMasterUserPassword" in params:
        more.append(conditions.SECRET_ACTIVE)
    if spec.domain:
        more.append(conditions.joined())
    return (
        Operation(
            service="rds",
            action="CreateDBCluster",
            params=params,
            summary=f"create cluster {resource.name}",
            exports={"arn": "DBCluster.DBClusterArn", "resource_id": "DBCluster.DbClusterResourceId"},
            wait=waits.ready(resource.name, *more),
            retry_on=calls.retries(params),
            also=calls.permissions(params, "iam:CreateServiceLinkedRole", *calls.NETWORK, *members(spec, "Create")),
        ),
        *(integration.add_role(resource.name, item.role, item.feature) for item in spec.roles),
    )


def update(change: Change[DbClusterSpec]) -> tuple[Operation, ...]:
    """One ``ModifyDBCluster`` for all differences but those that have calls of their own."""
    return (*_modify(change), *integration.update(change))


def _modify(change: Change[DbClusterSpec]) -> tuple[Operation, ...]:
    wanted, live = change.resource.spec, change.live
    settling = calls.at_change(change, _AT_CHANGE)
    if not settling:
        return ()
    params: Params = {"DBClusterIdentifier": live.name, "ApplyImmediately": wanted.when == "now", **settling}
    changed = sorted({item.path for item in change.fields} - waits.BY_OTHER_CALLS)
    major = ", a major upgrade" if "AllowMajorVersionUpgrade" in params else ""
    return (
        Operation(
            service="rds",
            action="ModifyDBCluster",
            params=params,
            summary=f"change {' and '.join(changed)}{major}",
            wait=waits.ready(live.name, *waits.settled(change)),
            retry_on=(BUSY, *calls.retries(params)),
            also=calls.permissions(params, *members(wanted, "Modify")),
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
            wait=waits.wait(
                live.name,
                (
                    Condition("DeletionProtection", (False,), "deletion_protection"),
                    Condition("Status", (*USABLE, *FAILED), "the cluster"),
                ),
            ),
            retry_on=(BUSY,),
            done_on=(_GONE,),
            also=members(live.spec, "Modify"),
        )


def members(spec: DbClusterSpec, change: str) -> tuple[str, ...]:
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
        wait=waits.wait(live.name, (), gone=True),
        retry_on=(BUSY,),
        done_on=(_GONE,),
        also=(*(_SNAPSHOT if snapshot else ()), *members(live.spec, "Delete")),
        destructive=True,
    )


# Parameters


def _create_serverless(marker: Field, scale: Serverless | None) -> Params:
    return {} if scale is None else {marker.create: _capacities(scale)}


def _capacities(scale: Serverless) -> Params:
    inside = {marker.create.partition(".")[2]: getattr(scale, name) for name, marker in markers(Serverless).items()}
    return {name: value for name, value in inside.items() if value is not None}


def _create_data_api(marker: Field, on: Value) -> Params:
    return {marker.create.rpartition(".")[2]: True} if on else {}  # a Multi-AZ DB cluster does not take it at all


def _directory(domain: Directory) -> Params:
    return {marker.create: value for name, marker in markers(Directory).items() if (value := getattr(domain, name))}


def _by_another_call(marker: Field, value: object) -> Params:
    return {}


_AT_CREATE: Mapping[str, Callable[[Field, Value], Params]] = {
    "master_password": calls.password,
    "serverless": _create_serverless,
    "data_api": _create_data_api,
    "roles": _by_another_call,
}


def _change_serverless(marker: Field, change: Change[DbClusterSpec]) -> Params:
    """All of it, changed or not."""
    scale = change.resource.spec.serverless
    return {} if scale is None else {marker.change: _capacities(scale)}


def _change_domain(marker: Field, change: Change[DbClusterSpec]) -> Params:
    """All of a directory at once; leaving one has a name of its own (AWS's API reference)."""
    wanted = change.resource.spec.domain
    return (_directory(wanted) if wanted else {}) or {_DOMAIN["directory"].change: "none"}


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
    if wanted.instance_parameter_group is not None:
        named[_FIELDS["instance_parameter_group"].change] = wanted.instance_parameter_group
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
    "domain": _change_domain,
    "log_exports": calls.log_exports,
    **dict.fromkeys(waits.BY_OTHER_CALLS, _by_another_call),
    **dict.fromkeys(("master_password", "password_version"), _change_password),
    "engine_version": _change_version,
    "serverless": _change_serverless,
    **dict.fromkeys(("storage_gib", "storage_type", "iops"), _change_storage),
    **dict.fromkeys(_INSIGHTS, _change_insights),
}
_FIELDS, _DOMAIN = markers(DbClusterSpec), markers(Directory)
