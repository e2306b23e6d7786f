"""What an approval is bound to (semantics.md §6): one digest of the steps and of what they were derived from.

It covers the format, where the stack lives, the steps, what look-ups found, and the live values of what is declared or
to be deleted. Not strangers, not notes, and nothing that is left to AWS: those may change and the plan stays approved.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from pydantic import BaseModel

from rds_secure import documents, resources
from rds_secure.fields import Mode, markers, plain
from rds_secure.kind import Kind, Live
from rds_secure.live import Snapshot
from rds_secure.plan.model import FORMAT, Step, as_json
from rds_secure.values import Address, Value, digest, resolve


def approval(snapshot: Snapshot, steps: Iterable[Step]) -> str:
    """The digest of a plan: 43 base64url characters."""
    scope = (FORMAT, snapshot.scope.account, snapshot.scope.region, snapshot.scope.stack)
    steps = tuple(steps)
    strangers = {step.address: [(change.path, change.old) for change in step.strangers] for step in steps}
    live = {
        str(address): _values(snapshot, found, strangers.get(address, []))
        for address, found in {**snapshot.live, **snapshot.retired}.items()
    }
    made = [as_json(replace(step, strangers=(), notes=())) for step in steps]
    lookups = sorted((str(lookup), matches) for lookup, matches in snapshot.lookups.items())
    return digest((scope, tuple(made), live, tuple(lookups)))


def _values(snapshot: Snapshot, live: Live[Any], strangers: list[tuple[str, Value]]) -> dict[str, Value]:
    """The live values that were compared: sets by their labels, so that their order does not matter."""
    kind, declared = resources.kind(live.address.kind), snapshot.resources.get(live.address)
    wanted = declared.spec if declared and live.address in snapshot.live else None
    found: dict[str, Value] = {}

    def add(prefix: str, part: BaseModel, wanted: BaseModel | None) -> None:
        for name, marker in markers(type(part)).items():
            path, value, asked = f"{prefix}{name}", getattr(part, name), getattr(wanted, name, ())
            if marker.mode is Mode.META or (asked is None and marker.mode is not Mode.ENFORCED):
                continue
            if isinstance(value, BaseModel):
                add(f"{path}.", value, asked if isinstance(asked, BaseModel) else None)
            elif marker.as_set:
                members = (plain(member) for member in value or ())
                kept = (member for member in members if (path, member) not in strangers)
                found[path] = {kind.member(path, resolve(member, snapshot.scope.known)): member for member in kept}
            else:
                found[path] = documents.canonical(value or {}) if marker.document else plain(value)

    add("", live.spec, wanted)
    return found
