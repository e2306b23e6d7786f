"""``${kind.name.attribute}`` in a text, and how a value that cannot stand is named; it knows no kind and no field."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from rds_secure.values import Address, Ref, Text, text

KEY = r"[a-z][a-z0-9-]{0,62}"
"""The key of a resource, also a stack's name."""

_REFERENCE = re.compile(r"\$\{([^{}]*)\}")
_ADDRESS = re.compile(r"([a-z][a-z0-9_]*)\.([A-Za-z0-9][A-Za-z0-9~-]*)(?:\.([a-z][a-z0-9_]*))?")
_IAM_VARIABLE = re.compile(r"[*?$]|[A-Za-z0-9-]+:[^{}]*")
_LONGEST_SHOWN = 80


class Invalid(ValueError):  # noqa: N818 - named for what the value is
    """A value that cannot stand: what is wrong with it, what to write instead, and where inside the value it is."""

    def __init__(self, what: str, fix: str, path: tuple[str | int, ...] = ()) -> None:
        self.what, self.fix, self.path = what, fix, path
        super().__init__(f"{what}: {fix}")


def interpolate(written: str, *, attribute: str = "", document: bool = False) -> str | Ref | Text:
    """A string with its ``${kind.name.attribute}`` parsed; ``attribute`` is what a bare ``${kind.name}`` yields.

    In policy documents IAM's own variables (``${aws:username}``, ``${*}``) pass through. Raises `Invalid`.
    """
    parts: list[str | Ref] = []
    position = 0
    for match in _REFERENCE.finditer(written):
        parts.append(_closed(written[position : match.start()], written))
        position = match.end()
        inside = match.group(1)
        if address := _ADDRESS.fullmatch(inside):
            kind, name, named = address.groups()
            parts.append(Ref(Address(kind, name), named or attribute))
        elif document and _IAM_VARIABLE.fullmatch(inside):
            parts.append(match.group(0))
        else:
            raise Invalid(f"{match.group(0)} is not a reference", "write ${kind.name} or ${kind.name.attribute}")
    return text([*parts, _closed(written[position:], written)])


def _closed(between: str, written: str) -> str:
    if "${" in between:
        raise Invalid(f"{shown(written)} has a ${{ that is never closed", "close it with }")
    return between


def shown(value: Any) -> str:
    """A value for a message: a text in quotes and not too long, anything else by what it is."""
    if value is None:
        return "nothing"
    if isinstance(value, Mapping):
        return "a mapping"
    if isinstance(value, list | tuple):
        return "a list"
    if not isinstance(value, str):
        return str(value)
    return repr(str(value) if len(value) <= _LONGEST_SHOWN else f"{value[: _LONGEST_SHOWN - 1]}…")
