"""What changes hands: `moved:`, `removed:` and `safety:` of a spec, checked as far as that goes without AWS.

What becomes of them is decided where live things are matched to addresses, and in the plan (meaning §4, §5).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, NamedTuple, TypeAlias

from pydantic import Field as Setting

from rds_secure import resources
from rds_secure.errors import Location
from rds_secure.fields import Bool, Int, Part, Pattern, Str
from rds_secure.interpolation import KEY
from rds_secure.kind import Kind, Stateful
from rds_secure.spec.source import Path, Source
from rds_secure.spec.suggest import suggestion
from rds_secure.values import Address

Report: TypeAlias = Callable[[str, str, Location | None], None]
"""Takes a problem: what, what to do, where."""

_ADDRESS = rf"[a-z_]+\.{KEY}"
_PLACE = rf"({KEY}/)?{_ADDRESS}"
_ASIDE = rf"{_ADDRESS}(#[a-z]+-[a-z0-9-]+)?"
"""Of something declared, or of what a migration left aside: ``db_instance.orders#old-k3f9zq2w``."""
_HERE = "an address: kind.key"

Days = Annotated[Int, Setting(ge=7, le=30)]
Limit = Annotated[Int, Setting(ge=0)]


class Place(NamedTuple):
    """An address in a stack; ``stack`` is "" in the one at hand."""

    stack: str
    address: Address

    def __str__(self) -> str:
        return f"{self.stack}/{self.address}" if self.stack else str(self.address)

    @classmethod
    def parse(cls, text: str) -> Place:
        """``kind.key`` or ``stack/kind.key``."""
        stack, _, address = text.rpartition("/")
        return cls(stack, Address.parse(address))


class Moved(Part):
    """A resource that has another address from now on: another key, or one in another stack."""

    from_: Annotated[Str, Pattern(_PLACE, f"{_HERE}, or stack/kind.key")] = Setting(alias="from")
    """Where it was: kind.key, or stack/kind.key where another stack gives it."""
    to: Annotated[Str, Pattern(_PLACE, f"{_HERE}, or stack/kind.key")]
    """Where it is: kind.key, or stack/kind.key where another stack takes it."""


class Removed(Part):
    """A resource that is declared no longer, and what is to become of it."""

    address: Annotated[Str, Pattern(_ASIDE, _HERE)]
    """Its address when it was declared: kind.key; or, of what a migration left, kind.key#old-…"""
    keep: Bool
    """true: it stays, as nobody's; our tags come off. false: it is deleted, databases and keys as well."""
    final_snapshot: Bool = True
    """Whether a database leaves a final snapshot behind."""
    delete_automated_backups: Bool = False
    """Whether a database's automated backups go with it."""
    window_days: Days = 30
    """How long a key, or a secret with a data key, waits for its deletion and can be had back: 7 to 30 days."""


class Safety(Part):
    """How many deletions pass in one apply; more are refused. A file given with `--safety` can only tighten it."""

    deletions: Limit = 5
    """Small things (groups, policies, roles …) which are deleted because they are no longer declared."""
    deletions_percent: Annotated[Int, Setting(ge=0, le=100)] = 20
    """The same, as a part of all that the stack owns."""
    databases: Limit = 1
    """Databases and clusters, each of them named below `removed:`."""
    keys: Limit = 1
    """KMS keys and data keys, each of them named below `removed:`."""

    def tightened(self, other: Safety) -> Safety:
        """The lower limit of each two."""
        lower = {name: min(getattr(self, name), getattr(other, name)) for name in type(self).model_fields}
        return type(self)(**lower)


@dataclass(frozen=True, slots=True)
class Transfers:
    """What changes hands in a stack.

    ``moved``: old address → new one, inside the stack. ``given``: what another stack takes, and where to.
    ``taken``: a place in another stack → the address here. ``removed``: what is to become of what is gone.
    """

    moved: Mapping[Address, Address] = field(default_factory=dict)
    given: Mapping[Address, Place] = field(default_factory=dict)
    taken: Mapping[Place, Address] = field(default_factory=dict)
    removed: Mapping[Address, Removed] = field(default_factory=dict)


def transfers(stack: str, sources: Sequence[Source], declared: Collection[Address], report: Report) -> Transfers:
    """What the sound headers of a stack's files say of it; ``declared``: every address that is written."""
    found = _Collection(stack, declared, report)
    for source, path, entry in _entries(sources, "moved", Moved):
        found.move(entry, source, path)
    found.settle()
    for source, path, entry in _entries(sources, "removed", Removed):
        found.remove(entry, source, path)
    return Transfers(found.moved, found.given, found.taken, found.removed)


def _entries(sources: Sequence[Source], word: str, part: type[Any]) -> Iterator[tuple[Source, Path, Any]]:
    for source in sources:
        for index, data in enumerate(source.data.get(word) or ()):
            yield source, (word, index), part.model_validate(data)


