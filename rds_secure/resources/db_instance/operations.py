"""The calls that create, change and delete an instance, with their waits; parameters come from the fields' markers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from rds_secure import engines, tagging
from rds_secure.fields import Field, markers
from rds_secure.kind import Change, Live, Resource
from rds_secure.operation import Condition, Operation, Retry, Wait
from rds_secure.resources.db_instance.read import FAILED, USABLE, WHEN_READY
from rds_secure.resources.db_instance.spec import MANAGED, DbInstanceSpec
from rds_secure.values import Value

_HOURS = 3600
_FIELDS = markers(DbInstanceSpec)

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
    spec = resource.spec
    params: dict[str, Value] = {"DBInstanceIdentifier": resource.name}
    for name, marker in _FIELDS.items():
        if marker.create:
            params |= _AT_CREATE.get(name, _as_is)(marker, getattr(spec, name))
    if resource.tags:
        params["Tags"] = tagging.pairs(resource.tags)
    managed = "ManageMasterUserPassword" in params
    operation = Operation(
        service="rds",
        action="CreateDBInstance",
        params=params,
        summary=f"create database {resource.name}",
        exports={"arn": "DBInstance.DBInstanceArn", "resource_id": "DBInstance.DbiResourceId"},
        wait=_ready(resource.name, _NOTHING_PARKED, *((_SECRET_ACTIVE,) if managed else ())),
        retry_on=(_NEW_KEY,) if "KmsKeyId" in params or "MasterUserSecretKmsKeyId" in params else (),
        also=_also(params, ("iam:CreateServiceLinkedRole", *_NETWORK)),
    )
    return (operation,)


def update(change: Change[DbInstanceSpec]) -> tuple[Operation, ...]:
    """One ``ModifyDBInstance`` for all differences."""
    wanted, live = change.resource.spec, change.live
    params: dict[str, Value] = {"DBInstanceIdentifier": live.name, "ApplyImmediately": wanted.when == "now"}
    for path in sorted({item.path for item in change.fields}):
        params |= _AT_CHANGE.get(path, _to_wanted)(path, change)
    operation = Operation(
        service="rds",
        action="ModifyDBInstance",
        params=params,
        summary=_summary(change, params),
        wait=_ready(live.name, *_settled(change), window=wanted.when == "window"),
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
                wait=_wait(
                    live.name,
                    (Condition("DeletionProtection", (False,)), Condition("DBInstanceStatus", _DELETABLE)),
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
            wait=_wait(live.name, (), gone=True),
            retry_on=(_BUSY,),
            done_on=("DBInstanceNotFound",),
            also=_SNAPSHOT if snapshot else (),
            destructive=True,
        )
    )
    return tuple(calls)


# Parameters


def _as_is(marker: Field, value: Value) -> dict[str, Value]:
    return {} if value is None or value == () else {marker.create: value}


def _create_growth(marker: Field, value: Value) -> dict[str, Value]:
    return {marker.create: value} if value else {}  # 0 is refused; without it storage does not grow


def _create_password(marker: Field, value: Value) -> dict[str, Value]:
    return {marker.create: True} if value == MANAGED else {}


_AT_CREATE: Mapping[str, Callable[[Field, Value], dict[str, Value]]] = {
    "max_storage_gib": _create_growth,
    "master_password": _create_password,
}


def _to_wanted(path: str, change: Change[DbInstanceSpec]) -> dict[str, Value]:
    return {_FIELDS[path].change: getattr(change.resource.spec, path)}


def _change_growth(path: str, change: Change[DbInstanceSpec]) -> dict[str, Value]:
    """The allocated size switches it off; AWS refuses 0 (AWS's API reference)."""
    wanted = change.resource.spec
    allocated = max(wanted.storage_gib, change.live.spec.storage_gib)
    return {_FIELDS[path].change: wanted.max_storage_gib or allocated}


def _change_logs(path: str, change: Change[DbInstanceSpec]) -> dict[str, Value]:
    added, removed = sorted(change.added(path)), sorted(change.removed(path))
    lists = {"EnableLogTypes": tuple(added), "DisableLogTypes": tuple(removed)}
    return {_FIELDS[path].change: {name: logs for name, logs in lists.items() if logs}}


def _change_password(path: str, change: Change[DbInstanceSpec]) -> dict[str, Value]:
    """Its key can only be chosen now (RDS-12)."""
    params: dict[str, Value] = {_FIELDS[path].change: True}
    key = change.resource.spec.master_secret_key
    return params if key is None else params | {_FIELDS["master_secret_key"].change: key}


def _change_version(path: str, change: Change[DbInstanceSpec]) -> dict[str, Value]:
    """A major upgrade takes the parameter group of the new family in the same call (RDS-6)."""
    params = _to_wanted(path, change)
    if not is_major_upgrade(change.resource.spec, change.live.spec):
        return params
    group = change.resource.written.parameter_group
    named = {} if group is None else {_FIELDS["parameter_group"].change: group}
    return params | {"AllowMajorVersionUpgrade": True} | named


_AT_CHANGE: Mapping[str, Callable[[str, Change[DbInstanceSpec]], dict[str, Value]]] = {
    "max_storage_gib": _change_growth,
    "log_exports": _change_logs,
    "master_password": _change_password,
    "engine_version": _change_version,
}


def is_major_upgrade(wanted: DbInstanceSpec, live: DbInstanceSpec) -> bool:
    """Whether the written version is of another major version than the live one."""
    if wanted.engine_version is None or not live.engine_version or wanted.engine not in engines.ENGINES:
        return False
    return engines.is_major_change(wanted.engine, live.engine_version, wanted.engine_version)


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


# Waits: all conditions at once (RDS-1, house rule 10); one poll of all instances serves everyone who waits

_DELETABLE = (*USABLE, *FAILED, "stopped", "storage-full")
_SECRET_ACTIVE = Condition("MasterUserSecret.SecretStatus", ("active",))
_NOTHING_PARKED = Condition("PendingModifiedValues")
_WAITS_FOR_WINDOW = ("pending-apply", "pending-maintenance-apply", "pending-maintenance-removal", "pending-removal")


def _wait(name: str, until: tuple[Condition, ...], fail: tuple[Condition, ...] = (), *, gone: bool = False) -> Wait:
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


def _ready(name: str, *more: Condition, window: bool = False) -> Wait:
    """Until it is in use as the call asked for; with ``window``, what may wait for its window still does."""
    deferred = _WAITS_FOR_WINDOW if window else ()
    parameters = ("in-sync", "pending-reboot", *(("pending-database-upgrade",) if window else ()))
    until = (
        Condition("DBInstanceStatus", USABLE),
        Condition("type(Endpoint.Address)", ("string",)),
        Condition("VpcSecurityGroups[].Status", ("active",)),
        Condition("DBParameterGroups[].ParameterApplyStatus", parameters),
        Condition("OptionGroupMemberships[].Status", ("in-sync", *deferred)),
    )
    fail = (Condition("DBInstanceStatus", FAILED), Condition("MasterUserSecret.SecretStatus", ("impaired",)))
    return replace(_wait(name, (*until, *more), fail), exports=WHEN_READY)


def _settled(change: Change[DbInstanceSpec]) -> Iterator[Condition]:
    """What shows that AWS took the change up: right after the call the old state still reads available (RDS-17)."""
    wanted = change.resource.spec
    if wanted.when == "now":
        yield _NOTHING_PARKED
    for path in sorted({item.path for item in change.fields}):
        marker, value = _FIELDS[path], change.scope.resolve(getattr(wanted, path))
        if path == "master_password":
            yield _SECRET_ACTIVE
        elif path == "log_exports":
            yield Condition("PendingModifiedValues.PendingCloudwatchLogsExports")
        elif path != "max_storage_gib" and marker.applies in ("now", "reboot") and isinstance(value, str | int):
            yield Condition(marker.read, (value,))
