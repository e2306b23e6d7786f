"""What changes about access, as data: who may do what, from where databases are reached, how data is protected.

Conditions are texts: "" is "not at all", "always" is without any. Databases are named as in `access.account`; "*" is
any, whatever it will be called. What is alike is in one entry: many principals, many databases. It decides nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from typing import Protocol, TypeAlias

from rds_secure.access.iam.callers import Caller, CallerKind
from rds_secure.access.iam.verbs import Verb
from rds_secure.access.naming import label
from rds_secure.access.network.evidence import Verdict
from rds_secure.access.network.intervals import Addresses
from rds_secure.inventory.model import Question

ALWAYS = "always"
INTERNET = "internet"
"""The way of those who come from the internet (`evidence.Way`)."""


class Effect(StrEnum):
    """Which way a change goes. What cannot be compared with what was before it is a change."""

    GAINS = "gains"
    CHANGES = "changes"
    LOSES = "loses"


class Danger(IntEnum):
    """How bad a change is; the worst first."""

    INTERNET = 0
    """A way in from the internet, or what amounts to one: everybody gets at the data."""
    DATA = 1
    """Data can be lost or made unreadable."""
    GAIN = 2
    """Somebody gets more, or something protects less."""
    SIGHT = 3
    """Somebody sees more; somebody would be let in if nothing else were in the way."""
    CHANGE = 4
    LOSS = 5
    """Somebody gets less, or something protects more."""


_LOSING: frozenset[Verb] = frozenset({"delete", "break key"})


@dataclass(frozen=True, slots=True, order=True)
class Principal:
    """Kind and ARN as of `iam.callers.Caller`. ``account``: another account, "" for one's own and for none."""

    kind: CallerKind
    arn: str
    account: str = ""

    @property
    def name(self) -> str:
        """What it is called: ``role app-ci``, ``root``, ``account 210987654321``, ``anyone``."""
        return label(Caller(self.kind, self.arn, self.account), "")


@dataclass(frozen=True, slots=True)
class Permission:
    """That principals may do something to databases which they could not, or not on these conditions, or no more.

    ``was`` and ``now``: on which conditions. ``actions``: those that are allowed where it is allowed. ``way``: ARNs of
    roles that are assumed one after the other; () for oneself.
    """

    effect: Effect
    principals: tuple[Principal, ...]
    verb: Verb
    databases: tuple[str, ...]
    was: str
    now: str
    actions: tuple[str, ...] = ()
    way: tuple[str, ...] = ()

    @property
    def danger(self) -> Danger:
        """How bad it is."""
        if self.effect is Effect.LOSES:
            return Danger.LOSS
        if any(principal.kind == "anyone" for principal in self.principals):
            return Danger.INTERNET
        if self.verb in _LOSING:
            return Danger.DATA
        return Danger.SIGHT if self.verb == "describe" else Danger.GAIN


@dataclass(frozen=True, slots=True)
class MoreActions:
    """That principals may do what they could before, by other actions of their own than before."""

    effect: Effect
    principals: tuple[Principal, ...]
    verb: Verb
    databases: tuple[str, ...]
    gained: tuple[str, ...]
    lost: tuple[str, ...]

    @property
    def danger(self) -> Danger:
        """How bad it is."""
        if self.effect is Effect.LOSES:
            return Danger.LOSS
        return Danger.DATA if self.verb in _LOSING else Danger.SIGHT if self.verb == "describe" else Danger.GAIN


@dataclass(frozen=True, slots=True)
class Escalating:
    """That principals can give themselves what they have not. ``by``: the actions, each with what it is done to."""

    effect: Effect
    principals: tuple[Principal, ...]
    verbs: tuple[Verb, ...]
    was: str
    now: str
    by: tuple[str, ...]

    @property
    def danger(self) -> Danger:
        """How bad it is."""
        if self.effect is Effect.LOSES:
            return Danger.LOSS
        return Danger.DATA if not _LOSING.isdisjoint(self.verbs) else Danger.GAIN


