"""What changes between two policy documents, by statement and inside each statement. Judges nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from rds_secure import values
from rds_secure.documents.form import canonical, listed
from rds_secure.values import Value

Verb: TypeAlias = Literal["added", "removed", "changed"]

_HEADINGS = {
    "Sid": "sid",
    "Effect": "effect",
    "Principal": "principal",
    "NotPrincipal": "not principal",
    "Action": "action",
    "NotAction": "not action",
    "Resource": "resource",
    "NotResource": "not resource",
    "Condition": "condition",
}
_RANK = {name: rank for rank, name in enumerate(_HEADINGS)}
_LINE_EACH = ("Action", "NotAction", "Resource", "NotResource")

_ALIKE = 0.3
"""From this share of common parts on, two statements are one that changed, rather than one removed and one added."""

_Place: TypeAlias = tuple[str, ...]
"""Where a part stands in a statement: element, then principal type, or operator and condition key."""

_Parts: TypeAlias = Mapping[_Place, Mapping[str, Value]]
"""The parts of a statement: place → canonical text → value."""


@dataclass(frozen=True, slots=True)
class StatementChange:
    """One statement that differs; ``details`` name what, one line each.

    ``label`` is its Sid, or else its effect and first actions; ``document`` for what stands beside the statements.
    """

    verb: Verb
    label: str
    details: tuple[str, ...]


def diff(old: Value, new: Value, *, partition: str = "aws") -> tuple[StatementChange, ...]:
    """The differences, sorted by label; empty if, and only if, the documents are `equal`.

    Statements are matched by Sid, then by being the same but for the Sid, then by what they have in common.
    """
    before, after = canonical(old, partition=partition), canonical(new, partition=partition)
    spelling = _spelling(old) | _spelling(new)
    changes = list(_document_change(before, after, spelling))
    for one, other in _matched(_statements(before), _statements(after)):
        verb: Verb = "added" if one is None else "removed" if other is None else "changed"
        label = _label(other, spelling) if other is not None else _label(one, spelling)
        changes.append(StatementChange(verb, label, tuple(_details(_parts(one), _parts(other), spelling))))
    return tuple(
        sorted(changes, key=lambda change: (change.label != "document", change.label, change.verb, change.details))
    )


def _document_change(before: Value, after: Value, spelling: Mapping[str, str]) -> Iterator[StatementChange]:
    if details := tuple(_details(_frame(before), _frame(after), spelling)):
        yield StatementChange("changed", "document", details)


def _frame(document: Value) -> _Parts:
    """What stands beside the statements, by key."""
    if not isinstance(document, Mapping):
        return {("document",): {values.canonical(document): document}}
    return {(key,): {values.canonical(item): item} for key, item in document.items() if key != "Statement"}


def _statements(document: Value) -> tuple[Value, ...]:
    return listed(document.get("Statement", ())) if isinstance(document, Mapping) else ()


def _matched(old: Sequence[Value], new: Sequence[Value]) -> Iterator[tuple[Value | None, Value | None]]:
    """Pairs of statements that differ; None for the missing side."""
    before = {values.canonical(statement): statement for statement in old}
    after = {values.canonical(statement): statement for statement in new}
    left, right = before.keys() - after.keys(), after.keys() - before.keys()
    scored = ((_likeness(before[one], after[other]), one, other) for one in left for other in right)
    for score, one, other in sorted(scored, key=lambda pair: (-pair[0], pair[1], pair[2])):
        if score >= _ALIKE and one in left and other in right:
            left, right = left - {one}, right - {other}
            yield before[one], after[other]
    yield from ((before[one], None) for one in sorted(left))
    yield from ((None, after[other]) for other in sorted(right))


def _likeness(one: Value, other: Value) -> float:
    """3 to 4 for the same Sid, 2 for the same but for the Sid, else the share of common parts, 0 to 1."""
    sids = [statement.get("Sid") if isinstance(statement, Mapping) else None for statement in (one, other)]
    mine, theirs = _features(one), _features(other)
    shared = len(mine & theirs) / (len(mine | theirs) or 1)
    if sids[0] and sids[0] == sids[1]:
        return 3 + shared
    if mine == theirs and _parts(one).get(("Effect",)) == _parts(other).get(("Effect",)):
        return 2
    return shared


def _features(statement: Value) -> frozenset[tuple[_Place, str]]:
    """What makes a statement recognisable: all its parts but Sid and Effect."""
    parts = _parts(statement)
    return frozenset((place, text) for place in parts if place[0] not in ("Sid", "Effect") for text in parts[place])


def _parts(statement: Value | None) -> _Parts:
    if statement is None:
        return {}
    parts: dict[_Place, dict[str, Value]] = {}
    for place, item in _flattened(statement):
        parts.setdefault(place, {})[values.canonical(item)] = item
    return parts


def _flattened(statement: Value) -> Iterator[tuple[_Place, Value]]:
    if not isinstance(statement, Mapping):
        yield ("statement",), statement
        return
    for name, item in statement.items():
        yield from _leaves((name,), item) if name in _HEADINGS else [((name,), item)]


def _leaves(place: _Place, value: Value) -> Iterator[tuple[_Place, Value]]:
    if isinstance(value, Mapping) and value:
        for name, item in value.items():
            yield from _leaves((*place, name), item)
    elif isinstance(value, tuple) and value:
        yield from ((place, item) for item in value)
    else:
        yield place, value


def _details(old: _Parts, new: _Parts, spelling: Mapping[str, str]) -> Iterator[str]:
    """``- action x`` for each action and resource, ``heading: - x + y`` for all else; what went before what came."""
    for place in sorted(old.keys() | new.keys(), key=lambda place: (_RANK.get(place[0], len(_RANK)), place)):
        before, after = old.get(place, {}), new.get(place, {})
        signed = [f"- {_shown(place, before[text], spelling)}" for text in sorted(before.keys() - after.keys())]
        signed += [f"+ {_shown(place, after[text], spelling)}" for text in sorted(after.keys() - before.keys())]
        heading = _heading(place, spelling)
        if place[0] in _LINE_EACH:
            yield from (f"{item[0]} {heading} {item[2:]}" for item in signed)
        elif signed:
            yield f"{heading}: {' '.join(signed)}"


def _heading(place: _Place, spelling: Mapping[str, str]) -> str:
    names = place[1:] if place[0] != "Condition" else tuple(spelling.get(name, name) for name in place[1:])
    return " ".join((_HEADINGS.get(place[0], place[0]), *names))


def _shown(place: _Place, value: Value, spelling: Mapping[str, str]) -> str:
    if value in ((), {}):
        return "nothing"
    if isinstance(value, str):
        return spelling.get(value, value) if place[0] in ("Action", "NotAction") else value
    return values.canonical(value) if isinstance(value, Mapping | tuple | int | float | None) else str(value)


def _label(statement: Value, spelling: Mapping[str, str]) -> str:
    if not isinstance(statement, Mapping):
        return "statement"
    if statement.get("Sid"):
        return str(statement["Sid"])
    element = "Action" if "Action" in statement else "NotAction"
    actions = [_shown((element,), action, spelling) for action in listed(statement.get(element, ()))]
    more = f" and {len(actions) - 2} more" if len(actions) > 2 else ""
    words = (str(statement.get("Effect", "")), "all but" if "NotAction" in statement else "", ", ".join(actions[:2]))
    return " ".join(word for word in words if word) + more


def _spelling(document: Value) -> dict[str, str]:
    """Lower-case names of actions, operators and condition keys → as they are written in the document."""
    names = sorted(_written(_statements(values.freeze(document))), reverse=True)
    return {name.lower(): name for name in names}


def _written(statements: Iterable[Value]) -> Iterator[str]:
    for statement in statements:
        if not isinstance(statement, Mapping):
            continue
        for element in ("Action", "NotAction"):
            yield from (item for item in listed(statement.get(element, ())) if isinstance(item, str))
        for operator, tests in _entries(statement.get("Condition")):
            yield operator
            yield from (key for key, _ in _entries(tests))


def _entries(value: Value) -> Iterable[tuple[str, Any]]:
    return value.items() if isinstance(value, Mapping) else ()
