"""From where databases can be reached, as Markdown for a pull request. Texts of others stand in code (`markdown`)."""

from __future__ import annotations

import html
from collections.abc import Iterable, Iterator

from rich.text import Text as Line

from rds_secure.access.network.evidence import Verdict
from rds_secure.access.network.summary import Exposure
from rds_secure.access.protection import Protection
from rds_secure.inventory import Inventory
from rds_secure.render.evidence import by_way
from rds_secure.render.graph import graph
from rds_secure.render.markdown import WIDTH, clipped, code, cut, fence, section
from rds_secure.render.mermaid import fenced
from rds_secure.render.reach_page import (
    LIMITS,
    Explained,
    Reached,
    counted,
    database_lines,
    explained_page,
    headline,
    together,
)
from rds_secure.render.screen import printable

_LISTED, _UNREAD, _PICTURE = 14_000, 4_000, 12_000
"""Characters of lists, and of the picture."""
_FOLD, _FOLDS = 8_000, 25_000
"""Characters of one fold, and of all: together with the others fewer than GitHub takes in a comment."""


def reach_markdown(found: Reached, protection: Protection) -> str:
    """The whole answer with a picture, in fewer than 60,000 characters."""
    return "\n\n".join(_blocks(found, protection)) + "\n"


def explained_markdown(found: Explained) -> str:
    """Pairs of a source and a database, every hop."""
    lines = (line.plain for line in explained_page(found, WIDTH))
    return f"## How a connection fares\n\n{where(found.inventory, found.of)}\n\n{fence(_cut(lines, _FOLDS))}\n"


def _blocks(found: Reached, protection: Protection) -> Iterator[str]:
    yield "## From where databases can be reached"
    yield f"**{counted(found.exposures, found.inventory)}**"
    yield where(found.inventory, found.of)
    yield from section("Databases", cut([_line(found, one) for one in found.exposures], _LISTED, "databases"))
    picture = fenced(graph(found, protection))
    if found.exposures and len(picture) <= _PICTURE:
        yield picture
    room = _FOLDS
    left = len(found.exposures)
    for alike in together(found.exposures):
        label = ", ".join(one.answer.target for one in alike)
        fold = folded(label, headline(alike[0]), database_lines(found, alike, WIDTH, show_evidence=True))
        room -= len(fold)
        if room < 0:
            yield f"**{left} databases are left out, for there is no room here**: `rds-secure access reach` shows all."
            break
        left -= len(alike)
        yield fold
    yield from not_read(found.inventory)
    yield LIMITS


def where(inventory: Inventory, of: str) -> str:
    """Of what it is told."""
    place = inventory.place
    account = f"Account {code(place.account)}, region" if place.account else "Region"
    return f"{account} {code(place.region)}{f'; {code(of)}' if of else ''}."


def _line(found: Reached, one: Exposure) -> str:
    """A database with its ways in, those that are blocked left out."""
    ways = dict.fromkeys(
        f"{entrance.verdict} {code(by_way(entrance.origin, found.names))}"
        for entrance in one.entrances
        if entrance.verdict > Verdict.LATENT
    )
    listed = [*ways][:6] + ([f"{len(ways) - 6} more"] if len(ways) > 6 else [])
    return f"- {code(one.answer.target)}: **{headline(one)}**{'; ' if listed else ''}{', '.join(listed)}"


def folded(label: str, said: str, lines: Iterable[Line]) -> str:
    """A fold with ``said`` in its heading and lines in it, which are cut where they are too many."""
    shown = html.escape(clipped(printable(label), 300))
    body = fence(_cut((line.plain for line in lines), _FOLD))
    return f"<details><summary><code>{shown}</code> {html.escape(said)}</summary>\n\n{body}\n\n</details>"


def _cut(lines: Iterable[str], room: int) -> Iterator[str]:
    for line in lines:
        room -= len(line) + 1
        if room < 0:
            yield "... the rest is left out here"
            return
        yield line.rstrip()


def not_read(inventory: Inventory) -> Iterator[str]:
    """The questions that AWS did not answer."""
    lines = [f"- {code(question)}: {code(why)}" for question, why in sorted(inventory.unread.items())]
    yield from section("Not read, and so unknown", cut(lines, _UNREAD, "questions"))
