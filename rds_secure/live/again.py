"""One object of a snapshot, read once more: what a deletion looks at right before it. It compares nothing."""

from __future__ import annotations

from typing import Any

from rds_secure import resources
from rds_secure.fields import mapped
from rds_secure.kind import Found, Live, Reader, Stateful, Wanted
from rds_secure.live import links
from rds_secure.live.closer import inspected
from rds_secure.live.snapshot import Snapshot


def read_again(live: Live[Any], snapshot: Snapshot, reader: Reader) -> Live[Any] | None:
    """The same object as it is now, or None where it is gone; a denied read raises (meaning §8).

    A database that somebody renamed is not gone: it keeps its resource id (RDS-30).
    """
    kind, found = resources.kind(live.address.kind), live.found
    tagged = {value: found.tags for value in found.exports.values() if value.startswith("arn:")}
    names = frozenset({found.identity, *found.exports.values()})
    wanted = Wanted(snapshot.scope, frozenset({found.identity}), tagged, names, declared=snapshot.resources)
    reference = links.by_value(snapshot.scope.known)
    others: list[Found[Any]] = []
    for item in kind.read(reader, wanted):
        if item.identity == found.identity and item.name == found.name:
            return Live(live.address, item, mapped(item.spec, reference))
        others.append(item)
    if kind.stateful is Stateful.DATA and (known := found.exports.get("resource_id")):
        renamed = (item for item in others if item.exports.get("resource_id") == known)
        return next((Live(live.address, item, mapped(item.spec, reference)) for item in renamed), None)
    return None


def needed(live: Live[Any], snapshot: Snapshot, reader: Reader, going: frozenset[str]) -> str:
    """Why a key must stay after all, or "": what uses it now, but for the ARNs that are ``going`` with it."""
    if resources.kind(live.address.kind).stateful is not Stateful.KEY or live.found.blocked:
        return ""
    said = inspected(reader, live, snapshot.scope, going)
    return f"{live.address} must stay: {said}" if isinstance(said, str) else ""
