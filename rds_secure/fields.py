"""The field types that specs are written with, and the markers that say how a field is compared and where AWS has it.

A marker (`Field`) inside ``Annotated[...]`` drives the diff, the RDS parameters and the generated reference.
Scalars arrive from the YAML loader as written text; these types convert them, and say what to write instead.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Annotated, Any, TypeVar, get_args

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    PlainValidator,
    WithJsonSchema,
)
from pydantic.fields import FieldInfo
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

from rds_secure.interpolation import KEY, interpolate, shown
from rds_secure.interpolation import Invalid as Invalid
from rds_secure.values import Lookup, Ref, Text, Value, leaves, transform

P = TypeVar("P", bound=BaseModel)


class Mode(StrEnum):
    """How a difference between spec and live is treated (meaning §2)."""

    ENFORCED = "enforced"
    ADOPT = "adopt"
    CREATE_ONLY = "create-only"
    NOTED = "create-only, difference noted"
    FLOOR = "floor"
    PREFIX = "prefix"
    META = "ours, not at AWS"


@dataclass(frozen=True, slots=True)
class Field:
    """Where AWS has a field, and how we treat it.

    ``create`` and ``change`` name the parameter, with its call where it is not the kind's own; ``read`` is the path in
    the read call's reply; ``applies``: now, window, reboot, call (in place by calls of its own), or never.
    ``as_set``: order and repetition carry no meaning. ``shared``: members which are not in the spec are removed
    only where the resource is `exclusive`. ``document``: a policy document. ``into``: the field into which this one
    is made before anything is compared.
    """

    mode: Mode = Mode.ENFORCED
    create: str = ""
    change: str = ""
    read: str = ""
    terraform: str = ""
    applies: str = "call"
    as_set: bool = False
    shared: bool = False
    document: bool = False
    into: str = ""


def _text(value: Any) -> Any:
    if not isinstance(value, str):
        raise Invalid(f"{shown(value)} is written here", "write a text")
    if "${" in value:
        raise Invalid(f"{shown(value)} has a reference, which this field does not take", "write the text itself")
    return str(value)


def _integer(value: Any) -> Any:
    if isinstance(value, str) and re.fullmatch(r"[+-]?[0-9]{1,18}", value):
        return int(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    what = "nothing is written here" if value is None else f"{shown(value)} is not a whole number"
    raise Invalid(what, "write digits only, such as 7")


def _boolean(value: Any) -> Any:
    if isinstance(value, bool):
        return value
    if value in ("true", "false"):
        return value == "true"
    what = "nothing is written here" if value is None else f"{shown(value)} is neither true nor false"
    raise Invalid(what, "write true or false")


Str = Annotated[str, BeforeValidator(_text), WithJsonSchema({"type": ["string", "number", "boolean"]})]
Int = Annotated[int, BeforeValidator(_integer)]
Bool = Annotated[bool, BeforeValidator(_boolean)]


def _policy_text(value: Any) -> Any:
    if not isinstance(value, str):
        raise Invalid(f"{shown(value)} is written here", "write a text, such as an action or an ARN")
    return interpolate(value, attribute="arn", document=True)


def _document(value: Any) -> Any:
    if not isinstance(value, Mapping):
        raise Invalid(f"{shown(value)} is written here", "write a mapping, as in the JSON of a policy document")
    for path, leaf in leaves(value):
        try:
            _inside_document(leaf)
        except Invalid as error:
            raise Invalid(error.what, error.fix, path) from None
    return transform(value, _inside_document)


def _inside_document(leaf: Any) -> Any:
    return _policy_text(leaf) if isinstance(leaf, str) else leaf


PolicyText = Annotated[str | Ref | Text, PlainValidator(_policy_text), WithJsonSchema({"type": "string"})]
"""A text inside a policy document: references may be embedded and yield ARNs, IAM's own variables pass through."""
Document = Annotated[Mapping[str, Value], PlainValidator(_document), WithJsonSchema({"type": "object"})]
"""A policy document, or a part of one such as its conditions, in IAM's own words."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """A text that must match a pattern as a whole.

    ``what`` names it in the message, after a colon what to write: "a tag key: letters and digits".
    """

    pattern: str
    what: str

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(
            self.check, serialization=core_schema.to_string_ser_schema()
        )

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return {"type": ["string", "number", "boolean"], "pattern": f"^(?:{self.pattern})$"}

    def check(self, value: Any) -> str:
        """The text, or `Invalid`."""
        written = str(_text(value))
        if not re.fullmatch(self.pattern, written):
            name, _, made_of = self.what.partition(": ")
            raise Invalid(f"{shown(written)} is not {name}", f"write {made_of or 'one'}")
        return written


@dataclass(frozen=True, slots=True)
class Reference:
    """A field that takes a reference to one of ``kinds``, or the literal of something outside the spec.

    The reference yields ``attribute``. A literal must match ``literal``; ``what`` names it in messages.
    ``lookup`` names what ``{tag: {…}}`` finds here; "" where nothing can be looked up. A literal that matches
    ``alias`` is itself a look-up, by that name (a key's alias is not its identity, RDS-3).
    """

    kinds: tuple[str, ...]
    attribute: str
    literal: str
    what: str
    lookup: str = ""
    alias: str = ""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(self.check)

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        written: JsonSchemaValue = {"type": ["string", "number"]}  # an account id without quotes is a number
        if not self.lookup:
            return written
        found = _LOOKUP | {"properties": {"tag": _TAGS}}
        if self.lookup == "subnet":
            found = _LOOKUP | {"properties": {"tag": _TAGS, "vpc": VPC.__get_pydantic_json_schema__(schema, handler)}}
        return {"anyOf": [written, found]}

    def check(self, value: Any) -> Ref | Lookup | str:
        """The reference, the look-up, or the literal; `Invalid` otherwise."""
        if isinstance(value, Ref | Lookup):
            return value
        if isinstance(value, Mapping):
            return self._lookup(value)
        if not isinstance(value, str):
            raise Invalid(f"{shown(value)} is written here", f"write {self._choices(self.what)}")
        parsed = interpolate(value, attribute=self.attribute)
        if isinstance(parsed, Text):
            raise Invalid(f"{shown(value)} has text around a reference", f"write {self._choices(self.what)}")
        if isinstance(parsed, Ref):
            if self.kinds and parsed.target.kind not in self.kinds:
                what = f"{value} does not refer to {' or '.join(self.kinds)}"
                raise Invalid(what, f"write {self._choices(self.what)}")
            return parsed
        if self.alias and re.fullmatch(self.alias, parsed):
            return Lookup(self.lookup, (("alias", parsed),))
        if not re.fullmatch(self.literal, parsed):
            name = parsed if re.fullmatch(KEY, parsed) else "name"
            raise Invalid(f"{shown(parsed)} is not {self.what}", f"write {self._choices('one', name)}")
        return parsed

    def _lookup(self, value: Mapping[str, Any]) -> Lookup:
        if not self.lookup:
            what = "a look-up is written here, which this field does not take"
            raise Invalid(what, f"write {self._choices(self.what)}")
        in_vpc = self.lookup == "subnet"
        fix = "write {vpc: …, tag: {Name: value}}" if in_vpc else "write {tag: {Name: value}}"
        for key in value:
            if key != "tag" and not (in_vpc and key == "vpc"):
                raise Invalid(f"a look-up has no {shown(key)}", fix)
        tags = value.get("tag")
        if not isinstance(tags, Mapping) or not tags:
            raise Invalid("a look-up needs tags", fix)
        match: list[tuple[str, str | Lookup]] = [(f"tag:{key}", _text(item)) for key, item in tags.items()]
        if "vpc" in value:
            vpc = VPC.check(value["vpc"])
            if isinstance(vpc, Ref):
                what = "a look-up is made before anything is, so it takes no reference as its vpc"
                raise Invalid(what, "write a VPC id, or a look-up {tag: {…}}")
            match.append(("vpc", vpc))
        return Lookup(self.lookup, tuple(sorted(match, key=lambda pair: pair[0])))

    def _choices(self, literal: str, name: str = "name") -> str:
        choices = [literal, *(f"${{{kind}.{name}}}" for kind in self.kinds)]
        if self.lookup:
            choices.append("a look-up {tag: {…}}")
        return ", or ".join(choices)


@dataclass(frozen=True, slots=True)
class Mentions(Reference):
    """Marks a policy document in which the stack's own things may stand: read from AWS, they become references."""

    literal: str = ""
    what: str = ""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return handler(source)

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return handler(schema)


_SCALARS = ["string", "number", "boolean"]
_TAGS: JsonSchemaValue = {"type": "object", "minProperties": 1, "additionalProperties": {"type": _SCALARS}}
_LOOKUP: JsonSchemaValue = {"type": "object", "required": ["tag"], "additionalProperties": False}


VPC = Reference((), "id", r"vpc-[0-9a-f]{8,17}", "a VPC id such as vpc-0123456789abcdef0", lookup="vpc")

_TAG_KEY = Pattern(
    r"(?!aws:|rds-secure:)[\w .:/=+@-]{1,128}",
    "a tag key: letters, digits, spaces and _.:/=+-@, at most 128, not beginning with aws: or rds-secure:",
)
_TAG_VALUE = Pattern(
    r"(?!aws:|rds:)[\w .:/=+@-]{0,256}",
    "a tag value: letters, digits, spaces and _.:/=+-@, at most 256, not beginning with aws: or rds:",
)
Tags = dict[Annotated[str, _TAG_KEY], Annotated[str, _TAG_VALUE]]
"""The user's own tags (ANY-2)."""


class Part(BaseModel):
    """The base of every mapping inside a spec: frozen, and nothing unknown is let through."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True, arbitrary_types_allowed=True)


class ResourceSpec(Part):
    """What every resource takes."""

    ignore: Annotated[tuple[Str, ...], Field(Mode.META)] = ()
    """Fields that are left to others: never compared, never changed."""


class Named(Part):
    """A resource whose AWS name may be written."""

    name: Annotated[Str | None, Field(Mode.META)] = None
    """The name at AWS, where it should not be the key of the resource."""


class Tagged(Part):
    """A resource whose AWS object takes tags."""

    tags: Annotated[Tags, Field(Mode.META)] = {}
    """Tags of this resource, beside those of the stack."""


class OrLookup:
    """Marks a list field that also takes one look-up in place of the list: all that it finds."""

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        listed = handler(schema)
        item = listed["items"]
        return {"anyOf": [listed, *(choice for choice in item.get("anyOf", ()) if choice["type"] == "object")]}

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_before_validator_function(
            lambda value: [value] if isinstance(value, Mapping) else value, handler(source)
        )


def values_of(part: BaseModel) -> dict[str, Any]:
    """The fields of a spec as plain values by the name they are written under; references stay references."""
    return {info.alias or name: plain(getattr(part, name)) for name, info in type(part).model_fields.items()}


def plain(value: Any) -> Any:
    """A field's value with nested parts as mappings."""
    if isinstance(value, BaseModel):
        return values_of(value)
    if isinstance(value, Mapping):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return tuple(plain(item) for item in value)
    return value


def markers(spec: type[BaseModel]) -> dict[str, Field]:
    """The marker of every field of a spec; a field without one is a mistake in the kind (a test walks them)."""
    found = {}
    for name, info in spec.model_fields.items():
        found[name] = next(item for item in info.metadata if isinstance(item, Field))
    return found


def ignored(spec: ResourceSpec) -> frozenset[str]:
    """The fields that a spec leaves to others, and those into which they are made."""
    fields = markers(type(spec))
    return frozenset(spec.ignore).union(fields[name].into for name in spec.ignore if name in fields)


def unwritten(spec: ResourceSpec) -> frozenset[str]:
    """The fields that nobody wrote a value for, be it by way of another field that is made into them."""
    fields = markers(type(spec))
    made = {fields[name].into for name in spec.model_fields_set if name in fields}
    return frozenset(fields) - spec.model_fields_set - made


Leaf = Callable[[Any, "Reference | None", bool], Any]


def mapped(part: P, leaf: Leaf) -> P:
    """A copy of a spec with ``leaf(value, marker, many)`` in place of every leaf.

    ``marker`` is its field's `Reference`, if it has one; ``many`` whether it stands in a list: then the leaf may
    become a tuple of leaves, which take its place in the list.
    """
    markers = _references(type(part))
    update = {name: _mapped(getattr(part, name), marker, leaf) for name, marker in markers.items()}
    return part.model_copy(update=update)


def _mapped(value: Any, marker: Reference | None, leaf: Leaf) -> Any:
    if isinstance(value, BaseModel):
        return mapped(value, leaf)
    if isinstance(value, Mapping):
        return {key: _mapped(item, marker, leaf) for key, item in value.items()}
    if not isinstance(value, list | tuple):
        return leaf(value, marker, False)
    items: list[Any] = []
    for item in value:
        if isinstance(item, BaseModel | Mapping | list | tuple):
            items.append(_mapped(item, marker, leaf))
        else:
            found = leaf(item, marker, True)
            items.extend(found if isinstance(found, tuple) else [found])
    return tuple(items)


def reference_of(info: FieldInfo) -> Reference | None:
    """The marker of a field that takes references in the place of ids; None for any other, and for documents."""
    found = _reference(info.annotation, info.metadata)
    return None if isinstance(found, Mentions) else found


@cache
def _references(part: type[BaseModel]) -> dict[str, Reference | None]:
    return {name: _reference(info.annotation, info.metadata) for name, info in part.model_fields.items()}


def _reference(annotation: Any, metadata: Iterable[Any]) -> Reference | None:
    for item in metadata:
        if isinstance(item, Reference):
            return item
    for argument in get_args(annotation):
        found = _reference(argument, getattr(argument, "__metadata__", ()))
        if found:
            return found
    return None
