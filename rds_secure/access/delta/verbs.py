"""Who may do what that they could not, or no more: two answers about the same account, compared. It evaluates nothing.

Per principal and verb there are few groups of databases that are alike, so databases are bits of integers throughout. A
verb is compared by all ways together; single actions are compared for what somebody may do as itself.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import reduce
from operator import or_
from typing import NamedTuple, TypeAlias

from rds_secure.access.delta.affected import Key, affected, key
from rds_secure.access.delta.known import Known
from rds_secure.access.delta.model import Effect, MoreActions, Permission, Principal
from rds_secure.access.delta.states import NEVER, Chain, State, chain, effect, said, state
from rds_secure.access.iam.callers import Caller
from rds_secure.access.iam.estate import GENERAL
from rds_secure.access.iam.logic import NO, Formula
from rds_secure.access.iam.spread import places
from rds_secure.access.iam.verbs import VERBS, Verb
from rds_secure.access.iam.who import Answer, Power, Who

_Cells: TypeAlias = dict[State, int]
"""On which conditions, and where: no database is in two."""


class _Group(NamedTuple):
    """What principals have in common who are told of in one line."""

    verb: Verb
    was: State
    now: State
    way: tuple[str, ...]
    mask: int


class Universe:
    """The databases of before and after, a bit each; the first one is any (`estate.GENERAL`)."""

    def __init__(self, before: Who, after: Who) -> None:
        old, new = ([database.name for database in who.databases] for who in (before, after))
        self.names = tuple(dict.fromkeys((*old, *new)))
        self._bits = {name: 1 << place for place, name in enumerate(self.names)}
        self._masks: dict[tuple[str, ...], int] = {}
        self.new, self.old = self.mask(tuple(set(new) - set(old))), self.mask(tuple(set(old) - set(new)))
        self.whole = (1 << len(self.names)) - 1

    def mask(self, names: tuple[str, ...]) -> int:
        """The bits of some databases."""
        if (found := self._masks.get(names)) is None:
            found = self._masks[names] = sum(self._bits[name] for name in names)
        return found

    def named(self, mask: int) -> tuple[str, ...]:
        """The databases of a mask; any one alone stands for all of them."""
        found = tuple(self.names[place] for place in places(mask))
        everything = self.whole & ~self.old & ~self.new
        return (GENERAL,) if mask & everything == everything else tuple(sorted(found))


@dataclass(frozen=True)
class _Said:
    """One answer about somebody and a verb; the answer itself is not compared."""

    chain: Chain
    mask: int
    answer: Answer = field(compare=False)


class Side:
    """The answers about some, before or after."""

    def __init__(self, who: Who, chosen: Collection[Key], universe: Universe) -> None:
        self.who, self.universe = who, universe
        self.askers = {found: asker for asker in who.askers if (found := key(asker.caller)) in chosen}
        self.answers = tuple(answer for asker in self.askers.values() for answer in who.answers_of(asker))
        self._said: dict[Key, dict[Verb, list[_Said]]] = {}
        for answer in self.answers:
            hops = (hop.when for hop in answer.way)
            told = _Said(chain((*hops, answer.when)), universe.mask(answer.databases), answer)
            self._said.setdefault(key(answer.principal), {}).setdefault(answer.verb, []).append(told)

    def told(self, who: Key, verb: Verb) -> list[_Said]:
        """What is answered about somebody and a verb."""
        return self._said.get(who, {}).get(verb, [])

    def cells(self, who: Key, verb: Verb) -> _Cells:
        """On which conditions somebody may do it, and where."""
        groups: dict[frozenset[Chain], int] = {}
        for one in self.told(who, verb):
            groups = _split(groups, one.chain, one.mask)
        found: _Cells = {}
        for chains, mask in groups.items():
            found[state(chains)] = found.get(state(chains), 0) | mask
        return found

    def own(self, who: Key, verb: Verb) -> Mapping[tuple[tuple[str, Formula], ...], int]:
        """What somebody may do as itself: actions with their conditions, and where."""
        asker = self.askers.get(who)
        powers: Iterable[Power] = self.who.powers(asker).get(verb, ()) if asker else ()
        databases = self.who.databases
        return {
            tuple(sorted(power.acts, key=lambda act: act[0])): self.universe.mask(
                tuple(databases[place].name for place in places(power.mask))
            )
            for power in powers
        }


class Comparison:
    """Of two answers about the same account, for those who are ``affected``.

    ``surely``: who may what now, without conditions. ``holders``: new database → verb → how many may do that as to any.
    """

    def __init__(self, before: Who, after: Who) -> None:
        self.universe = universe = Universe(before, after)
        self.affected = affected(before, after)
        keys = self.affected.keys
        self.before, self.after = Side(before, keys, universe), Side(after, keys, universe)
        self._known = Known((*before.databases, *after.databases))
        askers = (self.before.askers | self.after.askers).items()
        self._callers = {each: asker.caller for each, asker in askers if not _is_rds(asker.caller)}
        self.surely = {(self._principal(answer.principal), answer.verb) for answer in self.after.answers if answer.sure}
        self.holders: dict[str, dict[Verb, int]] = {}

    def permissions(self) -> tuple[Permission, ...]:
        """Changes of what somebody may do in any way."""
        groups: dict[_Group, dict[Caller, set[str]]] = {}
        for who, caller in self._callers.items():
            for verb in VERBS:
                for was, now, mask in self._changed(who, verb):
                    told = (self.after if now else self.before).told(who, verb)
                    for way, (part, actions) in _ways(told, mask).items():
                        groups.setdefault(_Group(verb, was, now, way, part), {})[caller] = actions
        return tuple(sorted((self._permission(group, callers) for group, callers in groups.items()), key=_order))

    def _permission(self, group: _Group, callers: Mapping[Caller, set[str]]) -> Permission:
        return Permission(
            effect(group.was, group.now),
            self._named(callers),
            group.verb,
            self.universe.named(group.mask),
            said(group.was),
            said(group.now),
            tuple(sorted(set().union(*callers.values()))),
            group.way,
        )

    def _changed(self, who: Key, verb: Verb) -> Iterator[tuple[State, State, int]]:
        """Where something changes. A new database was, before, any; of one that is gone nothing is told."""
        fresh = self.universe.new
        if self.before.told(who, verb) == self.after.told(who, verb) and not fresh:
            return
        old, new = self._general(self.before.cells(who, verb)), self._general(self.after.cells(who, verb))
        if general := _at(old, 1):
            old[general] = old.get(general, 0) | fresh
        for was, now, mask in _differences(old, new, self.universe.whole & ~self.universe.old):
            if part := mask if effect(was, now) is not Effect.LOSES else mask & ~fresh:
                yield was, now, part
        for place in places(fresh):
            if general and effect(_at(new, 1 << place), general) is Effect.GAINS and _at(new, 1 << place):
                held = self.holders.setdefault(self.universe.names[place], {})
                held[verb] = held.get(verb, 0) + 1

    def _general(self, cells: _Cells) -> _Cells:
        """The same, where names of databases that are asked about by themselves tell nothing of any other.

        Keys in general are those whose policy lets the account decide.
        """
        general = _at(cells, 1)
        found = {some: mask & ~1 for some, mask in cells.items() if mask & ~1}
        if general and not self._known.names(general):
            usual = self._known.delegated(general)
            found[usual] = found.get(usual, 0) | 1
        return found

    def actions(self) -> tuple[MoreActions, ...]:
        """Other actions of one's own, where the verb is allowed on the same conditions as before."""
        groups: dict[tuple[Verb, tuple[str, ...], tuple[str, ...], int], list[Caller]] = {}
        skipped = self.universe.new | self.universe.old | 1
        for who, caller in self._callers.items():
            for verb in VERBS:
                old, new = self.before.own(who, verb), self.after.own(who, verb)
                if old == new:
                    continue
                same = self._unchanged(who, verb) & ~skipped
                for was, before in old.items():
                    for now, after in new.items():
                        mask = before & after & same
                        gained, lost = _more(now, was), _more(was, now)
                        if mask and (gained or lost):
                            groups.setdefault((verb, gained, lost, mask), []).append(caller)
        made = (
            MoreActions(
                Effect.GAINS if gained else Effect.LOSES,
                self._named(callers),
                verb,
                self.universe.named(mask),
                gained,
                lost,
            )
            for (verb, gained, lost, mask), callers in groups.items()
        )
        return tuple(sorted(made, key=_order))

    def _unchanged(self, who: Key, verb: Verb) -> int:
        cells = self.before.cells(who, verb), self.after.cells(who, verb)
        return self.universe.whole & ~reduce(or_, (mask for _, _, mask in _differences(*cells, self.universe.whole)), 0)

    def _named(self, callers: Iterable[Caller]) -> tuple[Principal, ...]:
        return tuple(sorted(map(self._principal, callers)))

    def _principal(self, caller: Caller) -> Principal:
        return principal(caller, self.after.who.identities.account)


