"""The calls of a migration that are left to make, in order: what is there already is only waited for. Pure data.

A call that begins something and the look that waits for its end are two steps: so a run that comes later, and finds the
snapshot that is being made, has exactly the rest to do.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Final

from rds_secure import ownership, tagging
from rds_secure.database import calls
from rds_secure.kind import Change, Live
from rds_secure.operation import Condition, Operation, Retry, Wait
from rds_secure.resources.db_instance import operations, waits
from rds_secure.resources.db_instance.migration import marks, target
from rds_secure.resources.db_instance.migration.look import State
from rds_secure.resources.db_instance.migration.marks import Part
from rds_secure.resources.db_instance.read import FAILED, USABLE
from rds_secure.resources.db_instance.spec import DbInstanceSpec
from rds_secure.values import Handed, Value

_BUSY = Retry("InvalidDBInstanceState")
_HOURS: Final = 3600
_DEFAULT_KEY: Final = "alias/aws/rds"
"""AWS's own key, which a copy has to be given to be encrypted at all."""

RENAMING: Final = "renaming"
"""The status of an instance that gets another name (user guide), by which it is not listed yet."""

_COMPARING: Final = 15 * 60
"""Seconds in which everything must hold of a database that is available; then it is not as it should be."""


def rekeys(spec: DbInstanceSpec, live: DbInstanceSpec) -> bool:
    """Whether a copy of the snapshot is needed: only that can have another key (RDS-4)."""
    return spec.encrypted and (not live.encrypted or spec.kms_key != live.kms_key)


def left(change: Change[DbInstanceSpec], state: State, spec: DbInstanceSpec) -> Iterator[Operation]:
    """All calls up to the end; ``spec`` is what the new database is to be like (`target.target`)."""
    name = change.live.name
    if state.new is None:
        yield from _prepared(change, state)
        yield from _snapshot(change, state)
        if rekeys(spec, change.live.spec):
            yield from _copy(change, state, spec)
        yield _restore(change, state, spec)
    yield _look(f"wait until {state.names.new} is available", waits.ready(state.names.new))
    yield from _settled(change, state, spec)
    until = (*waits.ready(state.names.new).until, *target.conditions_of(spec), marks.is_marked(state.id))
    checked = replace(waits.ready(state.names.new), until=until, timeout=_COMPARING, exports={})
    yield _look(f"compare every field of {state.names.new} with what it is to be", checked)
    if name != state.names.old:
        said = f"rename {name}, which makes room: its host name is nobody's for now"
        yield from renamed(name, state.names.old, said, is_on_its_way=change.live.found.busy == RENAMING)
    is_on_its_way = state.new is not None and state.new.busy == RENAMING
    yield from in_its_place(state.names.new, state.names.name, is_on_its_way=is_on_its_way)
    yield from finished(change, state)


def finished(change: Change[DbInstanceSpec], state: State) -> Iterator[Operation]:
    """Tags that say what is in its place and what is aside."""
    scope, names = change.scope, state.names
    old = marks.aside(change.resource.address, Part.OLD, state.id)
    aside = {ownership.ADDRESS: ownership.where(old, names.old), **marks.part_of(Part.OLD, state.id)}
    if not (state.in_place and state.source is None):
        yield from _tagged(scope.arn("rds", f"db:{names.old}"), aside, f"mark {names.old} as kept aside")
    # Which migration made it stays, for the way back; without a part in it that says nothing else.
    for operation in tagging.rds(scope.arn("rds", f"db:{names.name.lower()}"), {}, (ownership.STEP,)):
        yield replace(operation, summary=f"mark {names.name} as done")


def in_its_place(
    new: str, name: str, said: str = "the new database from here on", *, is_on_its_way: bool = False
) -> Iterator[Operation]:
    """The rename that gives a database the name, and so the endpoint, of the one that was there."""
    ready = waits.ready(name)
    wait = replace(ready, exports={**ready.exports, "resource_id": "DbiResourceId"})
    if not is_on_its_way:
        call = _rename(new, name, f"rename {new}: {name} is {said}")
        # The name is free only once the other rename is done.
        yield replace(call, retry_on=(_BUSY, Retry("DBInstanceAlreadyExists")))
    yield _look(f"wait until it is called {name}, and available", wait)


def _prepared(change: Change[DbInstanceSpec], state: State) -> Iterator[Operation]:
    """The source is marked, protected, and where it is asked for cut off."""
    name, live, wanted = change.live.name, change.live.spec, change.resource.spec.migration
    arn = change.scope.arn("rds", f"db:{name.lower()}")
    if not state.has_begun:
        yield from _tagged(arn, marks.part_of(Part.SOURCE, state.id), f"mark {name} as the source of this migration")
    if not live.deletion_protection:
        yield protected(name)
    if wanted and wanted.quiesce != "none" and state.part != Part.QUIESCED and state.snapshot is None:
        yield from _quiesced(change, state, arn)


