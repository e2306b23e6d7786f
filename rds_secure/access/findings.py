"""What is answered to "who may do what": of whom and what it is asked, in the words of people. It renders nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from rds_secure.access import naming, sessions
from rds_secure.access.gains import Gain, gains
from rds_secure.access.iam.escalate import Escalation, Escalations
from rds_secure.access.iam.identities import Role, User
from rds_secure.access.iam.verbs import Verb
from rds_secure.access.iam.who import Who
from rds_secure.access.listing import DANGER, Choice, Listing
from rds_secure.access.posture import Posture
from rds_secure.access.unknown import Unknown, who_unknown
from rds_secure.inventory import Inventory, Topic

TOPICS = (Topic.DATABASES, Topic.IDENTITIES, Topic.ORGANIZATION, Topic.KEYS)
"""What has to be read."""


@dataclass(frozen=True)
class Asked:
    """Words for what is asked about, as `naming` reads them; without any, everybody, everything, every database.

    ``session``: what the principals' sessions are given when they begin.
    """

    principals: Sequence[str] = ()
    verbs: Sequence[str] = ()
    databases: Sequence[str] = ()
    session: sessions.Passed | None = None


@dataclass(frozen=True)
class Findings:
    """The answer. ``listing`` is None where the identities were not read. ``of``: of what, if not of AWS as it is.

    ``unknown``: reads that were not answered. ``session``: the policies of the sessions that are asked about.
    """

    inventory: Inventory
    listing: Listing | None
    of: str = ""
    unknown: tuple[Unknown, ...] = ()
    session: tuple[str, ...] = ()

    @cached_property
    def escalations(self) -> tuple[Escalation, ...]:
        """Who of those that were asked about can give themselves more."""
        if self.listing is None:
            return ()
        return tuple(_escalations(self.listing.who, self.listing.choice))

    @cached_property
    def gains(self) -> tuple[Gain, ...]:
        """The same, in order."""
        return gains(self.escalations, self.listing.choice, self.listing.account) if self.listing else ()


def find(posture: Posture, asked: Asked = Asked(), of: str = "") -> Findings:
    """Who may do what. Raises `UsageError` for words that mean nothing."""
    verbs = tuple(map(naming.verb, asked.verbs))
    who = posture.who
    listing = None if who is None else Listing(who, _choice(posture.inventory, who, asked, verbs))
    return Findings(posture.inventory, listing, of, unknown_to(posture), sessions.names(asked.session))


def unknown_to(posture: Posture) -> tuple[Unknown, ...]:
    """What is not known; the policies of the organization are, where a file has them."""
    return who_unknown(posture.inventory, organization=posture.levels is None)


def _choice(inventory: Inventory, who: Who, asked: Asked, verbs: Sequence[Verb]) -> Choice:
    """Whom and what the words mean."""
    chosen = naming.principals(asked.principals, who.askers, who.identities.account)
    if asked.session is not None:
        chosen = list(sessions.limited(chosen, asked.session, who.identities))
    names = tuple(database.name for database in who.databases)
    ordered = tuple(verb for verb in DANGER if not verbs or verb in verbs)
    return Choice(
        tuple(chosen), ordered, naming.databases(asked.databases, names, inventory), folds=not asked.principals
    )


def _escalations(who: Who, choice: Choice) -> Iterator[Escalation]:
    means = Escalations(who)
    chosen = {asker.caller.arn: asker for asker in choice.askers}
    identities: tuple[User | Role, ...] = (*who.identities.users, *who.identities.roles)
    for identity in identities:
        if (asker := chosen.get(identity.arn)) is not None:
            yield from means.of(identity, asker)
