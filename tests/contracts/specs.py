"""Generated specs of every kind: the least that can be written, all that can be written, and one field changed.

They are made from the pydantic types; where a type does not tell a value, `values` does. They are written data, as a
file would have them, so that they go through the same door. It plans nothing: see `account`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any, Literal, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from rds_secure.fields import Field, Mode, Pattern, Reference, markers
from rds_secure.kind import Kind
from tests.contracts.values import LEFT_OUT, MINIMAL, MORE, NEVER_WRITTEN, VALUES, Value, Written


@dataclass(frozen=True)
class Variant:
    """One field changed: what was written before, and after. ``path``: the field, dotted inside parts."""

    path: str
    number: int
    before: Written
    after: Written
    marker: Field
    mode: Mode
    """The marker's, or that of the field that it is in."""
    beside: Written
    """What has to be written beside the part that the field is in."""

    @property
    def field(self) -> str:
        """The field of the spec that it is about, or in."""
        return self.path.split(".")[0].removesuffix("[]")

    def __str__(self) -> str:
        return f"{self.path}-{self.number}"


def minimal(name: str) -> Written:
    """The least that can be written for a kind, or a part."""
    return MINIMAL[name]


def maximal(kind: Kind[Any]) -> list[Written]:
    """Specs with every field written that can be written together, none with its default; what is required as ever."""
    generated = [_maximal(kind.name, kind.spec, number) for number in range(_count(kind.name, kind.spec))]
    return [*generated, *MORE.get(kind.name, ())]


def variants(kind: Kind[Any]) -> list[Variant]:
    """Every field changed, on top of the minimal spec."""
    return list(_variants(kind.name, kind.spec))


def resets(kind: Kind[Any]) -> Iterator[tuple[str, Written, Written]]:
    """Every field of the maximal specs taken out again, but for those that are bound: field, before, after."""
    for full in maximal(kind):
        for field in sorted(full.keys() - bound(kind)):
            yield field, full, {name: value for name, value in full.items() if name != field}


def bound(kind: Kind[Any]) -> set[str]:
    """Fields that are required, or that need or exclude others."""
    return set(minimal(kind.name)).union(*LEFT_OUT.get(kind.name, ()))


def parts(spec: type[BaseModel]) -> Iterator[type[BaseModel]]:
    """A spec type, and every part inside it."""
    yield spec
    for info in spec.model_fields.values():
        if part := _part(info.annotation):
            yield from parts(part)


def written_fields(name: str, spec: type[BaseModel]) -> dict[str, tuple[str, FieldInfo]]:
    """Every field that can be written, under the name that it is written by, with its name in Python."""
    never = NEVER_WRITTEN.get(name, {})
    return {info.alias or field: (field, info) for field, info in spec.model_fields.items() if field not in never}


def values(name: str, spec: type[BaseModel], field: str) -> tuple[Value, ...]:
    """Values for a field, none the default or the minimal one. Raises LookupError where nothing tells one."""
    listed = VALUES.get(name, {}).get(field)
    if listed:
        return listed
    _, info = written_fields(name, spec)[field]
    now = MINIMAL[name].get(field, info.default)
    if (other := _other(info.annotation, info.metadata, now)) is not None:
        return (Value(other),)
    if _part(info.annotation):
        return ()
    raise LookupError(f"{name}.{field}: its type does not tell a value; add one to VALUES in tests/contracts/values.py")


def _maximal(name: str, spec: type[BaseModel], number: int) -> Written:
    choices = LEFT_OUT.get(name, (frozenset(),))
    left_out = choices[number % len(choices)]
    full: dict[str, Any] = {field: value for field, value in MINIMAL[name].items() if field not in left_out}
    for field, (_, info) in written_fields(name, spec).items():
        if field in left_out or info.is_required():
            continue
        if part := _part(info.annotation):
            inside = [_maximal(part.__name__, part, at) for at in range(_count(part.__name__, part))]
            full[field] = _wrapped(info, inside, number)
        elif field not in MINIMAL[name]:  # what is needed, though not of every spec
            first = values(name, spec, field)[0]
            full |= {**first.given, field: first.written}
    return {field: value for field, value in full.items() if value is not ...}


def _count(name: str, spec: type[BaseModel]) -> int:
    """How many maximal specs it takes for every field to be in one of them."""
    inside = [part for info in spec.model_fields.values() if (part := _part(info.annotation))]
    return max(len(LEFT_OUT.get(name, (1,))), *(_count(part.__name__, part) for part in inside), 1)


def _variants(name: str, spec: type[BaseModel]) -> Iterator[Variant]:
    base = MINIMAL[name]
    for field, (python_name, info) in written_fields(name, spec).items():
        marker = markers(spec)[python_name]
        for number, value in enumerate(values(name, spec, field), 1):
            before = {key: item for key, item in {**base, **value.given}.items() if item is not ...}
            after = {**before, field: value.written, **value.also}
            yield Variant(
                field,
                number,
                before,
                {key: item for key, item in after.items() if item is not ...},
                marker,
                marker.mode,
                value.beside,
            )
        if part := _part(info.annotation):
            for inner in _variants(part.__name__, part):
                before, after = (
                    {**base, **inner.beside, field: _wrapped(info, [side])} for side in (inner.before, inner.after)
                )
                path = f"{field}{'[]' if get_origin(info.annotation) in (tuple, dict) else ''}.{inner.path}"
                mode = inner.mode if marker.mode is Mode.ENFORCED else marker.mode
                yield Variant(path, inner.number, before, after, inner.marker, mode, inner.beside)


def _part(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    found = (_part(argument) for argument in get_args(annotation))
    return next((part for part in found if part), None)


def _wrapped(info: FieldInfo, inside: list[Written], number: int = 0) -> Any:
    """Parts as their field takes them: one, a list, or a mapping."""
    match get_origin(info.annotation):
        case kind if kind is tuple:
            return inside
        case kind if kind is dict:
            return {f"log_number_{index}": part for index, part in enumerate(inside)}
    return inside[number % len(inside)]


def _other(annotation: Any, metadata: list[Any], now: Any) -> Any:
    """Another value of a plain type; None for a type that takes only some texts, or is not plain."""
    if get_origin(annotation) is Annotated:
        annotation, *more = get_args(annotation)
        return _other(annotation, [*metadata, *more], now)
    if any(isinstance(item, Pattern | Reference) for item in metadata):
        return None
    if get_origin(annotation) is Literal:
        return next(word for word in get_args(annotation) if word != now)
    if annotation is bool:
        return "false" if now else "true"
    if annotation is int:
        return str(_number(metadata, int(now)))
    if annotation is str and not any(isinstance(item, Field) and item.mode is Mode.META for item in metadata):
        return "another text"
    choices = [argument for argument in get_args(annotation) if argument is not type(None)]
    if type(None) in get_args(annotation) and len(choices) == 1:
        return _other(choices[0], metadata, now)
    return None


def _number(metadata: list[Any], now: int) -> int:
    highest = next((item.le for item in metadata if getattr(item, "le", None) is not None), None)
    return now - 1 if now == highest else now + 1


def is_default(spec: BaseModel, field: str) -> bool:
    """Whether a field has the value that it has when it is not written."""
    info = type(spec).model_fields[field]
    return not info.is_required() and getattr(spec, field) == info.default
