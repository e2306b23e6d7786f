"""What becomes of things that are no longer declared: deleted, kept and why, let go, or given to another stack.

Nothing that holds data is deleted unless `Deletion` or the spec's ``removed:`` says so in so many words, and nothing
that something kept still uses (meaning §5). It makes no calls; `planner` turns what goes into steps.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from rds_secure import ownership, resources
from rds_secure.fields import Reference, mapped, values_of
from rds_secure.kind import Kind, Live, Resource, Stateful
from rds_secure.live import Snapshot
from rds_secure.live.sight import unsure
from rds_secure.plan.model import Action, Step
from rds_secure.spec.transfer import Safety
from rds_secure.values import Address, Ref, Value, leaves, refs

_Use: TypeAlias = tuple[Address, Address]
"""What is used, and by what."""

_Complaint: TypeAlias = tuple[Address, str, str]
"""Where it shows, what it is, and what to do."""

KEPT = "no longer declared, kept"


@dataclass(frozen=True, slots=True)
class Deletion:
    """What may be deleted beside what the spec names below ``removed:``.

    ``stateful``: the kinds of databases and keys to go, none by default. ``limit``: how many deletions of small things
    pass without being asked for in words; None for what the spec's ``safety:`` says. ``everything``: `destroy`, which
    needs no limit. ``final_snapshot``: whether databases leave one behind. ``at_most``: what a file outside of the spec
    allows; neither the spec nor ``limit`` goes beyond it.
    """

    stateful: frozenset[str] = frozenset()
    final_snapshot: bool = True
    limit: int | None = None
    everything: bool = False
    at_most: Safety | None = None


class Retirement:
    """The sorting of what is no longer declared, beside the steps of what is.

    ``kept``: what stays, and why. ``deleted``: what goes, with what its calls need to know. ``let_go``: what becomes
    nobody's. ``given``: what stays ours until another stack takes it; ``withdrawn``: what is kept, and given no longer.
    """

    def __init__(self, snapshot: Snapshot, deletion: Deletion, declared: Mapping[Address, Step]) -> None:
        self._snapshot, self._deletion = snapshot, deletion
        self._removed = snapshot.transfers.removed
        retired, given = snapshot.retired, snapshot.transfers.given
        self.given = {address: live for address, live in retired.items() if address in given}
        rest = {address: live for address, live in retired.items() if address not in given}
        self.let_go = {address: live for address, live in rest.items() if self._goes_free(address)}
        self._mortal = {address: live for address, live in rest.items() if address not in self.let_go}
        self.kept = self._keep(declared)
        self.withdrawn = [retired[address] for address in sorted(self.kept) if _is_offered(retired[address])]
        going = sorted(self._mortal.keys() - self.kept.keys())
        self.deleted = [self._with_wishes(self._mortal[address]) for address in going]

    def unmatched(self) -> Iterator[str]:
        """Entries of ``removed:`` for which there is nothing, which is no mistake: they were carried out."""
        for address in sorted(self._removed):
            unseen = any(address.kind in item.kinds for item in self._snapshot.unseen)
            if address not in self._snapshot.retired and not address.is_implied and not unseen:
                yield f"removed: there is no {address}, so its entry can be taken out"

    def complaints(self, steps: Iterable[Step]) -> Iterator[_Complaint]:
        """Why so much must not be deleted at once."""
        if self._deletion.everything:
            return
        yield from self._too_many()
        yield from self._not_alone(steps)

    def _goes_free(self, address: Address) -> bool:
        """Singletons are never deleted; anything else is let go where the spec says so."""
        entry = self._removed.get(address)
        return resources.kind(address.kind).singleton or (entry is not None and entry.keep)

    def _may_go(self, address: Address) -> bool:
        """Whether something that holds data may be deleted: asked for in words."""
        entry = self._removed.get(address)
        return address.kind in self._deletion.stateful or (entry is not None and not entry.keep)

    def _leaves_snapshot(self, address: Address) -> bool:
        entry = self._removed.get(address)
        return self._deletion.final_snapshot if entry is None else entry.final_snapshot

    def _with_wishes(self, live: Live[Any]) -> Live[Any]:
        """The live thing, with how it is to be deleted among its facts."""
        facts = dict(live.facts)
        if not self._leaves_snapshot(live.address):
            facts["skip_final_snapshot"] = True
        if entry := self._removed.get(live.address):
            facts["window_days"] = entry.window_days
            facts["delete_automated_backups"] = entry.delete_automated_backups
        return replace(live, found=replace(live.found, facts=facts))

    # What stays

    def _keep(self, declared: Mapping[Address, Step]) -> dict[Address, str]:
        """Why something retired stays: it holds data, it cannot go, or something that stays uses it."""
        retired = self._mortal
        kept = {address: reason for address, reason in self._snapshot.stuck.items() if address in retired}
        for address in retired:
            if resources.kind(address.kind).stateful and not self._may_go(address):
                kept[address] = str(retired[address].facts.get("kept", KEPT))
            elif reason := unsure(self._snapshot.unseen, resources.kind(address.kind)):
                kept[address] = reason
        for address, step in declared.items():
            for used in set(step.uses) & set(retired):
                # What is migrated stays, aside, and goes on using what it has.
                if step.action is Action.MIGRATE or not _lets_go(self._snapshot.live[address], step, retired[used]):
                    kept.setdefault(used, f"{address} still uses it")
        for part, address in _of_migrations(declared, retired):
            kept.setdefault(part, f"the migration of {address} needs it")
        for used, address in _named(self._snapshot.resources, retired):
            kept.setdefault(used, f"{address} names it")
        kept.update(self._needed_by_snapshots(kept))
        freed = self.let_go.keys() & self._removed.keys()
        staying = {**dict.fromkeys(freed, "let go"), **dict.fromkeys(self.given, "given away")}
        queue = [*kept, *staying]
        while queue:
            user = queue.pop()
            for used in uses(self._snapshot.retired[user]):
                if used in retired and used not in kept:
                    kept[used] = f"{user}, which is {staying.get(user, 'kept')}, uses it"
                    queue.append(used)
        return kept

    def _needed_by_snapshots(self, kept: Mapping[Address, str]) -> dict[Address, str]:
        """What the final snapshots of deleted databases are to be read or restored with: keys, option groups.

        Members of a cluster and the like leave no snapshot of their own (RDS-26), but backups may stay behind.
        """
        retired, needed = self._mortal, dict[Address, str]()
        leaving = [
            user
            for user in retired
            if user not in kept and resources.kind(user.kind).stateful is Stateful.DATA and self._leaves_snapshot(user)
        ]
        for user in sorted(leaving, key=lambda user: not retired[user].facts.get("skip_final_snapshot")):
            left = "what is left" if retired[user].facts.get("skip_final_snapshot") else "the final snapshot"
            for used in uses(retired[user]):
                if used in retired and _outlives(resources.kind(used.kind)):
                    needed[used] = f"{left} of {user} needs it"
        return needed

    # How much may go

    def _too_many(self) -> Iterator[_Complaint]:
        safety, at_most = self._snapshot.safety, self._deletion.at_most
        if at_most:
            safety = safety.tightened(at_most)
        owned = len(self._snapshot.live) + len(self._snapshot.retired)
        limit = min(safety.deletions, owned * safety.deletions_percent // 100)
        going = [live.address for live in self.deleted]
        small = [address for address in going if not (address in self._removed or address.is_implied)]
        if self._deletion.limit is not None:
            limit = min(self._deletion.limit, at_most.deletions) if at_most else self._deletion.limit
        if len(small) > limit:
            what = f"{len(small)} of the {owned} resources that this stack owns would be deleted: {_listed(small)}"
            asked = "" if self._deletion.limit is not None or at_most else " (safety: deletions, deletions_percent)"
            what = f"{what}; {limit} would pass{asked}"
            fix = f"if that is meant, pass --prune-limit {len(small)}"
            if at_most and len(small) > at_most.deletions:
                fix = f"delete them in several applies: the file of limits allows {at_most.deletions}"
            yield small[0], what, fix
        for stateful, most, title in (
            (Stateful.DATA, safety.databases, "databases"),
            (Stateful.KEY, safety.keys, "keys"),
        ):
            lost = [address for address in going if resources.kind(address.kind).stateful is stateful]
            if len(lost) > most:
                noun = title if len(lost) > 1 else title.removesuffix("s")
                what = f"{len(lost)} {noun} would be deleted in one apply, and {most} would pass: {_listed(lost)}"
                fix = f"remove them one apply after another, or write 'safety: {{{title}: {len(lost)}}}'"
                if at_most and len(lost) > getattr(at_most, title):
                    fix = f"the file of limits allows {getattr(at_most, title)} an apply"
                yield lost[0], what, fix

    def _not_alone(self, steps: Iterable[Step]) -> Iterator[_Complaint]:
        """A plan in which data is lost holds nothing else, so that nobody overlooks it in a long one (meaning §5)."""
        lost = {live.address for live in self.deleted if resources.kind(live.address.kind).stateful}
        if not lost:
            return
        alongside = lost | self._used_by(lost)
        others = [
            step.address
            for step in steps
            if step.operations and step.address not in alongside and not lost.intersection(step.uses)
        ]
        if others:
            first = min(lost)
            what = f"{_listed(sorted(lost))} would be deleted together with other changes: {_listed(others)}"
            yield first, what, "delete what holds data in an apply of its own: make the other changes before or after"

    def _used_by(self, lost: Iterable[Address]) -> set[Address]:
        """What is deleted as well because only what is lost used it: its groups, its implied parameter group."""
        going, found = {live.address for live in self.deleted}, set[Address]()
        queue = list(lost)
        while queue:
            for used in uses(self._snapshot.retired[queue.pop()]):
                if used in going and used not in found:
                    found.add(used)
                    queue.append(used)
        return found


def _of_migrations(declared: Mapping[Address, Step], retired: Iterable[Address]) -> Iterator[_Use]:
    """What is aside of something that is being migrated, and of which: it may be needed, before anything uses it."""
    migrating = {address.name: address for address, step in declared.items() if step.action is Action.MIGRATE}
    for part in retired:
        base, aside, _ = part.name.partition("#")
        if aside and base in migrating:  # of another kind, for a group of it is one too
            yield part, migrating[base]


def _is_offered(live: Live[Any]) -> bool:
    return ownership.OFFER in live.found.tags


def uses(live: Live[Any]) -> tuple[Address, ...]:
    """The resources of the stack that a live object refers to."""
    found = {ref.target for ref in refs(values_of(live.spec)) if ref.target != live.address}
    return tuple(sorted(found))


def _listed(addresses: Iterable[Address]) -> str:
    return ", ".join(map(str, addresses))


def _named(declared: Mapping[Address, Resource[Any]], retired: Mapping[Address, Live[Any]]) -> Iterator[_Use]:
    """What is retired and yet written somewhere by its id, ARN or name, as if it belonged to others; and where."""
    exports = ((address, value) for address, live in retired.items() for value in live.exports.values())
    index = {(address.kind, value.lower()): address for address, value in exports if value}
    found: list[Address] = []

    def leaf(value: Any, marker: Reference | None, many: bool) -> Any:
        if marker is not None and isinstance(value, str):
            found.extend(index[kind, value.lower()] for kind in marker.kinds if (kind, value.lower()) in index)
        return value

    for address, resource in declared.items() if index else ():
        mapped(resource.spec, leaf)
        yield from ((used, address) for used in found)
        found.clear()


def _lets_go(live: Live[Any], step: Step, used: Live[Any]) -> bool:
    """Whether a step takes away, at once, every reference of the live object to ``used``, and puts no other there."""
    for path, leaf in leaves(values_of(live.spec)):
        if isinstance(leaf, Ref) and leaf.target == used.address:
            changes = [change for change in step.changes if change.path.split(".")[0] == str(path[0])]
            if any(_says(change.new, used) for change in changes):
                return False
            if not any(leaf in refs(change.old) for change in changes if change.when != "window"):
                return False
    return True


def _says(value: Value, used: Live[Any]) -> bool:
    """Whether a new value names it, by a reference or by its id, ARN or name."""
    names = {name.lower() for name in used.exports.values() if name}
    written = (leaf.lower() for _, leaf in leaves(value) if isinstance(leaf, str))
    return any(ref.target == used.address for ref in refs(value)) or not names.isdisjoint(written)


def _outlives(kind: Kind[Any]) -> bool:
    """Whether a database's snapshot needs such a thing as much as the database did."""
    return kind.stateful is Stateful.KEY or kind.in_snapshots
