"""Who may do what as Markdown, for tickets and pull requests. What comes from AWS stands in code spans (`markdown`)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from rds_secure.access.findings import Findings
from rds_secure.access.gains import Gain
from rds_secure.access.iam.callers import Caller
from rds_secure.access.iam.logic import YES
from rds_secure.access.listing import Folded, Listing, Row
from rds_secure.access.naming import label
from rds_secure.access.unknown import BEYOND, sentences
from rds_secure.render.markdown import code, section
from rds_secure.render.who_words import MEANS, by, condition, given, how, joined_words, where

_VERB, _GAINS, _FOLDED = 5_500, 8_000, 2_500
"""Characters of each list: together fewer than GitHub takes in a comment."""

T = TypeVar("T")

_NAMES = 8
"""So many principals, or means, are told in one line."""


def who_markdown(found: Findings) -> str:
    """Who may do what, in fewer than 60,000 characters."""
    return "\n\n".join(_blocks(found)) + "\n"


def _blocks(found: Findings) -> Iterator[str]:
    place, listing = found.inventory.place, found.listing
    yield "## Who may do what"
    yield f"Account {code(place.account)}, region {code(place.region)}{f', {found.of}' if found.of else ''}."
    if found.session:
        yield f"In sessions that are given {', '.join(map(code, found.session))}."
    for sentence in sentences(found.unknown, partial=found.inventory.partial):
        yield f"**Not known:** {code(sentence)}"
    if listing is not None:
        yield from _told(listing, found.gains)
    yield f"In no answer: {BEYOND}"


def _told(listing: Listing, gains: Sequence[Gain]) -> Iterator[str]:
    account = listing.account
    if listing.root:
        yield f"**root** may {joined_words(listing.root)} on every database, always."
    for verb, rows in listing.rows.items():
        yield from section(f"{verb}: {MEANS[verb]}", _cut(rows, lambda row: _row(row, listing), _VERB))
    yield from section("Can give themselves more", _cut(gains, lambda gain: _gain(gain, listing), _GAINS))
    for title, folded in (
        ("AWS services, as roles, or because a policy names them", listing.services),
        ("Roles that only AWS services can use", listing.linked),
    ):
        yield from section(title, _cut(folded, lambda found: _folded(found, account), _FOLDED))


def _cut(found: Sequence[T], line: Callable[[T], str], room: int) -> list[str]:
    """As many lines as there is room for, and how many there are beyond, which are not made."""
    kept: list[str] = []
    for item in found:
        kept.append(line(item))
        room -= len(kept[-1]) + 1
        if room < 0:
            return [*kept[:-1], f"- **and {len(found) - len(kept) + 1:,} rows more, for which there is no room here**"]
    return kept


def _row(row: Row, listing: Listing) -> str:
    place = " ".join(where(listing, row.verb, row.databases))
    told = how(row.way, row.when, row.only)
    shown = f"**{place}**" if place == "all" else code(place)
    return f"- {_who(row.principals, listing.account)}: {shown}{f', {code(told)}' if told else ''}"


def _who(callers: Sequence[Caller], account: str) -> str:
    shown = len(callers) if len(callers) <= _NAMES + 1 else _NAMES
    more = f" and {len(callers) - shown:,} more" if len(callers) > shown else ""
    return ", ".join(code(label(caller, account)) for caller in callers[:shown]) + more


def _gain(gain: Gain, listing: Listing) -> str:
    means = [code(by(item)) for item in gain.means]
    more = f" and {len(means) - _NAMES} more" if len(means) > _NAMES else ""
    when = f", {code(condition(gain.when))}" if gain.when is not YES else ""
    what = code(given(gain, listing))
    return f"- {_who(gain.principals, listing.account)}: {what}, by {', '.join(means[:_NAMES])}{more}{when}"


def _folded(found: Folded, account: str) -> str:
    told = how(found.way, found.when)
    return f"- {code(label(found.principal, account))}: {', '.join(found.verbs)}{f', {code(told)}' if told else ''}"
