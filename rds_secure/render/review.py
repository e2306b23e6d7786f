"""The list for auditors as CSV, JSON and text, row by row. What is in it: `access.register`.

CSV is that of RFC 4180 in UTF-8. A cell that a spreadsheet would take for a formula begins with a quote.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from functools import lru_cache
from io import StringIO
from itertools import groupby
from typing import TextIO

from rich.text import Text as Line

from rds_secure.access.findings import Findings
from rds_secure.access.register import Entry
from rds_secure.access.unknown import sentences
from rds_secure.render.review_view import EntryView, ReviewHead
from rds_secure.render.screen import BOLD, DIM, YELLOW, columns, part, printable, words, wrapped, write
from rds_secure.render.who_json import json_object
from rds_secure.render.who_view import unknown_views
from rds_secure.render.who_words import listed

HEADINGS = (
    "account", "region", "principal", "name", "path", "verb", "database", "actions", "condition", "since", "source",
)  # fmt: skip
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_BATCH = 500


def review_csv(found: Findings, entries: Iterable[Entry]) -> Iterator[str]:
    """The CSV in pieces of some hundred rows, its headings first."""
    place = found.inventory.place
    buffer = StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow(HEADINGS)
    for number, entry in enumerate(entries, 1):
        writer.writerow((place.account, place.region, *map(cell, _texts(entry))))
        if number % _BATCH == 0:
            yield buffer.getvalue()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue()


def cell(text: str) -> str:
    """A text that no spreadsheet takes for a formula, and no terminal for a command."""
    guarded = f"'{text}" if text.startswith(_FORMULA) else text
    return printable(guarded)


def _texts(entry: Entry) -> Iterator[str]:
    yield from (entry.principal.arn, entry.name, _joined(" > ", entry.path), entry.verb, entry.database)
    yield from (_joined(" ", entry.actions), entry.condition, entry.since, _joined("; ", entry.source))


@lru_cache(maxsize=1 << 12)
def _joined(between: str, texts: tuple[str, ...]) -> str:
    return between.join(texts)


def review_json(found: Findings, entries: Iterable[Entry]) -> Iterator[str]:
    """The JSON in pieces, a row a line."""
    place = found.inventory.place
    head = ReviewHead(
        format_version="1.0",
        account=place.account,
        region=place.region,
        known=found.listing is not None,
        partial=found.inventory.partial,
        unknown=unknown_views(found.unknown),
    )
    return json_object(head, {"entries": map(_view, entries)})


def _view(entry: Entry) -> EntryView:
    return EntryView(
        principal=entry.principal.arn,
        name=entry.name,
        path=entry.path,
        verb=entry.verb,
        database=entry.database,
        itself=entry.itself,
        actions=entry.actions,
        condition=entry.condition,
        since=entry.since,
        source=entry.source,
    )


def review_text(found: Findings, entries: Iterable[Entry], *, stream: TextIO, width: int | None = None) -> None:
    """Write the list for people, principal by principal, databases of which the same is true together."""
    room = width or columns(stream)
    write(stream, _head(found, room))
    for _, own in groupby(entries, key=lambda entry: (entry.principal, entry.name)):
        write(stream, _own(list(own), room))


def _head(found: Findings, width: int) -> Iterator[Line]:
    place = found.inventory.place
    yield Line.assemble(part("Review of access", BOLD), part(f" · account {place.account} · {place.region}", DIM))
    for sentence in sentences(found.unknown, partial=found.inventory.partial):
        yield from wrapped([part("Not known:", f"{BOLD} {YELLOW}"), *words(sentence)], width, 0, hang=2)


def _own(entries: list[Entry], width: int) -> Iterator[Line]:
    first = entries[0]
    yield Line()
    yield from wrapped([part(first.name, BOLD), part(first.principal.arn, DIM)], width, 0, hang=2)
    alike: dict[tuple[object, ...], list[Entry]] = {}
    for entry in entries:
        key = (entry.verb, entry.path, entry.itself, entry.condition, entry.since, entry.source)
        alike.setdefault(key, []).append(entry)
    for same in alike.values():
        yield from _lines(same[0], [entry.database for entry in same], width)


def _lines(entry: Entry, databases: list[str], width: int) -> Iterator[Line]:
    only = "" if entry.itself else f", only {', '.join(entry.actions)}"
    yield from wrapped([part(entry.verb, BOLD), *words(f"{' '.join(listed(databases, None))}{only}")], width, 2, hang=2)
    if entry.path:
        yield from wrapped([part("as", DIM), *map(part, listed(entry.path, None))], width, 6, hang=2)
    if entry.condition:
        yield from wrapped([part("if", DIM), *words(entry.condition, YELLOW)], width, 6, hang=2)
    since = f" (not before {entry.since})" if entry.since else ""
    yield from wrapped(
        [part("by", DIM), *words(f"{'; '.join(entry.source) or 'nothing that was read'}{since}")], width, 6, hang=2
    )
