"""Addresses, and the few kinds of value that are not plain JSON: references, texts, look-ups, sources of secrets.

A value is JSON (sequences are tuples), or one of `Ref`, `Handed`, `Text`, `Lookup`, `Secret`, nested. Nothing else is
ever unknown. On disk they are ``{"$ref": "kind.name", "attribute": …}``, ``{"$handed": …}`` likewise,
``{"$text": […]}``, ``{"$lookup": …}`` and ``{"$secret": …}``; a mapping of a user's that has such a key itself is put
below ``$mapping``, so that `encode` and `decode` are each other's inverse. This module knows no kind and no service.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

JSON: TypeAlias = Any
"""null, bool, int, float, str, and tuples and string-keyed mappings of them."""

Value: TypeAlias = Any
"""JSON in which `Ref`, `Handed`, `Text`, `Lookup` and `Secret` may stand for parts that are not known yet."""


@dataclass(frozen=True, slots=True, order=True)
class Address:
    """Where a resource stands in a stack: ``kind.name``."""

    kind: str
    name: str

    @property
    def is_implied(self) -> bool:
        """Whether another resource brings it along, so that no spec writes it."""
        return "~" in self.name

    def bringing(self, kind: str) -> Address:
        """The address of what a resource of this one brings along."""
        return Address(kind, f"{self.name}~implied")

    def __str__(self) -> str:
        return f"{self.kind}.{self.name}"

    @classmethod
    def parse(cls, text: str) -> Address:
        """``kind.name`` → address; raises ValueError for anything else."""
        kind, dot, name = text.partition(".")
        if not (kind and dot and name):
            raise ValueError(f"not an address: {text!r}")
        return cls(kind, name)


@dataclass(frozen=True, slots=True, order=True)
class Ref:
    """One exported attribute of a resource of the stack: ``${kind.name.attribute}``."""

    target: Address
    attribute: str

    def __str__(self) -> str:
        return f"${{{self.target}.{self.attribute}}}"


@dataclass(frozen=True, slots=True, order=True)
class Handed(Ref):
    """What one call of a resource's step hands to a later one: ``(encrypted data key)``.

    No spec can refer to it, nothing else gets it, and nobody is shown what it yields.
    """

    def __str__(self) -> str:
        return f"({self.attribute.replace('_', ' ')})"


@dataclass(frozen=True, slots=True)
class Text:
    """A string with references inside, such as ``arn:…:dbuser:${db_instance.orders.resource_id}/app``."""

    parts: tuple[str | Ref, ...]

    def __str__(self) -> str:
        return "".join(str(part) for part in self.parts)


@dataclass(frozen=True, slots=True)
class Lookup:
    """Something outside the spec, found by its tags or by a name: ``vpc: {tag: {Name: main}}``.

    ``what`` is a kind of AWS object (`vpc`, `subnet`, `security_group`, `kms_key`, …); ``match`` are sorted
    (key, value) pairs: ``tag:Name`` → value, ``alias`` → name, ``vpc`` → id or another look-up.
    """

    what: str
    match: tuple[tuple[str, str | Lookup], ...]

    def __str__(self) -> str:
        return f"{self.what}({', '.join(f'{key}={value}' for key, value in self.match)})"


@dataclass(frozen=True, slots=True, order=True)
class Secret:
    """A text that is never written down: where it is found at the moment a call needs it.

    ``source`` is ``env``, and ``name`` that of an environment variable; or it is ``secret``, and ``name`` the name or
    ARN of an existing secret of Secrets Manager, ``key`` the one of its JSON ("" for the whole text).
    """

    source: str
    name: str
    key: str = ""

    @property
    def where(self) -> str:
        """``env NAME``, ``secret NAME``, ``secret NAME key KEY``."""
        return f"{self.source} {self.name}{f' key {self.key}' if self.key else ''}"

    def __str__(self) -> str:
        return f"(secret from {self.where})"


def freeze(value: Any) -> Value:
    """Lists become tuples, at every depth, so that a value equals its own round trip."""
    if isinstance(value, Mapping):
        return {key: freeze(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return tuple(freeze(item) for item in value)
    return value


def transform(value: Value, leaf: Callable[[Any], Any]) -> Value:
    """A copy with every leaf (anything that is not a mapping or a sequence) replaced by ``leaf(it)``."""
    if isinstance(value, Mapping):
        return {key: transform(item, leaf) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return tuple(transform(item, leaf) for item in value)
    return leaf(value)


def leaves(value: Value, path: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    """Every leaf with its path, in order."""
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from leaves(item, (*path, key))
    elif isinstance(value, list | tuple):
        for index, item in enumerate(value):
            yield from leaves(item, (*path, index))
    else:
        yield path, value


def refs(value: Value) -> Iterator[Ref]:
    """Every reference inside a value, those inside texts included."""
    for _, leaf in leaves(value):
        if isinstance(leaf, Ref):
            yield leaf
        elif isinstance(leaf, Text):
            yield from (part for part in leaf.parts if isinstance(part, Ref))


def secrets(value: Value) -> Iterator[Secret]:
    """Every secret inside a value, by its source."""
    yield from (leaf for _, leaf in leaves(value) if isinstance(leaf, Secret))


def resolve(value: Value, known: Mapping[Ref, str]) -> Value:
    """A copy in which every reference that is known is replaced by what it yields; the others stay."""

    def leaf(item: Any) -> Any:
        if isinstance(item, Ref):
            return known.get(item, item)
        if isinstance(item, Text):
            return text(known.get(part, part) if isinstance(part, Ref) else part for part in item.parts)
        return item

    return transform(value, leaf)


def text(parts: Iterator[str | Ref] | Sequence[str | Ref]) -> str | Ref | Text:
    """The simplest value for a sequence of parts: a string, a lone reference, or a `Text`."""
    merged: list[str | Ref] = []
    for part in parts:
        if isinstance(part, str) and merged and isinstance(merged[-1], str):
            merged[-1] += part
        elif part != "":
            merged.append(part)
    if not merged:
        return ""
    return merged[0] if len(merged) == 1 else Text(tuple(merged))


def is_known(value: Value) -> bool:
    """Whether nothing in it waits for AWS."""
    return not any(isinstance(leaf, Ref | Text | Lookup) for _, leaf in leaves(value))


_MARKERS = frozenset({"$ref", "$handed", "$text", "$lookup", "$secret", "$mapping"})


def encode(value: Value) -> JSON:
    """A value as plain JSON, references and all."""
    match value:
        case Mapping():
            members = {key: encode(item) for key, item in value.items()}
            return members if _MARKERS.isdisjoint(members) else {"$mapping": members}
        case list() | tuple():
            return tuple(encode(item) for item in value)
        case Ref():
            marker = "$handed" if isinstance(value, Handed) else "$ref"
            return {marker: str(value.target), "attribute": value.attribute}
        case Text():
            return {"$text": tuple(encode(part) for part in value.parts)}
        case Lookup():
            return {"$lookup": value.what, "match": {key: encode(found) for key, found in value.match}}
        case Secret():
            return {"$secret": value.source, "name": value.name, "key": value.key}
    return value


def decode(value: JSON) -> Value:
    """The inverse of `encode`; raises ValueError for a mangled marker."""
    match value:
        case {"$ref": str(target), "attribute": str(attribute), **more} if not more:
            return Ref(Address.parse(target), attribute)
        case {"$handed": str(target), "attribute": str(attribute), **more} if not more:
            return Handed(Address.parse(target), attribute)
        case {"$text": [*parts], **more} if not more:
            return Text(tuple(decode(part) for part in parts))
        case {"$lookup": str(what), "match": {**found}, **more} if not more:
            return Lookup(what, tuple(sorted((str(key), decode(item)) for key, item in found.items())))
        case {"$secret": str(source), "name": str(name), "key": str(inside), **more} if not more:
            return Secret(source, name, inside)
        case {"$mapping": {**members}, **more} if not more:
            return {key: decode(item) for key, item in members.items()}
        case {**members} if not _MARKERS.isdisjoint(members):
            raise ValueError(f"not a value: {value!r}")
        case {**members}:
            return {key: decode(item) for key, item in members.items()}
        case [*items]:
            return tuple(decode(item) for item in items)
    return value


def canonical(value: Value) -> str:
    """One text per value, whatever the order of its keys: what digests are made of."""
    return json.dumps(encode(value), sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def digest(value: Value, length: int = 43) -> str:
    """The first characters (base64url, 6 bits each) of the SHA-256 of a value's canonical text."""
    raw = hashlib.sha256(canonical(value).encode()).digest()
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")[:length]
