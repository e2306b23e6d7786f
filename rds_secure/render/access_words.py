"""What a plan does to access, in sentences: pieces of our own words and of names, which each format shows in its way.

Principals and databases that are alike are in one sentence, and so are the verbs of the same principals. It decides
nothing: what is worse comes first because `access.delta` says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

from rds_secure.access.delta.model import (
    ALWAYS,
    INTERNET,
    Appearing,
    Change,
    Connecting,
    Danger,
    Delta,
    Door,
    Effect,
    Escalating,
    MoreActions,
    Permission,
    Protecting,
    Reaching,
)
from rds_secure.access.iam.estate import GENERAL
from rds_secure.access.iam.verbs import Verb
from rds_secure.access.network.evidence import Verdict, Way
from rds_secure.access.network.intervals import FAMILIES, Addresses
from rds_secure.access.network.outside import GLOBAL
from rds_secure.render.evidence import DOORS, NAMELESS

SHOWN = 4
"""How many names of one sort a sentence has."""

NO_CHANGE = "Access: no change."


class Name(NamedTuple):
    """A name, an ARN, a condition: somebody else's text."""

    text: str


Piece: TypeAlias = Name | str
Sentence: TypeAlias = tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """One sentence, how bad what it says is, and its sign: + gains, - loses, ~ changes."""

    danger: Danger
    sign: str
    sentence: Sentence

    @property
    def text(self) -> str:
        """The sentence as plain text."""
        return "".join(piece.text if isinstance(piece, Name) else piece for piece in self.sentence)


_SIGNS = {Effect.GAINS: "+", Effect.LOSES: "-", Effect.CHANGES: "~"}

_VERBS: dict[Verb, str] = {
    "connect": "connect to",
    "read secret": "read the secret of",
    "use key": "use the key of",
    "break key": "break the key of",
}
"""How verbs are said before a database, where it is not as they are."""

_GRADES = {
    Verdict.LATENT: "would be let in to",
    Verdict.UNKNOWN: "can, for all that is known, now reach",
    Verdict.POSSIBLE: "can now possibly reach",
    Verdict.REACHABLE: "can now reach",
}


def lines(delta: Delta) -> tuple[Line, ...]:
    """Every change, the worst first; then what appears and goes."""
    found = [*_permissions(delta.permissions), *map(_line, _others(delta))]
    new = (Line(item.danger, "+", tuple(_appearing(item))) for item in delta.appeared)
    gone = (Line(Danger.LOSS, "-", (Name(name), " goes, and with it all access to it")) for name in delta.gone)
    return (*sorted(found, key=lambda line: line.danger), *new, *gone)


def summary(delta: Delta) -> str:
    """What changes in one line: `NO_CHANGE`, or that there is one and how bad its worst is."""
    if not delta.is_empty:
        if delta.worst is Danger.DATA and _is_of_the_new(delta):
            return "Access: somebody can destroy the data of what is new."
        return _WORST.get(delta.worst, "Access changes.") if delta.worst is not None else "Access changes."
    return "Access: no change, as far as is known." if delta.unknown else NO_CHANGE


def _is_of_the_new(delta: Delta) -> bool:
    """Whether no data that is there already is in more danger than before."""
    new = {item.database for item in delta.appeared}
    worse = (change for change in delta.changes() if change.danger is Danger.DATA)
    return all(isinstance(one, Permission | MoreActions) and new.issuperset(one.databases) for one in worse)


_WORST = {
    Danger.INTERNET: "Access: open to the internet, or to everybody.",
    Danger.DATA: "Access: data can be destroyed more easily than before.",
    Danger.GAIN: "Access: somebody gains.",
    Danger.LOSS: "Access: nobody gains, somebody loses.",
}


def _others(delta: Delta) -> Iterator[Change]:
    for change in delta.changes():
        if not isinstance(change, Permission) and not (isinstance(change, Reaching) and _goes_without(change, delta)):
            yield change


