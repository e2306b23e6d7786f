"""From where databases can be reached, as text for people: database by database, the most dangerous first."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from heapq import nsmallest

from rich.text import Text as Line

from rds_secure.access.network.answers import SideDoor
from rds_secure.access.network.evidence import Grade, Outcome, Path, Verdict
from rds_secure.access.network.explain import Attempt, Explanation
from rds_secure.access.network.intervals import IP
from rds_secure.access.network.summary import Entrance, Exposure
from rds_secure.access.network.target import Door, Target
from rds_secure.inventory import Inventory, Question
from rds_secure.inventory.questions import TARGETS
from rds_secure.render.addresses import MOST, spoken
from rds_secure.render.evidence import DOORS, GRADES, NAMELESS, Names, by_way, in_the_way, named, said, unseen_words
from rds_secure.render.screen import BOLD, DIM, GREEN, MAGENTA, RED, YELLOW, indented, joined, part, words, wrapped

STYLES: Mapping[Verdict, str] = {
    Verdict.REACHABLE: RED,
    Verdict.POSSIBLE: YELLOW,
    Verdict.UNKNOWN: MAGENTA,
    Verdict.LATENT: DIM,
    Verdict.NONE: GREEN,
}
NOT_LET_IN = "none: no group of it lets this in"
_GRADES: Mapping[Grade, str] = {Grade.OPEN: "", Grade.POSSIBLE: YELLOW, Grade.UNKNOWN: MAGENTA, Grade.BLOCKED: RED}

LIMITS = (
    "Not looked at: who has an account inside the database, what other accounts and Regions do, and who is let through "
    "by a proxy, a load balancer, a VPN, or a session of Systems Manager on an instance."
)
"""What no API of the network tells; said once."""


@dataclass(frozen=True)
class Reached:
    """What is told: databases with from where they are reached, and what things are called.

    ``of``: which state of the account, in words; "" for the account as it is.
    """

    inventory: Inventory
    targets: Mapping[str, Target]
    exposures: Sequence[Exposure]
    names: Names = field(default_factory=dict)
    of: str = ""


@dataclass(frozen=True)
class Explained:
    """The same of pairs of a source and a database."""

    inventory: Inventory
    pairs: Sequence[Explanation]
    names: Names = field(default_factory=dict)
    of: str = ""


def reach_page(found: Reached, width: int, *, show_evidence: bool = False) -> Iterator[Line]:
    """All lines."""
    yield from heading(found.inventory, counted(found.exposures, found.inventory), found.of)
    for alike in together(found.exposures):
        yield Line()
        yield from database_lines(found, alike, width, show_evidence)
    yield from unread(found.inventory, width)
    yield Line()
    yield from wrapped(words(LIMITS, DIM), width, 0)


def heading(inventory: Inventory, told: str, of: str) -> Iterator[Line]:
    """Of which account, in which state, and the answer in a line."""
    place = inventory.place
    account = f"Account {place.account} · " if place.account else ""
    yield part(f"{account}{place.region}{f' · {of}' if of else ''}", DIM)
    yield part(told, BOLD)


def counted(found: Sequence[Exposure], inventory: Inventory) -> str:
    """The answer in a line, which says so where there may be more than was listed."""
    more = " Not all could be listed: there may be more." if _unlisted(inventory) else ""
    if not found:
        return f"No database, no proxy.{more}"
    proxies = sum(one.answer.target.startswith("db-proxy:") for one in found)
    numbers = ((len(found) - proxies, "database", "databases"), (proxies, "proxy", "proxies"))
    things = " and ".join(f"{number} {one if number == 1 else many}" for number, one, many in numbers if number)
    sure = sum(one.internet is Verdict.REACHABLE for one in found)
    maybe = sum(Verdict.LATENT < one.internet < Verdict.REACHABLE for one in found)
    told = [*([f"{sure} reachable from the internet"] if sure else []), *([f"{maybe} perhaps so"] if maybe else [])]
    return f"{things}: {', '.join(told) or 'none reachable from the internet'}.{more}"


def _unlisted(inventory: Inventory) -> bool:
    return any(Question("rds", action) in inventory.unread for action in TARGETS)


def headline(one: Exposure) -> str:
    """The verdict on a database in a few words."""
    if one.internet > Verdict.LATENT:
        return f"{one.internet} from the internet"
    if one.verdict > Verdict.LATENT:
        return f"{one.verdict}, not from the internet"
    if one.answer.unseen:
        return "nobody is known to get in, but not all was read"
    return "nobody is let in" if one.verdict is Verdict.NONE else "latent: something blocks all"


def ports(doors: Iterable[Door]) -> str:
    """The ports of a target: ``port 5432, 1434 (listener)``."""
    found = [f"{door.port}{_apart(door)}" for door in doors]
    return f"port {', '.join(dict.fromkeys(found))}" if found else "port not known"


def _apart(door: Door) -> str:
    remarks = [*([door.name] if door.name != "endpoint" else []), *(["pending"] if door.pending else [])]
    return f" ({', '.join(remarks)})" if remarks else ""


def together(found: Iterable[Exposure]) -> Iterator[tuple[Exposure, ...]]:
    """Databases that fare alike in everything that is told of them, in the order of the first of each."""
    groups: dict[Hashable, list[Exposure]] = {}
    for one in found:
        groups.setdefault((one.danger, *map(_likeness, one.entrances), *_apart_from(one)), []).append(one)
    return map(tuple, groups.values())


def _likeness(one: Entrance) -> Hashable:
    sources = frozenset(each.interface.id for each in one.interfaces)
    return one.verdict, one.origin, one.obstacles, one.addresses, sources, one.rules, one.depends_on_place


def _apart_from(one: Exposure) -> Iterator[Hashable]:
    """Its side doors and what was not read: what names the database itself cannot be another's."""
    yield one.answer.side_doors
    yield one.answer.unseen


