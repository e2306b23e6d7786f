"""The decision of `evaluate` for many resources of one kind at once. The rule is the same, so are the statements.

What a statement says is worked out once for all callers, unless it asks for keys that follow from who asks; then once
for each value of those. Actions that a caller's policies treat alike are decided once. Resources' policies are looked
up by whom they name (`hearing`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from rds_secure.access.iam.callers import Caller
from rds_secure.access.iam.conditions import hold
from rds_secure.access.iam.context import Context, Values
from rds_secure.access.iam.docket import Docket
from rds_secure.access.iam.evaluate import Policies, Voices, allowed
from rds_secure.access.iam.hearing import Hearing
from rds_secure.access.iam.policy import Policy, Statement, unread
from rds_secure.access.iam.spread import Spread, Universe, places

Covered = tuple[tuple[int, ...], ...]
"""For each place and policy, which statements cover an action."""

_ASKER = ("aws:principal", "aws:username", "aws:userid", "kms:calleraccount")
"""How the keys begin that follow from who asks (`Caller.context`)."""


@dataclass(frozen=True, eq=False)
class Asker:
    """A caller with the policies that bear on it."""

    caller: Caller
    policies: Policies

    @cached_property
    def context(self) -> Context:
        return self.caller.context()

    @cached_property
    def _values(self) -> dict[tuple[str, ...], tuple[Values | None, ...]]:
        return {}

    def values(self, keys: tuple[str, ...]) -> tuple[Values | None, ...]:
        """What these keys have for this caller."""
        if not keys:
            return ()
        if (found := self._values.get(keys)) is None:
            found = self._values[keys] = tuple(self.context.get(key) for key in keys)
        return found

    @cached_property
    def places(self) -> tuple[tuple[Policy, ...], ...]:
        """The policies by where they stand: the principal's own, its boundary, its session's, each level's."""
        policies = self.policies
        boundary = (policies.boundary,) if policies.boundary else ()
        limits = tuple(limit for limit in (boundary, policies.session) if limit)
        levels = policies.levels if self.caller.account and not self.caller.service_linked else ()
        return (policies.identity or (), *limits, *levels)

    @cached_property
    def _covered(self) -> dict[Docket, tuple[Covered, ...]]:
        return {}

    def covered(self, docket: Docket) -> tuple[Covered, ...]:
        """For each action of a docket, which statements of the policies cover it."""
        if (found := self._covered.get(docket)) is None:
            nobody = ((),) * len(docket.actions)
            places = [tuple(zip(*map(docket.coverage, place), strict=True)) or nobody for place in self.places]
            found = self._covered[docket] = tuple(zip(*places, strict=True))
        return found

    @cached_property
    def silent(self) -> bool:
        """Whether nothing is allowed unless one of the caller's own policies, which were read, allows it."""
        return self.caller.kind != "root" and self.policies.identity is not None

    @cached_property
    def limits(self) -> int:
        """How many of the places are a boundary or a session's policy."""
        return (self.policies.boundary is not None) + bool(self.policies.session)


