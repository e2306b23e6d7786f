"""The list that auditors go through: a row for each principal, path, verb and database. It decides nothing.

Rows come principal by principal, so that the list of a large account is never in memory at once.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from rds_secure.access.findings import Findings
from rds_secure.access.iam.become import Hop
from rds_secure.access.iam.callers import Caller
from rds_secure.access.iam.court import Asker
from rds_secure.access.iam.estate import GENERAL
from rds_secure.access.iam.logic import YES
from rds_secure.access.iam.verbs import Verb
from rds_secure.access.listing import DANGER, Half, Listing
from rds_secure.access.naming import label, short
from rds_secure.access.origins import Origins

NEW = "any new one"
"""In the place of a database that is yet to be made."""


@dataclass(frozen=True)
class Entry:
    """One row. ``itself``: it concerns the database itself, not just what belongs to it."""

    principal: Caller
    name: str
    path: tuple[str, ...]
    verb: Verb
    database: str
    itself: bool
    actions: tuple[str, ...]
    condition: str
    since: str
    source: tuple[str, ...]


def review(found: Findings) -> Iterator[Entry]:
    """All rows: by principal, verb (the worst first), database and path; stable from run to run."""
    if (listing := found.listing) is None:
        return
    origins = Origins(found.inventory, listing.who)
    for asker in sorted(listing.choice.askers, key=lambda asker: (asker.caller.arn, asker.caller.session or "")):
        yield from sorted(_entries(listing, origins, asker), key=_rank)


def _rank(entry: Entry) -> tuple[int, bool, str, bool, tuple[str, ...], str]:
    return (
        DANGER.index(entry.verb),
        entry.database == NEW,
        entry.database,
        not entry.itself,
        entry.path,
        entry.condition,
    )


def _entries(listing: Listing, origins: Origins, asker: Asker) -> Iterator[Entry]:
    name = label(asker.caller, listing.account)
    for answer in listing.answers_of(asker):
        path = tuple(hop.role for hop in answer.way)
        for half in listing.halves(answer):
            condition = _condition(answer.way, half)
            actions = tuple(action for action, _ in half.acts)
            for databases, origin in origins.of(asker, answer, half.acts):
                for database in databases:
                    yield Entry(
                        asker.caller, name, path, answer.verb, NEW if database == GENERAL else database, half.itself,
                        actions, condition, origin.since, origin.statements,
                    )  # fmt: skip


def _condition(way: tuple[Hop, ...], half: Half) -> str:
    """What has to hold on the way, and then."""
    texts = [f"to become {short(hop.role)}: {hop.when}" for hop in way if hop.when is not YES]
    return "; ".join([*texts, *([str(half.when)] if half.when is not YES else [])])
