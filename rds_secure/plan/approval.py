"""What an approval is bound to (meaning §6): the steps, and what of AWS they were derived from. Made, not compared.

It covers the format, where the stack lives, the steps, what look-ups found, what references yield, and the live values
of what is declared or no longer declared. Not strangers, not notes, and nothing that is left to AWS: those may change
under an approved plan.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any, TypeAlias

from pydantic import BaseModel

from rds_secure import documents, ownership, resources
from rds_secure.fields import Mode, ResourceSpec, ignored, markers, plain
from rds_secure.kind import FieldChange, Kind, Live
from rds_secure.live import Snapshot
from rds_secure.plan.approved import Approved, ApprovedCall, ApprovedChange, ApprovedStep
from rds_secure.plan.model import FORMAT, Basis, Plan, Step, as_json
from rds_secure.values import Handed, Ref, Value, canonical, encode, refs, resolve

_Member: TypeAlias = tuple[str, Value]
"""A member of a set, with the path of its field."""

_Entry: TypeAlias = tuple[str, str, Value]
"""The path of a field, the label of a member or entry of it ("" for the whole), and the value."""

_IDS = ("id", "resource_id")
"""The attributes that another object of the same name has not: a database that was restored in the place of one."""


def basis(snapshot: Snapshot, steps: Iterable[Step]) -> Basis:
    """What of the snapshot these steps were derived from."""
    made = {step.address: step for step in steps}
    live, parked, sets = dict[str, Any](), dict[str, Any](), dict[str, frozenset[str]]()
    for address, found in {**snapshot.live, **snapshot.retired}.items():
        step = made.get(address)
        live[str(address)] = values(snapshot, found, step)
        sets[str(address)] = _sets(found.spec)
        when = getattr(snapshot.resources[address].spec, "when", "") if address in snapshot.live else ""
        if step and step.operations and (when == "now" or step.renames):
            parked[str(address)] = as_json(dict(found.found.pending))
    lookups = {canonical(lookup): tuple(matches) for lookup, matches in snapshot.lookups.items()}
    return Basis(live, parked, lookups, sets, frozenset(_unfinished(snapshot)))


def values(snapshot: Snapshot, found: Live[Any], step: Step | None) -> dict[str, Any]:
    """The live values of one object, in the form in which `Basis.live` has them; and which one of its name it is."""
    ids = {f"({name})": value for name, value in found.exports.items() if name in _IDS}
    return ids | {label(path, member): as_json(value) for path, member, value in _compared(snapshot, found, step)}


def is_id(name: str) -> bool:
    """Whether a live value of that name is no field, but tells an object from another one of its name."""
    return name.startswith("(")


def label(path: str, member: str) -> str:
    """``parameters[rds.force_ssl]``, ``multi_az``"""
    return f"{path}[{member}]" if member else path


def approved(plan: Plan) -> Approved:
    """The part of a plan that an approval is bound to."""
    return Approved(
        format_version=FORMAT,
        account=plan.account,
        region=plan.region,
        stack=plan.stack,
        steps=tuple(_step(step, plan.basis.sets.get(str(step.address), frozenset())) for step in plan.steps),
        live=_mutable(plan.basis.live),
        parked=_mutable(plan.basis.parked),
        lookups=dict(plan.basis.lookups),
        referred={str(ref): plan.known[ref] for ref in _referred(plan.steps) if ref in plan.known},
    )


def _mutable(live: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    return {address: dict(found) for address, found in live.items()}


def _step(step: Step, sets: Collection[str]) -> ApprovedStep:
    return ApprovedStep(
        address=str(step.address),
        name=step.name,
        action=step.action.value,
        cause=step.cause,
        changes=tuple(_change(change, sets) for change in step.changes),
        pending=tuple(_change(change, sets) for change in step.pending),
        calls=approved_calls(step),
    )


def approved_calls(step: Step) -> tuple[ApprovedCall, ...]:
    """The calls of a step as an approval has them."""
    return tuple(
        ApprovedCall(
            service=operation.service,
            action=operation.action,
            params=encode(dict(operation.params)),
            summary=operation.summary,
            destructive=operation.destructive,
        )
        for operation in step.operations
    )


def _change(change: FieldChange, sets: Collection[str]) -> ApprovedChange:
    return ApprovedChange(
        path=change.path,
        member=change.member,
        in_set=change.path in sets,
        old=encode(change.old),
        parked=encode(change.parked),
        new=encode(change.new),
        when=change.when,
        note=change.note,
    )


def _referred(steps: Iterable[Step]) -> list[Ref]:
    """Every reference in changes and calls, sorted."""
    found = set[Ref]()
    for step in steps:
        found.update(refs(tuple((change.old, change.new) for change in step.changes)))
        found.update(refs(tuple(dict(operation.params) for operation in step.operations)))
    return sorted(ref for ref in found if not isinstance(ref, Handed))


def _compared(snapshot: Snapshot, found: Live[Any], step: Step | None) -> Iterator[_Entry]:
    resource = snapshot.resources.get(found.address) if found.address in snapshot.live else None
    strangers = [(change.path, change.old) for change in step.strangers] if step else []
    kind = resources.kind(found.address.kind)
    return _entries(kind, found.spec, resource.spec if resource else None, snapshot.scope.known, strangers)


def _entries(
    kind: Kind[Any],
    part: BaseModel,
    declared: BaseModel | None,
    known: Mapping[Ref, str],
    strangers: Collection[_Member],
    prefix: str = "",
) -> Iterator[_Entry]:
    """The fields that were compared, with their values; members of sets by their labels, whatever their order."""
    others = ignored(declared) if isinstance(declared, ResourceSpec) else frozenset[str]()
    for name, marker in markers(type(part)).items():
        path, value, wanted = f"{prefix}{name}", getattr(part, name), getattr(declared, name, None)
        is_left = declared is not None and wanted is None and marker.mode is not Mode.ENFORCED
        if marker.mode is Mode.META or is_left or name in others:
            continue
        if isinstance(value, BaseModel):
            inner = wanted if isinstance(wanted, BaseModel) else None
            yield from _entries(kind, value, inner, known, strangers, f"{path}.")
        elif marker.as_set:
            for member in map(plain, value or ()):
                if not kind.foreign(path, member) and (path, member) not in strangers:
                    yield path, kind.member(path, resolve(member, known)), member
        elif isinstance(value, Mapping) and not marker.document:
            for key, item in ((key, plain(item)) for key, item in value.items()):
                if key in (wanted or ()) or not (kind.foreign(path, item) or (path, item) in strangers):
                    yield path, str(key), item
        else:
            yield path, "", documents.canonical(value) if marker.document else plain(value)


def _unfinished(snapshot: Snapshot) -> Iterator[str]:
    """What still has the mark of a create call that others are to follow, of the same spec."""
    for address, live in snapshot.live.items():
        mark = live.found.tags.get(ownership.APPLIED)
        if mark and mark == ownership.pending(snapshot.resources[address].tags).get(ownership.APPLIED):
            yield str(address)


def _sets(part: BaseModel, prefix: str = "") -> frozenset[str]:
    """The paths of the fields whose members have no order."""
    found = set[str]()
    for name, marker in markers(type(part)).items():
        value = getattr(part, name)
        if isinstance(value, BaseModel):
            found |= _sets(value, f"{prefix}{name}.")
        elif marker.as_set:
            found.add(f"{prefix}{name}")
    return frozenset(found)
