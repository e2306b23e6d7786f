"""The way back of a migration, at any moment of it. Before the switch only the copy goes; after it nothing does. Pure.

What is aside keeps its marks all the way, and the source is marked as rolled back before anything is renamed: so no
plan ever takes a database on its way back for one to be migrated again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from rds_secure import ownership, tagging
from rds_secure.kind import Found, Live, Migrating, Resource, Scope
from rds_secure.operation import Condition, Operation, Retry
from rds_secure.resources.db_instance import operations, waits
from rds_secure.resources.db_instance.migration import look, marks, steps
from rds_secure.resources.db_instance.migration.look import State
from rds_secure.resources.db_instance.migration.marks import Names, Part
from rds_secure.resources.db_instance.spec import DbInstanceSpec
from rds_secure.values import Address

_Database = Live[DbInstanceSpec]


@dataclass(frozen=True, slots=True)
class _Back:
    """What the way back begins with. ``group``: the id of the security group without rules, "" for none."""

    resource: Resource[DbInstanceSpec]
    scope: Scope
    id: str
    names: Names
    old: Found[DbInstanceSpec]
    new: Found[DbInstanceSpec] | None
    group: str

    def arn(self, name: str) -> str:
        return self.scope.arn("rds", f"db:{name.lower()}")


def roll_back(
    resource: Resource[DbInstanceSpec],
    live: _Database | None,
    asides: Mapping[Address, Live[Any]],
    scope: Scope,
    which: str = "",
) -> Migrating:
    """The calls that put the old database back; ``asides``: what is kept beside it, the group without rules as well.

    ``which``: the id of the migration that is taken back, "" for the last one.
    """
    kept = [item.found for address, item in asides.items() if address.kind == resource.address.kind]
    state = look.of(live.found) if live else None
    if which and (other := _underway(state, live.found if live else None, kept)) not in ("", which):
        what = f"{resource.address} is in the middle of migration {other}, or of the way back from that"
        return Migrating(obstacles=((what, f"{_command(resource.address)} takes that one back; then name another"),))
    if state is not None and state.part in marks.ON_THE_WAY and state.source is not None:
        back = _Back(resource, scope, state.id, state.names, state.source, state.new, state.group)
        if renaming := _renaming(back.old, back.new):
            return Migrating(obstacles=renaming)
        return Migrating(
            operations=tuple(_before(back)), notes=tuple(_said_before(back, state)), exports=back.old.exports
        )
    there = live.found if live else None
    old = _old(state, there, kept, which)
    if isinstance(old, str):
        return Migrating(obstacles=((f"{resource.address}: {old}", _further(resource.address, kept)),))
    migration, _ = marks.part(old.tags)
    undone = next((item for item in kept if marks.part(item.tags) == (migration, Part.UNDONE)), None)
    is_in_place = old.identity == resource.name.lower()
    quiet = {marks.part(item.found.tags): item.exports["id"] for item in asides.values() if item.found not in kept}
    group = quiet.get((migration, Part.GROUP), "") or (state.group if state and which in ("", state.id) else "")
    new = undone or (None if is_in_place else there)
    back = _Back(resource, scope, migration, Names(resource.name, migration), old, new, group)
    if renaming := _renaming(old, new):
        return Migrating(obstacles=renaming)
    operations = tuple(_after(back))
    if not operations:
        what = f"{resource.address} is back from migration {migration} already"
        return Migrating(obstacles=((what, _further(resource.address, kept)),))
    return Migrating(operations=operations, notes=tuple(_said_after(back)), exports=back.old.exports)


def _renaming(*databases: Found[DbInstanceSpec] | None) -> tuple[tuple[str, str], ...]:
    """What gets another name just now: which one it has decides what is kept."""
    busy = [item.name for item in databases if item is not None and item.busy == steps.RENAMING]
    return tuple((f"{name} gets another name just now", "wait until it has it") for name in busy)


def _underway(state: State | None, there: Found[DbInstanceSpec] | None, kept: list[Found[DbInstanceSpec]]) -> str:
    """The migration that has to be finished or taken back before another one is; "" for none."""
    if state is not None and (state.part in marks.ON_THE_WAY or state.in_place):
        return state.id
    halfway = (*([there] if there is not None and marks.part(there.tags)[1] == Part.UNDONE else ()), *kept)
    return next((marks.part(item.tags)[0] for item in halfway if _is_halfway(item)), "")


def _is_halfway(item: Found[DbInstanceSpec]) -> bool:
    """Whether it is aside, or about to be, although its marks say that it is in its place or on its way there."""
    owner = ownership.owner(item.tags)
    part = marks.part(item.tags)[1]
    return part == Part.BACK or (part == Part.UNDONE and owner is not None and "#" not in owner.address.name)


def _further(address: Address, kept: list[Found[DbInstanceSpec]]) -> str:
    """What could be done about it: each one that is kept can be gone back to, if it is named."""
    olds = sorted({marks.part(item.tags)[0] for item in kept if marks.part(item.tags)[1] == Part.OLD})
    if not olds:
        return "nothing is left to do"
    return "to go further back: " + ", or ".join(f"{_command(address)} --migration {old}" for old in olds)


def _command(address: Address) -> str:
    return f"rds-secure migration roll-back {address} SPEC"


def _old(
    state: State | None, there: Found[DbInstanceSpec] | None, kept: list[Found[DbInstanceSpec]], which: str
) -> Found[DbInstanceSpec] | str:
    """The database to go back to; or why there is none that could be meant."""
    if which:
        listed: list[Found[DbInstanceSpec]] = [*kept, *([there] if there else ())]
        olds = [item for item in listed if marks.part(item.tags) in ((which, Part.OLD), (which, Part.BACK))]
        return olds[0] if olds else f"nothing is kept aside of a migration {which}"
    if state is not None and state.source is not None and (state.in_place or state.part == Part.BACK):
        return state.source
    if there is not None and marks.part(there.tags)[1] == Part.BACK:
        return there
    olds = [item for item in kept if marks.part(item.tags)[1] in (Part.OLD, Part.BACK)]
    last = marks.part(there.tags)[0] if there is not None else ""  # of several migrations, the one that made it
    olds = [item for item in olds if marks.part(item.tags)[0] == last] or olds
    if len(olds) == 1:
        return olds[0]
    if olds:
        return f"more than one database is kept aside: {', '.join(item.name for item in olds)}"
    return "it is in no migration, and nothing is kept aside that it could go back to"


# Before the switch


def _before(back: _Back) -> Iterator[Operation]:
    if back.new is not None and back.new.identity == back.names.new:
        yield from _without(back, back.new)
    if back.old.identity == back.names.old:
        yield from steps.in_its_place(back.names.old, back.names.name, "the old database again")
    yield from _reachable(back, back.names.name)
    yield from _tagged(back, back.names.name, marks.part_of(Part.BACK, back.id), "mark it as rolled back")


def _without(back: _Back, new: Found[DbInstanceSpec]) -> Iterator[Operation]:
    """The copy goes, with its backups: all that is in it is in the snapshot that it was made from, which stays."""
    facts = {**new.facts, "skip_final_snapshot": True, "delete_automated_backups": True}
    yield from operations.delete(Live(back.resource.address, replace(new, facts=facts), new.spec))


def _said_before(back: _Back, state: State) -> Iterator[str]:
    yield f"back from migration {back.id}: {back.names.name} is the old database, with all that was written to it"
    if back.new is not None:
        yield f"{back.new.name} is deleted, which nobody could use yet; what it was made from stays in snapshots"
    if state.snapshot is not None:
        yield f"snapshots of it stay: {back.names.snapshot}" + (f", {back.names.copy}" if state.copy else "")


# After the switch


def _after(back: _Back) -> Iterator[Operation]:
    """What is done already is left out: the way back may have been interrupted anywhere."""
    name, names, new, old = back.names.name, back.names, back.new, back.old
    if marks.part(old.tags)[1] != Part.BACK:
        yield from _tagged(back, old.name, marks.part_of(Part.BACK, back.id), f"mark {old.name} to go back")
    if new is not None and new.identity == name.lower():
        yield from _tagged(back, name, marks.part_of(Part.UNDONE, back.id), f"mark {name} to be taken back")
        if not new.spec.deletion_protection:
            yield steps.protected(name)
        yield from steps.renamed(name, names.undone, f"rename {name}: its host name is nobody's for now")
    if old.identity != name.lower():
        yield from steps.in_its_place(names.old, name, "the old database again")
    yield from _reachable(back, name)
    if new is not None:
        aside = marks.aside(back.resource.address, Part.UNDONE, back.id)
        tags = {ownership.ADDRESS: ownership.where(aside, names.undone), **marks.part_of(Part.UNDONE, back.id)}
        if not tags.items() <= new.tags.items():
            yield from _tagged(back, names.undone, tags, f"mark {names.undone} as kept aside")
    tags = {ownership.ADDRESS: ownership.where(back.resource.address, name)}
    if not tags.items() <= old.tags.items():
        yield from _tagged(back, name, tags, f"mark {name} as the database of this address")


def _said_after(back: _Back) -> Iterator[str]:
    names = back.names
    yield f"back from migration {back.id}: {back.old.name} becomes {names.name} again, with its old key"
    yield (
        f"LOST from {names.name}: everything that was written since the migration took its snapshot; it stays in "
        f"{names.undone}, which is kept, protected, and paid for"
    )
    yield "the host name is nobody's between the two renames, for some minutes: AWS gives no time"


# Both


def _reachable(back: _Back, name: str) -> Iterator[Operation]:
    """The groups that are declared again, where it was put into one without rules; that one goes."""
    if not back.group:
        return
    if back.group in back.old.spec.security_groups:
        gone = f"VpcSecurityGroups[?VpcSecurityGroupId=='{back.group}']"
        yield Operation(
            service="rds",
            action="ModifyDBInstance",
            params={
                "DBInstanceIdentifier": name,
                "VpcSecurityGroupIds": back.resource.spec.security_groups,
                "ApplyImmediately": False,
            },
            summary="let in again whom its security groups let in",
            wait=waits.ready(name, Condition(gone, what="the security group without rules"), window=True),
            retry_on=(Retry("InvalidDBInstanceState"),),
        )
    yield Operation(
        service="ec2",
        action="DeleteSecurityGroup",
        params={"GroupId": back.group},
        summary="delete the security group without rules",
        retry_on=(Retry("DependencyViolation"),),
        done_on=("InvalidGroup.NotFound",),
    )


def _tagged(back: _Back, name: str, tags: dict[str, str], summary: str) -> Iterator[Operation]:
    for operation in tagging.rds(back.arn(name), tags, ()):
        yield replace(operation, summary=summary)
