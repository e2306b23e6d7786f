"""(declared, live) → plan. Pure, so that verifying is planning again. Decides what is made, changed, deleted and kept.

Nothing is ever replaced: what AWS cannot change in place is refused (house rule 6). Nothing stateful is deleted
unless `Deletion` says so, and nothing that something kept still uses (meaning §5).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from graphlib import CycleError
from typing import Any, TypeAlias

from rds_secure import ownership, resources
from rds_secure.errors import Location
from rds_secure.fields import Mode, ignored, markers, plain, unwritten, values_of
from rds_secure.kind import Change, FieldChange, Kind, Live, Migrating, Renaming, Resource, Stateful
from rds_secure.live import Snapshot
from rds_secure.operation import Operation
from rds_secure.plan import graph
from rds_secure.plan.approval import approved, basis
from rds_secure.plan.diff import Difference, diff
from rds_secure.plan.model import Action, Kept, Plan, Refusal, Step
from rds_secure.plan.retirement import Deletion, Retirement, uses
from rds_secure.values import Address, Lookup, Ref, Value, leaves, refs

_LOST_WITH_A_KEY = (
    "once it is gone, nothing that was encrypted under it can be read, "
    "automated backups that AWS keeps of deleted databases among it"
)

Locate: TypeAlias = Callable[[Address, tuple[str | int, ...]], Location | None]


def plan(
    snapshot: Snapshot,
    locate: Locate,
    deletion: Deletion = Deletion(),  # noqa: B008
    create_empty: frozenset[Address] = frozenset(),
) -> Plan:
    """The plan that makes AWS agree with what is declared.

    ``create_empty``: databases that may begin again although something of them is left (meaning §5).
    """
    return _Planner(snapshot, locate, deletion, create_empty).run()


class _Planner:
    def __init__(
        self, snapshot: Snapshot, locate: Locate, deletion: Deletion, create_empty: frozenset[Address]
    ) -> None:
        self.snapshot, self.locate, self.deletion = snapshot, locate, deletion
        self.create_empty = create_empty
        self.scope = snapshot.scope
        self.refusals: list[Refusal] = []
        self.migrating: dict[Address, Migrating] = {}
        self.renaming: dict[Address, Renaming] = {}

    def run(self) -> Plan:
        conflicts = {conflict.address for conflict in self.snapshot.conflicts}
        for conflict in self.snapshot.conflicts:
            self._refuse(conflict.address, (), conflict.what, conflict.fix)
        compared = {address: self._compare(address) for address in sorted(self.snapshot.live)}
        changes = {address: change.fields for address, (change, _) in compared.items()}
        hidden = self.snapshot.hidden
        declared = [
            Step(address, resource.name, Action.UNSEEN)
            if address in hidden
            else self._update(*compared[address], changes)
            if address in compared
            else self._create(resource)
            for address, resource in sorted(self.snapshot.resources.items())
            if address not in conflicts or address in compared
        ]
        retirement = Retirement(self.snapshot, self.deletion, {step.address: step for step in declared})
        leaving = (
            *map(self._delete, retirement.deleted),
            *map(self._let_go, retirement.let_go.values()),
            *map(self._give, retirement.given.values()),
            *map(self._withdraw, retirement.withdrawn),
        )
        steps = tuple(sorted((*declared, *leaving), key=lambda step: step.address))
        for address, what, fix in retirement.complaints(steps):
            self._refuse(address, (), what, fix)
        try:
            graph.order(steps, self.scope.known)
        except CycleError as error:
            names = graph.cycle(error)
            what = f"these wait for each other: {' → '.join(map(str, (*names, names[0])))}"
            self._refuse(names[0], (), what, "take one of the references out")
        made = Plan(
            account=self.scope.account,
            region=self.scope.region,
            stack=self.scope.stack,
            steps=steps,
            kept=tuple(
                Kept(address, self.snapshot.retired[address].name, reason)
                for address, reason in sorted(retirement.kept.items())
            ),
            refusals=tuple(sorted(self.refusals, key=lambda refusal: (refusal.address, refusal.what))),
            notes=(*self.snapshot.notes, *retirement.unmatched()),
            known=self.scope.known,
            unseen=self.snapshot.unseen,
            basis=basis(self.snapshot, steps),
        )
        return replace(made, digest=approved(made).digest)

    # One resource

    def _create(self, resource: Resource[Any]) -> Step:
        address = resource.address
        if (left := self.snapshot.traces.get(address)) and address not in self.create_empty:
            what = f"{address} is not there, and was before; it left {'; '.join(left)}"
            fix = resources.kind(address.kind).again(resource)
            self._refuse(address, (), what, fix)
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

    def _compare(self, address: Address) -> tuple[Change[Any], Difference]:
        """The differences of something that is there, refusals said."""
        resource, live = self.snapshot.resources[address], self.snapshot.live[address]
        kind = resources.kind(address.kind)
        left = ignored(resource.written)
        if address in self.snapshot.adopting:
            left |= unwritten(resource.written)
        resource = replace(resource, spec=_as_it_is(kind.normalise(resource, live, self.scope), live, left))
        difference = diff(kind, resource, live, self.scope.known)
        self._migrate(Change(resource, live, tuple(difference.changes), self.scope), difference)
        for change, advice in difference.refused:
            how = "as things are" if advice == kind.refuses(change, resource, live) else "in place"
            what = f"{resource.address}.{change.path} cannot change {how}{_shown(change)}"
            self._refuse(resource.address, (change.path,), what, advice)
        if live.found.blocked:
            self._refuse(resource.address, (), f"{resource.address} cannot be used", live.found.blocked)
        changes = tuple(difference.changes)
        if _cause(live, resource) == "drift":
            changes = tuple(_with_lookup(resource, change) for change in changes)
        compared = Change(resource, live, changes, self.scope)
        self._rename(compared)
        return compared, difference

    def _rename(self, change: Change[Any]) -> None:
        """Note that a resource gets another name; refuse what is in the way of that."""
        address = change.resource.address
        if renaming := resources.kind(address.kind).rename(change):
            self.renaming[address] = renaming
            for what, fix in renaming.obstacles:
                self._refuse(address, ("name",), what, fix)

    def _migrate(self, change: Change[Any], difference: Difference) -> None:
        """Take out of what is refused what a migration settles, and note that one; refuse what is in its way."""
        address = change.resource.address
        refused = tuple(item for item, _ in difference.refused)
        migrating = resources.kind(address.kind).migrate(change, refused)
        if migrating is None:
            return
        self.migrating[address] = migrating
        difference.refused = [pair for pair in difference.refused if pair[0] not in migrating.settles]
        for what, fix in migrating.obstacles:
            self._refuse(address, ("migration",), what, fix)

    def _update(
        self, change: Change[Any], difference: Difference, elsewhere: Mapping[Address, tuple[FieldChange, ...]]
    ) -> Step:
        resource, live, changes = change.resource, change.live, change.fields
        kind = resources.kind(resource.address.kind)
        migrating = self.migrating.get(resource.address, Migrating())
        if not migrating.finishes and resource.address in self.migrating:
            return self._migration(change, migrating)
        operations = kind.update(change) if changes else ()
        after = kind.follow(change, elsewhere)
        renaming = self.renaming.get(resource.address, Renaming())
        tagging, retagged = self._tagging(resource, live)
        differs = bool(changes or retagged or renaming.changes)
        is_update = differs or after.operations or migrating.operations or renaming.operations
        following = self._following(resource.address, changes)
        action = Action.UPDATE if is_update else Action.RETAG if tagging else Action.NONE
        return Step(
            address=resource.address,
            name=live.name,
            action=action,
            operations=(*operations, *after.operations, *migrating.operations, *renaming.operations, *tagging),
            changes=(*renaming.changes, *changes, *after.changes, *retagged),
            pending=tuple(difference.pending),
            strangers=tuple(difference.strangers),
            notes=(
                *self._moved(resource.address),
                *_taken_over(live, adopting=resource.address in self.snapshot.adopting),
                *_notes(resource, live, difference, changes, flushes=bool(renaming.changes)),
                *renaming.notes,
                *(f"it follows {address}, which gets another name" for address in following),
                *after.notes,
                *kind.notes(resource, live),
            ),
            cause=_cause(live, resource) if differs and not following else "",
            uses=uses(live),
            renames=bool(renaming.operations),
        )

    def _following(self, address: Address, changes: tuple[FieldChange, ...]) -> list[Address]:
        """What gets another name and makes these differences: nobody changed anything behind the spec."""
        named = {ref.target for ref in refs(tuple(change.new for change in changes))}
        return sorted(named & self.renaming.keys() - {address})

    def _migration(self, change: Change[Any], migrating: Migrating) -> Step:
        """All that happens to a resource whose place another object takes: nothing else, until that is done."""
        resource, live = change.resource, change.live
        return Step(
            address=resource.address,
            name=live.name,
            action=Action.MIGRATE if migrating.operations else Action.NONE,
            operations=migrating.operations,
            changes=migrating.settles,
            notes=migrating.notes,
            cause=_cause(live, resource) if migrating.operations else "",
            uses=uses(live),
        )

    def _moved(self, address: Address) -> Iterator[str]:
        if address in self.snapshot.moving:
            yield f"it was {self.snapshot.moving[address]}: moved"

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
        subject = resource if resource.address in self.renaming else live
        return kind.tag(subject, add, remove, self.scope), tuple(changes)

    def _delete(self, live: Live[Any]) -> Step:
        kind = resources.kind(live.address.kind)
        notes = (_LOST_WITH_A_KEY,) if kind.stateful is Stateful.KEY else ()
        operations = kind.delete(live, self.scope)
        return Step(live.address, live.name, Action.DELETE, operations, notes=notes, uses=uses(live))

    def _let_go(self, live: Live[Any]) -> Step:
        """Take our tags off, and leave the rest as it is (meaning §3)."""
        marks = ownership.marks(live.found.tags)
        operations = resources.kind(live.address.kind).tag(live, {}, marks, self.scope)
        return Step(live.address, live.name, Action.LET_GO, operations)

    def _withdraw(self, live: Live[Any]) -> Step:
        """Take back the offer of something that stays: nobody gives it any longer."""
        operations = resources.kind(live.address.kind).tag(live, {}, (ownership.OFFER,), self.scope)
        notes = (f"not given to {live.found.tags[ownership.OFFER]} any longer",)
        return Step(live.address, live.name, Action.RETAG, operations, notes=notes)

    def _give(self, live: Live[Any]) -> Step:
        """Mark it for the stack that is to take it; until then it stays ours, and as it is (meaning §4)."""
        place = str(self.snapshot.transfers.given[live.address])
        mark = {ownership.OFFER: place} if live.found.tags.get(ownership.OFFER) != place else {}
        operations = resources.kind(live.address.kind).tag(live, mark, (), self.scope) if mark else ()
        notes = (f"given to {place}: that stack takes it with its next apply",)
        return Step(live.address, live.name, Action.RETAG if mark else Action.NONE, operations, notes=notes)

    def _refuse(self, address: Address, path: tuple[str | int, ...], what: str, fix: str) -> None:
        steps = tuple(part for step in path for part in str(step).split("."))
        self.refusals.append(Refusal(address, what, fix, self.locate(address, steps)))


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


def _is_nobodys(live: Live[Any]) -> bool:
    """Whether it belongs to no stack yet: it is claimed with this plan."""
    return live.found.owned_by_path is None and ownership.owner(live.found.tags) is None


def _cause(live: Live[Any], resource: Resource[Any]) -> str:
    """Whether the spec changed, or AWS did behind it; "" where no tag tells which (IAM-6)."""
    if not resource.tags or _is_nobodys(live):
        return ""
    return "drift" if ownership.was_applied(live.found.tags, resource.tags) else "spec"


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


def _shown(change: FieldChange) -> str:
    simple = all(isinstance(value, str | int | bool | Ref | None) for value in (change.old, change.new))
    parked = "" if change.parked is None else f", parked {change.parked}"
    return f" ({change.old}{parked} → {change.new})" if simple else ""


def _taken_over(live: Live[Any], *, adopting: bool) -> Iterator[str]:
    owner = ownership.owner(live.found.tags)
    if adopting and (owner is None or owner.name.lower() != live.name.lower()):
        yield "it exists already, and is adopted: this stack's from now on"
    elif _is_nobodys(live):
        yield "it belongs to no stack so far: this one claims it"


def _notes(
    resource: Resource[Any],
    live: Live[Any],
    difference: Difference,
    changes: tuple[FieldChange, ...],
    *,
    flushes: bool,
) -> Iterator[str]:
    if live.found.busy and changes:
        yield f"it is {live.found.busy} just now: the change waits until it is available"
    if flushes or (changes and getattr(resource.spec, "when", "") == "now"):  # RDS-2
        paths = {change.path for change in changes}
        for path, parked in sorted(live.found.pending.items()):
            if path not in paths:
                old = getattr(live.spec, path, None)
                was = "" if old is None else f" {old}"
                yield f"made now as well, because AWS has it parked: {path}{was} → {parked}"
    for change in difference.noted:
        yield f"{change.path} differs and cannot change: {change.old!r} stays, {change.new!r} is written"
    yield from live.facts.get("notes", ())
