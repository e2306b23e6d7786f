"""What a picture of reach shows: who comes, the groups that let them in, databases, keys; folded so as to be seen.

A group stands once for every set of sources that it lets in alike, so that no line suggests a way that is none.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from rds_secure.access.network.evidence import Verdict, Way
from rds_secure.access.network.summary import Entrance, Exposure
from rds_secure.access.protection import Protected, Protection
from rds_secure.render.addresses import spoken
from rds_secure.render.evidence import Names, by_way
from rds_secure.render.protection import short_key, whose
from rds_secure.render.reach_page import Reached, headline, ports, sources, together

MOST = 16
"""Nodes in one column; what is beyond is counted in one node. The most dangerous come first."""

_LINES = 5
"""Lines of one label."""


class Layer(StrEnum):
    """What a node is, in the order of columns."""

    SOURCE = "source"
    GATE = "security group"
    DATABASE = "database"
    KEY = "key"


@dataclass(frozen=True, slots=True)
class Node:
    """Something in the picture: the first line is its title. ``verdict``: how the internet fares with a database."""

    layer: Layer
    lines: tuple[str, ...]
    verdict: Verdict | None = None
    weak: bool = False


@dataclass(frozen=True, slots=True)
class Edge:
    """A line between two nodes, by their numbers; from a database to its key there is no verdict."""

    start: int
    end: int
    verdict: Verdict | None


@dataclass
class Graph:
    """A picture: nodes by number, in the order of danger, and lines."""

    nodes: list[Node] = field(default_factory=list)
    edges: dict[Edge, None] = field(default_factory=dict)
    _known: dict[Hashable, int] = field(default_factory=dict)

    def node(self, key: Hashable, made: Node) -> int:
        """The number of a node, made where there is none for this key; beyond `MOST` all share one of the rest."""
        if key not in self._known:
            if sum(one.layer is made.layer for one in self.nodes) >= MOST:
                return self._rest(made.layer)
            self._known[key] = len(self.nodes)
            self.nodes.append(made)
        return self._known[key]

    def _rest(self, layer: Layer) -> int:
        key = ("rest", layer)
        if key not in self._known:
            self._known[key] = len(self.nodes)
            self.nodes.append(Node(layer, ("and more", f"{_MANY[layer]} that are folded here")))
        return self._known[key]

    def join(self, start: int, end: int, verdict: Verdict | None) -> None:
        """Draws a line."""
        self.edges[Edge(start, end, verdict)] = None

    def layer(self, layer: Layer) -> list[int]:
        """The numbers of a column's nodes."""
        return [number for number, node in enumerate(self.nodes) if node.layer is layer]


_MANY = {Layer.SOURCE: "sources", Layer.GATE: "groups", Layer.DATABASE: "databases", Layer.KEY: "keys"}


def graph(found: Reached, protection: Protection) -> Graph:
    """The picture of an answer: what cannot reach anything is left out, but for what is open to the internet and only
    saved by something else."""
    made = Graph()
    for alike in together(found.exposures):
        for key, some in _by_key(alike, protection):
            database = made.node(("database", *(one.answer.target for one in some)), _database(found, some, protection))
            for groups, comers in _gates(some[0], found.names):
                _gate(made, groups, comers, database, found.names)
            if key:
                made.join(database, made.node(("key", key), _key(key, protection)), None)
    return made


def _by_key(alike: Sequence[Exposure], protection: Protection) -> Iterator[tuple[str, list[Exposure]]]:
    """Databases that fare alike, apart by their keys; "" for none that is known."""
    groups: dict[tuple[str, str], list[Exposure]] = {}
    for one in alike:
        held = protection.database(one.answer.target)
        key = held.key if held and isinstance(held.key, str) else ""
        groups.setdefault((key, _storage(held)), []).append(one)
    for (key, _), some in groups.items():
        yield key, some


def _storage(held: Protected | None) -> str:
    if held is None:
        return ""
    if not isinstance(held.encrypted, bool):
        return "encryption not known"
    return "encrypted" if held.encrypted else "not encrypted"


def _database(found: Reached, some: Sequence[Exposure], protection: Protection) -> Node:
    first = some[0]
    held = protection.database(first.answer.target)
    names = [one.answer.target for one in some]
    shown = names[:3] + ([f"and {len(names) - 3} more"] if len(names) > 3 else [])
    said = [ports(found.targets[first.answer.target].doors), headline(first), *([_storage(held)] if held else [])]
    worst = first.internet if first.internet > Verdict.LATENT else None
    return Node(Layer.DATABASE, (*shown, *said), worst, weak=held is not None and held.encrypted is False)


Comer = tuple[Hashable, Node, Verdict]
"""A source by its key, as a node, and how it fares."""


def _gates(one: Exposure, names: Names) -> Iterator[tuple[tuple[str, ...], tuple[Comer, ...]]]:
    """The groups that let somebody in, each with whom and how these fare."""
    found: dict[str, dict[Comer, None]] = {}
    for entrance in one.entrances:
        if entrance.verdict is Verdict.LATENT and entrance.origin.way is not Way.INTERNET:
            continue
        groups = dict.fromkeys(rule.group for rule in entrance.rules) or {"": None}
        for group in groups:
            for comer in _comers(entrance, names):
                found.setdefault(group, {})[comer] = None
    for group, comers in found.items():
        yield (group,), tuple(comers)


def _comers(one: Entrance, names: Names) -> Iterator[Comer]:
    title = _title(one, names)
    if one.addresses:
        lines = spoken(one.addresses, _LINES - 1)
        yield ("addresses", one.origin, *lines), Node(Layer.SOURCE, (title, *lines)), one.verdict
    if one.alike:
        lines = sources(one, names, _LINES - 2)
        count = len({each.interface.instance or each.interface.id for each in one.interfaces})
        heading = f"{count} instance{'' if count == 1 else 's'} and interfaces" if count > 1 else title
        yield ("interfaces", one.origin, *lines), Node(Layer.SOURCE, (heading, *lines)), one.verdict


def _title(one: Entrance, names: Names) -> str:
    """By what way, in few words: by the name of what it comes through, if it has one."""
    if one.origin.way is Way.INTERNET:
        return "Internet"
    return by_way(replace(one.origin, via=names.get(one.origin.via, one.origin.via)), {})


def _gate(made: Graph, groups: tuple[str, ...], comers: tuple[Comer, ...], database: int, names: Names) -> None:
    kept = tuple(dict.fromkeys((key, verdict) for key, _, verdict in comers))
    group = groups[0]
    lines = (names.get(group, group), *([group] if group in names else ())) if group else ("groups not known",)
    gate = made.node(("gate", groups, kept), Node(Layer.GATE, lines))
    for key, node, verdict in comers:
        made.join(made.node(key, node), gate, verdict)
    made.join(gate, database, max(verdict for _, _, verdict in comers))


def _key(arn: str, protection: Protection) -> Node:
    key = protection.key(arn)
    if key is None or not isinstance(key.state, str):
        return Node(Layer.KEY, ("key", short_key(arn), "not read"))
    rotation = {True: ", rotated", False: ", not rotated"}
    said = f"{key.state}{rotation[key.rotation] if isinstance(key.rotation, bool) else ''}"
    return Node(Layer.KEY, (whose(key), short_key(arn), said), weak=key.usable is not True)
