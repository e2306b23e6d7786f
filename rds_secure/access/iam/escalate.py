"""Who can give themselves more than they have: told apart from what they may do, with the means and what it gives.

Only what concerns databases is told: a means that gives nothing that its user lacks is left out. Whoever can become a
role has its means too; that is not repeated here (`become`).

A session is limited by the policies that it was given whatever its role or user gets: of what a new policy of its own
allows it has only what those allow too. What it lets another have is not limited so, and the role or user that began it
is another. (Sessions of GetFederationToken may call IAM in the console: STS API reference.)
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import compress
from operator import and_, or_

from rds_secure.access.iam.callers import Caller
from rds_secure.access.iam.conditions import Condition
from rds_secure.access.iam.context import context
from rds_secure.access.iam.court import Asker, Court
from rds_secure.access.iam.evaluate import Policies
from rds_secure.access.iam.identities import Role, User
from rds_secure.access.iam.logic import NO, YES, Formula, Literal, every, resolve
from rds_secure.access.iam.match import ANY
from rds_secure.access.iam.means import LAUNCHES, MEANS, Gift, Launch, Means, Target
from rds_secure.access.iam.policy import Policy
from rds_secure.access.iam.spread import Universe, places
from rds_secure.access.iam.verbs import VERBS, Verb
from rds_secure.access.iam.who import Power, Who


@dataclass(frozen=True)
class Escalation:
    """That a principal can give itself something, by an action on some targets (ARNs), and when.

    ``verbs`` are those that it has not, or not everywhere or not always, before; ``databases`` those that each verb is
    gained on, by one target or another. ``launch`` is the service that runs things as the role, of ``iam:PassRole``.
    """

    principal: Caller
    action: str
    targets: tuple[str, ...]
    gift: Gift
    verbs: tuple[Verb, ...]
    when: Formula
    launch: str = ""
    databases: tuple[tuple[str, ...], ...] = ()


class Escalations:
    """The question about one account."""

    def __init__(self, who: Who) -> None:
        self._who = who
        identities = self._identities = who.identities
        local = f"arn:{identities.partition}:iam::{identities.account}:"
        self._targets: dict[Target, tuple[str, ...]] = {
            "user": tuple(user.arn for user in identities.users),
            "group": tuple(group.arn for group in identities.groups),
            "role": tuple(role.arn for role in identities.roles),
            "policy": tuple(arn for arn in identities.policies if arn.startswith(local)),
        }
        account, docket = identities.account, who.docket
        universes = {kind: Universe(arns, identities.tags) for kind, arns in self._targets.items()}
        self._courts = {kind: Court(docket, universe, account) for kind, universe in universes.items()}
        self._launching = {launch: Court(docket, Universe([self._launched(launch)]), account) for launch in LAUNCHES}
        self._trusting = {launch: self._trusts(launch) for launch in LAUNCHES}
        self._askers = {asker.caller.arn: asker for asker in who.askers}
        self._askers |= {group.arn: who.member(group) for group in identities.groups}
        self._reach: dict[Target, Sequence[tuple[int, ...]]] = {}

    def _launched(self, launch: Launch) -> str:
        """The ARN of what a service makes, of any name."""
        estate, service = self._who.estate, launch.actions[0].partition(":")[0]
        return f"arn:{estate.partition}:{service}:{estate.region}:{estate.account}:{launch.resource}{ANY}"

    def _trusts(self, launch: Launch) -> int:
        """The roles that trust a service."""
        return self._who.ways.next(Asker(Caller("service", launch.service), Policies())).some

    def all(self) -> Iterator[Escalation]:
        """Of users and roles, one by one."""
        for user in self._identities.users:
            yield from self.of(user)
        for role in self._identities.roles:
            yield from self.of(role)

    def takes_hold_of(self, identity: User | Role, arns: Collection[str]) -> bool:
        """Whether somebody may do to any of these users, groups and roles what gives what they may."""
        for means in MEANS:
            court = self._courts[means.target]
            mask = reduce(or_, (court.universe.masks.get(arn, 0) for arn in arns), 0)
            gives = means.gift == "what it may" and mask
            if gives and court.verdict(self._askers[identity.arn], means.action).some & mask:
                return True
        return False

    def of(self, identity: User | Role, session: Asker | None = None) -> Iterator[Escalation]:
        """Of one user or role, or of a session of it."""
        asker = session or self._askers[identity.arn]
        has = {verb: _sure(powers) for verb, powers in self._who.powers(asker).items()}
        lacking = {verb: mask & ~has.get(verb, 0) for verb, mask in self._who.possible.items()}
        if not any(lacking.values()):
            return
        open_to_it = self._left_by(asker.policies.session, asker.caller, lacking)
        for means in MEANS:
            allowed = self._courts[means.target].verdict(asker, means.action)
            eligible = self._eligible(means, identity, limited=bool(asker.policies.session))
            for when, mask in allowed.within(eligible).parts() if allowed.some else ():
                more = lacking if means.gift == "what it may" else open_to_it
                yield from self._told(means, asker, more, when, mask)

    def _left_by(self, session: tuple[Policy, ...], caller: Caller, lacking: Mapping[Verb, int]) -> Mapping[Verb, int]:
        """Of what is lacking, what the policies of a session leave it."""
        if not session:
            return lacking
        may = self._who.powers(Asker(caller, Policies(session, levels=self._identities.levels)))
        return {verb: mask & _somehow(may.get(verb, ())) for verb, mask in lacking.items()}

    def _eligible(self, means: Means, identity: User | Role, *, limited: bool) -> int:
        """The targets that stand in the relation that the means needs; ``limited``: by the policies of a session."""
        universe = self._courts[means.target].universe
        if means.gift == "the boundary's rest" and identity.boundary is None:
            return 0
        if means.action == "iam:AddUserToGroup" and isinstance(identity, Role):
            return 0
        own = reduce(or_, (universe.masks.get(arn, 0) for arn in self._own(means.target, identity)), 0)
        if means.relation == "own":
            return own
        return universe.whole if limited and means.target in ("user", "role") else universe.whole & ~own

    def _own(self, target: Target, identity: User | Role) -> Iterator[str]:
        """ARNs of what is one's own."""
        names = identity.groups if isinstance(identity, User) else ()
        groups = [group for name in names if (group := self._identities.groups_by_name.get(name)) is not None]
        match target:
            case "group":
                yield from (group.arn for group in groups)
            case "policy":
                yield from (*identity.attached, *(arn for group in groups for arn in group.attached))
            case _:
                yield identity.arn

    def _told(
        self, means: Means, asker: Asker, lacking: Mapping[Verb, int], when: Formula, mask: int
    ) -> Iterator[Escalation]:
        """The targets of a means by the verbs that they give; of a role to be passed, for each service that runs it."""
        ways: list[tuple[str, Formula, int]] = [("", when, mask)]
        if means.action == "iam:PassRole":
            found = ((launch, _passed(when, launch.service) & self._launches(asker, launch)) for launch in LAUNCHES)
            ways = [(launch.service, then, mask & self._trusting[launch]) for launch, then in found if then is not NO]
        lack = tuple(lacking.get(verb, 0) for verb in VERBS)
        reached, listed = self._reached(means), self._targets[means.target]
        for service, then, targets in ways:
            groups: dict[tuple[int, ...], list[int]] = {}
            for place in places(targets):
                groups.setdefault(tuple(map(and_, lack, reached[place])), []).append(place)
            joined: dict[tuple[Verb, ...], tuple[list[int], tuple[int, ...]]] = {}
            for gains, those in groups.items():
                if verbs := tuple(compress(VERBS, gains)):
                    before, masks = joined.get(verbs, ([], (0,) * len(VERBS)))
                    joined[verbs] = [*before, *those], tuple(map(or_, masks, gains))
            for verbs, (those, masks) in joined.items():
                arns = tuple(listed[place] for place in sorted(those))
                named = tuple(self._who.names(mask) for mask in masks if mask)
                yield Escalation(asker.caller, means.action, arns, means.gift, verbs, then, service, named)

    def _launches(self, asker: Asker, launch: Launch) -> Formula:
        return every(self._launching[launch].verdict(asker, action).at(0) for action in launch.actions)

    def _reached(self, means: Means) -> Sequence[tuple[int, ...]]:
        """For each target of a means, on which databases each of `VERBS` is given; a new policy gives any of them."""
        listed = self._targets[means.target]
        if means.gift != "what it may":
            return ((-1,) * len(VERBS),) * len(listed)
        if (found := self._reach.get(means.target)) is None:
            powers = (self._who.powers(self._askers[arn]) for arn in listed)
            found = [tuple(_somehow(has.get(verb, ())) for verb in VERBS) for has in powers]
            self._reach[means.target] = found
        return found


def _passed(when: Formula, service: str) -> Formula:
    """When a role may be passed to this service (IAM user guide, ``iam:PassedToService``)."""
    known = context({"iam:PassedToService": service})
    return resolve(when, lambda atom: atom.holds(known) if isinstance(atom, Condition) else Literal(atom))


def _sure(powers: Iterable[Power]) -> int:
    """The databases on which something is allowed without conditions."""
    return reduce(or_, (power.mask for power in powers if power.when is YES), 0)


def _somehow(powers: Iterable[Power]) -> int:
    return reduce(or_, (power.mask for power in powers), 0)
