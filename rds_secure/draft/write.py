"""How what exists is written in a spec: what differs from the defaults, with references. It chooses nothing.

The planner's own comparison decides what has to be written, so that a plan of the draft has nothing to change.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from rds_secure import ownership, resources
from rds_secure.fields import Field, Mode, Tagged, markers, reference_of
from rds_secure.kind import Complaint, Kind, Live, Resource, Scope
from rds_secure.plan.diff import diff
from rds_secure.values import Address, Ref, Text, Value


@dataclass(frozen=True, slots=True)
class Entry:
    """One resource as it is to be written: its fields in order, and what to say above some of them.

    ``adopt`` is the value of its line below ``adopt:``; None where its AWS name is enough. ``remarks``: what it has at
    AWS that no field says.
    """

    address: Address
    fields: Mapping[str, Value]
    comments: Mapping[str, str]
    adopt: str | None
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Draft:
    """A spec that is not a file yet."""

    stack: str
    account: str
    region: str
    entries: tuple[Entry, ...]


def write(chosen: Iterable[Live[Any]], scope: Scope) -> Draft:
    """The draft of a stack that owns these."""
    lives = {live.address: live for live in chosen}
    known = {
        Ref(address, attribute): value for address, live in lives.items() for attribute, value in live.exports.items()
    }
    scope = replace(scope, known=known)
    entries = tuple(_Writer(live, scope).entry() for _, live in sorted(lives.items()))
    return Draft(scope.stack, scope.account, scope.region, entries)


class _Writer:
    def __init__(self, live: Live[Any], scope: Scope) -> None:
        self.live, self.scope = live, scope
        self.kind: Kind[Any] = resources.kind(live.address.kind)
        self.spec = self.kind.draft(live)
        self.fields = markers(type(self.spec))
        self.infos: Mapping[str, FieldInfo] = type(self.spec).model_fields
        self.defaults = {name: info.get_default(call_default_factory=True) for name, info in self.infos.items()}

    def entry(self) -> Entry:
        written = {name for name, marker in self.fields.items() if self._always(name, marker)}
        left = self._differences(written)
        while left - written:
            written |= left
            left = self._differences(written)
        written |= self._needed(written)
        written = {name for name in written if getattr(self.spec, name) is not None}
        name = {} if self._name_follows() else {"name": self.live.name}
        tags = self._tags()
        values = {
            name: _as_written(getattr(self.spec, name), self.infos[name]) for name in self.fields if name in written
        }
        comments = {name: f"the default is {_plain(self.defaults[name])}" for name in self._less_than_default(written)}
        comments |= dict.fromkeys(left & written, "AWS has something here that a spec cannot say")
        adopt = self.live.exports.get(self.kind.adopted_by)
        return Entry(self.live.address, {**name, **values, **tags}, comments, adopt, tuple(self.kind.unsaid(self.live)))

    def _always(self, name: str, marker: Field) -> bool:
        """What is written whatever its default: what is required, versions and sizes, and what it refers to."""
        if marker.mode is Mode.META:
            return False
        info, value = self.infos[name], getattr(self.spec, name)
        if info.is_required() or marker.mode in (Mode.PREFIX, Mode.FLOOR):
            return True
        if marker.mode is Mode.ENFORCED and isinstance(value, str | int):
            return bool(value != self.defaults[name])
        return value not in (None, ()) and reference_of(info) is not None

    def _differences(self, written: set[str]) -> set[str]:
        """The fields that a plan would change, refuse or note, if only these were written."""
        spec, as_written = self._with_defaults(written)
        resource = Resource(self.live.address, self.live.name, spec, as_written, self.live.found.tags)
        resource = replace(resource, spec=self.kind.normalise(resource, self.live, self.scope))
        found = diff(self.kind, resource, self.live, self.scope.known)
        changes = (*found.changes, *found.noted, *(change for change, _ in found.refused))
        return {change.path.split(".")[0] for change in changes}

    def _needed(self, written: set[str]) -> set[str]:
        """The fields whose absence is what a check complains of: the interval of a role for monitoring."""
        complaints = len(self._complaints(written))
        there = (name for name in self.fields if name not in written and getattr(self.spec, name) is not None)
        return {name for name in there if complaints and len(self._complaints({*written, name})) < complaints}

    def _complaints(self, written: set[str]) -> list[Complaint]:
        return list(self.kind.check(self.live.address.name, self._with_defaults(written)[1]))

    def _with_defaults(self, written: set[str]) -> tuple[Any, Any]:
        """The live spec with the defaults of what is not written, and the same as if it were read from a file."""
        defaults = {name: value for name, value in self.defaults.items() if name not in written}
        given = {name: value for name, value in defaults.items() if value is not PydanticUndefined}
        spec = self.spec.model_copy(update=given)
        return spec, spec.model_construct(_fields_set=written, **{name: getattr(spec, name) for name in self.infos})

    def _name_follows(self) -> bool:
        if self.kind.renames or "name" not in self.infos:
            return True
        name = self.kind.aws_name(self.scope.stack, self.live.address.name, self.spec.model_copy(update={"name": None}))
        return name == self.live.name

    def _tags(self) -> Mapping[str, Value]:
        if not isinstance(self.spec, Tagged):
            return {}
        kept = {
            key: value
            for key, value in sorted(self.live.found.tags.items())
            if key not in ownership.OURS and not key.startswith(("aws:", "rds-secure:"))
        }
        return {"tags": kept} if kept else {}

    def _less_than_default(self, written: set[str]) -> Iterator[str]:
        """Switches that are not as they are by default: those say something about security."""
        for name in sorted(written):
            if isinstance(self.defaults[name], bool) and getattr(self.spec, name) != self.defaults[name]:
                yield name


def _as_written(value: Any, info: FieldInfo) -> Value:
    """A live value as a person would write it: parts without their defaults, references in their short form."""
    marker = reference_of(info)

    def leaf(item: Any) -> Any:
        if isinstance(item, Ref) and marker and item.attribute == marker.attribute:
            return f"${{{item.target}}}"
        return str(item) if isinstance(item, Ref | Text) else item

    def written(item: Any) -> Value:
        if isinstance(item, BaseModel):
            return _part(item)
        if isinstance(item, Mapping):
            return {key: written(member) for key, member in item.items()}
        if isinstance(item, list | tuple):
            return tuple(written(member) for member in item)
        return leaf(item)

    return written(value)


def _part(part: BaseModel) -> Mapping[str, Value]:
    """Its fields, those first that must be there."""
    shown = {}
    infos = type(part).model_fields
    for name, info in sorted(infos.items(), key=lambda pair: not pair[1].is_required()):
        value = getattr(part, name)
        if info.is_required() or value != info.get_default(call_default_factory=True):
            shown[info.alias or name] = _as_written(value, info)
    return shown


def _plain(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
