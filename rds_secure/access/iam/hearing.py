"""What the policies of many resources say to a caller, looked up by whom they name. It knows no policies of callers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

from rds_secure.access.iam.callers import Caller, Naming, principal_key
from rds_secure.access.iam.context import Context, Values
from rds_secure.access.iam.docket import Coverage, Docket
from rds_secure.access.iam.evaluate import Policies
from rds_secure.access.iam.logic import NO, Formula
from rds_secure.access.iam.policy import Policy, Statement, unread
from rds_secure.access.iam.spread import Spread, Universe, places


class Hearer(Protocol):
    """Who is heard: `court.Asker`."""

    @property
    def caller(self) -> Caller: ...

    @property
    def policies(self) -> Policies: ...

    @property
    def context(self) -> Context: ...

    def values(self, keys: tuple[str, ...]) -> tuple[Values | None, ...]: ...


@dataclass(frozen=True, eq=False)
class _Ruling:
    """A statement of the policy of one resource."""

    policy: Policy
    statement: Statement
    arn: str
    mask: int


@dataclass(frozen=True, eq=False)
class _Bench:
    """All statements that name somebody by the same key; ``keys`` are the condition keys they ask for."""

    rulings: tuple[_Ruling, ...]
    coverage: Coverage
    keys: tuple[str, ...]


class Hearing:
    """The policies that govern resources, by ARN; a resource that is not in ``governing`` has none."""

    def __init__(self, docket: Docket, universe: Universe, governing: Mapping[str, tuple[Policy, ...]]) -> None:
        self._docket, self._universe = docket, universe
        self._nothing = Spread(universe.whole)
        self._unread: dict[str, int] = {}
        named: dict[str | None, list[_Ruling]] = {}
        for arn, policies in governing.items():
            for policy in policies if arn in universe.masks else ():
                for key, ruling in self._rulings(arn, policy):
                    named.setdefault(key, []).append(ruling)
        self._special = self._bench(named.pop(None, []))
        self._named = {str(key): self._bench(rulings) for key, rulings in named.items()}
        self._last: tuple[Caller | None, tuple[_Bench, ...]] = None, ()
        self._heard: dict[tuple[str, int, tuple[Values | None, ...]], tuple[Spread, Spread]] = {}

    @property
    def speaks(self) -> bool:
        """Whether any resource has a policy."""
        return bool(self._named or self._special.rulings or self._unread)

    def _rulings(self, arn: str, policy: Policy) -> Iterator[tuple[str | None, _Ruling]]:
        """Statements by whom they name; None for exclusions, sessions, references: what takes a closer look."""
        mask = self._universe.masks[arn]
        if policy.statements is None:
            self._unread[policy.name] = self._unread.get(policy.name, 0) | mask
        for statement in policy.statements or ():
            if statement.principals is None:
                continue
            keys = {principal_key(kind, entry) for kind, entry in statement.principals.entries}
            ruling = _Ruling(policy, statement, arn, mask)
            if statement.principals.negated or None in keys:
                yield None, ruling
            else:
                yield from ((key, ruling) for key in keys)

    def _bench(self, rulings: list[_Ruling]) -> _Bench:
        coverage = self._docket.transposed([self._docket.covered(ruling.statement) for ruling in rulings])
        asked = {key for ruling in rulings for key in ruling.statement.keys}
        return _Bench(tuple(rulings), coverage, tuple(sorted(asked)))

    def kind(self, caller: Caller, number: int) -> tuple[int, ...]:
        """Equal for actions that all these policies treat alike, as far as they name the caller."""
        return tuple(bench.coverage[number] for bench in self._benches(caller))

    def _benches(self, caller: Caller) -> tuple[_Bench, ...]:
        """All statements that may name a caller."""
        if caller is not self._last[0]:
            named = (self._named.get(key) for key, _ in caller.named_by()) if self._named else ()
            special = (self._special,) if self._special.rulings else ()
            self._last = caller, (*(bench for bench in named if bench is not None), *special)
        return self._last[1]

    def names(self, asker: Hearer, action: str) -> tuple[Spread, Spread, Spread, Spread]:
        """Where resources allow the caller itself, its role, its account; and where they deny it."""
        itself = role = account = denied = self._nothing
        number = self._docket.number[action]
        for key, naming in asker.caller.named_by():
            if (bench := self._named.get(key)) is not None:
                allow, deny = self._hear(key, bench, asker, number)
                denied |= deny
                itself |= allow.when(naming.itself)
                role |= allow.when(naming.role)
                account |= allow.when(naming.account)
        for ruling, naming in self._specially(asker, number):
            if ruling.statement.allow:
                itself |= self._at(naming.itself, ruling)
                role |= self._at(naming.role, ruling)
                account |= self._at(naming.account, ruling)
            else:
                denied |= self._at(naming.somehow, ruling)
        for name, mask in self._unread.items():
            itself |= self._universe.spread([(unread(name, allow=True), mask)])
            denied |= self._universe.spread([(unread(name, allow=False), mask)])
        return itself, role, account, denied

    def allowing(self, asker: Hearer, action: str) -> Iterator[tuple[Policy, Statement, int]]:
        """The statements that allow the caller itself, or its role, an action, and where; not what names its account.

        Whom a resource names by the account alone is allowed it by a policy of its own.
        """
        number = self._docket.number[action]
        for key, naming in asker.caller.named_by():
            bench = None if naming.itself is NO and naming.role is NO else self._named.get(key)
            if bench is None:
                continue
            for ruling in (bench.rulings[place] for place in places(bench.coverage[number])):
                if ruling.statement.allow and self._applies(ruling, asker) is not NO:
                    yield ruling.policy, ruling.statement, ruling.mask
        for ruling, naming in self._specially(asker, number):
            if ruling.statement.allow and (naming.itself | naming.role) is not NO:
                yield ruling.policy, ruling.statement, ruling.mask

    def _at(self, when: Formula, ruling: _Ruling) -> Spread:
        return self._universe.spread([(when, ruling.mask)])

    def _hear(self, key: str, bench: _Bench, asker: Hearer, number: int) -> tuple[Spread, Spread]:
        """Where the statements that name somebody so allow an action, and where they deny it."""
        covered = bench.coverage[number]
        cached = (key, covered, asker.values(bench.keys))
        if (found := self._heard.get(cached)) is None:
            said = {True: self._nothing, False: self._nothing}
            for ruling in (bench.rulings[place] for place in places(covered)):
                said[ruling.statement.allow] |= self._at(self._applies(ruling, asker), ruling)
            found = self._heard[cached] = (said[True], said[False])
        return found

    def _applies(self, ruling: _Ruling, asker: Hearer) -> Formula:
        context = asker.context.also(self._universe.context(ruling.arn))
        return ruling.statement.fits(ruling.arn, context)

    def _specially(self, asker: Hearer, number: int) -> Iterator[tuple[_Ruling, Naming]]:
        """Statements that name by exclusion, a session or a reference, and how they name the caller."""
        bounded = asker.policies.boundary is not None
        for place in places(self._special.coverage[number]):
            ruling = self._special.rulings[place]
            when = self._applies(ruling, asker)
            if when is not NO:
                yield ruling, ruling.statement.names(asker.caller, bounded=bounded) & when