def protected(name: str) -> Operation:
    """Deletion protection, which stays on."""
    return Operation(
        service="rds",
        action="ModifyDBInstance",
        # It applies at once; ApplyImmediately would also flush what is parked (RDS-2).
        params={"DBInstanceIdentifier": name, "DeletionProtection": True, "ApplyImmediately": False},
        summary=f"protect {name} from deletion, which it stays",
        wait=waits.ready(name, Condition("DeletionProtection", (True,), "deletion_protection"), window=True),
        retry_on=(_BUSY,),
    )


def _quiesced(change: Change[DbInstanceSpec], state: State, arn: str) -> Iterator[Operation]:
    """Nobody can connect any more, and no connection stays open: allowed traffic that is tracked outlives its rule."""
    name, group = change.live.name, state.names.group
    made: Value = state.group or Handed(change.resource.address, "group_without_rules")
    if not state.group:
        address = marks.aside(change.resource.address, Part.GROUP, state.id)
        tags = marks.tags(change.scope.stack, replace(address, kind="security_group"), group, Part.GROUP, state.id)
        yield Operation(
            service="ec2",
            action="CreateSecurityGroup",
            params={
                "GroupName": group,
                "Description": f"Lets nobody in while {name} is migrated",
                "VpcId": change.live.facts["vpc"],
                "TagSpecifications": ({"ResourceType": "security-group", "Tags": tagging.pairs(tags)},),
            },
            summary=f"create security group {group}, without rules",
            hands_on={"group_without_rules": "GroupId"},
            also=("ec2:CreateTags",),
        )
    yield Operation(
        service="rds",
        action="ModifyDBInstance",
        params={"DBInstanceIdentifier": name, "VpcSecurityGroupIds": (made,), "ApplyImmediately": False},
        summary="revoke all ingress: put it into that group alone",
        wait=waits.ready(
            name,
            Condition("length(VpcSecurityGroups)", (1,), "the number of its security groups"),
            window=True,
        ),
        retry_on=(_BUSY, Retry("InvalidParameterValue", "security group")),
        restarts=True,
    )
    yield Operation(
        service="rds",
        action="RebootDBInstance",
        params={"DBInstanceIdentifier": name, "ForceFailover": False},
        summary="reboot it, which ends the connections that are still open",
        wait=waits.ready(name, window=True),
        retry_on=(_BUSY,),
        restarts=True,
    )
    yield from _tagged(arn, marks.part_of(Part.QUIESCED, state.id), "mark it as cut off")


def _snapshot(change: Change[DbInstanceSpec], state: State) -> Iterator[Operation]:
    name, snapshot = change.live.name, state.names.snapshot
    if state.snapshot is None:
        tags = marks.tags(change.scope.stack, change.resource.address, name, Part.SNAPSHOT, state.id)
        yield Operation(
            service="rds",
            action="CreateDBSnapshot",
            params={
                "DBInstanceIdentifier": name,
                "DBSnapshotIdentifier": snapshot,
                "Tags": tagging.pairs({**change.resource.tags, **tags}),
            },
            summary=f"take snapshot {snapshot}",
            retry_on=(_BUSY,),
            done_on=("DBSnapshotAlreadyExists",),
            also=("rds:AddTagsToResource",),
        )
    yield look_at_snapshot(snapshot, marks.is_marked(state.id))


def _copy(change: Change[DbInstanceSpec], state: State, spec: DbInstanceSpec) -> Iterator[Operation]:
    if state.copy is None:
        tags = marks.tags(change.scope.stack, change.resource.address, change.live.name, Part.COPY, state.id)
        pairs = tagging.pairs({**change.resource.tags, **tags})
        yield copied(state.names.snapshot, state.names.copy, spec.kms_key, pairs)
    yield look_at_snapshot(state.names.copy, *encrypted_with(spec.kms_key), marks.is_marked(state.id))


def copied(snapshot: str, copy: str, key: Value, tags: Value) -> Operation:
    """The copy of a snapshot under a key; AWS's own key where there is none. Waited for by `look_at_snapshot`."""
    params = {
        "SourceDBSnapshotIdentifier": snapshot,
        "TargetDBSnapshotIdentifier": copy,
        "KmsKeyId": key or _DEFAULT_KEY,
        "Tags": tags,
    }
    return Operation(
        service="rds",
        action="CopyDBSnapshot",
        params=params,
        summary=f"copy snapshot {snapshot} under its key as {copy}",
        retry_on=(Retry("InvalidDBSnapshotState"), calls.NEW_KEY),
        done_on=("DBSnapshotAlreadyExists",),
        also=calls.permissions(params),
    )


