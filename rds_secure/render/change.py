"""The field changes of one resource as lines: new values of what is made, old → new of what changes, set members."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from rich.text import Text as Line

from rds_secure.kind import FieldChange
from rds_secure.render.screen import DIM, GREEN, RED, YELLOW, indented, joined, part, wrapped
from rds_secure.render.statement import document, is_document
from rds_secure.render.value import Values, is_blank
from rds_secure.values import Ref, Text, Value

LABEL_WIDTH = 28
"""Labels up to this length are aligned; a longer one pushes only its own value."""

_WHEN = {"window": "window", "now": "now", "reboot": "after a reboot"}
_STYLES = {"+": GREEN, "-": RED, "~": YELLOW}


@dataclass(frozen=True, slots=True)
class Changes:
    """How to draw the changes of one resource, ``indent`` columns from the left."""

    values: Values
    width: int
    indent: int

    def created(self, changes: Iterable[FieldChange]) -> Iterator[Line]:
        """The values that something is made with; what is blank is left out."""
        shown = [change for change in changes if not is_blank(change.new)]
        column = _column(change.path for change in shown if not _is_block(change.new))
        for path, group in groupby(shown, key=lambda change: change.path):
            members = list(group)
            if members[0].member:
                yield from self._members(members, column)
            else:
                yield from self._created(path, members[0].new, column)

    def changed(self, changes: Iterable[FieldChange]) -> Iterator[Line]:
        """The differences that are settled, or shown."""
        groups = [list(group) for _, group in groupby(changes, key=lambda change: change.path)]
        column = _column(_label(change) for group in groups if not _is_set(group) for change in group)
        for group in groups:
            if group[0].detail:
                yield self._heading(group[0])
                yield from (indented(self.indent + 2, _signed(line)) for line in group[0].detail)
            else:
                yield from self._members(group, column)

    # A field that is made

    def _created(self, path: str, value: Value, column: int) -> Iterator[Line]:
        """``label: value``, or the value below its label: where it is a block, or too long a list or mapping."""
        label = joined(part(path), ":")
        line = joined(" " * self.indent, _padded(label, column), self.values.alone(value))
        is_simple = not isinstance(value, Mapping | list | tuple)
        if is_simple or (not _is_block(value) and line.cell_len <= self.width):
            yield line
        else:
            yield indented(self.indent, label)
            yield from self._block(value)

    def _block(self, value: Value) -> Iterator[Line]:
        indent = self.indent + 2
        if is_document(value):
            yield from document(value, self.values, self.width, indent)
        elif isinstance(value, Mapping):
            for key, item in value.items():
                yield from self._entry(key, item, indent)
        else:
            for item in value:
                pieces = _listed(self.values.entries(item)) if isinstance(item, Mapping) else [self.values.alone(item)]
                yield from wrapped((part("+", GREEN), *pieces), self.width, indent, hang=4)

    def _entry(self, key: str, value: Value, indent: int) -> Iterator[Line]:
        """``key: value`` of a mapping; a mapping that is too long for one line goes below its key."""
        if is_blank(value):
            return
        line = joined(" " * indent, part(key), ": ", self.values.inside(value))
        if line.cell_len <= self.width or not isinstance(value, Mapping):
            yield line
            return
        yield joined(" " * indent, part(key), ":")
        for name, item in value.items():
            yield from self._entry(name, item, indent + 2)

    # A field that changes

    def _members(self, group: Sequence[FieldChange], column: int) -> Iterator[Line]:
        if not _is_set(group):
            for change in group:
                yield from self._replaced(change, column)
            return
        yield self._heading(group[0])
        for change in group:
            sign = "+" if change.old is None else "-" if change.new is None else "~"
            pieces = [
                part(sign, _STYLES[sign]),
                self.member(change),
                *_bracketed([*self._rest(change), *_said(change.note)]),
            ]
            yield from wrapped(pieces, self.width, self.indent + 2, hang=4)

    def _heading(self, change: FieldChange) -> Line:
        return joined(" " * self.indent, part(change.path), ":", *_aside(_WHEN.get(change.when, change.when)))

    def _replaced(self, change: FieldChange, column: int) -> Iterator[Line]:
        """``label:  old → new``, in two lines where one would be too long."""
        start = joined(" " * self.indent, _padded(joined(part(_label(change)), ":"), column))
        old, new = self.values.alone(change.old), self.values.alone(change.new)
        end = joined(part("→ ", DIM), new, *_aside(_WHEN.get(change.when, change.when), change.note))
        line = joined(start, old, " ", end)
        if line.cell_len <= self.width:
            yield line
        else:
            yield joined(start, old)
            yield indented(start.cell_len - 2, end)

    def member(self, change: FieldChange) -> Line:
        """A set's member by its reference, or else by its label."""
        value = change.old if change.new is None else change.new
        return self.values.alone(value) if isinstance(value, Ref | Text) else part(change.member)

    def _rest(self, change: FieldChange) -> Iterator[Line]:
        """What a member's label does not tell: its other fields, or what differs in one that stays."""
        old, new = (side if isinstance(side, Mapping) else {} for side in (change.old, change.new))
        if old and new:
            for key, before, after in _differing(old, new):
                yield joined(part(key), ": ", self.values.inside(before), part(" → ", DIM), self.values.inside(after))
            return
        told = {key: item for key, item in (old or new).items() if str(item) not in change.member}
        yield from self.values.entries(told)


