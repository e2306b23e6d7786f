"""What an approval is bound to (meaning §6): one digest of the steps and of what they were derived from.

It covers the format, where the stack lives, the steps, what look-ups found, and the live values of what is declared or
no longer declared. Not strangers, not notes, and nothing that is left to AWS: those may change under an approved plan.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any, TypeAlias

from pydantic import BaseModel

from rds_secure import documents, resources
from rds_secure.fields import Mode, ResourceSpec, ignored, markers, plain
from rds_secure.kind import Kind
from rds_secure.live import Snapshot
from rds_secure.plan.model import FORMAT, Step, as_json
from rds_secure.values import Ref, Value, digest, resolve

_Member: TypeAlias = tuple[str, Value]
"""A member of a set, with the path of its field."""


def approval(snapshot: Snapshot, steps: Iterable[Step]) -> str:
    """The digest of a plan, 43 base64url characters; equal for equal steps out of equal values."""
    scope = (FORMAT, snapshot.scope.account, snapshot.scope.region, snapshot.scope.stack)
    made = {step.address: step for step in steps}
    live = {}
    for address, found in {**snapshot.live, **snapshot.retired}.items():
        declared = snapshot.resources[address].spec if address in snapshot.live else None
        step = made.get(address)
        strangers = [(change.path, change.old) for change in step.strangers] if step else []
        kind = resources.kind(address.kind)
        values = dict(_values(kind, found.spec, declared, snapshot.scope.known, strangers))
        flushed = step is not None and step.operations and getattr(declared, "when", "") == "now"
        live[str(address)] = {"values": values, "parked": dict(found.found.pending)} if flushed else values
    shown = tuple(as_json(replace(step, strangers=(), notes=())) for step in made.values())
    lookups = sorted((str(lookup), matches) for lookup, matches in snapshot.lookups.items())
    return digest((scope, shown, as_json(live), tuple(lookups)))


def _values(
    kind: Kind[Any],
    part: BaseModel,
    declared: BaseModel | None,
    known: Mapping[Ref, str],
    strangers: Collection[_Member],
    prefix: str = "",
) -> Iterator[tuple[str, Value]]:
    """The fields that were compared, with their values; members of sets by their labels, whatever their order."""
    others = ignored(declared) if isinstance(declared, ResourceSpec) else frozenset[str]()
    for name, marker in markers(type(part)).items():
        path, value, wanted = f"{prefix}{name}", getattr(part, name), getattr(declared, name, None)
        is_left = declared is not None and wanted is None and marker.mode is not Mode.ENFORCED
        if marker.mode is Mode.META or is_left or name in others:
            continue
        if isinstance(value, BaseModel):
            inner = wanted if isinstance(wanted, BaseModel) else None
            yield from _values(kind, value, inner, known, strangers, f"{path}.")
        elif marker.as_set:
            members = [member for member in map(plain, value or ()) if not kind.foreign(path, member)]
            ours = [member for member in members if (path, member) not in strangers]
            yield path, {kind.member(path, resolve(member, known)): member for member in ours}
        else:
            yield path, documents.canonical(value) if marker.document else plain(value)
