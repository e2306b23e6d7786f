"""Activity streams: what is done in a database, sent to Kinesis under a key of one's own. It makes no database.

A kind of its own, for a stream of a cluster starts only once the cluster has an instance, and instances wait for the
whole of the cluster's own step.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from rds_secure import ownership, tagging
from rds_secure.database import look, reading
from rds_secure.database.types import KmsKey
from rds_secure.fields import Bool, Field, Mode, Reference, ResourceSpec
from rds_secure.kind import Change, Complaint, Consequence, Found, Kind, Live, Reader, Resource, Scope, Wanted
from rds_secure.operation import Condition, Operation, Retry, Wait
from rds_secure.ownership import Owner
from rds_secure.values import Address, Ref, Value

_ARN = r"arn:aws[a-z-]*:rds:[a-z0-9-]+:\d{12}:(cluster|db):[A-Za-z][A-Za-z0-9-]{0,62}"
_STREAM = "ActivityStream"
_THERE = ("starting", "started", "stopping")

Database = Annotated[
    Ref | str, Reference(("db_cluster", "db_instance"), "arn", _ARN, "the ARN of a cluster or an instance")
]
Member = Annotated[Ref | str, Reference(("db_instance",), "name", r"(?!)", "a reference to an instance")]


class ActivityStreamSpec(ResourceSpec):
    """The activity stream of one Aurora cluster, or of one instance of Oracle or SQL Server."""

    of: Annotated[Database, Field(Mode.META, create="ResourceArn", terraform="resource_arn")]
    """The database: an Aurora cluster, or an Oracle or SQL Server instance; for one of no stack, its ARN. A stream
    that is no longer declared goes on: no plan takes an audit away. Who wants it stopped calls StopActivityStream."""
    instance: Annotated[Member | None, Field(Mode.META)] = None
    """An instance of the cluster, which is made first: a cluster without one has no stream."""
    kms_key: Annotated[
        KmsKey, Field(create="KmsKeyId", change="KmsKeyId", read="ActivityStreamKmsKeyId", terraform="kms_key_id")
    ]
    """The key that encrypts the stream: one of your own, for AWS's do not do. Another one stops and starts it."""
    mode: Annotated[
        Literal["sync", "async"], Field(create="Mode", change="Mode", read="ActivityStreamMode", terraform="mode")
    ] = "async"
    """Whether a session waits until its event is on record (sync, Aurora PostgreSQL only), or not (async). Another mode
    stops and starts the stream."""
    native_audit_fields: Annotated[
        Bool,
        Field(
            create="EngineNativeAuditFieldsIncluded",
            change="EngineNativeAuditFieldsIncluded",
            read="DescribeDBInstances.DBInstances[].ActivityStreamEngineNativeAuditFieldsIncluded",
            terraform="engine_native_audit_fields_included",
        ),
    ] = False
    """Whether events have the fields of the engine's own audit as well (Oracle and SQL Server only)."""


@dataclass(frozen=True, slots=True)
class _Sort:
    """What AWS calls the same things of clusters and of instances, and which engines have streams there."""

    said: str
    kind: str
    type: str
    reads: str
    list: str
    item: str
    busy: str
    gone: str
    engines: tuple[str, ...]


_CLUSTER = _Sort(
    said="cluster",
    kind="db_cluster",
    type="cluster",
    reads="DescribeDBClusters",
    list="DBClusters",
    item="DBCluster",
    busy="InvalidDBClusterStateFault",
    gone="DBClusterNotFoundFault",
    engines=("aurora-mysql", "aurora-postgresql"),
)
_INSTANCE = _Sort(
    said="database",
    kind="db_instance",
    type="db",
    reads="DescribeDBInstances",
    list="DBInstances",
    item="DBInstance",
    busy="InvalidDBInstanceState",
    gone="DBInstanceNotFound",
    engines=("oracle", "sqlserver"),
)


def _sort(of: Value) -> _Sort:
    kind = of.target.kind if isinstance(of, Ref) else {"cluster": "db_cluster"}.get(str(of).split(":")[5], "")
    return _CLUSTER if kind == "db_cluster" else _INSTANCE


