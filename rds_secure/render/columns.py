"""Rows of cells side by side, each filled in a column of its own. It knows nothing of what stands in them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import zip_longest

from rich.text import Text as Line

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
    filled: list[list[Cell]] = []
    begin = 0
    for cell, width in zip(cells, columns, strict=True):
        lines = list(_filled(cell, width))
        filled.append([()] * begin + lines)
        begin += max((number for number, line in enumerate(lines, 1) if _length(line) > width), default=0)
    for parts in zip_longest(*filled, fillvalue=()):
        yield _side_by_side(parts, columns, indent)


def _filled(cell: Cell, width: int) -> Iterator[Cell]:
    """The pieces line by line, the second one on a blank further in; a piece with blanks may be broken at them."""
    line: list[Line] = []
    room = width
    for piece in _broken(cell, width):
        if line and piece.cell_len > room:
            yield line
            line, room = [_BLANK], width - 2
        line.append(piece)
        room -= piece.cell_len + 1
    if line:
        yield line


_BLANK = Line("")


def _broken(cell: Cell, width: int) -> Iterator[Line]:
    for piece in cell:
        if piece.cell_len < width or " " not in piece.plain:
            yield piece
        else:
            yield from piece.split(" ")


def _side_by_side(parts: Sequence[Cell], columns: Sequence[int], indent: int) -> Line:
    pieces: list[Line | str] = []
    at, reached = indent, 0
    for part, width in zip(parts, columns, strict=True):
        if part:
            pieces += [" " * (at - reached), part[0], *(each for piece in part[1:] for each in (" ", piece))]
            reached = at + _length(part)
        at += width + GAP
    return Line.assemble(*pieces)
