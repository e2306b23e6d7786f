"""Small networks, written shortly: a VPC `vpc-a` with a database in it, and whatever a test adds or changes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from rds_secure.access.network.answers import Answer, Range, Source
from rds_secure.access.network.evidence import Check, Grade, Hop, Path, Verdict, Way
from rds_secure.access.network.intervals import Addresses
from rds_secure.access.network.model import (
    AclEntry,
    GroupPair,
    Instance,
    Interface,
    InternetGateway,
    Network,
    NetworkAcl,
    Peering,
    PeeringSide,
    Route,
    RouteTable,
    Rule,
    SecurityGroup,
    Subnet,
    TransitAttachment,
    TransitRoute,
    TransitTable,
    Vpc,
    empty_network,
)
from rds_secure.access.network.reach import reach
from rds_secure.access.network.target import Door, Member, Target

ACCOUNT, REGION, PORT = "111111111111", "eu-west-1", 5432


def rule(peer: str = "", *, egress: bool = False, protocol: str = "tcp", ports: Any = PORT, **pair: str) -> Rule:
    """A rule from or to a network, a list, or a group (with what else is known of the pair)."""
    first, last = ports if isinstance(ports, tuple) else (ports, ports)
    if peer.startswith("sg-"):
        return Rule(egress, protocol, first, last, group=GroupPair(peer, **{"account": ACCOUNT, **pair}))
    if peer.startswith("pl-"):
        return Rule(egress, protocol, first, last, prefix_list=peer)
    return Rule(egress, protocol, first, last, cidr=peer)


def group(name: str, *rules: Rule, vpc: str = "vpc-a", account: str = ACCOUNT) -> SecurityGroup:
    return SecurityGroup(name, account, vpc, rules)


def everything_out(name: str, vpc: str = "vpc-a") -> SecurityGroup:
    return group(name, rule("0.0.0.0/0", egress=True, protocol="-1", ports=None), vpc=vpc)


def entry(number: int, allow: bool, cidr: str = "0.0.0.0/0", *, egress: bool, ports: Any = None) -> AclEntry:
    first, last = ports if isinstance(ports, tuple) else (ports, ports)
    return AclEntry(number, egress, allow, "-1" if ports is None else "6", cidr, first, last)


def acl(name: str, *entries: AclEntry, subnets: Iterable[str], vpc: str = "vpc-a") -> NetworkAcl:
    return NetworkAcl(name, vpc, entries, frozenset(subnets))


def open_acl(name: str, *subnets: str, vpc: str = "vpc-a") -> NetworkAcl:
    every = [entry(100, True, cidr, egress=out) for out in (False, True) for cidr in ("0.0.0.0/0", "::/0")]
    return acl(name, *every, subnets=subnets, vpc=vpc)


def subnet(name: str, *networks: str, zone: str = "a", vpc: str = "vpc-a", account: str = ACCOUNT) -> Subnet:
    return Subnet(name, vpc, zone, account, networks, None)


def table(name: str, *routes: tuple[str, str] | Route, vpc: str = "vpc-a", **more: Any) -> RouteTable:
    made = tuple(one if isinstance(one, Route) else Route(*one) for one in routes)
    return RouteTable(name, vpc, made, **{key: frozenset(v) if key != "main" else v for key, v in more.items()})


def interface(
    name: str, *private: str, subnet: str = "subnet-app", groups: tuple[str, ...] = ("sg-app",), **more: Any
) -> Interface:
    public = Addresses.parse(*more.pop("public", ()))
    return Interface(
        name, more.pop("vpc", "vpc-a"), subnet, more.pop("account", ACCOUNT), Addresses.parse(*private), public, groups,
        **more,
    )  # fmt: skip


def peering(name: str, here: Vpc, there: Vpc, *, status: str = "active", region: str = REGION) -> Peering:
    sides = [PeeringSide(one.id, one.account, where, one.networks) for one, where in ((here, REGION), (there, region))]
    return Peering(name, status, sides[0], sides[1])


def by_id(*things: Any) -> dict[str, Any]:
    return {thing.id: thing for thing in things}


VPC = Vpc("vpc-a", ACCOUNT, ("10.0.0.0/16",))

BASE = replace(
    empty_network(ACCOUNT, REGION),
    vpcs=by_id(VPC),
    subnets=by_id(subnet("subnet-db", "10.0.1.0/24"), subnet("subnet-app", "10.0.2.0/24")),
    acls=by_id(open_acl("acl-a", "subnet-db", "subnet-app")),
    tables=by_id(table("rtb-main", ("10.0.0.0/16", "local"), main=True)),
    groups=by_id(group("sg-db"), everything_out("sg-app")),
    interfaces=by_id(interface("eni-1", "10.0.2.10", instance="i-1")),
    instances=by_id(Instance("i-1", "running")),
)


def change(network: Network = BASE, **more: Any) -> Network:
    """A network with things put in, or put in the place of those with the same id; None takes a whole part away."""
    parts: dict[str, Any] = {}
    for part, things in more.items():
        if isinstance(things, tuple):
            parts[part] = {**getattr(network, part), **by_id(*things)}
        else:
            parts[part] = things
    return replace(network, **parts)


def guarded(*rules: Rule, network: Network = BASE, **more: Any) -> Network:
    """The base with these rules on the database's group."""
    more["groups"] = (group("sg-db", *rules), *more.get("groups", ()))
    return change(network, **more)