@dataclass(frozen=True, slots=True)
class Reaching:
    """That addresses reach databases as they did not before. ``way``: how they come (`evidence.Way`)."""

    databases: tuple[str, ...]
    way: str
    was: Verdict
    now: Verdict
    addresses: Addresses

    @property
    def danger(self) -> Danger:
        """How bad it is."""
        return _opened(self.was, self.now, is_internet=self.way == INTERNET)


@dataclass(frozen=True, slots=True, order=True)
class Interface:
    """A network interface in view, and the EC2 instance that has it. ``groups``: those that it carries."""

    id: str
    instance: str = ""
    address: str = ""
    groups: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Connecting:
    """That interfaces in view reach databases as they did not before."""

    databases: tuple[str, ...]
    was: Verdict
    now: Verdict
    interfaces: tuple[Interface, ...]

    @property
    def danger(self) -> Danger:
        """How bad it is."""
        return _opened(self.was, self.now, is_internet=False)


@dataclass(frozen=True, slots=True)
class Door:
    """That a side door to databases opens, closes, or leads further; see `network.answers.SideDoor`."""

    databases: tuple[str, ...]
    kind: str
    through: str
    was: Verdict
    now: Verdict

    @property
    def danger(self) -> Danger:
        """How bad it is."""
        return _opened(self.was, self.now, is_internet=False)


def _opened(was: Verdict, now: Verdict, *, is_internet: bool) -> Danger:
    if now < was:
        return Danger.LOSS
    if now is Verdict.LATENT:
        return Danger.SIGHT
    return Danger.INTERNET if is_internet else Danger.GAIN


@dataclass(frozen=True, slots=True)
class Protecting:
    """That databases are protected otherwise: an aspect, what it was, and what it is, in words.

    ``effect``: whether they gain protection or lose it.
    """

    effect: Effect
    databases: tuple[str, ...]
    aspect: str
    was: str
    now: str
    danger: Danger


@dataclass(frozen=True, slots=True)
class Appearing:
    """A database that there was not before.

    ``holders``: how many may do what to it because they may do so to any database; the others are in `Permission`.
    ``protection``: how it is protected, by aspect, as far as that is known.
    """

    database: str
    holders: tuple[tuple[Verb, int], ...] = ()
    protection: tuple[tuple[str, str], ...] = ()

    danger = Danger.CHANGE


Change: TypeAlias = Permission | MoreActions | Escalating | Reaching | Connecting | Door | Protecting


Naming: TypeAlias = Callable[[str], str]
"""Puts other names into a text."""


class Ending(Protocol):
    """What it all comes to in the end: `ends.Ends`."""

    def lines(self, named: Naming) -> Iterator[tuple[str, str]]: ...


@dataclass(frozen=True, slots=True)
class Delta:
    """All that changes; the worst first in each part. ``unknown``: what keeps it from being complete, in words.

    ``unread``: the questions about the account as it is that were not answered, and why. ``ends``: where it leads.
    """

    permissions: tuple[Permission, ...] = ()
    actions: tuple[MoreActions, ...] = ()
    escalations: tuple[Escalating, ...] = ()
    reach: tuple[Reaching, ...] = ()
    connections: tuple[Connecting, ...] = ()
    doors: tuple[Door, ...] = ()
    protection: tuple[Protecting, ...] = ()
    appeared: tuple[Appearing, ...] = ()
    gone: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    unread: Mapping[Question, str] = field(default_factory=dict)
    ends: Ending | None = field(default=None, compare=False, repr=False)

    def changes(self) -> Iterator[Change]:
        """Every change, the worst first."""
        parts = (self.permissions, self.escalations, self.actions, self.reach, self.connections, self.doors)
        yield from sorted((change for part in (*parts, self.protection) for change in part), key=lambda one: one.danger)

    @property
    def is_empty(self) -> bool:
        """Whether nothing changes, as far as is known."""
        return not (self.appeared or self.gone or any(self.changes()))

    @property
    def worst(self) -> Danger | None:
        """How bad the worst change is; None where there is none."""
        return next((change.danger for change in self.changes()), None)
