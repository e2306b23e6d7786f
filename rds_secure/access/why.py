"""Why somebody may do something to a database or not, by groups of databases of which the same is true. No rendering.

The statements that decide are found by `iam.explain`; here alike databases, and alike actions, are put together.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rds_secure.access import naming, sessions
from rds_secure.access.findings import Asked, unknown_to
from rds_secure.access.iam.callers import Caller
from rds_secure.access.iam.court import Asker
from rds_secure.access.iam.estate import GENERAL
from rds_secure.access.iam.evaluate import Decision
from rds_secure.access.iam.explain import Explanation, Step, explain
from rds_secure.access.iam.verbs import Verb
from rds_secure.access.iam.who import Answer
from rds_secure.access.listing import Choice, Listing
from rds_secure.access.posture import Posture
from rds_secure.access.unknown import Unknown
from rds_secure.errors import UsageError
from rds_secure.inventory import Inventory


@dataclass(frozen=True)
class Case:
    """Some databases, the answers to them, and the decisions on one of them, which are those on all."""

    databases: tuple[str, ...]
    answers: tuple[Answer, ...]
    explanations: tuple[Explanation, ...]


@dataclass(frozen=True)
class Why:
    """All that was asked about: some ``cases``, and the databases on which the verb is ``impossible``.

    ``session``: the policies of the session that is asked about.
    """

    inventory: Inventory
    unknown: tuple[Unknown, ...]
    listing: Listing
    principal: Caller
    verb: Verb
    cases: tuple[Case, ...]
    impossible: tuple[str, ...] = ()
    session: tuple[str, ...] = ()


def why(posture: Posture, asked: Asked) -> Why:
    """Why one principal may do one thing. Raises `UsageError` for words that mean nothing, or if nobody was read.

    Without a database in ``asked`` all are looked at, and those to come where there are none yet.
    """
    verb, who, inventory = naming.verb(asked.verbs[0]), posture.who, posture.inventory
    if who is None:
        what = "who there is could not be read, so nothing can be explained"
        raise UsageError(f"{what}: allow the caller iam:GetAccountAuthorizationDetails")
    asker = naming.principal(asked.principals[0], who.askers, who.identities.account)
    if asked.session is not None:
        (asker,) = sessions.limited([asker], asked.session, who.identities)
    names = tuple(database.name for database in who.databases)
    chosen = naming.databases(asked.databases, names, inventory)
    if chosen is None:
        chosen = frozenset(names[1:] or (GENERAL,))
    listing = Listing(who, Choice((asker,), (verb,), chosen, folds=False))
    impossible = tuple(name for name in names if name in chosen and name not in (*listing.possible[verb], GENERAL))
    wanted = [name for name in names if name in chosen and name not in impossible]
    cases = tuple(_cases(listing, asker, verb, wanted))
    given = sessions.names(asked.session)
    return Why(inventory, unknown_to(posture), listing, asker.caller, verb, cases, impossible, given)


def _cases(listing: Listing, asker: Asker, verb: Verb, names: Sequence[str]) -> Iterator[Case]:
    """Databases with the same answers together, those with more rights first."""
    alike: dict[tuple[Answer, ...], list[str]] = {}
    for name in names:
        found = tuple(answer for answer in listing.answers if name in answer.databases)
        alike.setdefault(found, []).append(name)
    for answers, databases in sorted(alike.items(), key=lambda item: -len(item[0])):
        yield Case(tuple(databases), answers, explain(listing.who, asker, verb, databases[0]))


@dataclass(frozen=True)
class Alike:
    """Actions that are decided alike, for the same reasons."""

    actions: tuple[str, ...]
    resources: tuple[str, ...]
    decision: Decision


def together(steps: Sequence[Step]) -> Iterator[Alike]:
    """Steps with the same decision together, allowed ones first."""
    alike: dict[Decision, list[Step]] = {}
    for step in steps:
        alike.setdefault(step.decision, []).append(step)
    order = ("allowed", "conditional", "denied", "implicit")
    for decision, listed in sorted(alike.items(), key=lambda item: order.index(item[0].outcome)):
        resources = dict.fromkeys(arn for step in listed for arn in step.resources)
        yield Alike(tuple(step.action for step in listed), tuple(resources), decision)
