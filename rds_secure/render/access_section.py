"""What a plan does to access, as a part of the page of a plan: one line where nothing changes. It decides nothing."""

from __future__ import annotations

from collections.abc import Iterator

from rich.text import Text as Line

from rds_secure.access.delta.model import Danger, Delta
from rds_secure.render.access_words import Name, Piece, lines, summary
from rds_secure.render.screen import BOLD, DIM, GREEN, RED, YELLOW, joined, part, words, wrapped

_COLOURS = {
    Danger.INTERNET: f"{BOLD} {RED}",
    Danger.DATA: RED,
    Danger.GAIN: YELLOW,
    Danger.SIGHT: "",
    Danger.CHANGE: "",
    Danger.LOSS: GREEN,
}


def access_section(delta: Delta, width: int) -> Iterator[Line]:
    """A heading, and a line for each change, the worst first; what is not known at the end."""
    yield Line()
    style = _COLOURS[delta.worst] if delta.worst is not None else ""
    yield part(summary(delta), f"{BOLD} {style}".strip() if not delta.is_empty else "")
    for line in lines(delta):
        style = _COLOURS[line.danger]
        yield from wrapped([part(line.sign, style), *_words(line.sentence)], width, 2, hang=2)
    for unknown in delta.unknown:
        yield from wrapped([part("?", DIM), *words(unknown, DIM)], width, 2, hang=2)


def _words(sentence: tuple[Piece, ...]) -> list[Line]:
    """The words of a sentence, names in bold."""
    styled = joined(*(part(piece.text, BOLD) if isinstance(piece, Name) else piece for piece in sentence))
    return list(styled.split(" "))