def database(name: str = "db-1", **more: Any) -> Target:
    """A private instance in `subnet-db`."""
    member = Member(
        name,
        "vpc-a",
        more.pop("subnets", ("subnet-db",)),
        more.pop("public", False),
        **{key: more.pop(key) for key in ("zone", "multi_az", "standby_zone") if key in more},
    )
    doors = more.pop("doors", (Door(PORT, ("sg-db",)),))
    return Target(name, "db_instance", doors, (member,), **more)


def answer(network: Network, target: Target | None = None, *others: Target) -> Answer:
    target = target or database()
    return reach(network, (target, *others))[0]


def ranges(found: Answer, verdict: Verdict, way: Way | None = None) -> str:
    """The addresses with a verdict, over one way or any, as text."""
    if way is None:
        return str(found.addresses(verdict))
    every = [one.addresses for one in found.ranges if one.outcome.verdict == verdict and one.origin.way == way]
    return str(sum_of(every))


def sum_of(sets: Iterable[Addresses]) -> Addresses:
    total = Addresses()
    for one in sets:
        total = total | one
    return total


def range_with(found: Answer, way: Way, verdict: Verdict) -> Range:
    """The only range with that way and verdict."""
    (only,) = [one for one in found.ranges if one.origin.way == way and one.outcome.verdict == verdict]
    return only


def source(found: Answer, name: str = "eni-1") -> Source:
    return next(one for one in found.sources if one.interface == name)


def verdicts(found: Answer) -> dict[str, str]:
    """Interface → verdict."""
    assert all(one.outcome.verdict is one.verdict for one in found.sources), "one was followed for others alike"
    return {one.interface: str(one.verdict) for one in found.sources}


def hop(path: Path, check: Check) -> Hop:
    return next(one for one in path.hops if one.check is check)


def obstacles(path: Path) -> dict[str, str]:
    """What is in the way: check → grade."""
    return {one.check.name: one.grade.name for one in path.obstacles}


__all__ = [
    "ACCOUNT",
    "BASE",
    "PORT",
    "REGION",
    "VPC",
    "Addresses",
    "Answer",
    "Check",
    "Door",
    "Grade",
    "Instance",
    "Interface",
    "InternetGateway",
    "Member",
    "Network",
    "Route",
    "Rule",
    "Target",
    "TransitAttachment",
    "TransitRoute",
    "TransitTable",
    "Verdict",
    "Vpc",
    "Way",
]
