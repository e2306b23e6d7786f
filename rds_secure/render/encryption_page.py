"""How data is protected, as text for people: database by database, those with the most weak points first; then keys."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from rich.text import Text as Line

from rds_secure.access.protection import Protected
from rds_secure.render.protection import Mood, Row, Told, counted, key_rows, proxy_rows, rows, weakness
from rds_secure.render.reach_page import heading, unread
from rds_secure.render.screen import BOLD, DIM, MAGENTA, RED, joined, part, words, wrapped

SERVICES = ("rds", "kms", "secretsmanager", "logs", "iam", "organizations")
"""Whose answers tell how data is protected, and who uses keys."""

STYLES: Mapping[Mood, str] = {Mood.WEAK: RED, Mood.UNKNOWN: MAGENTA, Mood.PLAIN: "", Mood.GOOD: ""}
MARKS: Mapping[Mood, str] = {Mood.WEAK: "!", Mood.UNKNOWN: "?", Mood.PLAIN: " ", Mood.GOOD: " "}


def encryption_page(told: Told, width: int) -> Iterator[Line]:
    """All lines."""
    yield from heading(told.inventory, counted(told.found), told.of)
    for title, found in sections(told):
        yield Line()
        yield joined(part(title[0], BOLD), part(title[1], DIM))
        for row in found:
            pieces = [part(f"{MARKS[row.mood]} {row.label:<11}", STYLES[row.mood]), *words(row.text, STYLES[row.mood])]
            yield from wrapped(pieces, width, 2, hang=14)
    yield from unread(told.inventory, width, SERVICES)


Title = tuple[str, str]
"""What it is about, and what else is said of it in the heading."""


def sections(told: Told) -> Iterator[tuple[Title, Sequence[Row]]]:
    """Databases, the weakest first, then proxies, then keys."""
    listed = [(one, rows(told, one)) for one in told.found.databases]
    for one, found in sorted(listed, key=lambda item: (weakness(item[1]), item[0].id)):
        yield (one.id, _remark(one)), found
    for proxy in told.found.proxies:
        yield (proxy.id, ""), proxy_rows(proxy)
    for key in told.found.keys:
        yield (key.arn, ""), key_rows(told, key)


def _remark(one: Protected) -> str:
    waiting = f" · parked until the window: {', '.join(one.waiting)}" if one.waiting else ""
    return f" · {one.engine} {one.version}{f' · member of {one.cluster}' if one.cluster else ''}{waiting}"
