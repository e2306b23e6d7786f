"""Who may do what as the published JSON shows it. How it is written: `who_json`.

Adding a field keeps `format_version`'s first number; anything that an old reader would misread changes it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from typing import Literal

from rds_secure.access.iam.become import Hop
from rds_secure.access.iam.callers import Caller, CallerKind
from rds_secure.access.iam.escalate import Escalation
from rds_secure.access.iam.logic import YES, Formula
from rds_secure.access.iam.verbs import Verb
from rds_secure.access.iam.who import Allowed, Answer
from rds_secure.access.listing import Listing
from rds_secure.access.naming import label
from rds_secure.access.unknown import Unknown
from rds_secure.render.condition_view import ConditionView, condition_view
from rds_secure.render.published import View


class WhenView(View):
    """When something is allowed."""

    text: str
    """In words; "always" where nothing is left open."""
    condition: ConditionView | None
    """The same as a tree; null where nothing is left open."""


class PrincipalView(View):
    """Who may."""

    arn: str
    """The ARN of a user, a role, an account's root or an identity provider; the name of a service; * for anyone."""
    kind: CallerKind
    """What it is; root of another account stands for the whole of that account."""
    account: str
    """Its account; empty for services, providers and anyone."""
    name: str
    """What people call it, such as role app-ci."""


class DatabasesView(View):
    """Which databases, of those that were asked about."""

    all: bool
    """Whether it is all of them but those in ``names``; otherwise it is those in ``names``."""
    names: tuple[str, ...]
    """The names of those that are meant, or of those that are not. * stands for any that is yet to be made."""


class HopView(View):
    """A role that is assumed on the way."""

    role: str
    """Its ARN."""
    when: WhenView
    """When it can be assumed."""
    profiles: tuple[str, ...]
    """The instance profiles that hand it to EC2 instances, where that is the way."""


class ActView(View):
    """An action that is allowed."""

    action: str
    """The action, such as rds:DeleteDBInstance."""
    when: WhenView
    """When it is allowed, once the way has been gone."""


class AnswerView(View):
    """That a principal may do something to some databases."""

    principal: str
    """Its arn, as under ``principals``."""
    verb: Verb
    """What it may do."""
    databases: DatabasesView
    """To which of the databases."""
    itself: bool
    """Whether it concerns the database itself; false: only its snapshots, backups and groups."""
    sure: bool
    """Whether nothing is left open, on the way either."""
    when: WhenView
    """When one of the actions is allowed, once the way has been gone."""
    way: tuple[HopView, ...]
    """The roles that it assumes first, one after the other; none: as itself."""
    actions: tuple[ActView, ...]
    """The actions that are allowed."""


class GainView(View):
    """What is gained of one verb."""

    verb: Verb
    """What it may do then."""
    databases: DatabasesView
    """To which of the databases, by one target or another."""


class EscalationView(View):
    """That a principal can give itself more than it has."""

    principal: str
    """Its arn, as under ``principals``."""
    action: str
    """The action by which it can, such as iam:CreatePolicyVersion."""
    targets: tuple[str, ...]
    """The ARNs of the policies, users, groups or roles that it can use for that."""
    launch: str
    """The service that runs things as the role that is passed; empty for other actions."""
    gains: tuple[GainView, ...]
    """What it gains."""
    when: WhenView
    """When it can."""


class UnknownView(View):
    """Reads that were not answered."""

    call: str
    """The call, such as kms:GetKeyPolicy."""
    times: int
    """How often."""
    code: str
    """AWS's error code."""
    what: str
    """What is not known without."""


def unknown_views(unknown: Iterable[Unknown]) -> tuple[UnknownView, ...]:
    """Their published form."""
    return tuple(UnknownView(call=item.call, times=item.times, code=item.code, what=item.what) for item in unknown)


