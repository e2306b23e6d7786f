"""Why a connection comes through or not, in words: a line for each thing that decided. It decides nothing itself."""

from __future__ import annotations

from collections.abc import Mapping

from rds_secure.access.network.evidence import (
    ByEntry,
    ByRoute,
    ByRule,
    ByTransit,
    Check,
    Evidence,
    Fact,
    Grade,
    NoRule,
    Origin,
    Unseen,
    Way,
)
from rds_secure.access.network.model import AclEntry, Rule

Names = Mapping[str, str]
"""Id → what people call it."""

GRADES: Mapping[Grade, str] = {
    Grade.OPEN: "passes",
    Grade.POSSIBLE: "possible",
    Grade.UNKNOWN: "unknown",
    Grade.BLOCKED: "blocked",
}

_IN_THE_WAY: Mapping[Check, str] = {
    Check.STATE: "the source is not running",
    Check.SOURCE_GROUPS: "the source's groups let nothing out to it",
    Check.SOURCE_ACL_OUT: "the source's network ACL lets nothing out",
    Check.SOURCE_ROUTE: "the source has no route to it",
    Check.LINK: "the link does not carry it",
    Check.TRANSIT: "the transit gateway has no route there",
    Check.PUBLIC: "it is not publicly accessible",
    Check.GATEWAY: "no internet gateway",
    Check.BLOCK: "VPC Block Public Access",
    Check.EDGE_ROUTE: "the gateway's routes",
    Check.ACL_IN: "its network ACL lets nobody in",
    Check.ACL_OUT: "its network ACL lets no answer out",
    Check.ROUTE_BACK: "it has no route back",
    Check.TRANSIT_BACK: "the transit gateway has no route back",
    Check.SOURCE_ACL_IN: "the source's network ACL lets no answer in",
    Check.PLACE: "only after a failover",
    Check.DOOR: "only once a pending change is through",
    Check.FAR_SIDE: "the far side",
    Check.GROUPS: "its groups",
}
"""What blocks, for people."""

_DEPENDS: Mapping[Check, str] = {
    Check.STATE: "the source is stopped",
    Check.PLACE: "only after a failover",
    Check.DOOR: "only once a pending change is through",
    Check.SOURCE_GROUPS: "the source's groups let out to some of its addresses",
    Check.ACL_OUT: "its network ACL lets answers out to some ports",
    Check.SOURCE_ACL_IN: "the source's network ACL lets answers in on some ports",
}
"""What it depends on, for people; else the check's own name."""


def in_the_way(check: Check, grade: Grade) -> str:
    """What is in the way, in a few words."""
    if grade is Grade.BLOCKED:
        return _IN_THE_WAY[check]
    if grade is Grade.POSSIBLE:
        return _DEPENDS.get(check, f"it depends on the {check.value}")
    return f"not known: {check.value}"


def by_way(origin: Origin, names: Names) -> str:
    """By what way: ``from the internet, by igw-1``."""
    via = named(origin.via, names) if origin.via else ""
    if origin.way is Way.INTERNET:
        return f"from the internet{f', by {via}' if via else ''}"
    if origin.way is Way.INSIDE:
        return f"inside {via or 'the VPC'}"
    if origin.way is Way.PRIVATE:
        return f"from private networks{f', by {via}' if via else ''}"
    if origin.way is Way.NO_LINK:
        return f"from {via or 'another VPC'}, which nothing in view links with it"
    if origin.way is Way.CLASSIC:
        return "from EC2-Classic"
    return f"over {'a ' if not via else ''}{origin.way.value}{f' {via}' if via else ''}"


def named(thing: str, names: Names) -> str:
    """An id with what people call it: ``sg-1 (orders-db)``."""
    name = names.get(thing, "")
    return f"{thing} ({name})" if name else thing


def said(one: Evidence, names: Names) -> str:
    """What decided a hop, in one line."""
    if isinstance(one, ByRule):
        return f"{named(one.group, names)} allows {rule_words(one.rule, names)}"
    if isinstance(one, NoRule):
        return f"no rule of {', '.join(named(group, names) for group in one.groups) or 'no group'} allows it"
    if isinstance(one, ByEntry):
        return f"{named(one.acl, names)}: {_entry(one.entry)}"
    if isinstance(one, ByRoute):
        return f"{named(one.table, names)}: {_route(one, names)}"
    if isinstance(one, ByTransit):
        return f"{named(one.table, names)}: {_transit(one)}"
    if isinstance(one, Fact) and one.subject == Check.PUBLIC:
        return "yes" if one.value == "True" else "no"
    if isinstance(one, Fact):
        return f"{named(one.subject, names)}: {one.value}"
    return f"not in view: {unseen_words(one)}"


def unseen_words(one: Unseen) -> str:
    """What was not read, or is out of view."""
    return f"{one.part}{f' of {one.subject}' if one.subject else ''}"


def rule_words(rule: Rule, names: Names) -> str:
    """A rule: ``tcp 5432 from 10.0.0.0/16``."""
    if rule.group:
        peer = named(rule.group.group, names)
        if rule.group.account and rule.group.group not in names:
            peer += f" of {rule.group.account}"
    else:
        peer = rule.cidr or named(rule.prefix_list, names)
    way = "to" if rule.egress else "from"
    return f"{_traffic(rule.protocol, rule.first, rule.last)} {way} {peer}{f' ({rule.id})' if rule.id else ''}"


_PROTOCOLS = {"-1": "everything", "6": "tcp", "17": "udp"}


def _traffic(protocol: str, first: int | None, last: int | None) -> str:
    name = _PROTOCOLS.get(protocol, protocol)
    if protocol == "-1" or first is None or last is None or first == -1:
        return name
    return f"{name} {first}" if first == last else f"{name} {first}-{last}"


def _entry(entry: AclEntry | None) -> str:
    if entry is None:
        return "no entry allows it"
    verb = "allows" if entry.allow else "denies"
    traffic = _traffic(entry.protocol, entry.first, entry.last)
    return f"entry {entry.number} {verb} {traffic} {'to' if entry.egress else 'from'} {entry.cidr}"


def _route(one: ByRoute, names: Names) -> str:
    route = one.route
    if route is None:
        return "no route"
    dead = "" if route.state == "active" else f", {route.state}"
    return f"{named(route.destination, names)} to {named(route.target, names) or 'nowhere'}{dead}"


def _transit(one: ByTransit) -> str:
    route = one.route
    if route is None:
        return "no route"
    dead = "" if route.state == "active" else f", {route.state}"
    return f"{route.destination} to {', '.join(route.attachments) or 'nowhere'}{dead}"


DOORS: Mapping[str, str] = {
    "data-api": "the Data API, for whoever IAM lets",
    "replica": "a replica elsewhere",
    "ec2-classic-group": "a group of EC2-Classic",
    "proxy": "a proxy",
    "client-vpn": "a Client VPN endpoint",
    "load-balancer": "a load balancer",
    "nat-gateway": "a NAT gateway",
    "session-manager": "sessions of Systems Manager on the instances that reach it",
}
"""Side doors, for people."""

NAMELESS = ("session-manager", "data-api")
"""Side doors that lead through nothing with a name."""