def _goes_without(one: Reaching, delta: Delta) -> bool:
    """Whether it goes without saying: a rule for everybody lets private networks in that no route leads to."""
    if one.way != Way.PRIVATE or max(one.was, one.now) > Verdict.LATENT:
        return False
    alike = (each for each in delta.reach if each.way == INTERNET and (each.now > each.was) is (one.now > one.was))
    return set(one.databases) <= {name for each in alike for name in each.databases}


def _line(change: Change) -> Line:
    match change:
        case MoreActions():
            return Line(change.danger, _SIGNS[change.effect], tuple(_more(change)))
        case Escalating():
            return Line(change.danger, _SIGNS[change.effect], tuple(_escalating(change)))
        case Reaching():
            return Line(change.danger, _sign(change.was, change.now), tuple(_reaching(change)))
        case Connecting():
            return Line(change.danger, _sign(change.was, change.now), tuple(_connecting(change)))
        case Door():
            return Line(change.danger, _sign(change.was, change.now), tuple(_door(change)))
        case Protecting():
            sign = {Effect.LOSES: "!", Effect.GAINS: "+"}.get(change.effect, "~")
            return Line(change.danger, sign, tuple(_protecting(change)))
    raise TypeError(f"permissions have sentences of their own: {change}")


def _sign(was: Verdict, now: Verdict) -> str:
    return "+" if now > was else "-"


# Who may do what


def _permissions(found: Iterable[Permission]) -> Iterator[Line]:
    """Those of the same principals on the same terms in one sentence, whatever the verb."""
    groups: dict[tuple[object, ...], list[Permission]] = {}
    for one in found:
        alike = (one.effect, one.principals, one.databases, one.was, one.now, one.way, _is_any_key(one))
        groups.setdefault(alike, []).append(one)
    for group in groups.values():
        yield Line(
            min(one.danger for one in group), _SIGNS[group[0].effect], tuple(_permission(group[0], _verbs(group)))
        )


def _is_any_key(one: Permission) -> bool:
    """Whether it is about keys in general."""
    return one.verb in ("use key", "break key") and GENERAL in one.databases


def _verbs(group: Sequence[Permission]) -> str:
    ordered = sorted(group, key=lambda one: one.danger)
    return _and([_VERBS.get(one.verb, one.verb) for one in ordered])


def _permission(one: Permission, verbs: str) -> Iterator[Piece]:
    yield from _principals(one)
    if one.effect is Effect.LOSES and not one.now:
        yield f" can no longer {verbs} "
    elif one.effect is Effect.GAINS:
        yield f" can now {verbs} "
    else:
        yield f" can {verbs} "
    yield from _databases(one.databases)
    yield " whose key lets the account decide" if _is_any_key(one) else ""
    yield from _when(one)
    if one.way:
        yield ", by assuming "
        yield from _listed([f"role {arn.rpartition('/')[2]}" for arn in one.way], len(one.way), " and then ")


def _when(one: Permission) -> Iterator[Piece]:
    """The conditions, and what they were."""
    if one.now not in ("", ALWAYS):
        yield " only " if one.effect is Effect.LOSES else " "
        yield Name(one.now)
    elif one.now == ALWAYS and one.was:
        yield " without conditions"
    if one.was and (one.now or one.was != ALWAYS):
        yield " (before: "
        yield Name(one.was)
        yield ")"


def _more(one: MoreActions) -> Iterator[Piece]:
    yield from _principals(one)
    word = _VERBS.get(one.verb, one.verb)
    yield f" can now {word} " if one.gained else f" can no longer {word} "
    yield from _databases(one.databases)
    yield " by "
    yield from _listed(one.gained or one.lost, SHOWN)
    if one.gained and one.lost:
        yield " instead of "
        yield from _listed(one.lost, SHOWN)
    else:
        yield " as well" if one.gained else ", only by others"


def _escalating(one: Escalating) -> Iterator[Piece]:
    yield from _principals(one)
    many = len(one.principals) > 1
    word = "no longer" if one.effect is Effect.LOSES and not one.now else "now"
    yield f" can {word} give {'themselves' if many else 'itself'} the right to {_and(one.verbs)}, by "
    yield from _listed(one.by, SHOWN)
    if one.now not in ("", ALWAYS):
        yield " "
        yield Name(one.now)
    if one.was and one.now:
        yield " (before: "
        yield Name(one.was)
        yield ")"


