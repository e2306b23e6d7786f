"""A closer look where something could be lost: before a deletion, before a database is made anew. It decides nothing.

What cannot be seen is unknown (meaning §8), and said in the place of what would have been found.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from rds_secure import resources
from rds_secure.errors import DeniedError, UnsupportedError
from rds_secure.kind import Live, Reader, Resource, Scope
from rds_secure.values import Address


def traces(reader: Reader, missing: Iterable[Resource[Any]], scope: Scope) -> dict[Address, tuple[str, ...]]:
    """What databases that are declared and missing have left behind, those that have."""

    def look(resource: Resource[Any]) -> tuple[str, ...]:
        try:
            return resources.kind(resource.address.kind).traces(reader, resource, scope)
        except (DeniedError, UnsupportedError) as error:
            return (f"what it left could not be seen: {error.service} {error.action}: {error.code}",)

    asked = list(missing)
    found = zip(asked, reader.each(look, asked), strict=True)
    return {resource.address: left for resource, left in found if left}


def inspected(reader: Reader, live: Live[Any], scope: Scope, going: frozenset[str]) -> Live[Any] | str:
    """The kind's closer look at something that may be deleted; or why it must stay."""
    try:
        return resources.kind(live.address.kind).inspect(reader, live, scope, going)
    except (DeniedError, UnsupportedError) as error:
        return f"what it holds could not be seen: {error.service} {error.action}: {error.code}"
