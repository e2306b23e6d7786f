"""The live account as a stack sees it: what is ours, by address, and what stands in the way. It decides nothing.

One bulk read of every kind, in parallel; objects are matched by their ownership tags, and by their names to find
strangers in the place of what is declared. Ids of the stack's own things become references again (house rule 2).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from rds_secure import ownership, resources
from rds_secure.errors import Problem, SpecError
from rds_secure.fields import mapped
from rds_secure.kind import Complaint, Found, Kind, Live, Reader, Resource, Scope, Stateful, Wanted, together
from rds_secure.live import former, links
from rds_secure.live.closer import inspected, traces
from rds_secure.live.declared import predicted, resource_of
from rds_secure.live.lookups import resolve_lookups
from rds_secure.live.moves import Moves
from rds_secure.live.sight import Sight, Unseen, hidden
from rds_secure.live.tagged import tagged_things
from rds_secure.spec.stack import Stack
from rds_secure.spec.transfer import Safety, Transfers
from rds_secure.values import Address, Lookup, Ref


@dataclass(frozen=True, slots=True)
class Identity:
    """Who asks, and where: what STS says, and the session's region."""

    account: str
    region: str
    partition: str
    arn: str


@dataclass(frozen=True, slots=True)
class Conflict:
    """Something that keeps a declared resource from being ours."""

    address: Address
    what: str
    fix: str


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Declared and live, side by side.

    ``adopting``: what ``adopt:`` names, ours by now or about to be. ``traces``: what is left of databases that are
    declared and missing (meaning §5). ``retired`` is ours but no longer declared; ``stuck``: why something retired
    cannot be deleted; ``notes`` are worth knowing and change nothing (copies, twins). ``moving``: what comes from
    another address, and from which. ``unseen``: reads that were denied; what is declared and hidden by one is in
    ``resources``, and neither live nor in conflict (meaning §8).
    """

    scope: Scope
    resources: Mapping[Address, Resource[Any]]
    live: Mapping[Address, Live[Any]]
    retired: Mapping[Address, Live[Any]] = field(default_factory=dict)
    conflicts: tuple[Conflict, ...] = ()
    stuck: Mapping[Address, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    traces: Mapping[Address, tuple[str, ...]] = field(default_factory=dict)
    lookups: Mapping[Lookup, tuple[str, ...]] = field(default_factory=dict)
    adopting: frozenset[Address] = frozenset()
    moving: Mapping[Address, str] = field(default_factory=dict)
    transfers: Transfers = field(default_factory=Transfers)
    safety: Safety = field(default_factory=Safety)
    unseen: tuple[Unseen, ...] = ()

    @property
    def hidden(self) -> frozenset[Address]:
        """What is declared and cannot be compared."""
        return hidden(self.unseen)


def read_live(
    stack: Stack,
    reader: Reader,
    identity: Identity,
    going: frozenset[str] = frozenset(),
    leaving: Address | None = None,
) -> Snapshot:
    """Read what the stack declares and what it owns. Raises `SpecError` for look-ups and ids that lead nowhere.

    ``going``: kinds of databases and keys that may be deleted if no longer declared; a closer look is taken at them.
    ``leaving``: of what is at this address another one takes the place: ids of it elsewhere are no references to it.
    """
    scope = Scope(identity.account, identity.region, identity.partition, stack.name)
    sight = Sight()
    (specs, lookups, problems), tagged = together(
        reader,
        lambda: resolve_lookups(stack, reader, sight),
        lambda: tagged_things(reader, scope, stack.transfers, sight),
    )
    if problems:
        raise SpecError(problems)
    declared = {address: resource_of(stack, address, spec, scope) for address, spec in specs.items()}
    seen = {address: resource for address, resource in declared.items() if not sight.hides(address)}
    scope = replace(scope, known=predicted(declared, scope))
    matched = _Matching(scope, declared, stack.adopt, Moves(stack.transfers, scope))
    givers = frozenset(place.stack for place in stack.transfers.taken)

    def wanted(kind: Kind[Any]) -> Wanted:
        names = frozenset(matched.identities(kind))
        return Wanted(scope, names, tagged, matched.adopted(kind), declared=seen, givers=givers)

    problems, found = together(
        reader,
        lambda: _verify(stack, seen, reader, scope, sight),
        lambda: reader.each(lambda kind: _read(kind, reader, wanted(kind), sight), resources.KINDS),
    )
    if problems:
        raise SpecError(problems)
    for kind, items in zip(resources.KINDS, found, strict=True):
        for item in items:
            matched.match(kind, item)
    matched.arrive()
    matched.claim()
    matched.miss()
    dying = frozenset(address for address, entry in stack.transfers.removed.items() if not entry.keep)

    def may_go(address: Address) -> bool:
        return address in dying or address.kind in going

    snapshot = _linked(matched, reader, lookups, may_go, sight.unseen(declared), leaving)
    return replace(snapshot, transfers=stack.transfers, safety=stack.safety)


def _read(kind: Kind[Any], reader: Reader, wanted: Wanted, sight: Sight) -> list[Found[Any]]:
    return sight.look(lambda: list(kind.read(reader, wanted)), [], kinds=(kind.name,))


def _verify(
    stack: Stack, seen: Mapping[Address, Resource[Any]], reader: Reader, scope: Scope, sight: Sight
) -> list[Problem]:
    def look(resource: Resource[Any]) -> list[Problem]:
        address, kind = resource.address, resources.kind(resource.address.kind)
        complaints = sight.check(lambda: list[Complaint](kind.verify(reader, resource, scope)), address)
        return [Problem(item.what, item.fix, stack.at(address, item.path)) for item in complaints]

    return [problem for found in reader.each(look, seen.values()) for problem in found]


_IN_THE_WAY = "choose another name, or remove what exists"


def _beside(kind: Kind[Any], holder: Address, copy: Found[Any]) -> str:
    """What to do about a copy in the place of what is declared; of data, it may be the only one: renamed by hand."""
    if kind.stateful is not Stateful.DATA:
        return _IN_THE_WAY
    adopted = f"'adopt: {{{holder}: {copy.name}}}'"
    return f"choose another name; or, if it is the one itself, renamed by hand, write {adopted}"


class _Matching:
    """Objects as they are read, sorted into ours, retired, conflicts and notes."""

    def __init__(
        self,
        scope: Scope,
        declared: dict[Address, Resource[Any]],
        adopt: Mapping[Address, str | None],
        moves: Moves,
    ) -> None:
        self.scope, self.declared, self.adopt, self.moves = scope, declared, adopt, moves
        self.live: dict[Address, Found[Any]] = {}
        self.retired: dict[Address, Found[Any]] = {}
        self.conflicts: list[Conflict] = []
        self.notes: list[str] = []
        self._unclaimed: dict[Address, Found[Any]] = {}
        self._former: dict[Address, Found[Any]] = {}
        self.copies: dict[Address, list[Found[Any]]] = {}
        self._by_identity: dict[tuple[str, str], Address] = {}
        for address, resource in declared.items():
            kind = resources.kind(address.kind)
            self._by_identity[kind.name, kind.identity(resource.name, resource.spec, scope)] = address

    def identities(self, kind: Kind[Any]) -> Iterable[str]:
        return (identity for name, identity in self._by_identity if name == kind.name)

    def adopted(self, kind: Kind[Any]) -> frozenset[str]:
        """What is written below ``adopt:`` for resources of a kind; names are compared in lower case as well."""
        written = [value for address, value in self.adopt.items() if address.kind == kind.name and value]
        return frozenset({*written, *map(str.lower, written)})

    def match(self, kind: Kind[Any], found: Found[Any]) -> None:
        holder = self._by_identity.get((kind.name, found.identity))
        owner = found.owned_by_path or ownership.owner(found.tags)
        if taking := self._taking(kind, found, holder):
            self._adopt(kind, found, owner, taking)
            return
        if self.moves.take(found, owner):
            return
        if owner is None or owner.stack != self.scope.stack:
            if holder and kind.claimed and owner is None:
                self._unclaimed[holder] = found
            elif holder:
                self._conflict(holder, found, owner)
            return
        if owner.name.lower() != found.name.lower():  # RDS-18: AWS copies our tags on restore
            self.notes.append(f"{kind.title} {found.name} carries the tags of {owner.name}: a copy, left alone")
            if owner.address.kind == kind.name:
                self.copies.setdefault(owner.address, []).append(found)
            if holder:
                what = f"{kind.title} {found.name} exists already, as a copy of {owner.name}"
                self.conflicts.append(Conflict(holder, what, _beside(kind, holder, found)))
            return
        if kind.home and found.owned_by_path is None and found.tags.get(ownership.HOME) != self.scope.region:
            if holder:
                home = found.tags.get(ownership.HOME, "another region")
                what = f"{kind.title} {found.name} belongs to this stack in {home}"
                self.conflicts.append(Conflict(holder, what, f"run with --region {home}, or use another name"))
            return
        self._ours(kind, found, owner, holder)

    def miss(self) -> None:
        """What ``adopt:`` names and nothing was found for; a conflict, because else it would be made anew."""
        told = {conflict.address for conflict in self.conflicts}
        for address, value in sorted(self.adopt.items()):
            if address not in self.live and address not in told:
                what = f"there is no {resources.kind(address.kind).title} {value or self.declared[address].name}"
                fix = f"correct its line below 'adopt:', or take that out so that {address} is made"
                self.conflicts.append(Conflict(address, what, fix))

    def _taking(self, kind: Kind[Any], found: Found[Any], holder: Address | None) -> Address | None:
        """The address that ``adopt:`` gives an object, by its id, its ARN or its name; without one, its AWS name."""
        names = {found.name.lower(), found.identity, found.facts.get("also"), *found.exports.values()}
        for address, value in self.adopt.items():
            if address.kind == kind.name and (address == holder if value is None else {value, value.lower()} & names):
                return address
        return None

    def _adopt(self, kind: Kind[Any], found: Found[Any], owner: ownership.Owner | None, address: Address) -> None:
        """Take it over, unless it is somebody's. A copy is nobody's: its tags came along with the data (RDS-18)."""
        name, what = self.declared[address].name, f"{kind.title} {found.name}"
        here = (self.scope.stack, address)
        if owner and owner.name.lower() == found.name.lower() and (owner.stack, owner.address) != here:
            whose = owner.address if owner.stack == self.scope.stack else f"stack {owner.stack!r}"
            fix = f"take it out there first, or leave {address} out below 'adopt:'"
            self.conflicts.append(Conflict(address, f"{what} belongs to {whose}", fix))
        elif found.name.lower() != name.lower() and not kind.renames:
            fix = f"adopting renames nothing: write 'name: {found.name}'"
            self.conflicts.append(Conflict(address, f"{what} would be called {name}", fix))
        else:
            self._claim(kind, address, found, address)

    def _ours(self, kind: Kind[Any], found: Found[Any], owner: ownership.Owner, holder: Address | None) -> None:
        address = owner.address if found.keyed or not holder else holder
        if address.kind != kind.name:
            self.notes.append(f"{kind.title} {found.name} carries the tags of {owner.address}: left alone")
        elif address in self.declared and (holder == address or self._may_have(kind, address, found)):
            self._claim(kind, address, found, holder)
        elif address in self.declared and former.may_stay(found, self.declared[address]):
            self._former[address] = found
        elif address in self.declared and kind.versioned:
            self.retired[Address(kind.name, f"{address.name}/{found.name}")] = found
        elif address in self.declared:
            what = f"the name of {address} changes from {found.name} to {self.declared[address].name}"
            written = kind.naming(found.name, found.spec)
            fix = f"AWS cannot rename it: write '{written}', or declare the new one under another key"
            self.conflicts.append(Conflict(address, what, fix))
        elif address in self.retired:  # two versions, say, when the whole resource is no longer declared
            self.retired[Address(kind.name, f"{address.name}/{found.identity}")] = found
        else:
            self.retired[address] = found
        if holder and holder != address:
            what = f"{kind.title} {found.name} belongs to {address} of this stack"
            self.conflicts.append(
                Conflict(holder, what, f"keep it under the key {address.name!r}, or use another name")
            )

    def arrive(self) -> None:
        """Put what moves in its new place, unless something is there or it cannot go by that address."""
        for address, arrivals in sorted(self.moves.arrivals.items()):
            kind, first = resources.kind(address.kind), arrivals[0]
            there = [self.live[address]] if address in self.live else [item.found for item in arrivals[1:]]
            if there:
                what = f"{kind.title} {first.found.name} moves to {address}, and {there[0].name} is there already"
                self.conflicts.append(Conflict(address, what, "take the entry out below 'moved:'"))
                self.live.setdefault(address, first.found)
            elif obstacle := self.moves.obstacle(kind, first, self.declared[address]):
                self.conflicts.append(Conflict(address, *obstacle))
            else:
                self.live[address] = first.found
        for address, place in self.moves.untaken(self.live):
            what = f"stack {place.stack!r} has no {place.address} that could become {address}"
            self.conflicts.append(Conflict(address, what, "correct the entry below 'moved:', or take it out"))

    def claim(self) -> None:
        """Take what nobody owns that AWS made, or what has a former name, for the addresses that have nothing yet."""
        for address, found in self._unclaimed.items():
            self.live.setdefault(address, found)
        for address, found in self._former.items():
            if address in self.live:
                self.retired[Address(address.kind, f"{address.name}/{found.name}")] = found
            else:
                self.live[address], self.declared[address] = found, former.named(self.declared[address], found.name)

    def _may_have(self, kind: Kind[Any], address: Address, found: Found[Any]) -> bool:
        """Whether it can have the declared name, or has it, and only its place is another one (a group's VPC)."""
        return kind.renames or kind.renamed or self.declared[address].name.lower() == found.name.lower()

    def _claim(self, kind: Kind[Any], address: Address, found: Found[Any], holder: Address | None) -> None:
        """Of two that claim one address, the one in the declared place has it; the other one is only mentioned."""
        twin = self.live.get(address)
        if twin is None or holder == address:
            self.live[address] = found
        else:
            twin = found
        if twin:
            self.notes.append(f"{kind.title} {twin.name} ({twin.identity}) is a twin of {address}: left alone")

    def _conflict(self, holder: Address, found: Found[Any], owner: ownership.Owner | None) -> None:
        kind = resources.kind(holder.kind)
        what, fix = f"{kind.title} {found.name} exists already and belongs to no stack", _IN_THE_WAY
        if owner:
            what = (
                f"{kind.title} {found.name} belongs to stack {owner.stack!r}, and {self.scope.stack!r} declares it too"
            )
            fix = "choose another name, or move it: list it below 'moved:' in both stacks"
        if kind.singleton:
            there = f"there is one only: to take it over, write 'adopt: {{{holder}: null}}' at the top of the spec"
            fix = "there is one only: take it out of one of the two stacks" if owner else there
        self.conflicts.append(Conflict(holder, what, fix))


def _linked(
    matched: _Matching,
    reader: Reader,
    lookups: Mapping[Lookup, tuple[str, ...]],
    going: Callable[[Address], bool],
    unseen: tuple[Unseen, ...],
    leaving: Address | None,
) -> Snapshot:
    out_of_sight = hidden(unseen)
    known, leaving_it = dict(matched.scope.known), dict[Ref, str]()
    for address, found in {**matched.live, **matched.retired}.items():
        for attribute, value in found.exports.items():
            (leaving_it if attribute in found.leaving else known)[Ref(address, attribute)] = value
    named = {ref: value for ref, value in known.items() if ref.target != leaving}
    reference, kept_up = links.by_value(named), links.by_value(leaving_it, named)

    def link(address: Address, found: Found[Any]) -> Live[Any]:
        follows = resources.kind(address.kind).follows_names
        return Live(address, found, mapped(found.spec, kept_up if follows else reference))

    scope = replace(matched.scope, known=known)
    retired = {address: link(address, found) for address, found in matched.retired.items()}
    stuck: dict[Address, str] = {}
    candidates = [
        live for live in retired.values() if not resources.kind(live.address.kind).stateful or going(live.address)
    ]
    arns = frozenset(live.exports.get("arn", "") for live in candidates if resources.kind(live.address.kind).stateful)
    outcomes = reader.each(lambda live: inspected(reader, live, scope, arns), candidates)
    for candidate, outcome in zip(candidates, outcomes, strict=True):
        if isinstance(outcome, str):
            stuck[candidate.address] = outcome
        else:
            retired[candidate.address] = outcome
    conflicts = sorted(matched.conflicts, key=lambda item: (item.address, item.what))
    return Snapshot(
        scope=scope,
        resources=matched.declared,
        live={address: link(address, found) for address, found in matched.live.items() if address not in out_of_sight},
        adopting=frozenset(matched.adopt),
        moving={address: str(arrivals[0].old) for address, arrivals in matched.moves.arrivals.items()},
        retired=retired,
        conflicts=tuple(item for item in conflicts if item.address not in out_of_sight),
        stuck=stuck,
        notes=tuple(sorted(matched.notes)),
        traces=traces(reader, _missing(matched, out_of_sight), matched.scope, matched.copies),
        lookups=lookups,
        unseen=unseen,
    )


def _missing(matched: _Matching, hidden: frozenset[Address]) -> list[Resource[Any]]:
    """What holds data, is declared, and is not there."""
    known = {*matched.live, *(conflict.address for conflict in matched.conflicts), *hidden}
    declared = (resource for address, resource in matched.declared.items() if address not in known)
    return [item for item in declared if resources.kind(item.address.kind).stateful is Stateful.DATA]
