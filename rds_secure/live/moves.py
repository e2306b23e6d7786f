"""What `moved:` says of live things: whose they are from now on, and what keeps them from it. It reads nothing.

Inside a stack a thing only changes its address. Between stacks its owner marks it (`ownership.OFFER`) and goes on
keeping it; the other stack takes it when it finds that mark, so that nothing ever belongs to nobody (meaning §4).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from rds_secure import ownership
from rds_secure.kind import Found, Kind, Resource, Scope
from rds_secure.ownership import Owner
from rds_secure.spec.transfer import Place, Transfers
from rds_secure.values import Address


@dataclass(frozen=True, slots=True)
class Arrival:
    """A live thing that goes by another address from now on, and where it comes from."""

    old: Place
    found: Found[Any]


class Moves:
    """The entries of ``moved:``, and what was found for them."""

    def __init__(self, transfers: Transfers, scope: Scope) -> None:
        self._transfers, self._scope = transfers, scope
        self.arrivals: dict[Address, list[Arrival]] = {}

    def take(self, found: Found[Any], owner: Owner | None) -> bool:
        """Whether a thing moves to another address of this stack; it is noted if so."""
        if owner is None or owner.name.lower() != found.name.lower():  # a copy stays what it is (RDS-18)
            return False
        is_ours = owner.stack == self._scope.stack
        old = Place("" if is_ours else owner.stack, owner.address)
        new = self._transfers.moved.get(owner.address) if is_ours else self._transfers.taken.get(old)
        if new is not None:
            self.arrivals.setdefault(new, []).append(Arrival(old, found))
        return new is not None

    def untaken(self, live: Mapping[Address, Any]) -> Iterator[tuple[Address, Place]]:
        """What another stack was to give, and is neither there nor here."""
        for old, new in sorted(self._transfers.taken.items()):
            if new not in live and new not in self.arrivals and not new.is_implied:
                yield new, old

    def obstacle(self, kind: Kind[Any], arrival: Arrival, resource: Resource[Any]) -> tuple[str, str] | None:
        """What keeps a thing from its new address, and what to do; None if nothing does."""
        found, address = arrival.found, resource.address
        place = Place(self._scope.stack, address)
        if found.name.lower() != resource.name.lower():
            what = f"{address} was {arrival.old}, which is called {found.name} at AWS and not {resource.name}"
            return what, f"a move renames nothing: write '{kind.naming(found.name, found.spec)}'"
        if kind.home and found.tags.get(ownership.HOME) != self._scope.region:
            home = found.tags.get(ownership.HOME, "another region")
            return f"{kind.title} {found.name} belongs to region {home}", "a move leads to no other region"
        if arrival.old.stack and found.tags.get(ownership.OFFER) != str(place):
            what = f"{kind.title} {found.name} belongs to stack {arrival.old.stack!r}, which does not give it"
            entry = f"{{from: {arrival.old.address}, to: {place}}}"
            return what, f"write 'moved: [{entry}]' in that stack and apply it, then apply this one"
        return None