class ActivityStream(Kind[ActivityStreamSpec]):
    """RDS `StartActivityStream`. AWS changes nothing of one that is on: it is stopped, and started again."""

    name = "activity_stream"
    title = "activity stream"
    spec = ActivityStreamSpec
    exports = {"name": "the key of the resource", "stream": "the name of the Kinesis stream; known once it starts"}
    services = ("rds", "kms")
    read_actions = ("kms:ListAliases", "rds:DescribeDBClusters", "rds:DescribeDBInstances")
    taggable = False
    setting = True
    adoptable = False
    imported = False

    # What is declared

    def identity(self, name: str, spec: ActivityStreamSpec, scope: Scope) -> str:
        """Its database: each has one stream."""
        return str(scope.resolve(spec.of)).lower()

    def check(self, key: str, spec: ActivityStreamSpec) -> Iterator[Complaint]:
        if _sort(spec.of) is _CLUSTER and spec.native_audit_fields:
            what = "native_audit_fields are of Oracle and SQL Server, and this is a cluster"
            yield Complaint(("native_audit_fields",), what, "take it out")
        if _sort(spec.of) is _INSTANCE and spec.mode == "sync":
            yield Complaint(("mode",), "the stream of an instance is always async", "write async, or take it out")
        if _sort(spec.of) is _INSTANCE and spec.instance is not None:
            yield Complaint(("instance",), "this is a stream of an instance, which has no members", "take it out")

    def check_beside(
        self, key: str, spec: ActivityStreamSpec, declared: Mapping[Address, ResourceSpec]
    ) -> Iterator[Complaint]:
        if not isinstance(spec.of, Ref):
            return
        database = declared.get(spec.of.target)
        if database is not None:
            yield from _unfit(spec, str(spec.of.target), str(getattr(database, "engine", "")))
        if _sort(spec.of) is not _CLUSTER:
            return
        members = [at for at, item in declared.items() if at.kind == "db_instance" and _is_member(item, spec.of)]
        if isinstance(spec.instance, Ref) and spec.instance.target in declared.keys() - {*members}:
            what = f"{spec.instance.target} is no member of {spec.of.target}"
            yield Complaint(("instance",), what, "name one that is, or take it out")
        if spec.instance is None and members:
            what = f"{spec.of.target} has instances here, and its stream starts only when one is there"
            yield Complaint(("of",), what, f"write instance: ${{{min(members)}}}")

    def verify(self, reader: Reader, resource: Resource[ActivityStreamSpec], scope: Scope) -> Iterator[Complaint]:
        spec = resource.spec
        if isinstance(spec.of, str):
            yield from _verified(reader, spec, spec.of, scope)
        if isinstance(spec.kms_key, str) and look.is_awss_own(reader, spec.kms_key):
            yield Complaint(("kms_key",), "a key of AWS's own encrypts no activity stream", "name a key of your own")

    def normalise(
        self, resource: Resource[ActivityStreamSpec], live: Live[ActivityStreamSpec] | None, scope: Scope
    ) -> ActivityStreamSpec:
        return resource.spec.model_copy(update={"kms_key": reading.key_arn(resource.spec.kms_key, scope)})

    def predict(self, scope: Scope, name: str, spec: ActivityStreamSpec) -> Mapping[str, str]:
        return {"name": name}

    # What is live

    def read(self, reader: Reader, wanted: Wanted) -> Iterable[Found[ActivityStreamSpec]]:
        """Only of declared databases."""
        names = {
            self.identity(item.name, item.spec, wanted.scope): item.name
            for item in wanted.declared.values()
            if item.address.kind == self.name
        }
        for sort in (_CLUSTER, _INSTANCE):
            if any(f":{sort.type}:" in identity for identity in wanted.identities):
                for described in _described(reader, sort):
                    arn, is_there = described[f"{sort.item}Arn"], described.get(f"{_STREAM}Status") in _THERE
                    if is_there and arn.lower() in wanted.identities:
                        name = names.get(arn.lower(), arn.rpartition(":")[2])
                        yield _found(sort, described, name, wanted.scope)

    # Operations

    def notes(self, resource: Resource[ActivityStreamSpec], live: Live[ActivityStreamSpec] | None) -> Iterator[str]:
        sort = _sort(resource.spec.of)
        if live is None:
            yield f"the {sort.said} restarts at once when its stream is started"
        if live is None and sort is _INSTANCE:
            yield "on Oracle, starting it clears what its audit trail holds, and revokes rights to the trail"

    def follow(self, change: Change[ActivityStreamSpec], elsewhere: Mapping[Address, tuple[Any, ...]]) -> Consequence:
        """What a change takes with it."""
        if not change.fields:
            return Consequence()
        restarts = f"the {_sort(change.resource.spec.of).said} restarts at once"
        return Consequence(notes=(f"it is stopped and started again, nothing is streamed in between, and {restarts}",))

    def create(self, resource: Resource[ActivityStreamSpec], scope: Scope) -> tuple[Operation, ...]:
        return (_start(resource.spec, scope),)

    def update(self, change: Change[ActivityStreamSpec]) -> tuple[Operation, ...]:
        spec = change.resource.spec
        return (_stop(spec.of, change.scope), _start(spec, change.scope))


