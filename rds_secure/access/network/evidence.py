"""What the answers are made of: verdicts, and for each hop what decided it, as data. It neither decides nor words."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import TypeAlias

from rds_secure.access.network.intervals import Addresses
from rds_secure.access.network.model import AclEntry, Route, Rule, TransitRoute
from rds_secure.access.network.target import Door


class Grade(IntEnum):
    """How a hop lets a packet through; a path is as good as its worst hop."""

    BLOCKED = 0
    UNKNOWN = 1
    """It depends on what was not read, or cannot be followed."""
    POSSIBLE = 2
    """It depends: on a failover, on a stopped instance, on the port that the client happens to use."""
    OPEN = 3


class Verdict(IntEnum):
    """The answer for a source, worst last."""

    NONE = 0
    """No group allows it."""
    LATENT = 1
    """A group allows it, or may allow it, and something else blocks it."""
    UNKNOWN = 2
    POSSIBLE = 3
    REACHABLE = 4

    def __str__(self) -> str:
        return self.name.lower()


class Check(StrEnum):
    """What a hop is about, in the order of a connection: the source's side, the way, the target's side, and back."""

    STATE = "state of the source"
    SOURCE_GROUPS = "groups of the source, out"
    SOURCE_ACL_OUT = "network ACL of the source, out"
    SOURCE_ROUTE = "route of the source"
    LINK = "link"
    TRANSIT = "transit gateway, there"
    PUBLIC = "publicly accessible"
    GATEWAY = "internet gateway"
    BLOCK = "VPC Block Public Access"
    EDGE_ROUTE = "route of the gateway"
    ACL_IN = "network ACL of the target, in"
    GROUPS = "groups of the target, in"
    ACL_OUT = "network ACL of the target, back"
    ROUTE_BACK = "route of the target, back"
    TRANSIT_BACK = "transit gateway, back"
    SOURCE_ACL_IN = "network ACL of the source, back"
    PLACE = "place of the target"
    DOOR = "port of the target"
    FAR_SIDE = "far side"


@dataclass(frozen=True, slots=True)
class ByRule:
    """A rule of a security group lets it through."""

    group: str
    rule: Rule


@dataclass(frozen=True, slots=True)
class NoRule:
    """No rule of these groups lets it through."""

    groups: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ByEntry:
    """An entry of a network ACL is the first that matches; None is the last one of all, which denies."""

    acl: str
    entry: AclEntry | None


@dataclass(frozen=True, slots=True)
class ByRoute:
    """A route is the most specific that matches; None: none does."""

    table: str
    route: Route | None


@dataclass(frozen=True, slots=True)
class ByTransit:
    """A route of a transit gateway is the most specific that matches; None: none does."""

    table: str
    route: TransitRoute | None


@dataclass(frozen=True, slots=True)
class Fact:
    """A setting or state: of what (an id, or what kind of thing), and what it is."""

    subject: str
    value: str


@dataclass(frozen=True, slots=True)
class Unseen:
    """Something that was not read, or is out of view: a part of the network, and an id if one is known."""

    part: str
    subject: str = ""


Evidence: TypeAlias = ByRule | NoRule | ByEntry | ByRoute | ByTransit | Fact | Unseen


@dataclass(frozen=True, slots=True, eq=False)
class Hop:
    """One thing that a connection has to pass, how it does, and why. Compared by identity: hops are shared."""

    check: Check
    grade: Grade
    evidence: tuple[Evidence, ...] = ()


class Way(StrEnum):
    """By what a connection comes to the target's VPC."""

    INSIDE = "inside the VPC"
    PEERING = "peering"
    TRANSIT = "transit gateway"
    INTERNET = "internet"
    PRIVATE = "private network"
    """On-premises networks, over a virtual private gateway, a transit gateway, or not at all."""
    NO_LINK = "no link"
    """From a VPC that nothing in view connects with the target's."""
    CLASSIC = "EC2-Classic"


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a source is: the way, and by what (a VPC, peering, transit gateway or gateway; "" for nothing)."""

    way: Way
    via: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Place:
    """Where a target is listening, or may be.

    ``addresses``: its own if ``interface`` is known, else all of the subnet's. ``public``: its addresses on the
    internet, if known. ``member``: the instance of a cluster. ``role``: see `Role`.
    """

    member: str
    vpc: str
    subnet: str
    zone: str
    addresses: Addresses
    public: Addresses
    publicly_accessible: bool | None
    role: Role
    interface: str = ""


class Role(StrEnum):
    """How sure it is that a target is at a place."""

    NOW = "now"
    CANDIDATE = "one of several"
    STANDBY = "after a failover"


@dataclass(frozen=True, slots=True, eq=False)
class Path:
    """A connection from an origin to a port at a place, hop by hop, and what becomes of it."""

    origin: Origin
    door: Door
    place: Place
    hops: tuple[Hop, ...]
    verdict: Verdict

    @property
    def obstacles(self) -> tuple[Hop, ...]:
        """The hops that do not simply let it through."""
        return tuple(hop for hop in self.hops if hop.grade < Grade.OPEN)


def path(origin: Origin, door: Door, place: Place, hops: tuple[Hop, ...]) -> Path:
    """A path with its verdict: the target's groups decide whether there is anything to say, the worst hop what."""
    grade = min(hop.grade for hop in hops)
    if any(hop.check is Check.GROUPS and hop.grade is Grade.BLOCKED for hop in hops):
        return Path(origin, door, place, hops, Verdict.NONE)
    return Path(origin, door, place, hops, _VERDICTS[grade])


_VERDICTS = {
    Grade.BLOCKED: Verdict.LATENT,
    Grade.UNKNOWN: Verdict.UNKNOWN,
    Grade.POSSIBLE: Verdict.POSSIBLE,
    Grade.OPEN: Verdict.REACHABLE,
}


@dataclass(frozen=True, slots=True, eq=False)
class Outcome:
    """The paths from one source to every port and place of a target, best first, and the verdict of all."""

    verdict: Verdict
    paths: tuple[Path, ...]

    @property
    def best(self) -> Path:
        """The path that comes furthest."""
        return self.paths[0]
