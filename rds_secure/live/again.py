"""One object of a snapshot, read once more: what a deletion looks at right before it. It compares nothing."""

from __future__ import annotations

from typing import Any

from rds_secure import resources
from rds_secure.fields import mapped
from rds_secure.kind import Live, Reader, Wanted
from rds_secure.live import links
from rds_secure.live.snapshot import Snapshot


def read_again(live: Live[Any], snapshot: Snapshot, reader: Reader) -> Live[Any] | None:
    """The same object as it is now, or None where there is none of its name; a denied read raises (meaning §8)."""
    kind, found = resources.kind(live.address.kind), live.found
    tagged = {value: found.tags for value in found.exports.values() if value.startswith("arn:")}
    names = frozenset({found.identity, *found.exports.values()})
    wanted = Wanted(snapshot.scope, frozenset({found.identity}), tagged, names, declared=snapshot.resources)
    reference = links.by_value(snapshot.scope.known)
    for item in kind.read(reader, wanted):
        if item.identity == found.identity and item.name == found.name:
            return Live(live.address, item, mapped(item.spec, reference))
    return None
