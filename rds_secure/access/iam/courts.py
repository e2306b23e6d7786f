"""Decides about the databases of an estate: an action is asked for several parts of each. The rule is that of `court`.

All parts without policies of their own share one court, side by side in its universe, so that a policy is read once for
all of them; keys and secrets have one each.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property

from rds_secure.access.iam.context import Context
from rds_secure.access.iam.court import Asker, Court, Covered
from rds_secure.access.iam.docket import Docket
from rds_secure.access.iam.estate import Database, Estate, arn_context, delegating
from rds_secure.access.iam.policy import Policy, Statement, unreadable
from rds_secure.access.iam.spread import Spread, Universe
from rds_secure.access.iam.verbs import VERBS, Act, Part

_ALONE: tuple[Part, ...] = ("key", "secret")
_TOGETHER = tuple(
    dict.fromkeys(
        part for acts in VERBS.values() for act in acts for part in (*act.needs, *act.also) if part not in _ALONE
    )
)


class Courts:
    """The courts of an estate. Their spreads have a place for each of `Estate.all`, in that order."""

    def __init__(self, docket: Docket, estate: Estate) -> None:
        self._docket, self._estate = docket, estate
        self.databases = estate.all()
        self._whole = (1 << len(self.databases)) - 1
        self._alone = {part: self._court((part,), fresh=False) for part in _ALONE}
        self._nothing = Spread(self._whole)
        self._asker: Asker | None = None
        self._covered: tuple[Covered, ...] = ()
        self._cut: dict[tuple[int, int], tuple[Spread, Spread]] = {}
        self._decided: dict[tuple[int, ...], Spread] = {}
        self._alike: dict[tuple[tuple[Part, ...], tuple[Part, ...], bool, Covered], Spread] = {}

    @cached_property
    def _standing(self) -> Court:
        return self._court(_TOGETHER, fresh=False)

    @cached_property
    def _fresh(self) -> Court:
        return self._court(_TOGETHER, fresh=True)

    def _court(self, parts: Sequence[Part], *, fresh: bool) -> Court:
        arns = [database.parts.get(part) for part in parts for database in self.databases]
        having = [(database, part) for part in parts for database in self.databases if part in database.parts]
        contexts = {database.parts[part]: self.context(database, part, fresh) for database, part in having}
        governing = {arn: policies for part in parts for arn, policies in self.governing(part).items()}
        universe = Universe(arns, contexts)
        return Court(self._docket, universe, self._estate.account, governing, strict=self.strict(parts[0]))

    @staticmethod
    def strict(part: Part) -> bool:
        """Whether the part's own policy must let the account decide."""
        return part == "key"

    def context(self, database: Database, part: Part, fresh: bool) -> Context:
        """The condition keys that follow from a part of a database; tags of one that is yet to be made are open."""
        if (fresh and part not in _ALONE) or database is self.databases[0]:
            return arn_context(database.parts[part])
        return self._estate.part_context(database, part)

    def governing(self, part: Part) -> dict[str, tuple[Policy, ...]]:
        """The policies of the parts of one kind, by ARN."""
        if part not in _ALONE:
            return {}
        arns = [database.parts[part] for database in self.databases if part in database.parts]
        found = {arn: self._estate.governing[arn] for arn in arns if arn in self._estate.governing}
        if part == "key":
            found |= {arn: (unreadable("the policy of the key"),) for arn in arns if arn not in found}
            found[self.databases[0].parts[part]] = (delegating(self._estate),)
        return found

    @cached_property
    def there(self) -> dict[Part, int]:
        """Which databases have a part."""
        return {
            part: sum(1 << place for place, database in enumerate(self.databases) if part in database.parts)
            for part in (*_TOGETHER, *_ALONE)
        }

    def decide(self, asker: Asker, act: Act, *, fresh: bool) -> Spread:
        """Where an action is allowed; for one asker, the same object wherever it comes of the same verdicts."""
        if asker is not self._asker:
            self._asker, self._cut, self._decided, self._alike = asker, {}, {}, {}
            self._covered = asker.covered(self._docket)
        if act.needs[0] in _ALONE:
            return self._decide(asker, act, fresh)
        covered = self._covered[self._docket.number[act.action]]
        if asker.silent and not any(covered[0]):
            return self._nothing
        key = (act.needs, act.also, fresh, covered)
        if (found := self._alike.get(key)) is None:
            found = self._alike[key] = self._decide(asker, act, fresh)
        return found

    def _decide(self, asker: Asker, act: Act, fresh: bool) -> Spread:
        needed = self._verdict(asker, act.action, act.needs[0], fresh)
        if not needed.some:
            return needed
        more = [self._verdict(asker, act.action, part, fresh) for part in act.needs[1:]]
        also = [self._verdict(asker, act.action, part, fresh) for part in act.also]
        key = (id(needed), *map(id, more), *map(id, also))
        if (result := self._decided.get(key)) is None:
            result = needed
            for verdict in more:
                result &= verdict
            for part, verdict in zip(act.also, also, strict=True):
                result &= verdict | Spread(self._whole, self._whole & ~self.there[part])
            self._decided[key] = result
        return result

    def allowing(self, asker: Asker, act: Act, *, fresh: bool) -> Iterator[tuple[Policy, Statement | None, int]]:
        """The statements that allow an action for what it is asked for first, and on which databases (`Court`)."""
        part, first = act.needs[0], 0
        court = self._alone.get(part)
        if court is None:
            court, first = self._fresh if fresh else self._standing, _TOGETHER.index(part) * len(self.databases)
        for policy, statement, mask in court.allowing(asker, act.action):
            if there := mask >> first & self._whole:
                yield policy, statement, there

    def _verdict(self, asker: Asker, action: str, part: Part, fresh: bool) -> Spread:
        """Where an action is allowed as far as one part is concerned."""
        if part in _ALONE:
            return self._alone[part].verdict(asker, action)
        whole = (self._fresh if fresh else self._standing).verdict(asker, action)
        first = _TOGETHER.index(part) * len(self.databases)
        if (found := self._cut.get((id(whole), first))) is None:
            found = self._cut[id(whole), first] = (whole, whole.cut(first, self._whole))
        return found[1]