def _start(spec: ActivityStreamSpec, scope: Scope) -> Operation:
    params: dict[str, Value] = {
        "ResourceArn": spec.of,
        "Mode": spec.mode,
        "KmsKeyId": spec.kms_key,
        "ApplyImmediately": True,
    }
    if _sort(spec.of) is _INSTANCE:
        params["EngineNativeAuditFieldsIncluded"] = spec.native_audit_fields
    started = Condition(f"{_STREAM}Status", ("started",), "its activity stream")
    return Operation(
        service="rds",
        action="StartActivityStream",
        params=params,
        summary=f"start the activity stream, {spec.mode}",
        exports={"stream": "KinesisStreamName"},
        wait=_wait(spec.of, scope, started),
        retry_on=(Retry(_sort(spec.of).busy),),
        restarts=True,
        after=(spec.instance.target,) if isinstance(spec.instance, Ref) else (),
        also=("kms:CreateGrant", "kms:DescribeKey"),
    )


def _stop(of: Value, scope: Scope) -> Operation:
    stopped = Condition(f"{_STREAM}Status", ("stopped", None), "its activity stream")
    return Operation(
        service="rds",
        action="StopActivityStream",
        params={"ResourceArn": of, "ApplyImmediately": True},
        summary="stop the activity stream",
        wait=_wait(of, scope, stopped),
        retry_on=(Retry(_sort(of).busy),),
        restarts=True,
    )


def _wait(of: Value, scope: Scope, until: Condition) -> Wait:
    """One poll of all databases of its sort serves everyone who waits."""
    sort, arn = _sort(of), scope.resolve(of)
    return Wait(
        service="rds",
        action=sort.reads,
        params={},
        select=f"{sort.list}[?{sort.item}Arn=='{arn}'] | [0]",
        until=(until,),
        timeout=3600,
        interval=15,
    )


def _described(reader: Reader, sort: _Sort) -> Iterable[Mapping[str, Any]]:
    found: Iterable[Mapping[str, Any]] = (reader.call("rds", sort.reads) or {})[sort.list]
    return found


def _found(sort: _Sort, described: Mapping[str, Any], name: str, scope: Scope) -> Found[ActivityStreamSpec]:
    arn, stream = described[f"{sort.item}Arn"], described.get(f"{_STREAM}KinesisStreamName")
    return Found(
        name=name,
        identity=arn.lower(),
        spec=ActivityStreamSpec.model_construct(
            of=arn,
            kms_key=reading.key_arn(described.get(f"{_STREAM}KmsKeyId"), scope),
            mode=described.get(f"{_STREAM}Mode") or "async",
            native_audit_fields=bool(described.get(f"{_STREAM}EngineNativeAuditFieldsIncluded")),
        ),
        exports={"name": name, **({"stream": stream} if stream else {})},
        owned_by_path=Owner(scope.stack, Address("activity_stream", name), name),
        keyed=False,
        busy="" if described[f"{_STREAM}Status"] == "started" else described[f"{_STREAM}Status"],
        blocked="it stops just now: apply again when it has" if described[f"{_STREAM}Status"] == "stopping" else "",
    )


def _is_member(instance: ResourceSpec, cluster: Ref) -> bool:
    named = getattr(instance, "cluster", None)
    return isinstance(named, Ref) and named.target == cluster.target


def _unfit(spec: ActivityStreamSpec, named: str, engine: str) -> Iterator[Complaint]:
    """What its engine has no stream for, or not in this mode."""
    if not engine.startswith(_sort(spec.of).engines):
        what = f"{named} is of {engine}: only Aurora clusters and instances of Oracle and SQL Server have streams"
        yield Complaint(("of",), what, "name a database that has one, or take this out")
    elif spec.mode == "sync" and engine == "aurora-mysql":
        yield Complaint(("mode",), "a stream of aurora-mysql is always async", "write async, or take it out")


def _verified(reader: Reader, spec: ActivityStreamSpec, arn: str, scope: Scope) -> Iterator[Complaint]:
    """A database outside the spec: it is there, has an engine with streams, and is of no other stack."""
    sort = _sort(arn)
    named = (item for item in _described(reader, sort) if item[f"{sort.item}Arn"].lower() == arn.lower())
    database = next(named, None)
    if database is None:
        yield Complaint(("of",), f"there is no {arn} here", "declare it, or name one that exists")
        return
    owner = ownership.owner(tagging.mapping(database.get("TagList")))
    if owner and owner.stack != scope.stack:
        yield Complaint(("of",), f"{arn} is of stack {owner.stack}", "declare the stream in the stack of its database")
    yield from _unfit(spec, arn, database["Engine"])


KIND = ActivityStream()
