"""The decision of `evaluate` for many resources of one kind at once. The rule is the same, so are the statements.

What a statement says is worked out once for all callers, unless it asks for keys that follow from who asks; then once
for each value of those. Resources' policies are looked up by whom they name.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from rds_secure.access.iam.callers import Caller, Naming, principal_key
from rds_secure.access.iam.conditions import hold
from rds_secure.access.iam.context import Context, Values
from rds_secure.access.iam.evaluate import Policies, Voices, allowed
from rds_secure.access.iam.logic import NO, Formula
from rds_secure.access.iam.policy import Policy, Statement, unread
from rds_secure.access.iam.spread import Spread, Universe

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

    def values(self, keys: Iterable[str]) -> tuple[Values | None, ...]:
        """What these keys have for this caller."""
        return tuple(self.context.get(key) for key in keys)


@dataclass(frozen=True, eq=False)
class _Ruling:
    """A statement of the policy of one resource."""

    statement: Statement
    arn: str
    mask: int


class Court:
    """Decides who may do what with the resources of a universe.

    ``governing`` are the policies of resources, by ARN; a resource that is not in it has none. ``strict``: see
    `evaluate`. ``account`` owns resources whose ARN names no account.
    """

    def __init__(
        self,
        universe: Universe,
        account: str,
        governing: Mapping[str, tuple[Policy, ...]] | None = None,
        *,
        strict: bool = False,
    ) -> None:
        self.universe = universe
        self.strict = strict
        self._nothing = Spread(universe.whole)
        self._everything = Spread(universe.whole, universe.there)
        self._owned: dict[str, int] = {}
        for arn, mask in universe.masks.items():
            owner = arn.split(":")[4] or account
            self._owned[owner] = self._owned.get(owner, 0) | mask
        self._named: dict[str, list[_Ruling]] = {}
        self._special: list[_Ruling] = []
        self._unread: dict[str, int] = {}
        for arn, policies in (governing or {}).items():
            for policy in policies if arn in universe.masks else ():
                self._file(arn, policy)
        self._said: dict[tuple[Policy, str, tuple[Values | None, ...]], tuple[Spread, Spread]] = {}
        self._applying: dict[tuple[Statement, tuple[Values | None, ...]], Spread] = {}
        self._heard: dict[tuple[str, str, tuple[Values | None, ...]], tuple[Spread, Spread]] = {}
        self._asked: dict[Policy | Statement | str, tuple[str, ...]] = {}

    def _file(self, arn: str, policy: Policy) -> None:
        mask = self.universe.masks[arn]
        if policy.statements is None:
            self._unread[policy.name] = self._unread.get(policy.name, 0) | mask
        for statement in policy.statements or ():
            if statement.principals is None:
                continue
            keys = {principal_key(kind, entry) for kind, entry in statement.principals.entries}
            if statement.principals.negated or None in keys:
                self._special.append(_Ruling(statement, arn, mask))
                continue
            for key in keys:
                self._named.setdefault(str(key), []).append(_Ruling(statement, arn, mask))

    def verdict(self, asker: Asker, action: str) -> Spread:
        """Where the caller may do this."""
        voices = self._voices(asker, action)
        same = self._owned.get(asker.caller.account, 0)
        if same == self.universe.there:
            return allowed(voices, same_account=True, strict=self.strict)
        across = allowed(voices, same_account=False, strict=self.strict).within(self.universe.there & ~same)
        return allowed(voices, same_account=True, strict=self.strict).within(same) | across if same else across

    def _voices(self, asker: Asker, action: str) -> Voices[Spread]:
        caller, policies = asker.caller, asker.policies
        denied = self._nothing
        said = {}
        groups: dict[object, Iterable[Policy]] = {"identity": policies.identity or ()}
        groups |= {place: (limit,) for place, limit in (("b", policies.boundary), ("s", policies.session)) if limit}
        groups |= dict(enumerate(policies.levels)) if caller.account and not caller.service_linked else {}
        for place, listed in groups.items():
            said[place], deny = self._say(listed, asker, action)
            denied |= deny
        identity = said.pop("identity")
        if caller.kind == "root":
            identity = self._everything
        elif policies.identity is None:
            identity |= self._everything.when(unread(f"the account {caller.account}", allow=True))
        itself, role, account, deny = self._names(asker, action)
        if policies.session and caller.kind == "user":
            itself, role = self._nothing, itself | role
        if not caller.account:
            identity = itself
        limits = tuple(said[place] for place in ("b", "s") if place in said)
        levels = tuple(found for place, found in said.items() if isinstance(place, int))
        return Voices(denied | deny, identity, limits, levels, itself, role, account)

    def _say(self, policies: Iterable[Policy], asker: Asker, action: str) -> tuple[Spread, Spread]:
        """Where some policies allow an action, and where they deny it."""
        allow = deny = self._nothing
        for policy in policies:
            key = (policy, action, asker.values(self._keys(policy, policy.keys)))
            if (found := self._said.get(key)) is None:
                found = self._said[key] = self._read(policy, asker, action)
            if found[0] is not self._nothing:
                allow |= found[0]
            if found[1] is not self._nothing:
                deny |= found[1]
        return allow, deny

    def _read(self, policy: Policy, asker: Asker, action: str) -> tuple[Spread, Spread]:
        if policy.statements is None:
            allow, deny = (self._everything.when(unread(policy.name, allow=allow)) for allow in (True, False))
            return allow, deny
        said = {True: self._nothing, False: self._nothing}
        for statement in policy.statements:
            if statement.covers(action) and (found := self._applies(statement, asker)).some:
                said[statement.allow] |= found
        return said[True], said[False]

    def _applies(self, statement: Statement, asker: Asker) -> Spread:
        """Where resource and conditions of a statement fit."""
        key = (statement, asker.values(self._keys(statement, statement.keys)))
        if (found := self._applying.get(key)) is None:
            found = self._applying[key] = self._conditioned(statement, self._about(statement, asker), asker)
        return found

    def _about(self, statement: Statement, asker: Asker) -> Spread:
        found = self._nothing
        for pattern in statement.resources:
            found |= self.universe.fitting(pattern, asker.context)
        return ~found & self._everything if statement.not_resources else found

    def _conditioned(self, statement: Statement, about: Spread, asker: Asker) -> Spread:
        if not statement.conditions or not about.some:
            return about
        if not self.universe.varies(statement.keys):
            return about.when(hold(statement.conditions, asker.context))
        parts: list[tuple[Formula, int]] = []
        for arn, mask in self.universe.each(about.some):
            held = hold(statement.conditions, asker.context.also(self.universe.context(arn)))
            parts += ((when & held, part & mask) for when, part in about.parts()) if held is not NO else ()
        return self.universe.spread(parts)

    def _keys(self, of: Policy | Statement | str, keys: Iterable[str]) -> tuple[str, ...]:
        """Those of the keys that follow from who asks."""
        if (found := self._asked.get(of)) is None:
            found = self._asked[of] = tuple(sorted(key for key in keys if key.startswith(_ASKER)))
        return found

    # The policies of resources

    def _names(self, asker: Asker, action: str) -> tuple[Spread, Spread, Spread, Spread]:
        """Where resources allow the caller itself, its role, its account; and where they deny it."""
        if not self._named and not self._special and not self._unread:
            return self._nothing, self._nothing, self._nothing, self._nothing
        itself = role = account = denied = self._nothing
        for key, naming in asker.caller.named_by():
            if key not in self._named:
                continue
            allow, deny = self._hear(key, asker, action)
            denied |= deny
            itself |= allow.when(naming.itself)
            role |= allow.when(naming.role)
            account |= allow.when(naming.account)
        for ruling, naming in self._specially(asker, action):
            place = self.universe.spread([(naming.somehow, ruling.mask)])
            if not ruling.statement.allow:
                denied |= place
                continue
            itself |= self.universe.spread([(naming.itself, ruling.mask)])
            role |= self.universe.spread([(naming.role, ruling.mask)])
            account |= self.universe.spread([(naming.account, ruling.mask)])
        for name, mask in self._unread.items():
            itself |= self.universe.spread([(unread(name, allow=True), mask)])
            denied |= self.universe.spread([(unread(name, allow=False), mask)])
        return itself, role, account, denied

    def _hear(self, key: str, asker: Asker, action: str) -> tuple[Spread, Spread]:
        """Where the policies that name somebody so allow an action, and where they deny it."""
        rulings = self._named[key]
        asked = self._keys(key, {asked for ruling in rulings for asked in ruling.statement.keys})
        cached = (key, action, asker.values(asked))
        if (found := self._heard.get(cached)) is None:
            said = {True: self._nothing, False: self._nothing}
            for ruling in rulings:
                if when := self._ruled(ruling, asker, action):
                    said[ruling.statement.allow] |= self.universe.spread([(when, ruling.mask)])
            found = self._heard[cached] = (said[True], said[False])
        return found

    def _ruled(self, ruling: _Ruling, asker: Asker, action: str) -> Formula | None:
        context = asker.context.also(self.universe.context(ruling.arn))
        found = ruling.statement.applies(action, ruling.arn, context)
        return None if found is NO else found

    def _specially(self, asker: Asker, action: str) -> Iterator[tuple[_Ruling, Naming]]:
        """Statements that name by exclusion, a session or a reference, and how they name the caller."""
        bounded = asker.policies.boundary is not None
        for ruling in self._special:
            if when := self._ruled(ruling, asker, action):
                yield ruling, ruling.statement.names(asker.caller, bounded=bounded) & when
