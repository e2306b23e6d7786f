"""(declared, live) → plan. Pure, so that verifying is planning again. Decides what is made, changed, deleted and kept.

Nothing is ever replaced: what AWS cannot change in place is refused (house rule 6). Nothing stateful is deleted
unless `Deletion` says so, and nothing that something kept still uses (meaning §5).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from graphlib import CycleError
from typing import Any, TypeAlias

from rds_secure import ownership, resources
from rds_secure.errors import Location
from rds_secure.fields import Mode, ignored, markers, plain, unwritten, values_of
from rds_secure.kind import Change, FieldChange, Kind, Live, Resource, Stateful
from rds_secure.live import Snapshot
from rds_secure.operation import Operation
from rds_secure.plan import graph
from rds_secure.plan.approval import approval
from rds_secure.plan.diff import Difference, diff
from rds_secure.plan.model import Action, Kept, Plan, Refusal, Step
from rds_secure.values import Address, Lookup, Ref, Value, leaves, refs

Locate: TypeAlias = Callable[[Address, tuple[str | int, ...]], Location | None]


@dataclass(frozen=True, slots=True)
class Deletion:
    """What may be deleted.

    ``stateful``: the kinds of databases and keys to go, none by default. ``limit``: how many deletions pass without
    being asked for in words; None for the rule of meaning §1: at most 5, and at most 20 % of what the stack owns.
    ``everything``: `destroy`, which needs no limit. ``final_snapshot``: whether databases leave one behind.
    """

    stateful: frozenset[str] = frozenset()
    final_snapshot: bool = True
    limit: int | None = None
    everything: bool = False


def plan(snapshot: Snapshot, locate: Locate, deletion: Deletion = Deletion()) -> Plan:
    """The plan that makes AWS agree with what is declared."""
    return _Planner(snapshot, locate, deletion).run()


class _Planner:
    def __init__(self, snapshot: Snapshot, locate: Locate, deletion: Deletion) -> None:
        self.snapshot, self.locate, self.deletion = snapshot, locate, deletion
        self.scope = snapshot.scope
        self.refusals: list[Refusal] = []

    def run(self) -> Plan:
        conflicts = {conflict.address for conflict in self.snapshot.conflicts}
        for conflict in self.snapshot.conflicts:
            self._refuse(conflict.address, (), conflict.what, conflict.fix)
        declared = [
            self._update(resource, live) if (live := self.snapshot.live.get(address)) else self._create(resource)
            for address, resource in sorted(self.snapshot.resources.items())
            if address not in conflicts or address in self.snapshot.live
        ]
        kept = self._kept({step.address: step for step in declared})
        going = sorted(self.snapshot.retired.keys() - kept.keys())
        deleted = [self._delete(self.snapshot.retired[address]) for address in going]
        self._limit(deleted)
        steps = tuple(sorted((*declared, *deleted), key=lambda step: step.address))
        try:
            graph.order(steps)
        except CycleError as error:
            names = graph.cycle(error)
            what = f"these wait for each other: {' → '.join(map(str, (*names, names[0])))}"
            self._refuse(names[0], (), what, "take one of the references out")
        return Plan(
            account=self.scope.account,
            region=self.scope.region,
            stack=self.scope.stack,
            steps=steps,
            kept=tuple(Kept(address, self.snapshot.retired[address].name, kept[address]) for address in sorted(kept)),
            refusals=tuple(sorted(self.refusals, key=lambda refusal: (refusal.address, refusal.what))),
            notes=self.snapshot.notes,
            known=self.scope.known,
            digest=approval(self.snapshot, steps),
        )

    # One resource

    def _create(self, resource: Resource[Any]) -> Step:
        kind = resources.kind(resource.address.kind)
        resource = replace(resource, spec=kind.normalise(resource, None, self.scope))
        operations = kind.create(resource, self.scope)
        if len(operations) > 1 and kind.taggable:
            # Until the follow-up calls are done the object must not look as if its spec were applied in full.
            operations = kind.create(replace(resource, tags=ownership.pending(resource.tags)), self.scope)
            applied = {ownership.APPLIED: resource.tags[ownership.APPLIED]}
            operations = (*operations, *kind.tag(resource, applied, (), self.scope))
        return Step(
            address=resource.address,
            name=resource.name,
            action=Action.CREATE,
            operations=operations,
            changes=tuple(_made(kind, resource)),
            notes=tuple(kind.notes(resource, None)),
        )

    def _update(self, resource: Resource[Any], live: Live[Any]) -> Step:
        kind = resources.kind(resource.address.kind)
        left = ignored(resource.written)
        if adopting := resource.address in self.snapshot.adopting:
            left |= unwritten(resource.written)
        resource = replace(resource, spec=_as_it_is(kind.normalise(resource, live, self.scope), live, left))
        difference = diff(kind, resource, live, self.scope.known)
        for change, advice in difference.refused:
            what = f"{resource.address}.{change.path} cannot change in place{_shown(change)}"
            self._refuse(resource.address, (change.path,), what, advice)
        if live.found.blocked:
            self._refuse(resource.address, (), f"{resource.address} cannot be used", live.found.blocked)
        changes = tuple(difference.changes)
        if _cause(live, resource) == "drift":
            changes = tuple(_with_lookup(resource, change) for change in changes)
        operations = kind.update(Change(resource, live, changes, self.scope)) if changes else ()
        tagging, retagged = self._tagging(resource, live)
        differs = bool(changes or retagged)
        action = Action.UPDATE if differs else Action.RETAG if tagging else Action.NONE
        return Step(
            address=resource.address,
            name=live.name,
            action=action,
            operations=(*operations, *tagging),
            changes=(*changes, *retagged),
            pending=tuple(difference.pending),
            strangers=tuple(difference.strangers),
            notes=(*_taken_over(live, adopting), *_notes(live, difference, changes), *kind.notes(resource, live)),
            cause=_cause(live, resource) if differs else "",
            uses=_uses(live),
        )

    def _tagging(
        self, resource: Resource[Any], live: Live[Any]
    ) -> tuple[tuple[Operation, ...], tuple[FieldChange, ...]]:
        """The calls for tags, which come last, and the changes of tags that people wrote."""
        kind = resources.kind(resource.address.kind)
        if not kind.taggable:
            return (), ()
        add, remove = ownership.tag_changes(live.found.tags, resource.tags)
        if "tags" in resource.spec.ignore:
            add, remove = {key: value for key, value in add.items() if key in ownership.OURS}, ()
        if not (add or remove):
            return (), ()
        changes = [
            FieldChange("tags", old=live.found.tags.get(key), new=add.get(key), member=key)
            for key in sorted({*add, *remove})
            if key not in ownership.OURS
        ]
        return kind.tag(live, add, remove, self.scope), tuple(changes)

    def _delete(self, live: Live[Any]) -> Step:
        if not self.deletion.final_snapshot:
            live = replace(live, found=replace(live.found, facts={**live.facts, "skip_final_snapshot": True}))
        operations = resources.kind(live.address.kind).delete(live, self.scope)
        return Step(live.address, live.name, Action.DELETE, operations, uses=_uses(live))

    # What is no longer declared

    def _kept(self, declared: Mapping[Address, Step]) -> dict[Address, str]:
        """Why something retired stays: it holds data, it cannot go, or something that stays uses it."""
        retired = self.snapshot.retired
        kept = {address: reason for address, reason in self.snapshot.stuck.items() if address in retired}
        for address in retired:
            if resources.kind(address.kind).stateful and address.kind not in self.deletion.stateful:
                kept[address] = "no longer declared, kept"
        for address, step in declared.items():
            for used in set(step.uses) & set(retired):
                if not _lets_go(self.snapshot.live[address], step, used):
                    kept.setdefault(used, f"{address} still uses it")
        if self.deletion.final_snapshot:
            kept.update(self._needed_by_snapshots(kept))
        queue = list(kept)
        while queue:
            user = queue.pop()
            for used in _uses(retired[user]):
                if used in retired and used not in kept:
                    kept[used] = f"{user}, which is kept, uses it"
                    queue.append(used)
        return kept

    def _needed_by_snapshots(self, kept: Mapping[Address, str]) -> dict[Address, str]:
        """What the final snapshots of deleted databases are to be read or restored with: keys, option groups."""
        retired = self.snapshot.retired
        return {
            used: f"the final snapshot of {user} needs it"
            for user in retired
            if user not in kept and resources.kind(user.kind).stateful is Stateful.DATA
            for used in _uses(retired[user])
            if used in retired and _outlives(resources.kind(used.kind))
        }

    def _limit(self, deleted: list[Step]) -> None:
        if self.deletion.everything or not deleted:
            return
        owned = len(self.snapshot.live) + len(self.snapshot.retired)
        limit = min(5, owned // 5) if self.deletion.limit is None else self.deletion.limit
        if len(deleted) > limit:
            names = ", ".join(str(step.address) for step in deleted)
            what = f"{len(deleted)} of the {owned} resources that this stack owns would be deleted: {names}"
            self._refuse(deleted[0].address, (), what, f"if that is meant, pass --prune-limit {len(deleted)}")

    def _refuse(self, address: Address, path: tuple[str | int, ...], what: str, fix: str) -> None:
        steps = tuple(part for step in path for part in str(step).split("."))
        self.refusals.append(Refusal(address, what, fix, self.locate(address, steps)))


def _outlives(kind: Kind[Any]) -> bool:
    """Whether a database's snapshot needs such a thing as much as the database did."""
    return kind.stateful is Stateful.KEY or kind.in_snapshots


