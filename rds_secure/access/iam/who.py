"""Who may do what to which database: every principal by every verb, with conditions, and by way of which roles.

It is computed from the identities of an account and its estate; nothing is read. A verb is allowed where one of its
actions is. Databases that get the same answer share it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property, reduce
from itertools import compress
from operator import and_, or_

from rds_secure.access.iam.become import Way
from rds_secure.access.iam.callers import Caller
from rds_secure.access.iam.court import Asker
from rds_secure.access.iam.courts import Courts
from rds_secure.access.iam.estate import Estate
from rds_secure.access.iam.evaluate import Policies
from rds_secure.access.iam.identities import Group, Identities
from rds_secure.access.iam.logic import YES, Formula, some
from rds_secure.access.iam.people import People
from rds_secure.access.iam.spread import Spread
from rds_secure.access.iam.verbs import VERBS, Act, Verb


@dataclass(frozen=True)
class Answer:
    """That a principal may do something to some databases, itself or by way of roles.

    ``acts`` are the actions that are allowed, and when. `estate.GENERAL` among the ``databases`` is any, now or later.
    """

    principal: Caller
    verb: Verb
    databases: tuple[str, ...]
    acts: tuple[tuple[str, Formula], ...]
    way: Way = ()

    @property
    def when(self) -> Formula:
        """When one of the actions is allowed, once the way has been gone."""
        return some(when for _, when in self.acts)

    @property
    def sure(self) -> bool:
        """Whether nothing is left open, on the way either."""
        return self.when is YES and all(hop.when is YES for hop in self.way)


Allowed = tuple[tuple[str, Formula], ...]
"""Actions, and when each is allowed."""


@dataclass(frozen=True)
class Power:
    """Databases, as bits over `Estate.all`, on which the same actions of a verb are allowed alike."""

    mask: int
    acts: Allowed
    when: Formula


Powers = dict[Verb, tuple[Power, ...]]
"""What somebody may do without becoming anybody else."""


class Who:
    """The question about one account."""

    def __init__(self, identities: Identities, estate: Estate, people: People | None = None) -> None:
        self.identities, self.estate = identities, estate
        named = (policy for policies in estate.governing.values() for policy in policies)
        self.people = people or People(identities, named)
        self.docket, self.ways, self.askers = self.people.docket, self.people.ways, self.people.askers
        self.courts = Courts(self.docket, estate)
        self.databases = self.courts.databases
        self._names = tuple(database.name for database in self.databases)
        self._named: dict[int, tuple[str, ...]] = {}
        self._powers: dict[Asker, Powers] = {}
        self._shared: _Shared | None = None

    def only(self, names: Collection[str]) -> Who:
        """The same people, asked about `GENERAL` and some of the databases."""
        some = tuple(database for database in self.estate.databases if database.name in names)
        return Who(self.identities, replace(self.estate, databases=some), self.people)

    def member(self, group: Group) -> Asker:
        """Somebody who is in a group, and has nothing else."""
        identities = self.identities
        policies = Policies((*group.inline, *map(identities.managed, group.attached)), levels=identities.levels)
        return Asker(Caller("user", group.arn, identities.account), policies)

    def answers(self) -> Iterator[Answer]:
        """All answers that are not no, principal by principal."""
        for asker in self.askers:
            yield from self.answers_of(asker)

    def answers_of(self, asker: Asker) -> Iterator[Answer]:
        """What one principal may do, itself, and what it may besides by becoming a role."""
        told = _Told(self.possible)
        yield from self._answers(asker.caller, self.powers(asker), (), told)
        if told.complete:
            return
        for place, way in self.ways.of(asker):
            yield from self._answers(asker.caller, self.powers(self.ways.askers[place]), way, told)

    @cached_property
    def possible(self) -> dict[Verb, int]:
        """Where each verb can be allowed for sure: not where there is no key to use, nor for keys in general."""

        def there(act: Act) -> int:
            found = reduce(and_, (self.courts.there[part] for part in act.needs))
            return found & ~1 if "key" in act.needs else found

        return {verb: reduce(or_, map(there, acts)) for verb, acts in VERBS.items()}

    def share(self, other: Who, alike: Mapping[Asker, Asker]) -> None:
        """Take from another question what those may do who may do the same there; ``alike``: who that is there.

        The other one is asked about all of these databases, and about more of them or not.
        """
        self._shared = _Shared(other, self, alike)

    def powers(self, asker: Asker) -> Powers:
        """What a principal may do without becoming anybody else."""
        if (found := self._powers.get(asker)) is None:
            found = self._shared.powers(asker) if self._shared else None
            self._powers[asker] = found = self._decided(asker) if found is None else found
        return found

    def _decided(self, asker: Asker) -> Powers:
        found: Powers = {}
        for verb, acts in VERBS.items():
            alike: dict[int, tuple[list[str], Spread]] = {}
            for act in acts:
                spread = self.courts.decide(asker, act, fresh=verb == "create")
                if spread.some:
                    alike.setdefault(id(spread), ([], spread))[0].append(act.action)
            if alike:
                found[verb] = tuple(_powers(alike.values()))
        return found

    def _answers(self, caller: Caller, powers: Powers, way: Way, told: _Told) -> Iterator[Answer]:
        conditions = tuple(hop.when for hop in way if hop.when is not YES)
        for verb, listed in powers.items():
            for power in listed:
                if new := told.news(verb, power, conditions):
                    yield Answer(caller, verb, self.names(new), power.acts, way)

    def names(self, mask: int) -> tuple[str, ...]:
        """The names of the databases whose bits are set."""
        if (found := self._named.get(mask)) is None:
            bits = map(int, bin(mask)[:1:-1])
            found = self._named[mask] = tuple(compress(self._names, bits))
        return found


class _Shared:
    """What those who are alike may do, taken from another question."""

    def __init__(self, other: Who, own: Who, alike: Mapping[Asker, Asker]) -> None:
        self._other, self._alike = other, alike
        theirs = {database.name: place for place, database in enumerate(other.databases)}
        self._places = [theirs[database.name] for database in own.databases]
        self._is_same = self._places == list(theirs.values())

    def powers(self, asker: Asker) -> Powers | None:
        """Of one asker; None if nobody is alike."""
        alike = self._alike.get(asker)
        if alike is None:
            return None
        found = self._other.powers(alike)
        return found if self._is_same else self._cut(found)

    def _cut(self, powers: Powers) -> Powers:
        """Without the databases that are not asked about."""
        cut = {verb: tuple(map(self._moved, listed)) for verb, listed in powers.items()}
        left = {verb: tuple(power for power in listed if power.mask) for verb, listed in cut.items()}
        return {verb: listed for verb, listed in left.items() if listed}

    def _moved(self, power: Power) -> Power:
        mask = sum(1 << place for place, there in enumerate(self._places) if power.mask >> there & 1)
        return Power(mask, power.acts, power.when)


def _powers(acts: Iterable[tuple[list[str], Spread]]) -> Iterator[Power]:
    """Groups of databases with the same actions allowed on the same conditions."""
    groups: dict[Allowed, int] = {}
    for actions, spread in acts:
        split: dict[Allowed, int] = {}
        left = there = spread.some
        for allowed, mask in groups.items():
            left &= ~mask
            if rest := mask & ~there:
                split[allowed] = split.get(allowed, 0) | rest
            for when, part in spread.parts():
                if both := mask & part:
                    key = (*allowed, *((action, when) for action in actions))
                    split[key] = split.get(key, 0) | both
        for when, part in spread.parts():
            if new := part & left:
                key = tuple((action, when) for action in actions)
                split[key] = split.get(key, 0) | new
        groups = split
    for allowed, mask in groups.items():
        yield Power(mask, allowed, some({when for _, when in allowed}))


class _Told:
    """What has been said about one principal, so that no way is told that adds nothing."""

    def __init__(self, possible: dict[Verb, int]) -> None:
        self._possible = possible
        self._sure: dict[Verb, int] = {}
        self._said: dict[tuple[Verb, Formula, tuple[Formula, ...]], int] = {}

    @property
    def complete(self) -> bool:
        """Whether every verb is allowed everywhere already."""
        return all(self._sure.get(verb, 0) == mask for verb, mask in self._possible.items())

    def news(self, verb: Verb, power: Power, conditions: tuple[Formula, ...]) -> int:
        """The places for which this is worth telling, by a way with these conditions; they count as told."""
        new = power.mask & ~self._sure.get(verb, 0)
        if not new:
            return 0
        key = (verb, power.when, conditions)
        said = self._said.get(key, 0)
        self._said[key] = said | new
        if power.when is YES and not conditions:
            self._sure[verb] = self._sure.get(verb, 0) | new
        return new & ~said