def database_lines(found: Reached, alike: Sequence[Exposure], width: int, show_evidence: bool) -> Iterator[Line]:
    """Databases that fare alike, with everybody who is let in, and by what; with ``show_evidence`` hop by hop."""
    one = alike[0]
    listening = dict.fromkeys(ports(found.targets[each.answer.target].doors) for each in alike)
    worst = max(one.internet if one.internet > Verdict.LATENT else Verdict.NONE, one.verdict)
    names = _listed([each.answer.target for each in alike], BOLD)
    more = [part(f"· {'; '.join(listening)} ·", DIM), *words(headline(one), STYLES[worst])]
    yield from wrapped([*names, *more], width, 0, hang=2)
    for entrance in one.entrances:
        yield from _entrance(entrance, found.names, width, show_evidence)
    yield from _doors(one.answer.side_doors, found.names, width)
    if one.answer.unseen:
        pieces = _listed([unseen_words(item) for item in one.answer.unseen])
        yield from wrapped([part("  not read:", MAGENTA), *pieces], width, 0, hang=4)


def _entrance(one: Entrance, names: Names, width: int, show_evidence: bool) -> Iterator[Line]:
    said_of = [part(f"{one.verdict}", STYLES[one.verdict]), *words(f"{by_way(one.origin, names)}{_why(one)}")]
    yield from wrapped(said_of, width, 2, hang=4)
    if one.addresses:
        yield from wrapped(_listed(spoken(one.addresses)), width, 6)
    if one.alike:
        yield from wrapped(_listed(sources(one, names)), width, 6)
    yield from _allowed(one, names, width)
    if show_evidence:
        yield from path(one.outcome.best, names, width, 8)


def _why(one: Entrance) -> str:
    why = [in_the_way(check, grade) for check, grade in one.obstacles]
    if one.depends_on_place:
        why.append(f"it may be in one of {_places(one.outcome)} subnets, not all of which let it")
    return f": {'; '.join(why)}" if why else ""


def _places(outcome: Outcome) -> int:
    return len({each.place.subnet for each in outcome.paths})


def sources(one: Entrance, names: Names, most: int = MOST) -> list[str]:
    """Interfaces in words: instances, then others; how many more there are."""
    instances = {each.interface.instance for each in one.interfaces if each.interface.instance}
    others = {each.interface.id: each for each in one.interfaces if not each.interface.instance}
    shown = [named(instance, names) for instance in nsmallest(most, instances)]
    if len(instances) > most:
        shown.append(f"{len(instances) - most} more instances")
    for name in nsmallest(most, others):
        each = others[name]
        shown.append(f"{name} ({each.interface.type}, {IP(each.family, each.first)})")
    if len(others) > most:
        shown.append(f"{len(others) - most} more interfaces")
    return shown


