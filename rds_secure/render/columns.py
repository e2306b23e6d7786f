"""Rows of cells side by side, each filled in a column of its own. It knows nothing of what stands in them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import zip_longest

from rich.text import Text as Line

from rds_secure.render.screen import joined, wrapped

GAP = 2
"""Blanks between two columns."""

Cell = Sequence[Line]
"""The pieces of a cell, between which a line may be broken."""


def widths(rows: Sequence[Sequence[Cell]], room: int, shares: Sequence[float]) -> list[int]:
    """How wide each column is: as its longest cell needs, at most its share of the room; the last has what is left."""
    found = []
    for number, share in enumerate(shares):
        longest = max((_length(row[number]) for row in rows), default=0)
        found.append(min(longest, int(room * share)))
    return [*found, room - sum(found) - GAP * len(found)]


def _length(cell: Cell) -> int:
    return sum(piece.cell_len for piece in cell) + max(len(cell) - 1, 0)


def row(cells: Sequence[Cell], columns: Sequence[int], indent: int) -> Iterator[Line]:
    """The lines of one row. Where a cell has a word too long for its column, those to its right begin below it."""
    filled: list[list[Line]] = []
    begin = 0
    for cell, width in zip(cells, columns, strict=True):
        lines = list(wrapped(cell, width, 0, hang=1)) if cell else []
        filled.append([Line()] * begin + lines)
        begin += max((number for number, line in enumerate(lines, 1) if line.cell_len > width), default=0)
    for parts in zip_longest(*filled, fillvalue=Line()):
        yield _side_by_side(parts, columns, indent)


def _side_by_side(parts: Sequence[Line], columns: Sequence[int], indent: int) -> Line:
    line, at = Line(" " * indent), indent
    for part, width in zip(parts, columns, strict=True):
        if part.cell_len:
            line = joined(line, " " * max(at - line.cell_len, 0), part)
        at += width + GAP
    return line
