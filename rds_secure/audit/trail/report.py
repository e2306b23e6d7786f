"""The answer of an audit of a trail: what was found, how far it reaches, and what nobody can see in it. No I/O."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from rds_secure.audit.trail.context import Context
from rds_secure.audit.trail.judge import Seen
from rds_secure.audit.trail.model import Coverage, Report

NEVER = (
    "What is done inside of a database, and data events (rds-data, reading of exports in S3), are not in it.",
    "Events arrive some minutes late.",
)
"""What no trail of management events has."""


def report(
    seen: Seen, source: str, gaps: Iterable[str] = (), since: datetime | None = None, until: datetime | None = None
) -> Report:
    """``source``: where the records came from; ``gaps``: what of it could not be read, in sentences."""
    context = seen.context
    coverage = Coverage(
        source, since, until, seen.events, seen.first, seen.last, seen.malformed,
        (*gaps, *_unread(seen), *_unknown(context), *NEVER),
    )  # fmt: skip
    return Report(context.account, context.region, seen.suspects(), coverage)


def _unread(seen: Seen) -> Iterator[str]:
    if seen.malformed:
        yield f"Records that make no sense, and were passed over: {seen.malformed}."
    if seen.abroad:
        yield f"Events of other accounts, which were left out: {seen.abroad}."


def _unknown(context: Context) -> Iterator[str]:
    if context.region:
        yield f"Of networks, keys and denied calls of KMS, only those in {context.region}; of RDS, all that was read."
    if context.stand_in:
        yield "The spec names no account: who it lets in is known by name, in whatever account that is."
    if context.allowed is None:
        yield "Who may change databases is not known, so that nobody is told to be unlisted."
    lacking = {
        "security groups": context.groups,
        "keys": context.keys,
        "secrets": context.secrets,
        "route tables": context.tables,
        "network ACLs": context.acls,
        "identities": context.holders,
    }
    open_ = [name for name, known in lacking.items() if known is None]
    if open_:
        yield f"Which {', '.join(open_)} bear on databases is not known: events about any count, one step lower."
