"""Policy documents that are being made, as sentences: one for each statement. Nothing that is granted is left out.

How an existing document changes comes with the plan (`FieldChange.detail`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, TypeGuard

from rich.text import Text as Line

from rds_secure.documents import LANGUAGE
from rds_secure.render.screen import BOLD, DIM, GREEN, joined, part, wrapped
from rds_secure.render.value import Values
from rds_secure.values import Value


def is_document(value: Value) -> TypeGuard[Mapping[str, Any]]:
    """Whether a value is a policy document in IAM's own words."""
    return isinstance(value, Mapping) and "Statement" in value


def document(value: Mapping[str, Any], values: Values, width: int, indent: int) -> Iterator[Line]:
    """A sentence for each statement, wrapped; what stands beside the statements before them."""
    for key, item in value.items():
        if key != "Statement" and (key, item) != ("Version", LANGUAGE):
            yield joined(" " * indent, part(key), ": ", values.inside(item))
    for statement in _listed(value["Statement"]):
        pieces = _pieces(statement, values) if isinstance(statement, Mapping) else iter([values.inside(statement)])
        yield from wrapped((part("+", GREEN), *pieces), width, indent, hang=4)


def _pieces(statement: Mapping[str, Any], values: Values) -> Iterator[Line]:
    """``Sid: allow actions to principals on resources if conditions``, in pieces that a line may be broken between."""
    if statement.get("Sid"):
        yield joined(part(statement["Sid"]), ":")
    yield part(str(statement.get("Effect", "")).lower(), BOLD)
    yield from _clause("", statement, "Action", values)
    yield from _clause("to", statement, "Principal", values)
    yield from _clause("on", statement, "Resource", values)
    yield from _conditions(statement.get("Condition"), values)


def _clause(word: str, statement: Mapping[str, Any], element: str, values: Values) -> Iterator[Line]:
    for key, other in ((element, ""), (f"Not{element}", "all but")):
        if key in statement:
            lead = part(" ".join(item for item in (word, other) if item), DIM)
            yield from _led(lead, _members(statement[key], values))


def _members(value: Value, values: Values) -> list[Line]:
    """The values of an element, each with its comma; principals by their type."""
    if isinstance(value, Mapping):
        shown = [joined(part(key), " ", values.inside(item)) for key, items in value.items() for item in _listed(items)]
    else:
        shown = [values.inside(item) for item in _listed(value)]
    return [joined(item, ",") for item in shown[:-1]] + shown[-1:]


def _conditions(conditions: Value, values: Values) -> Iterator[Line]:
    word = "if"
    for operator, tests in (conditions or {}).items():
        for key, operands in tests.items():
            shown = Line(" or ").join(values.inside(operand) for operand in _listed(operands))
            yield joined(part(word, DIM), " ", part(key), " ", part(operator, DIM), " ", shown)
            word = "and"


def _led(lead: Line, pieces: list[Line]) -> Iterator[Line]:
    """The pieces, with a word before the first that stays with it."""
    for index, piece in enumerate(pieces):
        yield joined(lead, " ", piece) if index == 0 and lead.plain else piece


def _listed(value: Value) -> tuple[Any, ...]:
    return tuple(value) if isinstance(value, list | tuple) else (value,)
