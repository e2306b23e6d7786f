"""Who can become which role, and by which way: trust policies with the callers' own, followed to the end.

Source: IAM user guide, "Methods to assume a role". Every hop is a request of its own: its conditions are kept apart, as
what holds for one request need not for the next. The root user of an account cannot assume a role, nor can a session of
GetFederationToken (IAM-11, STS API reference). What a session was given when it began does not go along into the next
one: the role itself, assumed again without, is a way out of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from heapq import heappop, heappush
from itertools import count

from rds_secure.access.iam.callers import Caller
from rds_secure.access.iam.court import Asker, Court
from rds_secure.access.iam.docket import Docket
from rds_secure.access.iam.evaluate import Policies
from rds_secure.access.iam.identities import Identities
from rds_secure.access.iam.logic import YES, Formula
from rds_secure.access.iam.policy import Policy
from rds_secure.access.iam.spread import Spread, Universe, places

ASSUME = "sts:AssumeRole"
ASSUMING = (ASSUME, "sts:AssumeRoleWithSAML", "sts:AssumeRoleWithWebIdentity")


@dataclass(frozen=True)
class Hop:
    """One role on the way; ``profiles`` are the instance profiles that hand it to EC2 (only if EC2 is who hops)."""

    role: str
    when: Formula
    profiles: tuple[str, ...] = ()


Way = tuple[Hop, ...]

_Step = tuple[int, int, int, int, Way]
"""Conditional hops, hops, the role's place, a number that no other step has, the way."""


class Ways:
    """The roles of an account, and the ways to them."""

    def __init__(self, identities: Identities, docket: Docket) -> None:
        self.roles = identities.roles
        self.askers = tuple(Asker(identities.caller(role), identities.policies_of(role)) for role in self.roles)
        trusts = {role.arn: (role.trust,) for role in self.roles}
        universe = Universe([role.arn for role in self.roles], identities.tags)
        self.court = Court(docket, universe, identities.account, trusts, strict=True)
        self._place = {role.arn: place for place, role in enumerate(self.roles)}
        self._next: dict[int, Spread] = {}
        self._account = identities.account
        self._count = count()

    @staticmethod
    def action(caller: Caller) -> str:
        """What a caller has to do to become a role."""
        if caller.kind != "federated":
            return ASSUME
        return ASSUMING[1 if ":saml-provider/" in caller.arn else 2]

    def next(self, asker: Asker) -> Spread:
        """The roles that a caller can assume at once, by place."""
        caller = asker.caller
        if caller.token or (caller.kind == "root" and caller.account == self._account):
            return Spread(self.court.universe.whole)
        return self.court.verdict(asker, self.action(caller))

    def from_role(self, place: int) -> Spread:
        """The roles that a role can assume at once."""
        if (found := self._next.get(place)) is None:
            found = self._next[place] = self.next(self.askers[place])
        return found

    def of(self, asker: Asker) -> Iterator[tuple[int, Way]]:
        """Every role that a caller can become, each by its best way: few conditions, then few hops."""
        own = None if asker.policies.session else self._place.get(asker.caller.arn)
        best: dict[int, tuple[int, int]] = {} if own is None else {own: (0, 0)}
        heap: list[_Step] = []
        self._push(heap, self.next(asker) if own is None else self.from_role(own), (0, 0), (), best, asker.caller)
        while heap:
            conditions, hops, place, _, way = heappop(heap)
            if best[place] == (conditions, hops):
                yield place, way
                best[place] = (conditions, -1)  # told: no way is better any more
                self._push(heap, self.from_role(place), (conditions, hops), way, best, self.askers[place].caller)

    def _push(
        self,
        heap: list[_Step],
        found: Spread,
        cost: tuple[int, int],
        way: Way,
        best: dict[int, tuple[int, int]],
        caller: Caller,
    ) -> None:
        for when, mask in found.parts():
            new = (cost[0] + (when is not YES), cost[1] + 1)
            for place in places(mask):
                if place not in best or new < best[place]:
                    best[place] = new
                    hop = Hop(self.roles[place].arn, when, self._profiles(place, caller))
                    heappush(heap, (*new, place, next(self._count), (*way, hop)))

    def _profiles(self, place: int, caller: Caller) -> tuple[str, ...]:
        is_ec2 = caller.kind == "service" and caller.arn.startswith("ec2.")
        return self.roles[place].profiles if is_ec2 else ()


def outsiders(policies: Sequence[Policy], account: str) -> tuple[Asker, ...]:
    """Whom policies of resources name from outside an account: services, providers, other accounts, anyone."""
    found: dict[str, Asker] = {}
    for policy in policies:
        for statement in policy.statements or ():
            if statement.allow and statement.principals is not None and not statement.principals.negated:
                for kind, entry in statement.principals.entries:
                    caller = _outsider(kind, entry) if isinstance(entry, str) else None
                    if caller is not None and caller.account != account:
                        found[caller.arn] = Asker(caller, Policies(None if caller.account else ()))
            elif statement.allow and statement.principals is not None:
                found["*"] = Asker(Caller("anyone", "*"), Policies())
    return tuple(found[arn] for arn in sorted(found))


def _outsider(kind: str, entry: str) -> Caller | None:
    if entry == "*":
        return Caller("anyone", "*")
    if kind == "Service":
        return Caller("service", entry)
    if kind == "Federated":
        return Caller("federated", entry)
    if kind != "AWS":
        return None
    if entry.isdecimal():
        return Caller("root", f"arn:aws:iam::{entry}:root", entry)
    fields = entry.split(":")
    if len(fields) < 6:
        return None  # the unique id of somebody who is gone
    what = fields[5].partition("/")[0]
    if what == "assumed-role":
        role, _, session = fields[5].removeprefix("assumed-role/").partition("/")
        return Caller(
            "role", f"{':'.join([*fields[:2], 'iam', '', fields[4]])}:role/{role}", fields[4], session=session
        )
    return Caller("role" if what == "role" else "user" if what == "user" else "root", entry, fields[4])