class WhoHead(View):
    """What is told once."""

    format_version: Literal["1.0"]
    """The version of this format."""
    account: str
    """The account's id."""
    region: str
    """The region."""
    known: bool
    """Whether the identities were read; without them there are no answers, which does not mean that nobody may."""
    partial: bool
    """Whether it was made of a spec alone, so that what the spec does not declare may be there all the same."""
    session_policies: tuple[str, ...]
    """The policies that the sessions asked about are given when they begin; none: no session is limited by any."""
    unknown: tuple[UnknownView, ...]
    """What else is not known."""
    beyond: str
    """What no API of AWS tells, and so is in no answer."""
    databases: tuple[str, ...]
    """All databases that were asked about; * stands for any that is yet to be made."""
    possible: dict[str, tuple[str, ...]]
    """The databases on which a verb is possible at all, where these are not all: not each has a secret or key."""
    principals: tuple[PrincipalView, ...]
    """All who may do anything, or give themselves more."""


class WhoView(WhoHead):
    """What `rds-secure access who --format json` prints, an answer a line."""

    answers: tuple[AnswerView, ...]
    """Who may do what, principal by principal."""
    escalations: tuple[EscalationView, ...]
    """Who can give itself more."""


class Views:
    """The parts of one listing; equal conditions, ways and databases share one view."""

    def __init__(self, listing: Listing) -> None:
        self._listing = listing
        self._all = tuple(
            database.name
            for database in listing.who.databases
            if listing.choice.databases is None or database.name in listing.choice.databases
        )
        self.when = cache(self._when)
        self._databases_of = cache(self._databases)
        self._hop_of = cache(self._hop)
        self._acts_of = cache(self._acts)

    @property
    def databases(self) -> tuple[str, ...]:
        return self._all

    @property
    def possible(self) -> dict[str, tuple[str, ...]]:
        found = self._listing.possible
        return {verb: found[verb] for verb in self._listing.choice.verbs if len(found[verb]) < len(self._all)}

    def principal(self, caller: Caller) -> PrincipalView:
        account = self._listing.account
        return PrincipalView(arn=caller.arn, kind=caller.kind, account=caller.account, name=label(caller, account))

    def _when(self, when: Formula) -> WhenView:
        return WhenView(text=str(when), condition=condition_view(when))

    def _databases(self, names: tuple[str, ...]) -> DatabasesView:
        if len(names) * 2 <= len(self._all):
            return DatabasesView(all=False, names=names)
        there = set(names)
        return DatabasesView(all=True, names=tuple(name for name in self._all if name not in there))

    def _hop(self, hop: Hop) -> HopView:
        return HopView(role=hop.role, when=self.when(hop.when), profiles=hop.profiles)

    def answers(self, answer: Answer) -> Iterator[AnswerView]:
        """An answer about the database itself, and about what belongs to it where that says more."""
        for half in self._listing.halves(answer):
            yield AnswerView(
                principal=answer.principal.arn,
                verb=answer.verb,
                databases=self._databases_of(answer.databases),
                itself=half.itself,
                sure=half.when is YES and all(hop.when is YES for hop in answer.way),
                when=self.when(half.when),
                way=tuple(map(self._hop_of, answer.way)),
                actions=self._acts_of(half.acts),
            )

    def _acts(self, acts: Allowed) -> tuple[ActView, ...]:
        return tuple(ActView(action=action, when=self.when(when)) for action, when in acts)

    def escalation(self, found: Escalation) -> EscalationView | None:
        """The part of it that was asked about."""
        choice = self._listing.choice
        gains = []
        for verb, names in zip(found.verbs, found.databases, strict=True):
            chosen = names if choice.databases is None else tuple(name for name in names if name in choice.databases)
            if verb in choice.verbs and chosen:
                gains.append(GainView(verb=verb, databases=self._databases_of(chosen)))
        if not gains:
            return None
        return EscalationView(
            principal=found.principal.arn,
            action=found.action,
            targets=found.targets,
            launch=found.launch,
            gains=tuple(gains),
            when=self.when(found.when),
        )
