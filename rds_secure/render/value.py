"""Values as text, much as a spec would write them. References show what they yield, or that only apply will tell."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rich.text import Text as Line

from rds_secure.render.screen import DIM, joined, part, printable
from rds_secure.values import Lookup, Ref, Secret, Text, Value, resolve

SHORT = 48
"""Characters of a known value that are shown beside its reference; a longer one would hide the reference."""

_PLAIN = re.compile(r"[^\s\"'(\[{→](?:[^→]*[^\s→])?")
_STRUCTURE = re.compile(r"[,\[\]{}]|: ")
"""What a text must not hold inside a list or a mapping, unless it is quoted."""


def is_blank(value: Value) -> bool:
    """Whether there is nothing to show: None, or an empty list, tuple or mapping."""
    return value is None or (isinstance(value, Mapping | list | tuple) and not value)


def name(ref: Ref) -> str:
    """``kms_key.orders-data.arn``"""
    return f"{ref.target}.{ref.attribute}"


class Values:
    """Values as text where some references are ``known``."""

    def __init__(self, known: Mapping[Ref, str]) -> None:
        self.known = known

    def alone(self, value: Value) -> Line:
        """A value on its own: the whole of a field, or a member of a set."""
        if isinstance(value, Ref) and value not in self.known:
            return part(f"(known after apply: {name(value)})", DIM)
        if isinstance(value, Text):
            found = resolve(value, self.known)
            return part(found) if isinstance(found, str) else joined(part(found), part(" (known after apply)", DIM))
        return self._shown(value, nested=False)

    def inside(self, value: Value) -> Line:
        """A value as a part of something larger, on one line."""
        return self._shown(value, nested=True)

    def entries(self, value: Mapping[str, Any]) -> Iterator[Line]:
        """The entries of a mapping, ``key: value``, without those that are blank."""
        for key, item in value.items():
            if not is_blank(item):
                yield joined(part(key), ": ", self.inside(item))

    def _shown(self, value: Value, *, nested: bool) -> Line:
        match value:
            case None:
                return part("(none)", DIM)
            case bool():
                return part("true" if value else "false")
            case str():
                return part(value) if _reads_as_written(value, nested) else Line(_quoted(value))
            case Ref():
                return self._reference(value)
            case Text():
                return part(resolve(value, self.known))
            case Lookup():
                return part(value)
            case Secret():
                return part(value, DIM)
            case Mapping():
                return joined("{", Line(", ").join(self.entries(value)), "}")
            case Sequence():
                return joined("[", Line(", ").join(self.inside(item) for item in value), "]")
            case _:
                return part(value)

    def _reference(self, ref: Ref) -> Line:
        """``${kms_key.orders-data} (the value)``; the attribute where no value tells which one it is."""
        value = self.known.get(ref)
        if value == ref.target.name:
            return part(f"${{{ref.target}}}")
        if value is None or len(value) > SHORT:
            return part(ref)
        return joined(part(f"${{{ref.target}}}"), part(f" ({value})", DIM))


def _reads_as_written(text: str, nested: bool) -> bool:
    """Whether a text cannot be taken for anything else: an empty one, a list, our own marks."""
    return bool(_PLAIN.fullmatch(text)) and not (nested and _STRUCTURE.search(text))


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{printable(escaped)}"'
