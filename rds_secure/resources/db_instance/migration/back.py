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
) -> Migrating:
    """The calls that put the old database back; ``asides``: what is kept beside it, the group without rules as well."""
    state = look.of(live.found) if live else None
    if state is not None and state.has_begun and not state.in_place and state.source is not None:
        back = _Back(resource, scope, state.id, state.names, state.source, state.new, state.group)
        return Migrating(operations=tuple(_before(back)), notes=tuple(_said_before(back, state)))
    kept = [item for address, item in asides.items() if address.kind == resource.address.kind]
    quiet = {marks.part(item.found.tags): item.exports["id"] for item in asides.values() if item not in kept}
    olds = [item.found for item in kept if marks.part(item.found.tags)[1] in (Part.OLD, Part.BACK, Part.SOURCE)]
    olds += [item for item in (state.source if state else None,) if item is not None and item not in olds]
    olds += [item for item in (live.found if live else None,) if item and _is_half_back(item, resource)]
    if len(olds) != 1:
        what = f"{resource.address} is in no migration, and nothing is kept aside that it could go back to"
        if olds:
            what = (
                f"more than one database is kept aside of {resource.address}: {', '.join(item.name for item in olds)}"
            )
        return Migrating(obstacles=((what, "rds-secure migration status says what there is"),))
    (old,) = olds
    migration, _ = marks.part(old.tags)
    undone = (item.found for item in kept if marks.part(item.found.tags) == (migration, Part.UNDONE))
    new = next(undone, live.found if live and live.found is not old else None)
    names = Names(resource.name, migration)
    back = _Back(resource, scope, migration, names, old, new, quiet.get((migration, Part.GROUP.value), ""))
    return Migrating(operations=tuple(_after(back)), notes=tuple(_said_after(back)))


def _is_half_back(found: Found[DbInstanceSpec], resource: Resource[DbInstanceSpec]) -> bool:
    """Whether it has its name again, and its tags do not say so yet."""
    owner = ownership.owner(found.tags)
    return marks.part(found.tags)[1] == Part.BACK and owner is not None and owner.address != resource.address


# Before the switch


def _before(back: _Back) -> Iterator[Operation]:
    if back.new is not None:
        yield from _without(back, back.new)
    if back.old.identity == back.names.old:
        yield steps.in_its_place(back.names.old, back.names.name)
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
    name, names, new = back.names.name, back.names, back.new
    if marks.part(back.old.tags)[1] != Part.BACK:
        yield from _tagged(back, back.old.name, marks.part_of(Part.BACK, back.id), f"mark {back.old.name} to go back")
    if new is not None and new.identity == name.lower():
        yield from _tagged(back, name, marks.part_of(Part.UNDONE, back.id), f"mark {name} to be taken back")
        if not new.spec.deletion_protection:
            yield steps.protected(name)
        yield steps.renamed(name, names.undone, f"rename {name}: its host name is nobody's for now")
    if back.old.identity != name.lower():
        yield steps.in_its_place(names.old, name)
    yield from _reachable(back, name)
    if new is not None:
        aside = marks.aside(back.resource.address, Part.UNDONE, back.id)
        tags = {ownership.ADDRESS: ownership.where(aside, names.undone), **marks.part_of(Part.UNDONE, back.id)}
        yield from _tagged(back, names.undone, tags, f"mark {names.undone} as kept aside")
    tags = {ownership.ADDRESS: ownership.where(back.resource.address, name)}
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
    yield Operation(
        service="rds",
        action="ModifyDBInstance",
        params={
            "DBInstanceIdentifier": name,
            "VpcSecurityGroupIds": back.resource.spec.security_groups,
            "ApplyImmediately": False,
        },
        summary="let in again whom its security groups let in",
        wait=waits.ready(
            name,
            Condition(
                f"VpcSecurityGroups[?VpcSecurityGroupId=='{back.group}']", what="the security group without rules"
            ),
            window=True,
        ),
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
