"""How a declared spec and a live one differ: generic, driven by the fields' markers. It knows no kind by name."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from pydantic import BaseModel

from rds_secure import documents
from rds_secure.fields import Field, Mode, ignored, markers, plain
from rds_secure.kind import FieldChange, Kind, Live, Resource
from rds_secure.values import Ref, Value, resolve

_SIGN = re.compile(r"(^| )[+-] ")


@dataclass(slots=True)
class Difference:
    """The differences, by what is to be done about them.

    ``changes`` are settled; ``refused`` cannot be, each with its advice; ``noted`` can not be either and do not matter;
    ``pending`` are parked by AWS; ``strangers`` are others' members of a shared set.
    """

    changes: list[FieldChange] = field(default_factory=list)
    refused: list[tuple[FieldChange, str]] = field(default_factory=list)
    noted: list[FieldChange] = field(default_factory=list)
    pending: list[FieldChange] = field(default_factory=list)
    strangers: list[FieldChange] = field(default_factory=list)


def diff(kind: Kind[Any], resource: Resource[Any], live: Live[Any], known: Mapping[Ref, str]) -> Difference:
    """Compare a normalised declared spec with the live one, every known reference resolved on both sides."""
    return _Comparison(kind, resource, live, known).run()


class _Comparison:
    def __init__(self, kind: Kind[Any], resource: Resource[Any], live: Live[Any], known: Mapping[Ref, str]) -> None:
        self.kind, self.resource, self.live, self.known = kind, resource, live, known
        self.result = Difference()

    def run(self) -> Difference:
        wanted, live = self.resource.spec, self.live.spec
        left = ignored(wanted)
        for name, marker in markers(type(wanted)).items():
            if marker.mode is not Mode.META and name not in left:
                self._field(name, marker, getattr(wanted, name), getattr(live, name))
        return self.result

    def _field(self, path: str, marker: Field, wanted: Any, live: Any) -> None:
        if isinstance(wanted, BaseModel) and isinstance(live, BaseModel):
            for name, inner in markers(type(wanted)).items():
                self._field(f"{path}.{name}", inner, getattr(wanted, name), getattr(live, name))
        elif wanted is None and marker.mode is not Mode.ENFORCED:
            return
        elif marker.as_set:
            self._members(path, marker, _keyed(self, path, wanted), _keyed(self, path, live))
        elif isinstance(wanted, Mapping) and isinstance(live, Mapping) and not marker.document:
            self._members(path, marker, _entries(wanted), _entries(live))
        else:
            self._value(path, marker, plain(wanted), plain(live))

    def _value(self, path: str, marker: Field, wanted: Value, live: Value) -> None:
        parked = self.live.found.pending
        if path in parked:
            self._parked(path, marker, wanted, live, parked[path])
        elif not self._same(path, marker, wanted, live):
            detail: tuple[str, ...] = ()
            if marker.document:
                old, new = resolve(live or {}, self.known), resolve(wanted or {}, self.known)
                detail = tuple(line for change in documents.diff(old, new) for line in _lines(change))
            change = FieldChange(path, old=live, new=wanted, when=self._when(marker), detail=detail)
            self._file(marker, change)

    def _parked(self, path: str, marker: Field, wanted: Value, live: Value, parked: Value) -> None:
        """What a parked value makes of a difference (RDS-2): it may be what is wanted, or in the way of it."""
        change = FieldChange(path, old=live, new=wanted, when=self._when(marker), parked=parked)
        if not self._same(path, marker, wanted, parked):
            self._file(marker, replace(change, note="replaces the parked value"))
        elif self._same(path, marker, wanted, live):
            return
        elif change.when == "now":
            self._file(marker, replace(change, note="parked for the window so far"))
        else:
            self.result.pending.append(replace(change, when="window", note="parked by AWS"))

    def _same(self, path: str, marker: Field, wanted: Value, live: Value) -> bool:
        left, right = resolve(wanted, self.known), resolve(live, self.known)
        if left == right or (marker.document and documents.equal(left or {}, right or {})):
            return True
        if marker.mode is Mode.FLOOR and isinstance(left, int) and isinstance(right, int):
            return right >= left
        ours = self.resource.spec.model_copy(update={path: left})
        theirs = self.live.spec.model_copy(update={path: right})
        return bool(self.kind.same(path, ours, theirs))

    def _members(self, path: str, marker: Field, wanted: dict[str, Value], live: dict[str, Value]) -> None:
        exclusive = not marker.shared or getattr(self.resource.spec, "exclusive", True)
        for key in sorted({*wanted, *live}):
            new, old = wanted.get(key), live.get(key)
            if key in wanted and key in live and resolve(new, self.known) == resolve(old, self.known):
                continue
            if key not in wanted and self.kind.foreign(path, old):
                continue
            member = self.kind.member(path, new if key in wanted else old) if marker.as_set else key
            change = FieldChange(path, old=old, new=new, member=member, when=self._when(marker))
            if key not in wanted and not exclusive:
                self.result.strangers.append(change)
            else:
                self._file(marker, change)

    def _file(self, marker: Field, change: FieldChange) -> None:
        change = replace(change, when=self.kind.takes_effect(change, self.resource, self.live))
        if marker.mode is Mode.CREATE_ONLY:
            self.result.refused.append((change, self.kind.advice(change.path, self.resource, self.live)))
        elif advice := self.kind.refuses(change, self.resource, self.live):
            self.result.refused.append((change, advice))
        elif marker.mode is Mode.NOTED:
            self.result.noted.append(change)
        else:
            self.result.changes.append(change)

    def _when(self, marker: Field) -> str:
        if marker.applies == "window":
            return str(getattr(self.resource.spec, "when", "window"))
        return marker.applies if marker.applies in ("now", "reboot") else ""


def _keyed(comparison: _Comparison, path: str, values: Any) -> dict[str, Value]:
    """The members of a set by their identity, which the kind decides on resolved values."""
    members = [plain(value) for value in values or ()]
    return {comparison.kind.member(path, resolve(member, comparison.known)): member for member in members}


def _entries(values: Mapping[str, Any]) -> dict[str, Value]:
    return {key: plain(value) for key, value in values.items()}


def _lines(change: documents.StatementChange) -> tuple[str, ...]:
    """A statement's change as text: its label, and what changes inside."""
    if change.verb == "changed":
        return (f"~ {change.label}", *(f"    {detail}" for detail in change.details))
    # All of a statement comes or goes, so the sign in front says it for its parts.
    parts = (_SIGN.sub(r"\1", detail) for detail in change.details if not detail.startswith("sid:"))
    return (f"{'+' if change.verb == 'added' else '-'} {change.label}", *(f"    {detail}" for detail in parts))