def _differing(old: Mapping[str, Value], new: Mapping[str, Value]) -> Iterator[tuple[str, Value, Value]]:
    """What differs of two mappings, entry by entry; those of mappings inside have dots in their names."""
    for key in dict.fromkeys((*old, *new)):
        before, after = old.get(key), new.get(key)
        if isinstance(before, Mapping) and isinstance(after, Mapping):
            yield from ((f"{key}.{name}", was, becomes) for name, was, becomes in _differing(before, after))
        elif before != after:
            yield key, before, after


def _is_block(value: Value) -> bool:
    """Whether a value is shown below its label, whatever its length: a document, or a list of mappings."""
    return is_document(value) or (isinstance(value, list | tuple) and any(isinstance(item, Mapping) for item in value))


def _is_set(group: Sequence[FieldChange]) -> bool:
    """Whether changes of one field are members of a set, rather than entries of a mapping.

    A simple member of a set is its own label; the key of an entry is not its value.
    """
    return all(change.member and _is_own_label(change) for change in group)


def _is_own_label(change: FieldChange) -> bool:
    value = change.old if change.new is None else change.new
    return isinstance(value, Mapping | Ref | Text) or str(value) == change.member


def _label(change: FieldChange) -> str:
    return f"{change.path}[{change.member}]" if change.member else change.path


def _column(labels: Iterable[str]) -> int:
    """Where values begin: after the longest label that is not very long, its colon and a blank."""
    return max((len(label) for label in labels if len(label) <= LABEL_WIDTH), default=0) + 2


def _padded(label: Line, column: int) -> Line:
    return joined(label, " " * max(1, column - label.cell_len))


def _listed(pieces: Iterable[Line]) -> list[Line]:
    """Pieces with a comma after each but the last."""
    shown = list(pieces)
    return [joined(piece, ",") for piece in shown[:-1]] + shown[-1:]


def _aside(*remarks: str) -> tuple[Line, ...]:
    """Remarks in parentheses behind a value."""
    said = ", ".join(remark for remark in remarks if remark)
    return (part(f"  ({said})", DIM),) if said else ()


def _said(note: str) -> tuple[Line, ...]:
    return (part(note),) if note else ()


def _bracketed(pieces: Iterable[Line]) -> list[Line]:
    """The pieces as one remark in parentheses."""
    shown = _listed(pieces)
    if shown:
        shown[0] = joined("(", shown[0])
        shown[-1] = joined(shown[-1], ")")
    return shown


def _signed(line: str) -> Line:
    """A line of a statement-level difference, its sign in colour."""
    rest = line.lstrip(" ")
    lead, sign = " " * (len(line) - len(rest)), rest[:1]
    if rest[1:2] == " " and sign in _STYLES:
        return joined(lead, part(sign, _STYLES[sign]), part(rest[1:]))
    return joined(lead, part(rest))