def encrypted_with(key: Value) -> tuple[Condition, ...]:
    """What must hold of the copy."""
    is_encrypted = Condition("Encrypted", (True,), "its encryption")
    return (is_encrypted,) if key is None else (is_encrypted, Condition("KmsKeyId", (key,), "its key"))


def _restore(change: Change[DbInstanceSpec], state: State, spec: DbInstanceSpec) -> Operation:
    tags = {**change.resource.tags, **marks.part_of(Part.NEW, state.id)}
    source = state.names.copy if rekeys(spec, change.live.spec) else state.names.snapshot
    params = {
        "DBInstanceIdentifier": state.names.new,
        "DBSnapshotIdentifier": source,
        **target.at_restore(spec),
        "Tags": tagging.pairs(tags),
    }
    return Operation(
        service="rds",
        action="RestoreDBInstanceFromDBSnapshot",
        params=params,
        summary=f"restore it as {state.names.new}, beside {change.live.name}",
        retry_on=(Retry("InvalidDBSnapshotState"), calls.NEW_KEY, *calls.retries(params)),
        done_on=("DBInstanceAlreadyExists",),
        also=calls.permissions(params, "kms:CreateGrant", "kms:DescribeKey", *calls.NETWORK),
    )


def _settled(change: Change[DbInstanceSpec], state: State, spec: DbInstanceSpec) -> Iterator[Operation]:
    """What the restore does not take; of a database that is there already, what differs."""
    name, there = state.names.new, state.new
    bare = there.spec if there else target.bare(spec)
    live: Live[DbInstanceSpec] = replace(change.live, found=there or change.live.found, spec=bare)
    params = target.at_settling(change.resource, spec, live, change.scope)
    if params:
        yield Operation(
            service="rds",
            action="ModifyDBInstance",
            params={"DBInstanceIdentifier": name, "ApplyImmediately": True, **params},
            summary="set what a restore leaves out: " + ", ".join(sorted(params)),
            wait=waits.ready(name),
            retry_on=(_BUSY, *calls.retries(params)),
            also=calls.permissions(params),
        )
    given = {item.feature for item in there.spec.roles} if there else set()
    for item in spec.roles:
        if item.feature not in given:
            yield operations.add_role(name, item.role, item.feature)


def renamed(name: str, new: str, summary: str, *, is_on_its_way: bool = False) -> Iterator[Operation]:
    """Another name, at once: AWS restarts it for that, and lists it by the old one until it is done (RDS-30)."""
    if not is_on_its_way:
        yield _rename(name, new, summary)
    is_there = Condition("DBInstanceStatus", (*USABLE, "storage-full"), "the database")
    has_failed = Condition("DBInstanceStatus", FAILED, "the database")
    yield _look(f"wait until it is called {new}", waits.wait(new, (is_there,), (has_failed,)))


def _rename(name: str, new: str, summary: str) -> Operation:
    return Operation(
        service="rds",
        action="ModifyDBInstance",
        params={"DBInstanceIdentifier": name, "NewDBInstanceIdentifier": new, "ApplyImmediately": True},
        summary=summary,
        retry_on=(_BUSY,),
        done_on=("DBInstanceNotFound",),  # it has the other name already, which the next step sees
        restarts=True,
    )


def _tagged(arn: str, tags: Mapping[str, str], summary: str) -> Iterator[Operation]:
    for operation in tagging.rds(arn, tags, ()):
        yield replace(operation, summary=summary)


def _look(summary: str, wait: Wait) -> Operation:
    """A step that changes nothing, and ends when all is as it should be; of all, for some are not there yet."""
    return Operation(service="rds", action="DescribeDBInstances", params={}, summary=summary, wait=wait)


def look_at_snapshot(name: str, *more: Condition) -> Operation:
    """A step that changes nothing, and ends when a snapshot can be used."""
    params = {"DBSnapshotIdentifier": name}
    return Operation(
        service="rds",
        action="DescribeDBSnapshots",
        params=params,
        summary=f"wait until snapshot {name} is available",
        wait=Wait(
            service="rds",
            action="DescribeDBSnapshots",
            params=params,
            select="DBSnapshots[0]",
            until=(Condition("Status", ("available",), "the snapshot"), *more),
            fail=(Condition("Status", ("failed", "incompatible-restore"), "the snapshot"),),
            timeout=24 * _HOURS,
            interval=15,
        ),
    )