def _principals(one: Permission | MoreActions | Escalating) -> Iterator[Piece]:
    return _listed([principal.name for principal in one.principals], SHOWN)


# From where


def _reaching(one: Reaching) -> Iterator[Piece]:
    yield from _addresses(one)
    yield from _reach(one.was, one.now, one.databases)


def _addresses(one: Reaching) -> Iterator[Piece]:
    if one.way == INTERNET and (everybody := _everybody(one.addresses)):
        yield everybody
        return
    yield from _listed(one.addresses.networks(), SHOWN)
    yield f" ({one.way})" if one.way else ""


def _everybody(addresses: Addresses) -> str:
    """Whether that is everybody on the internet."""
    whole = [f"IPv{family}" for family in FAMILIES if not GLOBAL.of(family) - addresses.of(family)]
    return f"the whole internet ({_and(whole)})" if whole else ""


def _reach(was: Verdict, now: Verdict, databases: Sequence[str]) -> Iterator[Piece]:
    if now is Verdict.NONE:
        yield " can no longer reach " if was > Verdict.LATENT else " would no longer be let in to "
    elif now < was:
        yield " can no longer surely reach " if now > Verdict.LATENT else " can no longer reach "
    else:
        yield f" {_GRADES[now]} "
    yield from _databases(databases)
    if now is Verdict.LATENT:
        yield " by its groups, but something else is in the way"
    yield f" (before: {was})" if was and now else ""


def _connecting(one: Connecting) -> Iterator[Piece]:
    names = [interface.instance or interface.id for interface in one.interfaces]
    distinct = list(dict.fromkeys(names))
    yield f"{len(distinct)} instances and interfaces: " if len(distinct) > SHOWN else ""
    yield from _listed(distinct, SHOWN)
    yield from _reach(one.was, one.now, one.databases)


def _door(one: Door) -> Iterator[Piece]:
    yield from _databases(one.databases)
    yield f": a side door {_moves(one.was, one.now)}: {DOORS.get(one.kind, one.kind)}"
    if one.kind not in NAMELESS:
        yield " "
        yield Name(one.through)
    grades = [str(one.now)] if one.now not in (Verdict.NONE, Verdict.REACHABLE) else []
    grades += [f"before: {one.was}"] if Verdict.NONE not in (one.was, one.now) else []
    yield f" ({', '.join(grades)})" if grades else ""


def _moves(was: Verdict, now: Verdict) -> str:
    if Verdict.NONE in (was, now):
        return "closes" if now is Verdict.NONE else "opens"
    return "opens further" if now > was else "closes in part"


# How it is protected


def _protecting(one: Protecting) -> Iterator[Piece]:
    yield from _databases(one.databases)
    yield ": "
    yield Name(one.aspect)
    yield " "
    yield Name(one.was)
    yield " → "
    yield Name(one.now)


def _appearing(one: Appearing) -> Iterator[Piece]:
    yield Name(one.database)
    yield " is new"
    if one.protection:
        yield ": "
        yield from _listed([f"{aspect} {value}" for aspect, value in one.protection], len(one.protection))
    if one.holders:
        counts = [f"{verb} {number}" for verb, number in sorted(one.holders, key=lambda held: -held[1])]
        yield f"; how many can do with it what they can with any: {', '.join(counts)}"


def _databases(names: Sequence[str]) -> Iterator[Piece]:
    if tuple(names) == (GENERAL,):
        yield "any database"
        return
    yield from _listed([name for name in names if name != GENERAL], SHOWN)
    yield " and any other database" if GENERAL in names else ""


def _listed(names: Sequence[str], most: int, glue: str = ", ") -> Iterator[Piece]:
    """Names, and how many there are beyond."""
    shown = names if len(names) <= most else names[: most - 1]
    for number, name in enumerate(shown):
        yield glue if number else ""
        yield Name(name)
    if len(shown) < len(names):
        yield f" and {len(names) - len(shown)} more"


def _and(words: Sequence[str]) -> str:
    return " and ".join((", ".join(words[:-1]), words[-1])) if len(words) > 1 else "".join(words)
