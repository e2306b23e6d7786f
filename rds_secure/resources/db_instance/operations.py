"""The calls that create, change and delete an instance, in order: `parameters` and `waits` have the rest."""

from __future__ import annotations

from collections.abc import Mapping

from rds_secure import engines, tagging
from rds_secure.kind import Change, Live, Resource
from rds_secure.operation import Condition, Operation, Retry
from rds_secure.resources.db_instance import parameters, waits
from rds_secure.resources.db_instance.spec import DbInstanceSpec
from rds_secure.values import Value

# What calls need beside their own action (AWS's API reference, ANY-4).
_NETWORK = tuple(
    f"ec2:Describe{what}"
    for what in (
        "AccountAttributes",
        "AvailabilityZones",
        "InternetGateways",
        "SecurityGroups",
        "Subnets",
        "VpcAttribute",
        "Vpcs",
    )
)
_KEY = ("kms:CreateGrant", "kms:DescribeKey")
_SECRET = ("kms:DescribeKey", "secretsmanager:CreateSecret", "secretsmanager:TagResource")
_SECRET_KEY = ("kms:CreateGrant", "kms:Decrypt", "kms:GenerateDataKey")
_SNAPSHOT = ("rds:AddTagsToResource", "rds:CreateDBSnapshot")

_NEW_KEY = Retry("KMSKeyNotAccessibleFault")
"""RDS does not see a key at once that was just made (KMS-4)."""

_BUSY = Retry("InvalidDBInstanceState")
"""It takes no change while another one, or a backup, goes on (RDS-1)."""


def create(resource: Resource[DbInstanceSpec]) -> tuple[Operation, ...]:
    """``CreateDBInstance`` with everything that is written or a default of ours."""
    params = {"DBInstanceIdentifier": resource.name, **parameters.at_create(resource.spec)}
    if resource.tags:
        params["Tags"] = tagging.pairs(resource.tags)
    managed = "ManageMasterUserPassword" in params
    operation = Operation(
        service="rds",
        action="CreateDBInstance",
        params=params,
        summary=f"create database {resource.name}",
        exports={"arn": "DBInstance.DBInstanceArn", "resource_id": "DBInstance.DbiResourceId"},
        wait=waits.ready(resource.name, waits.NOTHING_PARKED, *((waits.SECRET_ACTIVE,) if managed else ())),
        retry_on=(_NEW_KEY,) if "KmsKeyId" in params or "MasterUserSecretKmsKeyId" in params else (),
        also=_also(params, ("iam:CreateServiceLinkedRole", *_NETWORK)),
    )
    return (operation,)


def update(change: Change[DbInstanceSpec]) -> tuple[Operation, ...]:
    """One ``ModifyDBInstance`` for all differences."""
    wanted, live = change.resource.spec, change.live
    params = {"DBInstanceIdentifier": live.name, "ApplyImmediately": wanted.when == "now"}
    params |= parameters.at_change(change)
    operation = Operation(
        service="rds",
        action="ModifyDBInstance",
        params=params,
        summary=_summary(change, params),
        wait=waits.ready(live.name, *waits.settled(change), window=wanted.when == "window"),
        retry_on=(_BUSY, *((_NEW_KEY,) if "MasterUserSecretKmsKeyId" in params else ())),
        also=_also(params),
    )
    return (operation,)


def delete(live: Live[DbInstanceSpec]) -> tuple[Operation, ...]:
    """Protection off in a call of its own (RDS-11), then the deletion; automated backups stay."""
    calls: list[Operation] = []
    if live.spec.deletion_protection:
        calls.append(
            Operation(
                service="rds",
                action="ModifyDBInstance",
                # It applies at once; ApplyImmediately would also flush what is parked (RDS-2).
                params={"DBInstanceIdentifier": live.name, "DeletionProtection": False, "ApplyImmediately": False},
                summary="switch deletion protection off",
                wait=waits.wait(
                    live.name,
                    (Condition("DeletionProtection", (False,)), Condition("DBInstanceStatus", waits.DELETABLE)),
                ),
                retry_on=(_BUSY,),
                done_on=("DBInstanceNotFound",),
            )
        )
    params: dict[str, Value] = {"DBInstanceIdentifier": live.name, "DeleteAutomatedBackups": False}
    snapshot = "" if live.facts.get("skip_final_snapshot") else live.facts["final_snapshot"]
    params |= {"FinalDBSnapshotIdentifier": snapshot} if snapshot else {}
    params["SkipFinalSnapshot"] = not snapshot
    ending = f"leaving snapshot {snapshot}" if snapshot else "without a final snapshot"
    calls.append(
        Operation(
            service="rds",
            action="DeleteDBInstance",
            params=params,
            summary=f"delete database {live.name}, {ending}",
            wait=waits.wait(live.name, (), gone=True),
            retry_on=(_BUSY,),
            done_on=("DBInstanceNotFound",),
            also=_SNAPSHOT if snapshot else (),
            destructive=True,
        )
    )
    return tuple(calls)


def _also(params: Mapping[str, Value], base: tuple[str, ...] = ()) -> tuple[str, ...]:
    actions = {*base}
    if "Tags" in params:
        actions.add("rds:AddTagsToResource")
    if "KmsKeyId" in params:
        actions.update(_KEY)
    if params.get("ManageMasterUserPassword"):
        actions.update(_SECRET)
    if "MasterUserSecretKmsKeyId" in params:
        actions.update(_SECRET_KEY)
    return tuple(sorted(actions))


def _summary(change: Change[DbInstanceSpec], params: Mapping[str, Value]) -> str:
    said = f"change {change.names}"
    if "AllowMajorVersionUpgrade" in params:
        said += ", a major upgrade"
    old, new = change.live.spec.storage_gib, params.get("AllocatedStorage")
    engine = engines.ENGINES.get(change.resource.spec.engine)
    if isinstance(new, int) and engine and new * 100 < old * (100 + engine.growth_percent):  # RDS-17
        said += f", which AWS rounds up to {-(-old * (100 + engine.growth_percent) // 100)} GiB"
    return said
