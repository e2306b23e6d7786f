"""The hops of a connection, each made once and shared by all paths that have it. It knows no whole path."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass

from rds_secure.access.network.evidence import Check, Evidence, Fact, Grade, Hop, Place, Role, Unseen
from rds_secure.access.network.fabric import Fabric, spread
from rds_secure.access.network.groups import into_target, may_hide_members, out_of_source
from rds_secure.access.network.intervals import IP, Addresses, Family
from rds_secure.access.network.links import Link, passes
from rds_secure.access.network.model import TransitAttachment
from rds_secure.access.network.routes import TransitChoice, carried
from rds_secure.access.network.target import Door


@dataclass(frozen=True, slots=True, eq=False)
class Host:
    """Who connects: interfaces that have the same subnet, groups and state are one host.

    ``groups``: None for an address of which nothing is known but where it is. Then ``member_of`` are the groups that it
    carries all the same.
    """

    vpc: str
    subnet: str
    groups: tuple[str, ...] | None = None
    state: Hop | None = None
    member_of: tuple[str, ...] = ()

    @property
    def carried(self) -> tuple[str, ...]:
        """The groups that rules may name to mean it."""
        return self.member_of if self.groups is None else self.groups


class Hops:
    """Makes hops. ``where`` is an address, or those that a target may have, of which only one counts."""

    def __init__(self, fabric: Fabric) -> None:
        self.fabric = fabric
        self._made: dict[Hashable, Hop] = {}

    def _once(self, key: Hashable, make: Callable[[], Hop]) -> Hop:
        found = self._made.get(key)
        if found is None:
            found = self._made[key] = make()
        return found

    def fact(self, check: Check, grade: Grade, *evidence: Evidence) -> Hop:
        """A hop by its evidence alone."""
        return self._once((check, grade, evidence), lambda: Hop(check, grade, evidence))

    def acl(self, subnet: str, check: Check, port: int, family: Family, where: IP | Addresses) -> Hop:
        """A subnet's network ACL."""
        hops = self.fabric.acl(subnet, check, port)
        if isinstance(hops, Unseen):
            return self.fact(check, Grade.UNKNOWN, hops)
        if isinstance(where, IP):
            return hops[family].at(where.number)
        found = tuple(dict.fromkeys(hops[family].over(where.of(family))))
        if len(found) == 1:
            return found[0]
        evidence = tuple(dict.fromkeys(one for hop in found for one in hop.evidence))
        return self.fact(check, spread({hop.grade for hop in found}), *evidence)

    def into(self, door: Door, ip: IP, host: Host | None, references: Grade, vpc: str, owner: str) -> Hop:
        """The groups that guard a door. ``vpc`` and its ``owner``: where the address is, if that is a VPC."""
        rules = self.fabric.filter(door.groups, door.port, egress=False)
        carried = host.carried if host and references else ()
        known = host is not None and host.groups is not None
        network = self.fabric.network
        piece = rules.by_address[ip.family].index(ip.number)
        key = (Check.GROUPS, door, ip.family, piece, carried, references, known, vpc, owner)

        def make() -> Hop:
            hidden = (
                ()
                if known or not vpc or not references
                else tuple(by for by, pair in rules.pairs() if may_hide_members(network, pair, vpc, owner))
            )
            return into_target(rules, ip, member_of=carried, references=references, hidden=hidden)

        return self._once(key, make)

    def out(self, groups: tuple[str, ...], door: Door, family: Family, where: Addresses, references: Grade) -> Hop:
        """The groups of a source, towards a target with one of some addresses."""
        rules = self.fabric.filter(groups, door.port, egress=True)
        guards = door.groups if rules.by_group else ()
        key = (Check.SOURCE_GROUPS, groups, door.port, guards, family, where.of(family).spans, references)
        return self._once(key, lambda: out_of_source(rules, family, where, guards=guards, references=references))

    def route(self, subnet: str, vpc: str, link: Link, family: Family, where: IP | Addresses, *, back: bool) -> Hop:
        """A subnet's route over a link; ``back``: it is the target's."""
        check = Check.ROUTE_BACK if back else Check.SOURCE_ROUTE
        choices = self.fabric.table(subnet, vpc)
        if isinstance(choices, Unseen):
            return self.fact(check, Grade.UNKNOWN, choices)
        pieces = choices[family]
        found = (pieces.at(where.number),) if isinstance(where, IP) else tuple(pieces.over(where.of(family)))
        distinct = tuple(dict.fromkeys(found))
        key = (check, link, distinct)
        return self._once(
            key, lambda: Hop(check, spread({passes(choice, link, back=back) for choice in distinct}), distinct)
        )

    def transit(self, link: Link, subnet_zone: str, family: Family, where: IP | Addresses, *, back: bool) -> Hop:
        """What the transit gateway does: there, with the source's attachment; back, with the target's."""
        check = Check.TRANSIT_BACK if back else Check.TRANSIT
        start, end = (link.there, link.here) if back else (link.here, link.there)
        if start is None or end is None:
            return self.fact(check, Grade.UNKNOWN, Unseen("transit gateway attachments"))
        if subnet_zone and start.subnets and not self.serves(start, subnet_zone):
            return self.fact(check, Grade.BLOCKED, Fact(start.id, f"has no subnet in {subnet_zone}"))
        return self.switched(check, start, end, family, where)

    def serves(self, attachment: TransitAttachment, zone: str) -> bool:
        """Whether an attachment has a subnet in a zone: who is elsewhere cannot use it (transit gateway guide, "VPC
        attachments"). Unless all its subnets were read, it may have."""
        found = [self.fabric.subnet(subnet) for subnet in attachment.subnets or ()]
        return not all(found) or any(subnet and subnet.zone == zone for subnet in found)

    def switched(
        self, check: Check, start: TransitAttachment, end: TransitAttachment, family: Family, where: IP | Addresses
    ) -> Hop:
        """Whether the table of one attachment leads to another."""
        if start.table == "":
            return self.fact(check, Grade.BLOCKED, Fact(start.id, "has no route table"))
        table = self.fabric.transit(start.table) if start.table else None
        if table is None:
            return self.fact(check, Grade.UNKNOWN, Unseen("transit gateway routes", start.table or start.id))
        pieces = table[family]
        found = (pieces.at(where.number),) if isinstance(where, IP) else tuple(pieces.over(where.of(family)))
        distinct = tuple(dict.fromkeys(found))
        return self.fact(check, spread({_switches(choice, end) for choice in distinct}), *distinct)

    def place(self, door: Door, place: Place) -> tuple[Hop, ...]:
        """What is not so now: a standby's place, a port or group to come."""
        hops: tuple[Hop, ...] = ()
        if place.role is Role.STANDBY:
            hops = (self.fact(Check.PLACE, Grade.POSSIBLE, Fact(place.subnet, Role.STANDBY.value)),)
        if door.pending:
            hops += (self.fact(Check.DOOR, Grade.POSSIBLE, Fact(f"{door.name} {door.port}", "pending")),)
        return hops


def _switches(choice: TransitChoice, end: TransitAttachment) -> Grade:
    if isinstance(choice, Unseen):
        return Grade.UNKNOWN
    route = carried(choice)
    return Grade.OPEN if route and end.id in route.attachments else Grade.BLOCKED
