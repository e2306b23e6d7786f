"""How data is protected, as Markdown for a pull request. What comes from AWS stands in code (`markdown`)."""

from __future__ import annotations

from collections.abc import Iterator

from rich.text import Text as Line

from rds_secure.render.encryption_page import MARKS, sections
from rds_secure.render.markdown import code, cut, section
from rds_secure.render.protection import Mood, Row, Told, counted
from rds_secure.render.reach_markdown import folded, not_read, where

_LISTED, _FOLDS = 20_000, 30_000
"""Characters of the list, and of all folds: together fewer than GitHub takes in a comment."""


def encryption_markdown(told: Told) -> str:
    """The whole answer, in fewer than 60,000 characters."""
    return "\n\n".join(_blocks(told)) + "\n"


def _blocks(told: Told) -> Iterator[str]:
    yield "## How data is protected"
    yield f"**{counted(told.found)}**"
    yield where(told.inventory, told.of)
    listed = list(sections(told))
    for title, mood in (("Weak", Mood.WEAK), ("Not known", Mood.UNKNOWN)):
        lines = [
            f"- {code(name[0])}: {row.label}: {code(row.text)}"
            for name, rows in listed
            for row in rows
            if row.mood is mood
        ]
        yield from section(title, cut(lines, _LISTED // 2, "points"))
    room = _FOLDS
    for number, (name, rows) in enumerate(listed):
        fold = folded(name[0], name[1].removeprefix(" · "), map(_line, rows))
        room -= len(fold)
        if room < 0:
            left = len(listed) - number
            yield f"**{left} more are left out, for there is no room here**: `rds-secure access encryption` shows all."
            break
        yield fold
    yield from not_read(told.inventory)


def _line(row: Row) -> Line:
    return Line(f"{MARKS[row.mood]} {row.label:<11} {row.text}")