class _Collection:
    def __init__(self, stack: str, declared: Collection[Address], report: Report) -> None:
        self.stack, self.declared, self.report = stack, declared, report
        self.moved: dict[Address, Address] = {}
        self.given: dict[Address, Place] = {}
        self.taken: dict[Place, Address] = {}
        self.removed: dict[Address, Removed] = {}
        self._at: dict[Place, Location] = {}
        self._targets: dict[Place, Location] = {}

    def move(self, entry: Moved, source: Source, path: Path) -> None:
        """One entry of ``moved:``."""
        old, new = self._place(entry.from_), self._place(entry.to)
        at, to = source.at((*path, "from")), source.at((*path, "to"))
        kind = self._kind(old.address, at)
        if kind is None or self._kind(new.address, to) is None:
            return
        if old.address.kind != new.address.kind:
            self.report(f"{old} and {new} are of two kinds", "a thing keeps its kind: correct one of the two", to)
        elif old.stack and new.stack:
            self.report(
                "both places are in other stacks", f"write one of them without a stack: it is in {self.stack}", at
            )
        elif old == new:
            self.report(f"{new} would move to where it is", "take the entry out", to)
        elif old in self._at:
            self.report(f"{old} is moved at {self._at[old]} already", "keep one of the two", at)
        elif new in self._targets:
            self.report(f"something moves to {new} at {self._targets[new]} already", "keep one of the two", to)
        elif not kind.taggable and not kind.setting:
            fix = "take the entry out: AWS takes no tags of it, so that nothing says its address"
            self.report(f"no {kind.title} can be moved", fix, at)
        elif not old.stack and old.address in self.declared:
            self.report(f"{old} is declared still", "rename its key below 'resources:', or take the entry out", at)
        else:
            self._at[old], self._targets[new] = at, to
            self._note(old, new)
            if kind.implies:
                self._note(
                    Place(old.stack, old.address.bringing(kind.implies)),
                    Place(new.stack, new.address.bringing(kind.implies)),
                )

    def _note(self, old: Place, new: Place) -> None:
        if old.stack:
            self.taken[old] = new.address
        elif new.stack:
            self.given[old.address] = new
        else:
            self.moved[old.address] = new.address

    def settle(self) -> None:
        """Follow entries that go on from one another, and see that each leads to something declared."""
        for old in list(self.moved):
            seen = {old}
            while (new := self.moved[old]) in self.moved and new not in seen:
                seen.add(new)
                self.moved[old] = self.moved[new]
            if new in seen:
                self.report(f"{old} moves in a circle", "take one of the entries out", self._at[Place("", old)])
            elif new in self.given:
                self.given[old] = self.given[new]
                del self.moved[old]
            else:
                self._is_declared(new)
        for place, new in list(self.taken.items()):
            self.taken[place] = self.moved.get(new, new)
            self._is_declared(self.taken[place])

    def _is_declared(self, address: Address) -> None:
        if address not in self.declared and not address.is_implied:
            at = self._targets.get(Place("", address))
            self.report(f"{address} is to be what was moved, and is not declared", "declare it below 'resources:'", at)

    def remove(self, entry: Removed, source: Source, path: Path) -> None:
        """One entry of ``removed:``."""
        address, at = Address.parse(entry.address), source.at((*path, "address"))
        kind = self._kind(address, at)
        if kind is None:
            return
        if address in self.declared:
            self.report(f"{address} is declared, and removed as well", "keep one of the two", at)
        elif address in self.removed:
            self.report(f"{address} is removed twice", "keep one of the two entries", at)
        elif Place("", address) in self._at:
            self.report(f"{address} is moved, and removed as well", "keep one of the two entries", at)
        elif kind.setting:
            fix = "take the entry out: it is a setting, which goes on as it is when it is declared no longer"
            self.report(f"no {kind.title} can be removed", fix, at)
        elif kind.singleton and not entry.keep:
            fix = "write 'keep: true': there is one only, which stays as it is"
            self.report(f"no {kind.title} is ever deleted", fix, at)
        elif entry.keep and not kind.taggable:
            fix = "there are no tags to take off: declare it, or let it be deleted with 'keep: false'"
            self.report(f"no {kind.title} can be let go of", fix, at)
        elif unfit := next((name for name in _unfit(entry, kind) if name in entry.model_fields_set), None):
            self.report(f"{unfit!r} means nothing for this", _MEANS[unfit], source.key_at((*path, unfit)))
        else:
            self.removed[address] = entry
            if entry.keep and kind.implies:
                self.removed[address.bringing(kind.implies)] = entry

    def _place(self, text: str) -> Place:
        place = Place.parse(text)
        return Place("" if place.stack == self.stack else place.stack, place.address)

    def _kind(self, address: Address, at: Location | None) -> Kind[Any] | None:
        kind = resources.KINDS_BY_NAME.get(address.kind)
        if kind is None:
            self.report(f"there is no kind {address.kind!r}", suggestion(address.kind, resources.KINDS_BY_NAME), at)
        return kind


_MEANS = {
    "final_snapshot": "take it out: only databases that are deleted leave a snapshot",
    "delete_automated_backups": "take it out: only databases that are deleted have automated backups",
    "window_days": "take it out: only keys that are deleted wait for it",
}


def _unfit(entry: Removed, kind: Kind[Any]) -> Iterator[str]:
    """The fields that mean nothing for such a thing, or for one that stays."""
    if entry.keep or kind.stateful is not Stateful.DATA:
        yield from ("final_snapshot", "delete_automated_backups")
    if entry.keep or kind.stateful is not Stateful.KEY:
        yield "window_days"
