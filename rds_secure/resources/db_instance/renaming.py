"""Another name for an instance: what it is asked of, and what keeps it from that. `database.rename` has the calls."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from rds_secure import ownership, tagging
from rds_secure.database import holders, rename
from rds_secure.kind import Change, Found, Reader, Renaming, Wanted
from rds_secure.resources.db_instance import waits
from rds_secure.resources.db_instance.migration import look, marks
from rds_secure.resources.db_instance.migration.marks import Part
from rds_secure.resources.db_instance.spec import DbInstanceSpec
from rds_secure.values import Address, Ref


def with_holders(
    reader: Reader, found: Found[DbInstanceSpec], wanted: Wanted, described: Mapping[str, Any]
) -> Found[DbInstanceSpec]:
    """The same; where it is to have another name, with what keeps it from that. ``described``: by identity."""
    if look.of(found) or not rename.asked("db_instance", found, wanted):
        return found
    return rename.about_to(found, _holders(reader, found, described))


def _holders(reader: Reader, found: Found[DbInstanceSpec], described: Mapping[str, Any]) -> Iterator[str]:
    """Read replicas go on: RDS keeps them with it (RDS-30)."""
    item = described[found.name.lower()]
    yield from holders.copies(item)
    if str(item.get("Engine", "")).startswith("custom-"):
        yield "it is an RDS Custom instance"
    yield from holders.around(reader, found.name, found.exports["arn"])
    migration, part = marks.part(found.tags)
    if part in (Part.BACK, *marks.ON_THE_WAY):
        yield "a migration of it was begun and taken back, and what is left of that goes by its name"
    for name, other in sorted(described.items() if migration else ()):
        kept = tagging.mapping(other.get("TagList")).get(ownership.MIGRATION)
        if name != found.name.lower() and kept == migration:
            yield f"database {name} is kept aside from its migration, and could not take its place again"


def renaming(change: Change[DbInstanceSpec]) -> Renaming | None:
    """All of a rename, or what is left of it; None where there is none."""
    state, resource = look.of(change.live.found), change.resource
    if state is None:
        ready = waits.ready(resource.name, window=True)
        return rename.renaming(change, rename.INSTANCE, ready, after=_after(change))
    if state.names.name.lower() == resource.name.lower():
        return None
    what = f"{resource.address} cannot be renamed in the middle of migration {state.id}"
    return Renaming(obstacles=((what, f"write 'name: {state.names.name}' until that is done"),))


def _after(change: Change[DbInstanceSpec]) -> tuple[Address, ...]:
    """Its cluster: while that gets a name of its own, it gives none to its instances."""
    cluster = change.live.spec.cluster
    return (cluster.target,) if isinstance(cluster, Ref) else ()