class Court:
    """Decides who may do what with the resources of a universe; only actions of its docket are asked about.

    ``governing`` are the policies of resources, by ARN; a resource that is not in it has none. ``strict``: see
    `evaluate`. ``account`` owns resources whose ARN names no account.
    """

    def __init__(
        self,
        docket: Docket,
        universe: Universe,
        account: str,
        governing: Mapping[str, tuple[Policy, ...]] | None = None,
        *,
        strict: bool = False,
    ) -> None:
        self.docket = docket
        self.universe = universe
        self.strict = strict
        self._nothing = Spread(universe.whole)
        self._everything = Spread(universe.whole, universe.there)
        self._owned: dict[str, int] = {}
        for arn, mask in universe.masks.items():
            owner = arn.split(":")[4] or account
            self._owned[owner] = self._owned.get(owner, 0) | mask
        self._hearing = Hearing(docket, universe, governing or {})
        self._said: dict[tuple[Policy, int, tuple[Values | None, ...]], tuple[Spread, Spread]] = {}
        self._applying: dict[tuple[Statement, tuple[Values | None, ...]], Spread] = {}
        self._asked: dict[Policy | Statement, tuple[str, ...]] = {}
        self._decided: dict[object, Spread] = {}
        self._asker: Asker | None = None

    def verdict(self, asker: Asker, action: str) -> Spread:
        """Where the caller may do this."""
        if asker is not self._asker:
            self._asker, self._decided = asker, {}
        number = self.docket.number[action]
        covered = asker.covered(self.docket)[number]
        if not self._hearing.speaks and asker.silent and not any(covered[0]):
            return self._nothing
        key = (covered, self._hearing.kind(asker.caller, number))
        if (found := self._decided.get(key)) is None:
            found = self._decided[key] = self._decide(asker, covered, action)
        return found

    def _decide(self, asker: Asker, covered: Covered, action: str) -> Spread:
        voices = self._voices(asker, covered, action)
        same = self._owned.get(asker.caller.account, 0)
        if same == self.universe.there:
            return allowed(voices, same_account=True, strict=self.strict)
        across = allowed(voices, same_account=False, strict=self.strict).within(self.universe.there & ~same)
        return allowed(voices, same_account=True, strict=self.strict).within(same) | across if same else across

    def _voices(self, asker: Asker, covered: Covered, action: str) -> Voices[Spread]:
        caller, policies = asker.caller, asker.policies
        said = [self._say(place, masks, asker) for place, masks in zip(asker.places, covered, strict=True)]
        identity, denied = said[0][0], self._nothing
        for _, deny in said:
            denied |= deny
        if caller.kind == "root":
            identity = self._everything
        elif policies.identity is None:
            identity |= self._everything.when(unread(f"the account {caller.account}", allow=True))
        itself, role, account, deny = self._hearing.names(asker, action)
        if not caller.account:
            identity = itself
        limits = tuple(allow for allow, _ in said[1 : 1 + asker.limits])
        levels = tuple(allow for allow, _ in said[1 + asker.limits :])
        return Voices(denied | deny, identity, limits, levels, itself, role, account)

    def allowing(self, asker: Asker, action: str) -> Iterator[tuple[Policy, Statement | None, int]]:
        """The statements that allow an action, of the caller's policies and of those of resources, and where.

        None for a policy that was not read, which may. Whether something else forbids it is not looked at.
        """
        covered = asker.covered(self.docket)[self.docket.number[action]][0]
        for policy, mask in zip(asker.places[0], covered, strict=True):
            if policy.statements is None:
                yield policy, None, self.universe.there
                continue
            for statement in (policy.statements[number] for number in places(mask)):
                if statement.allow and (there := self._applies(statement, asker).some):
                    yield policy, statement, there
        yield from self._hearing.allowing(asker, action)

    def _say(self, policies: Iterable[Policy], covered: Iterable[int], asker: Asker) -> tuple[Spread, Spread]:
        """Where some policies, of each the covered statements, allow, and where they deny."""
        allow = deny = self._nothing
        for policy, mask in zip(policies, covered, strict=True):
            if not mask:
                continue
            key = (policy, mask, asker.values(self._keys(policy)))
            if (found := self._said.get(key)) is None:
                found = self._said[key] = self._read(policy, mask, asker)
            allow |= found[0]
            deny |= found[1]
        return allow, deny

    def _read(self, policy: Policy, covered: int, asker: Asker) -> tuple[Spread, Spread]:
        if policy.statements is None:
            allow, deny = (self._everything.when(unread(policy.name, allow=allow)) for allow in (True, False))
            return allow, deny
        said = {True: self._nothing, False: self._nothing}
        for number in places(covered):
            statement = policy.statements[number]
            said[statement.allow] |= self._applies(statement, asker)
        return said[True], said[False]

    def _applies(self, statement: Statement, asker: Asker) -> Spread:
        """Where resource and conditions of a statement fit."""
        key = (statement, asker.values(self._keys(statement)))
        if (found := self._applying.get(key)) is None:
            found = self._applying[key] = self._conditioned(statement, self._about(statement, asker), asker)
        return found

    def _about(self, statement: Statement, asker: Asker) -> Spread:
        if statement.not_resources and any(pattern.glob is None for pattern in statement.resources):
            contexts = ((arn, asker.context.also(self.universe.context(arn))) for arn in self.universe.masks)
            return self.universe.spread(
                (statement.about(arn, context), self.universe.masks[arn]) for arn, context in contexts
            )
        found = self._nothing
        for pattern in statement.resources:
            found |= self.universe.fitting(pattern, asker.context)
        return ~found & self._everything if statement.not_resources else found

    def _conditioned(self, statement: Statement, about: Spread, asker: Asker) -> Spread:
        if not statement.conditions or not about.some:
            return about
        found = self._nothing
        for context, mask in self.universe.alike(statement.keys):
            if there := mask & about.some:
                held = hold(statement.conditions, asker.context.also(context))
                found |= about.within(there).when(held)
        return found

    def _keys(self, of: Policy | Statement) -> tuple[str, ...]:
        """Those of the keys it asks for that follow from who asks."""
        if (found := self._asked.get(of)) is None:
            found = self._asked[of] = asker_keys(of.keys)
        return found


def asker_keys(keys: Iterable[str]) -> tuple[str, ...]:
    """Those of some lower-case keys that follow from who asks."""
    return tuple(sorted(key for key in keys if key.startswith(_ASKER)))