def _as_it_is(spec: Any, live: Live[Any], left: frozenset[str]) -> Any:
    """The spec with live values in the fields that are ``left`` as they are: some calls send several at once."""
    compared = (name for name, marker in markers(type(spec)).items() if marker.mode is not Mode.META)
    return spec.model_copy(update={name: getattr(live.spec, name) for name in compared if name in left})


def _made(kind: Kind[Any], resource: Resource[Any]) -> Iterator[FieldChange]:
    """What a new resource is made with; members of a set that are mappings (rules) go one by one, by their labels."""
    fields = markers(type(resource.spec))
    for name, value in values_of(resource.spec).items():
        if value in (None, (), {}) or fields[name].mode is Mode.META:
            continue
        if fields[name].as_set and any(isinstance(member, Mapping) for member in value):
            yield from (FieldChange(name, new=member, member=kind.member(name, member)) for member in value)
        else:
            yield FieldChange(name, new=value)


def _cause(live: Live[Any], resource: Resource[Any]) -> str:
    """Whether the spec changed, or AWS did behind it; "" where no tag tells which (IAM-6)."""
    if not resource.tags:
        return ""
    return "drift" if ownership.was_applied(live.found.tags, resource.tags) else "spec"


def _uses(live: Live[Any]) -> tuple[Address, ...]:
    """The resources of the stack that a live object refers to."""
    found = {ref.target for ref in refs(values_of(live.spec)) if ref.target != live.address}
    return tuple(sorted(found))