def _allowed(one: Entrance, names: Names, width: int) -> Iterator[Line]:
    rules = [said(rule, names) for rule in one.rules]
    shown = rules[:3] + ([f"{len(rules) - 3} more rules"] if len(rules) > 3 else [])
    for line in shown:
        yield from wrapped(words(line, DIM), width, 6, hang=2)


def door_words(door: SideDoor, names: Names) -> str:
    """A side door in words."""
    through = "" if door.kind in NAMELESS else f" {named(door.through, names)}"
    return f"{DOORS.get(door.kind, door.kind)}{through} ({door.verdict})"


def _doors(doors: Sequence[SideDoor], names: Names, width: int) -> Iterator[Line]:
    if doors:
        yield from wrapped(
            [part("  side doors:"), *_listed([door_words(one, names) for one in doors])], width, 0, hang=4
        )


def path(found: Path, names: Names, width: int, indent: int) -> Iterator[Line]:
    """A path, hop by hop: how it passes, what it is about, and what decided it."""
    for hop in found.hops:
        why = "; ".join(said(one, names) for one in hop.evidence)
        pieces = [part(f"{GRADES[hop.grade]:8}", _GRADES[hop.grade]), *words(f"{hop.check.value}: {why}")]
        yield from wrapped(pieces, width, indent, hang=11)


def _listed(pieces: Sequence[str], style: str = "") -> list[Line]:
    """Pieces with commas between them, none of which is broken."""
    return [part(f"{piece}{',' if number < len(pieces) else ''}", style) for number, piece in enumerate(pieces, 1)]


def unread(inventory: Inventory, width: int, services: Collection[str] = ("ec2", "rds")) -> Iterator[Line]:
    """The questions to these services that were not answered, by reason."""
    reasons: dict[str, list[str]] = {}
    for question, code in sorted(item for item in inventory.unread.items() if item[0].service in services):
        reasons.setdefault(code, []).append(str(question))
    if reasons:
        yield Line()
        yield part("Not read, and so unknown", f"{BOLD} {YELLOW}")
    for code, questions in reasons.items():
        yield from wrapped([*words(f"{code}:"), *_listed(questions)], width, 2, hang=2)


# One pair


def explained_page(found: Explained, width: int) -> Iterator[Line]:
    """Pairs, each attempt hop by hop."""
    yield from heading(found.inventory, "How a connection fares, everything that it has to pass", found.of)
    for one in found.pairs:
        verdict = NOT_LET_IN if one.verdict is Verdict.NONE else one.verdict
        source = part(named(one.source, found.names), BOLD)
        yield Line()
        yield joined(source, " → ", part(one.target, BOLD), ": ", part(verdict, STYLES[one.verdict]))
        if not one.attempts:
            yield part("  it never opens a connection, or the database does not speak its family of addresses")
        for attempt in one.attempts:
            yield from _attempt(attempt, found.names, width)
    yield from unread(found.inventory, width)


def _attempt(one: Attempt, names: Names, width: int) -> Iterator[Line]:
    best = one.outcome.best
    where = f" ({one.interface}{f' of {named(one.instance, names)}' if one.instance else ''})" if one.interface else ""
    place = named(best.place.subnet, names) or "a subnet that is not known"
    line = f"{one.address}{where} {by_way(best.origin, names)}, to port {best.door.port} in {place}"
    yield from wrapped([*words(f"{line}:"), part(one.outcome.verdict, STYLES[one.outcome.verdict])], width, 2, hang=2)
    yield from path(best, names, width, 4)
    if more := len(one.outcome.paths) - 1:
        worse = "to another port or place" if more == 1 else f"to {more} other ports and places"
        others = ", ".join(dict.fromkeys(str(each.verdict) for each in one.outcome.paths[1:]))
        yield indented(4, part(f"{worse}: {others}", DIM))
