"""Who may do what, put in order for people: alike principals together, what is dangerous first. It decides nothing.

Answers come from `iam.who`. Of databases that do not exist yet (`GENERAL`) only what can come true is told: they bear
no name that another one has, and their keys are taken to have the usual policy, which lets the account decide.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from rds_secure.access.iam.become import Way
from rds_secure.access.iam.callers import Caller
from rds_secure.access.iam.conditions import Condition
from rds_secure.access.iam.court import Asker
from rds_secure.access.iam.estate import DELEGATES, GENERAL
from rds_secure.access.iam.logic import NO, YES, Atom, Formula, Literal, atoms, resolve, some
from rds_secure.access.iam.match import ANY, NameFits, plain
from rds_secure.access.iam.spread import places
from rds_secure.access.iam.verbs import VERBS, Part, Verb
from rds_secure.access.iam.who import Allowed, Answer, Who
from rds_secure.access.naming import label

DANGER: tuple[Verb, ...] = (
    "delete", "break key", "modify", "read secret", "connect", "use key", "create", "describe",
)  # fmt: skip
"""The verbs, the worst first."""


@dataclass(frozen=True)
class Choice:
    """What is asked about: principals, verbs and databases (None: all).

    ``folds``: whether services, and roles that only they can use, are told in short; not where they are asked about.
    """

    askers: tuple[Asker, ...]
    verbs: tuple[Verb, ...] = DANGER
    databases: frozenset[str] | None = None
    folds: bool = True


@dataclass(frozen=True)
class Row:
    """That some principals may do the same alike. ``databases`` in the order of the estate.

    ``only``: the actions, where none of them is about the database itself, but about its snapshots or groups.
    """

    principals: tuple[Caller, ...]
    verb: Verb
    databases: tuple[str, ...]
    when: Formula
    way: Way
    only: tuple[str, ...] = ()

    @property
    def sure(self) -> bool:
        """Whether nothing is left open, on the way either."""
        return self.when is YES and all(hop.when is YES for hop in self.way)


@dataclass(frozen=True)
class Folded:
    """Everything that one principal may do by one way, on one database or another; ``when`` one or another of it."""

    principal: Caller
    verbs: tuple[Verb, ...]
    way: Way
    when: Formula


@dataclass(frozen=True)
class Half:
    """When something is allowed, and which actions; ``itself``: on the database itself, not just its snapshots."""

    itself: bool
    when: Formula
    acts: Allowed


def halves(acts: Allowed) -> tuple[Half, ...]:
    """What the actions of an answer allow on the database itself; and apart what only on things that belong to it.

    So who may delete a snapshot always, and the database never, is not taken for one who may delete the database.
    """
    own = tuple((action, when) for action, when in acts if action not in _ASIDE)
    aside = tuple((action, when) for action, when in acts if action in _ASIDE)
    itself, beside = some(when for _, when in own), some(when for _, when in aside)
    if not own:
        return (Half(False, beside, aside),)
    if not aside or itself is YES or beside == itself:
        return (Half(True, itself, acts),)
    return (Half(True, itself, own), Half(False, beside, aside))


_ITSELF: tuple[Part, ...] = ("db", "cluster", "dbuser", "secret", "key")
_ASIDE = frozenset(act.action for acts in VERBS.values() for act in acts if act.needs[0] not in _ITSELF)
"""Actions on snapshots, backups and groups."""


def _with(answer: Answer, databases: tuple[str, ...]) -> Answer:
    if databases is answer.databases:
        return answer
    return Answer(answer.principal, answer.verb, databases, answer.acts, answer.way)


_Key = tuple[Verb, tuple[str, ...], Formula, Way, tuple[str, ...]]


class Listing:
    """The answers of one account to a choice."""

    def __init__(self, who: Who, choice: Choice) -> None:
        self.who, self.choice = who, choice
        self.account = who.identities.account
        self.names = tuple(database.name for database in who.databases if database.name != GENERAL)
        self._place = {database.name: place for place, database in enumerate(who.databases)}
        self._settled: dict[int, tuple[Formula, Formula]] = {}
        self._halves: dict[Allowed, tuple[Half, ...]] = {}

    @cached_property
    def possible(self) -> Mapping[Verb, tuple[str, ...]]:
        """On what each verb is possible at all: not every database has a key or a secret of its own."""
        chosen = self.choice.databases
        return {
            verb: tuple(
                name
                for name in (self.who.databases[place].name for place in places(mask))
                if chosen is None or name in chosen
            )
            for verb, mask in self.who.possible.items()
        }

    @cached_property
    def answers(self) -> tuple[Answer, ...]:
        """All answers, principal by principal, in the order of `DANGER`."""
        return tuple(answer for asker in self.choice.askers for answer in self.answers_of(asker))

    def answers_of(self, asker: Asker) -> list[Answer]:
        """What one principal may do."""
        found: dict[tuple[Verb, Allowed, Way], tuple[Answer, list[tuple[str, ...]]]] = {}
        for answer in self.who.answers_of(asker):
            if answer.verb in self.choice.verbs:
                for part in self._parts(answer):
                    kept = found.setdefault((part.verb, part.acts, part.way), (part, []))
                    kept[1].append(part.databases)
        joined = [_with(answer, self._union(listed)) for answer, listed in found.values()]
        return sorted(joined, key=lambda answer: (DANGER.index(answer.verb), not answer.sure, len(answer.way)))

    def _parts(self, answer: Answer) -> Iterator[Answer]:
        """An answer without what was not asked for; what it says of databases to come apart, and settled."""
        standing, chosen = answer.databases, self.choice.databases
        if standing[0] == GENERAL:
            standing = standing[1:]
            settled = ((action, self._settle(when)) for action, when in answer.acts)
            acts = tuple((action, when) for action, when in settled if when is not NO)
            if acts and (chosen is None or GENERAL in chosen):
                yield Answer(answer.principal, answer.verb, (GENERAL,), acts, answer.way)
        if chosen is not None:
            standing = tuple(name for name in standing if name in chosen)
        if standing:
            yield Answer(answer.principal, answer.verb, standing, answer.acts, answer.way)

    def _union(self, listed: list[tuple[str, ...]]) -> tuple[str, ...]:
        if len(listed) == 1:
            return listed[0]
        if len(listed) == 2 and listed[0] == (GENERAL,):
            return (GENERAL, *listed[1])
        return tuple(sorted({name for names in listed for name in names}, key=self._place.__getitem__))

    def _settle(self, when: Formula) -> Formula:
        """What is left of a condition for databases that are yet to be made."""
        if when is YES:
            return YES
        found = self._settled.get(id(when))  # by identity: equal conditions are mostly one object, and long to compare
        if found is None:
            is_open = any(self._decided(atom) is not None for atom in atoms(when))
            found = self._settled[id(when)] = when, resolve(when, self._general) if is_open else when
        return found[1]

    def _general(self, atom: Atom) -> Formula:
        return self._decided(atom) or Literal(atom)

    def _decided(self, atom: Atom) -> Formula | None:
        """What an atom turns out to be for databases that are yet to be made; None where that is open."""
        if isinstance(atom, NameFits):
            return NO if self._is_taken(atom.pattern) else None
        return YES if isinstance(atom, Condition) and atom.key == DELEGATES else None

    def _is_taken(self, pattern: str) -> bool:
        """Whether a pattern fits a name only that something has already, or the users of a database that is there."""
        *head, last = plain(pattern).split(":", 5)
        if len(head) < 5:
            return False
        named = last.partition("/")[0] if last.startswith("dbuser:") else last
        return not {"*", "?"} & set(named) and (head[2], named) in self._taken

    @cached_property
    def _taken(self) -> frozenset[tuple[str, str]]:
        """Services and ends of ARNs that are in use; of the users of a database without their names."""
        fields = [
            arn.split(":", 5) for of in self.who.databases[1:] for arn in of.parts.values() if not arn.endswith(ANY)
        ]
        users = [arn.split(":", 5) for of in self.who.databases[1:] for arn in (of.parts.get("dbuser", ""),) if arn]
        return frozenset([*((of[2], of[5]) for of in fields), *((of[2], of[5].partition("/")[0]) for of in users)])

    @cached_property
    def rows(self) -> Mapping[Verb, tuple[Row, ...]]:
        """The answers by verb, the worst first; principals that may do the same together, unconditional ones first.

        The root user where it may do everything always (`root`), and roles of AWS services, are left out.
        """
        alike: dict[_Key, list[Caller]] = {}
        for key, caller in self._merged(answer for answer in self.answers if not self._apart(answer)):
            alike.setdefault(key, []).append(caller)
        found: dict[Verb, list[Row]] = {verb: [] for verb in DANGER}
        for (verb, databases, when, way, only), callers in alike.items():
            found[verb].append(Row(tuple(callers), verb, databases, when, way, only))
        return {verb: tuple(sorted(rows, key=self._rank)) for verb, rows in found.items() if rows}

    def _merged(self, answers: Iterable[Answer]) -> Iterator[tuple[_Key, Caller]]:
        """What each principal may do, whichever actions do it."""
        found: dict[tuple[Caller, Verb, Formula, Way, tuple[str, ...]], list[tuple[str, ...]]] = {}
        for answer in answers:
            for half in self.halves(answer):
                only = () if half.itself else tuple(action for action, _ in half.acts)
                key = (answer.principal, answer.verb, half.when, answer.way, only)
                found.setdefault(key, []).append(answer.databases)
        for (caller, verb, when, way, only), listed in found.items():
            yield (verb, self._union(listed), when, way, only), caller

    def halves(self, answer: Answer) -> tuple[Half, ...]:
        """An answer about the database itself, and about what belongs to it where that says more."""
        if (found := self._halves.get(answer.acts)) is None:
            found = self._halves[answer.acts] = halves(answer.acts)
        return found

    def _apart(self, answer: Answer) -> bool:
        caller = answer.principal
        if self._is_root(caller):
            return answer.verb in self.root
        return self.choice.folds and (caller.service_linked or caller.kind == "service")

    def _is_root(self, caller: Caller) -> bool:
        return caller.kind == "root" and caller.account == self.account

    def _rank(self, row: Row) -> tuple[bool, bool, int, int, str]:
        first = row.principals[0]
        within = first.account == self.account
        return not row.sure or bool(row.only), within, -len(row.databases), len(row.way), label(first, self.account)

    @cached_property
    def root(self) -> tuple[Verb, ...]:
        """What the account's root user may do to all databases, always."""
        own = [
            answer for answer in self.answers if self._is_root(answer.principal) and self.halves(answer)[0].when is YES
        ]
        said = {verb: {name for answer in own if answer.verb == verb for name in answer.databases} for verb in DANGER}
        return tuple(
            verb for verb in self.choice.verbs if said[verb] and said[verb].issuperset(self.possible.get(verb, ()))
        )

    @cached_property
    def services(self) -> tuple[Folded, ...]:
        """What AWS services may do, as roles or because a policy names them."""
        listed = self.answers if self.choice.folds else ()
        return self._folded(answer for answer in listed if answer.principal.kind == "service")

    @cached_property
    def linked(self) -> tuple[Folded, ...]:
        """What roles may do that only AWS services can use."""
        listed = self.answers if self.choice.folds else ()
        return self._folded(answer for answer in listed if answer.principal.service_linked)

    def _folded(self, answers: Iterable[Answer]) -> tuple[Folded, ...]:
        found: dict[tuple[Caller, Way], list[Answer]] = {}
        for answer in answers:
            found.setdefault((answer.principal, answer.way), []).append(answer)
        rows = []
        for (caller, way), listed in found.items():
            verbs = {answer.verb for answer in listed}
            ordered = tuple(verb for verb in DANGER if verb in verbs)
            rows.append(Folded(caller, ordered, way, some(answer.when for answer in listed)))
        return tuple(sorted(rows, key=lambda row: (label(row.principal, self.account), [hop.role for hop in row.way])))