def _with_lookup(resource: Resource[Any], change: FieldChange) -> FieldChange:
    """The change, told apart where nobody wrote another value: the look-up finds something else than before."""
    written = plain(getattr(resource.written, change.path.split(".")[0], None))
    if isinstance(written, Mapping) and change.member in written:
        written = _differing(written[change.member], change)
    moved = any(isinstance(leaf, Lookup) for _, leaf in leaves(written))
    return replace(change, note=change.note or "look-up moved") if moved else change


def _differing(entry: Value, change: FieldChange) -> Value:
    """What differs of a mapping's entry as it was written: of its parts, where it has some."""
    sides = (entry, change.old, change.new)
    if not all(isinstance(side, Mapping) for side in sides):
        return entry
    return {key: value for key, value in entry.items() if change.old.get(key) != change.new.get(key)}


def _lets_go(live: Live[Any], step: Step, used: Address) -> bool:
    """Whether a step takes away, at once, every reference of the live object to ``used``."""
    dropped = [change for change in step.changes if change.when != "window"]
    for path, leaf in leaves(values_of(live.spec)):
        if isinstance(leaf, Ref) and leaf.target == used:
            field = str(path[0])
            if not any(change.path.split(".")[0] == field and leaf in refs(change.old) for change in dropped):
                return False
    return True


def _shown(change: FieldChange) -> str:
    simple = all(isinstance(value, str | int | bool | Ref | None) for value in (change.old, change.new))
    return f" ({change.old} → {change.new})" if simple else ""


def _taken_over(live: Live[Any], adopting: bool) -> Iterator[str]:
    owner = ownership.owner(live.found.tags)
    if adopting and (owner is None or owner.name.lower() != live.name.lower()):
        yield "it exists already, and is adopted: this stack's from now on"


def _notes(live: Live[Any], difference: Difference, changes: tuple[FieldChange, ...]) -> Iterator[str]:
    if live.found.busy and changes:
        yield f"it is {live.found.busy} just now: the change waits until it is available"
    for change in difference.noted:
        yield f"{change.path} differs and cannot change: {change.old!r} stays, {change.new!r} is written"
    yield from live.facts.get("notes", ())