def principal(caller: Caller, account: str) -> Principal:
    """A caller as the change names it; ``account``: one's own."""
    return Principal(caller.kind, caller.arn, caller.account if caller.account != account else "")


def _is_rds(caller: Caller) -> bool:
    """Whether it is RDS, which holds a grant on the key of each of its databases (KMS-7) and is nobody who gains."""
    return caller.kind == "service" and caller.arn.startswith("rds.")


def _split(groups: dict[frozenset[Chain], int], new: Chain, mask: int) -> dict[frozenset[Chain], int]:
    """The groups with one alternative more in some places."""
    found: dict[frozenset[Chain], int] = {}
    left = mask
    for chains, there in groups.items():
        left &= ~there
        for both, part in ((chains | {new}, there & mask), (chains, there & ~mask)):
            if part:
                found[both] = found.get(both, 0) | part
    if left:
        alone = frozenset({new})
        found[alone] = found.get(alone, 0) | left
    return found


def _at(cells: _Cells, bit: int) -> State:
    return next((found for found, mask in cells.items() if mask & bit), NEVER)


def _differences(old: _Cells, new: _Cells, whole: int) -> Iterator[tuple[State, State, int]]:
    """Where the conditions are others than before."""
    if old == new:
        return
    for was, before in (*old.items(), (NEVER, ~reduce(or_, old.values(), 0))):
        for now, after in (*new.items(), (NEVER, ~reduce(or_, new.values(), 0))):
            if was != now and (mask := before & after & whole):
                yield was, now, mask


def _ways(told: Iterable[_Said], mask: int) -> dict[tuple[str, ...], tuple[int, set[str]]]:
    """Way → where it is the first that is told, and by which actions, as far as one of the answers tells."""
    found: dict[tuple[str, ...], tuple[int, set[str]]] = {}
    for one in told:
        if part := one.mask & mask:
            mask &= ~part
            way = tuple(hop.role for hop in one.answer.way)
            before, actions = found.get(way, (0, set()))
            found[way] = before | part, actions | {action for action, _ in one.answer.acts}
    return found


def _more(now: Iterable[tuple[str, Formula]], was: Iterable[tuple[str, Formula]]) -> tuple[str, ...]:
    """The actions that are allowed more than before."""
    had = dict(was)
    return tuple(sorted({action for action, when in now if (when | had.get(action, NO)) != had.get(action, NO)}))


_VERBS = tuple(VERBS)


def _order(one: Permission | MoreActions) -> tuple[int, int, tuple[Principal, ...], tuple[str, ...], str]:
    return one.danger, _VERBS.index(one.verb), one.principals, one.databases, str(one)
