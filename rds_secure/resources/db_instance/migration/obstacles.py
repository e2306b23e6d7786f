"""What keeps a migration from being made, or from going on: all of it told before the first call. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

from rds_secure import ownership
from rds_secure.kind import Change, FieldChange
from rds_secure.resources.db_instance.migration import steps
from rds_secure.resources.db_instance.migration.look import State
from rds_secure.resources.db_instance.migration.marks import Part, part
from rds_secure.resources.db_instance.spec import DbInstanceSpec

_Obstacle: TypeAlias = tuple[str, str]
"""What is in the way, and what to do about it."""

_ELSEWHERE = "do it by hand, or take it away for the time of the migration and put it back after that"


def obstacles(
    change: Change[DbInstanceSpec], state: State, spec: DbInstanceSpec, settled: tuple[FieldChange, ...]
) -> Iterator[_Obstacle]:
    """Everything that is in the way; ``settled``: the differences that the migration makes."""
    yield from _asked(change, state, settled)
    if not state.has_begun:
        yield from _alone(change)
    if change.live.name.lower() == state.names.name.lower():  # later it could only leave the name to nobody
        yield from _around(change, state)
    yield from _cut_off(change, state, spec)
    yield from _usable(change, state, spec)
    yield from _names(state)


def _asked(change: Change[DbInstanceSpec], state: State, settled: tuple[FieldChange, ...]) -> Iterator[_Obstacle]:
    address, entry = change.resource.address, change.resource.spec.migration
    back = f"or take it back: rds-secure migration roll-back {address} SPEC"
    if entry is None or not settled:
        if state.has_begun:
            fix = f"write again what asked for it, so that it can be finished; {back}"
            yield f"{address} is in the middle of migration {state.id}, which the spec asks for no longer", fix
        elif entry is not None:
            fix = "take the entry out, or write another key or subnet group"
            yield f"{address} would be migrated to what it has already", fix
        return
    if state.part == Part.BACK:
        fix = f"to try again write 'attempt: {entry.attempt + 1}' below migration; if not, take the entry out"
        yield f"migration {state.id} of {address} was rolled back", fix
    if state.has_begun and state.source and part(state.source.tags)[0] != state.id:
        yield f"{address} is in the middle of another migration", f"finish that one, {back}"
    owner = ownership.owner(change.live.found.tags)
    if state.has_begun and owner is not None and owner.address != address:
        fix = f"finish that first: take the entry of {owner.address} out below 'moved:' until then"
        yield f"{address} moves in the middle of migration {state.id}", fix


def _cut_off(change: Change[DbInstanceSpec], state: State, spec: DbInstanceSpec) -> Iterator[_Obstacle]:
    """Nobody is cut off for good, and nobody is said to be cut off who is not."""
    address, entry = change.resource.address, change.resource.spec.migration
    if entry is None or entry.quiesce == "none":
        return
    if "security_groups" in change.resource.spec.ignore:
        fix = "take security_groups out of ignore, or write quiesce: none"
        yield f"{address} leaves its security groups to others, and so none could be given back", fix
    elif state.group and state.group in change.scope.resolve(spec.security_groups):
        yield f"{address} would stay in the group that lets nobody in", "write its security_groups"
    if state.part == Part.QUIESCED and state.group not in change.live.found.spec.security_groups:
        fix = f"rds-secure migration roll-back {address} SPEC, and another attempt"
        yield f"somebody let people in to {address} again: what they wrote is not in its snapshot", fix
    if state.has_begun and (state.snapshot or state.new) and state.part != Part.QUIESCED:
        fix = f"write quiesce: none again; or rds-secure migration roll-back {address} SPEC, and another attempt"
        yield f"the snapshot of {address} was taken while people could write: it is too late to keep them out", fix


def _alone(change: Change[DbInstanceSpec]) -> Iterator[_Obstacle]:
    """Two things at once could not be told apart when they are compared."""
    address, live = change.resource.address, change.live
    if change.fields:
        fix = "make these changes in an apply of their own, before the migration: leave its entry out until then"
        yield f"{address} would change in other ways as well: {change.names}", fix
    if live.found.pending:
        what = f"{address} has changes parked for its window: {', '.join(sorted(live.found.pending))}"
        yield what, "have them made first (when: now): a rename would make them in the middle of the migration"
    if live.found.busy:
        yield f"{address} is {live.found.busy} just now", "wait until it is available"


def _around(change: Change[DbInstanceSpec], state: State) -> Iterator[_Obstacle]:
    address, live = change.resource.address, change.live.spec
    for what in state.around:
        yield f"{address}: {what}, which would stay with the old database", _ELSEWHERE
    if live.cluster is not None:
        fix = "restore a snapshot of the cluster under the new key as a new cluster, declared under another key"
        yield f"{address} is a member of a cluster, which is encrypted as a whole", fix
    elif live.replica_of is not None:
        fix = "declare another replica with that key under another key of the spec, and remove this one later"
        yield f"{address} is a read replica", fix


def _usable(change: Change[DbInstanceSpec], state: State, spec: DbInstanceSpec) -> Iterator[_Obstacle]:
    address, live = change.resource.address, change.live.spec
    if live.encrypted and not spec.encrypted:
        yield f"{address} is encrypted, and AWS never takes that back", "write encrypted: true"
    if not steps.rekeys(spec, live) or state.key is None:
        return
    if not state.key:
        yield f"there is no key {change.scope.resolve(spec.kms_key)} that could be used", "name one that exists"
    elif state.key.get("KeyState") != "Enabled":
        yield f"the new key is {state.key.get('KeyState')}, and has to be Enabled", "enable it, or name another one"
    elif state.key.get("KeySpec", "SYMMETRIC_DEFAULT") != "SYMMETRIC_DEFAULT":
        yield "RDS takes symmetric keys only (AWS's user guide)", "name a key of key spec SYMMETRIC_DEFAULT"


def _names(state: State) -> Iterator[_Obstacle]:
    """Names that the migration needs, and that somebody else has."""
    for name in state.taken:
        yield f"there is a database {name} that is not of this migration", "give it another name, or remove it"
    for found in (state.snapshot, state.copy):
        if found is None:
            continue
        name = found["DBSnapshotIdentifier"]
        if found.get("Status") not in ("available", "creating", "copying", "pending"):
            fix = "delete that snapshot, and apply again"
            yield f"snapshot {name} is {found.get('Status')}", fix
        elif not any(tag["Value"] == state.id for tag in found.get("TagList") or ()):
            yield f"there is a snapshot {name} that is not of this migration", "delete it, or give it another name"
