"""The list for auditors as the published JSON shows it. How it is written: `review`.

Adding a field keeps `format_version`'s first number; anything that an old reader would misread changes it.
"""

from __future__ import annotations

from typing import Literal

from rds_secure.access.iam.verbs import Verb
from rds_secure.render.published import View
from rds_secure.render.who_view import UnknownView


class EntryView(View):
    """That a principal may do something to one database, by one path."""

    principal: str
    """The ARN of the principal, the name of a service, or * for anyone."""
    name: str
    """What people call it, such as role app-ci."""
    path: tuple[str, ...]
    """The ARNs of the roles that it assumes first, one after the other; none: as itself."""
    verb: Verb
    """What it may do."""
    database: str
    """The database, such as db:orders; "any new one" for one that is yet to be made."""
    itself: bool
    """Whether it concerns the database itself; false: only its snapshots, backups and groups."""
    actions: tuple[str, ...]
    """The actions that are allowed."""
    condition: str
    """When, on the way and then; empty: always."""
    since: str
    """The day before which it cannot have been so: the newest of the days on which the principal, the roles on its
    path, and the oldest policy that allows it were made, as far as IAM knows these; empty where it knows none. IAM
    keeps no date of attachments and inline policies, so it may have begun later."""
    source: tuple[str, ...]
    """The statements that allow it, each with its policy."""


class ReviewHead(View):
    """What is told once."""

    format_version: Literal["1.0"]
    """The version of this format."""
    account: str
    """The account's id."""
    region: str
    """The region."""
    known: bool
    """Whether the identities were read; without them there are no rows, which does not mean that nobody may."""
    partial: bool
    """Whether it was made of a spec alone, so that what the spec does not declare may be there all the same."""
    unknown: tuple[UnknownView, ...]
    """What else is not known."""


class ReviewView(ReviewHead):
    """What `rds-secure access review --format json` prints, a row a line."""

    entries: tuple[EntryView, ...]
    """The rows, by principal, verb, database and path."""
