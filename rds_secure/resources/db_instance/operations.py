"""The calls that create, change and delete an instance, in order: `parameters` and `waits` have the rest."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from rds_secure import engines, tagging
from rds_secure.database import calls, conditions
from rds_secure.kind import Change, Live, Resource
from rds_secure.operation import Condition, Operation, Retry
from rds_secure.resources.db_instance import copies, parameters, waits
from rds_secure.resources.db_instance.spec import DbInstanceSpec
from rds_secure.values import Ref, Value, refs

_PASS_ROLE = ("iam:PassRole",)
_SNAPSHOT = ("rds:AddTagsToResource", "rds:CreateDBSnapshot")

_BUSY = Retry("InvalidDBInstanceState")
"""It takes no change while another one, or a backup, goes on (RDS-1)."""

_CLUSTER_BUSY = Retry("InvalidDBClusterStateFault")
"""Nor does an instance of a cluster, and no new one comes, while that changes."""


def create(resource: Resource[DbInstanceSpec]) -> tuple[Operation, ...]:
    """One call with everything that is written or a default of ours, and those for what it does not take."""
    spec = resource.spec
    source = spec.replica_of
    made = parameters.at_create(spec) if source is None else parameters.at_replication(spec)
    params = {"DBInstanceIdentifier": resource.name, **made}
    if resource.tags:
        params["Tags"] = tagging.pairs(resource.tags)
    more = [conditions.NOTHING_PARKED]
    if "ManageMasterUserPassword" in params:
        more.append(conditions.SECRET_ACTIVE)
    if spec.domain:
        more.append(conditions.joined())
    operation = Operation(
        service="rds",
        action="CreateDBInstance" if source is None else "CreateDBInstanceReadReplica",
        params=params,
        summary=f"create database {resource.name}" + ("" if source is None else f", a replica of {_named(source)}"),
        exports={"arn": "DBInstance.DBInstanceArn", "resource_id": "DBInstance.DbiResourceId"},
        wait=waits.ready(resource.name, *more),
        # The source may be making a backup.
        retry_on=(*(() if source is None else (_BUSY,)), *_of_cluster(spec), *calls.retries(params)),
        also=calls.permissions(
            params, "iam:CreateServiceLinkedRole", *calls.NETWORK, *(() if source is None else _PASS_ROLE)
        ),
    )
    after = () if source is None else _after(resource)
    return (operation, *after, *(add_role(resource.name, item.role, item.feature) for item in spec.roles))


def _after(resource: Resource[DbInstanceSpec]) -> tuple[Operation, ...]:
    """What a new replica is given once it is there, at once: nothing that is parked could be flushed by that."""
    params = parameters.after_replication(resource.spec)
    if not params:
        return ()
    operation = Operation(
        service="rds",
        action="ModifyDBInstance",
        params={"DBInstanceIdentifier": resource.name, "ApplyImmediately": True, **params},
        summary="set what a new replica does not have from its source",
        wait=waits.ready(resource.name, conditions.NOTHING_PARKED),
        retry_on=(_BUSY,),
    )
    return (operation,)


def _named(source: Value) -> str:
    return source.target.name if isinstance(source, Ref) else str(source).rpartition(":")[2]


def update(change: Change[DbInstanceSpec]) -> tuple[Operation, ...]:
    """One ``ModifyDBInstance`` for all differences but those of roles, which have calls of their own."""
    return (*_modify(change), *_roles(change))


def _modify(change: Change[DbInstanceSpec]) -> tuple[Operation, ...]:
    wanted, live = change.resource.spec, change.live
    params = {"DBInstanceIdentifier": live.name, "ApplyImmediately": wanted.when == "now"}
    settled = parameters.at_change(change)
    if not settled:
        return ()
    params |= settled
    operation = Operation(
        service="rds",
        action="ModifyDBInstance",
        params=params,
        summary=_summary(change, params),
        wait=waits.ready(live.name, *waits.settled(change), window=wanted.when == "window"),
        retry_on=(_BUSY, *_of_cluster(live.spec), *calls.retries(params)),
        # If it restarts by this, it does so with what its group is to have.
        after=(wanted.parameter_group.target,) if isinstance(wanted.parameter_group, Ref) else (),
        also=calls.permissions(params),
    )
    return (operation,)


def _of_cluster(spec: DbInstanceSpec) -> tuple[Retry, ...]:
    return () if spec.cluster is None else (_CLUSTER_BUSY,)


def _roles(change: Change[DbInstanceSpec]) -> Iterator[Operation]:
    """A feature has one role at a time, so that the old one goes first."""
    name, members = change.live.name, change.members("roles")
    for old in (item.old for item in members if item.old is not None):
        yield Operation(
            service="rds",
            action="RemoveRoleFromDBInstance",
            params={"DBInstanceIdentifier": name, "RoleArn": old["role"], "FeatureName": old["feature"]},
            summary=f"take its role for {old['feature']} away",
            wait=waits.ready(name, waits.without_role(old["feature"]), window=True),
            retry_on=(_BUSY,),
            done_on=("DBInstanceRoleNotFound",),
            also=_PASS_ROLE,
            releases=tuple(sorted({ref.target for ref in refs(old)})),
        )
    for new in (item.new for item in members if item.new is not None):
        yield add_role(name, new["role"], new["feature"])


def add_role(name: str, role: Value, feature: str) -> Operation:
    """A role for one of its features, once it is there."""
    return Operation(
        service="rds",
        action="AddRoleToDBInstance",
        params={"DBInstanceIdentifier": name, "RoleArn": role, "FeatureName": feature},
        summary=f"give it a role for {feature}",
        wait=waits.ready(name, conditions.with_role(role, feature), window=True),
        retry_on=(_BUSY, calls.NEW_ROLE),
        done_on=("DBInstanceRoleAlreadyExists",),
        also=_PASS_ROLE,
    )


def delete(live: Live[DbInstanceSpec]) -> tuple[Operation, ...]:
    """Protection off in a call of its own (RDS-11), then the deletion; automated backups stay."""
    steps: list[Operation] = []
    if live.spec.deletion_protection:
        steps.append(
            Operation(
                service="rds",
                action="ModifyDBInstance",
                # It applies at once; ApplyImmediately would also flush what is parked (RDS-2).
                params={"DBInstanceIdentifier": live.name, "DeletionProtection": False, "ApplyImmediately": False},
                summary="switch deletion protection off",
                wait=waits.wait(
                    live.name,
                    (
                        Condition("DeletionProtection", (False,), "deletion_protection"),
                        Condition("DBInstanceStatus", waits.DELETABLE, "the database"),
                    ),
                ),
                retry_on=(_BUSY,),
                done_on=("DBInstanceNotFound",),
            )
        )
    params: dict[str, Value] = {
        "DBInstanceIdentifier": live.name,
        "DeleteAutomatedBackups": bool(live.facts.get("delete_automated_backups")),
    }
    snapshot = "" if live.facts.get("skip_final_snapshot") else live.facts["final_snapshot"]
    params |= {"FinalDBSnapshotIdentifier": snapshot} if snapshot else {}
    params["SkipFinalSnapshot"] = not snapshot
    ending = f"leaving snapshot {snapshot}" if snapshot else "without a final snapshot"
    if live.facts.get("replica"):
        ending += ", as AWS makes none of a replica"  # RDS-26
    steps.append(
        Operation(
            service="rds",
            action="DeleteDBInstance",
            params=params,
            summary=f"delete database {live.name}, {ending}{copies.left(live)}",
            wait=waits.wait(live.name, (), gone=True),
            retry_on=(_BUSY, *_of_cluster(live.spec)),
            done_on=("DBInstanceNotFound",),
            also=_SNAPSHOT if snapshot else (),
            destructive=True,
        )
    )
    return tuple(steps)


def _summary(change: Change[DbInstanceSpec], params: Mapping[str, Value]) -> str:
    said = f"change {change.names}"
    if "AllowMajorVersionUpgrade" in params:
        said += ", a major upgrade"
    old, new = change.live.spec.gib, params.get("AllocatedStorage")
    engine = engines.ENGINES.get(change.resource.spec.engine)
    if isinstance(new, int) and engine and new * 100 < old * (100 + engine.growth_percent):  # RDS-17
        said += f", which AWS rounds up to {-(-old * (100 + engine.growth_percent) // 100)} GiB"
    return said
