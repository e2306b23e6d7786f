"""A closer look where something could be lost: before a deletion, before a database is made anew. It decides nothing.

What cannot be seen is unknown (meaning §8), and said in the place of what would have been found.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from rds_secure import resources
from rds_secure.errors import DeniedError, UnsupportedError
from rds_secure.kind import Found, Live, Reader, Resource, Scope
from rds_secure.values import Address


def traces(
    reader: Reader,
    missing: Iterable[Resource[Any]],
    scope: Scope,
    copies: Mapping[Address, Iterable[Found[Any]]] | None = None,
) -> dict[Address, tuple[str, ...]]:
    """What databases that are declared and missing have left behind, those that have.

    ``copies``: what has the tags of an address and another name than these tell (RDS-18). Somebody may have renamed it
    by hand: then it is no copy, but the database itself, and another one in its place would be empty.
    """

    def look(resource: Resource[Any]) -> tuple[str, ...]:
        try:
            return resources.kind(resource.address.kind).traces(reader, resource, scope)
        except (DeniedError, UnsupportedError) as error:
            return (f"what it left could not be seen: {error.service} {error.action}: {error.code}",)

    asked = list(missing)
    found = dict(zip((resource.address for resource in asked), reader.each(look, asked), strict=True))
    left = {address: (*_copied(address, (copies or {}).get(address, ())), *said) for address, said in found.items()}
    return {address: said for address, said in left.items() if said}


def _copied(address: Address, copies: Iterable[Found[Any]]) -> Iterator[str]:
    title = resources.kind(address.kind).title
    for name in sorted(copy.name for copy in copies):
        adopted = f"write 'name: {name}' and 'adopt: {{{address}: {name}}}' to go on with it, if it was renamed by hand"
        yield f"{title} {name}, which has its tags: {adopted}"


def inspected(reader: Reader, live: Live[Any], scope: Scope, going: frozenset[str]) -> Live[Any] | str:
    """The kind's closer look at something that may be deleted; or why it must stay."""
    try:
        return resources.kind(live.address.kind).inspect(reader, live, scope, going)
    except (DeniedError, UnsupportedError) as error:
        return f"what it holds could not be seen: {error.service} {error.action}: {error.code}"
