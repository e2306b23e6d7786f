"""Where text for people goes: colour or none, width, and what may stand on a screen. It knows nothing of plans.

Whatever comes from AWS or from a spec passes through `part`: names and descriptions are strangers' text, and a
terminal obeys control characters.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from io import StringIO
from typing import TextIO

from rich.console import Console
from rich.text import Text as Line

DIM, BOLD, GREEN, YELLOW, RED, MAGENTA = "dim", "bold", "green", "yellow", "red", "magenta"
"""The styles in use, all of them the terminal's own, so that they fit light and dark backgrounds."""

PIPE_WIDTH = 100
"""Columns where there is no terminal to ask."""

LEAST_WIDTH = 60
"""Below this many columns, lines are left for the terminal to break."""

_PLAIN = str.maketrans({"→": "->", "·": ".", "…": "..."})


def part(text: object, style: str = "") -> Line:
    """A piece of a line, safe to show."""
    return Line(printable(str(text)), style)


def printable(text: str) -> str:
    r"""The text with every character that does not print as itself written out: ``\x1b``, ``\n``, ``\u202e``."""
    if text.isprintable():
        return text
    return "".join(character if character.isprintable() else ascii(character)[1:-1] for character in text)


def joined(*parts: Line | str) -> Line:
    """One line of several pieces; plain strings are our own words."""
    return Line.assemble(*parts)


def indented(columns: int, line: Line) -> Line:
    """A line, so many columns to the right."""
    return joined(" " * columns, line)


def wrapped(pieces: Iterable[Line], width: int, indent: int, hang: int = 0) -> Iterator[Line]:
    """Lines filled with pieces, a blank between two. ``hang``: how much further the second line on is indented.

    Only a piece that is too long for a line of its own is broken, at blanks.
    """
    line = Line(" " * indent)
    is_fresh = True
    for piece in _broken(pieces, width - indent - hang):
        if not is_fresh and line.cell_len + 1 + piece.cell_len > width:
            yield line
            line, is_fresh = Line(" " * (indent + hang)), True
        line = joined(line, "" if is_fresh else " ", piece)
        is_fresh = False
    yield line


def _broken(pieces: Iterable[Line], room: int) -> Iterator[Line]:
    """The pieces, those that are too long in words; the first word, which leads ("on …"), stays with the second."""
    for piece in pieces:
        if piece.cell_len <= room or " " not in piece.plain:
            yield piece
        else:
            lead, first, *rest = piece.split(" ")
            yield from (joined(lead, " ", first), *rest)


def words(text: str, style: str = "") -> list[Line]:
    """The words of a sentence, for `wrapped`."""
    return [part(word, style) for word in text.split(" ")]


def has_color(stream: TextIO, color: bool | None = None) -> bool:
    """Whether to colour: what was asked for, else NO_COLOR and FORCE_COLOR, else whether it is a terminal."""
    if color is not None:
        return color
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return stream.isatty() and os.environ.get("TERM") != "dumb"


def is_live(stream: TextIO) -> bool:
    """Whether a picture can be drawn over and over in place: a terminal that somebody sits at, and that can do it."""
    speaks_unicode = (getattr(stream, "encoding", None) or "").lower().replace("-", "") == "utf8"
    return stream.isatty() and has_color(stream) and speaks_unicode and not os.environ.get("CI")


def columns(stream: TextIO) -> int:
    """How wide a line may be."""
    asked = os.environ.get("COLUMNS", "")
    try:
        found = int(asked) if asked.isdecimal() else os.get_terminal_size(stream.fileno()).columns
    except (OSError, ValueError, AttributeError):
        return PIPE_WIDTH
    return max(found, LEAST_WIDTH) if found else PIPE_WIDTH


def write(stream: TextIO, lines: Iterable[Line], color: bool | None = None) -> None:
    """Write lines at once. Long ones are left to the terminal to break, so that what is copied is whole."""
    if not has_color(stream, color):
        write_text(stream, "".join(f"{line.plain.rstrip()}\n" for line in lines))
        return
    buffer = StringIO()
    console = Console(
        file=buffer,
        force_terminal=True,
        color_system="standard",
        legacy_windows=False,
        highlight=False,
        markup=False,
        emoji=False,
    )
    for line in lines:
        line.rstrip()
        console.print(line, soft_wrap=True)
    write_text(stream, buffer.getvalue())


def write_text(stream: TextIO, text: str) -> None:
    """Write a text as it is, or the nearest to it that the stream's encoding has."""
    stream.write(_encodable(text, getattr(stream, "encoding", None) or "utf-8"))
    stream.flush()


def _encodable(text: str, encoding: str) -> str:
    """The text, or where the stream's encoding lacks some of it, the nearest that it has."""
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return text.translate(_PLAIN).encode(encoding, "backslashreplace").decode(encoding)
    return text
