"""Who may do what once a plan is carried out, and from where databases are reached, where that changes; as lines.

An apply that was cut short may have taken away what its rest gives back, which then looks like a gain. Whoever ends as
was approved gains nothing by the rest (meaning §6). What protects is no part of it: no plan lowers what it has raised.
Nothing is evaluated here that a comparison has not evaluated.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rds_secure.access.delta import network
from rds_secure.access.delta.escalations import Have, when
from rds_secure.access.delta.model import Naming
from rds_secure.access.delta.states import said
from rds_secure.access.delta.verbs import Side, Universe
from rds_secure.access.iam.estate import GENERAL
from rds_secure.access.iam.spread import places
from rds_secure.access.iam.verbs import VERBS
from rds_secure.access.network.answers import Answer


@dataclass(frozen=True)
class People:
    """Who may do what, and who can give themselves what."""

    side: Side
    escalations: Have


@dataclass(frozen=True)
class Ends:
    """The answers to the account as the plan would leave it, as far as something of them changes."""

    people: People | None = None
    reached: tuple[Answer, ...] = ()

    def lines(self, named: Naming) -> Iterator[tuple[str, str]]:
        """Whom or what a line is about (an ARN, a database), and what is so."""
        if self.people is not None:
            for about, line in (*_people(self.people.side), *_escalations(self.people.escalations)):
                yield named(about), named(line)
        for answer in self.reached:  # whose groups are in the order of their names
            yield from ((named(answer.target), line) for line in network.told(answer, named))


def _escalations(have: Have) -> Iterator[tuple[str, str]]:
    for principal, verbs in have.items():
        yield from ((principal.arn, f"give itself {verb} {said(when(found))}") for verb, found in verbs.items())


def _people(side: Side) -> Iterator[tuple[str, str]]:
    """What everybody may do, by any way, and by which actions as oneself."""
    words = _Places(side.universe)
    for who, asker in side.askers.items():
        for verb in VERBS:
            cells = [(said(state), mask) for state, mask in side.cells(who, verb).items()]
            own = [(str([f"{act} {if_}" for act, if_ in acts]), mask) for acts, mask in side.own(who, verb).items()]
            for what in (cells, own):
                for text, where in words.told(what):
                    yield asker.caller.arn, f"{asker.caller.session or ''} {verb}: {text} on {where}"


class _Places:
    """Databases in words that another database, which is like any, does not change."""

    def __init__(self, universe: Universe) -> None:
        self._universe = universe
        self._there = universe.whole & ~universe.old
        self._any = universe.mask((GENERAL,))

    def told(self, found: Sequence[tuple[str, int]]) -> Iterator[tuple[str, str]]:
        """What is so, and where: "any" are all that nothing else is told of."""
        left = self._there
        for text, mask in found:
            left &= ~mask
            yield text, "any" if mask & self._any else self._names(mask)
        if found and left and not left & self._any:
            yield "", self._names(left)

    def _names(self, mask: int) -> str:
        return " ".join(sorted(self._universe.names[place] for place in places(mask & self._there)))
