"""Connections of interfaces in view to a database's public address, over the internet. Private ones are `Inside`'s."""

from __future__ import annotations

from rds_secure.access.network.evidence import Check, Evidence, Fact, Grade, Hop, Path, Place, Unseen
from rds_secure.access.network.fabric import spread
from rds_secure.access.network.hops import Hops, Host
from rds_secure.access.network.intervals import IP, Addresses, Family
from rds_secure.access.network.outside import GLOBAL, Outside
from rds_secure.access.network.routes import Choice, Leads, leads, target
from rds_secure.access.network.target import Door

_OUT = {4: (Leads.INTERNET,), 6: (Leads.INTERNET, Leads.OUT_ONLY)}


class Internet:
    """Follows connections that leave a VPC by an internet or NAT gateway, and come back to the target's."""

    def __init__(self, hops: Hops, outside: Outside) -> None:
        self._hops, self._outside = hops, outside
        self._sides: dict[tuple[Host, str, Door, Place, Family], tuple[Hop, ...]] = {}

    def path(self, host: Host, nat: str, ip: IP, door: Door, place: Place) -> Path:
        """The path of a host that the internet knows as ``ip``: its own address, or that of the gateway ``nat``."""
        choices = self._hops.fabric.table(place.subnet, place.vpc)
        choice = choices if isinstance(choices, Unseen) else choices[ip.family].at(ip.number)
        key = (host, nat, door, place, ip.family)
        if key not in self._sides:
            self._sides[key] = self._source_side(host, nat, door, place, ip.family)
        return self._outside.internet(choice, ip, door, place, self._sides[key])

    def _source_side(self, host: Host, nat: str, door: Door, place: Place, family: Family) -> tuple[Hop, ...]:
        hops, where = self._hops, _destinations(place, family)
        return (
            *((host.state,) if host.state else ()),
            *((hops.out(host.groups, door, family, where, Grade.BLOCKED),) if host.groups is not None else ()),
            hops.acl(host.subnet, Check.SOURCE_ACL_OUT, door.port, family, where),
            self._route(host.subnet, host.vpc, nat, family, where),
            *self._translated(nat, family, where),
            self._outside.block(host.subnet, inbound=False),
            hops.acl(host.subnet, Check.SOURCE_ACL_IN, door.port, family, where),
        )

    def _route(self, subnet: str, vpc: str, nat: str, family: Family, where: Addresses) -> Hop:
        choices = self._hops.fabric.table(subnet, vpc)
        if isinstance(choices, Unseen):
            return self._hops.fact(Check.SOURCE_ROUTE, Grade.UNKNOWN, choices)
        every = dict.fromkeys(choices[family].over(where.of(family)))
        taken = tuple(choice for choice in every if leads(choice) is not Leads.SERVICE)
        grade = spread({_leaves(choice, nat, family) for choice in taken} or {Grade.BLOCKED})
        evidence: tuple[Evidence, ...] = taken
        return self._hops.fact(Check.SOURCE_ROUTE, grade, *evidence)

    def _translated(self, nat: str, family: Family, where: Addresses) -> tuple[Hop, ...]:
        """The NAT gateway's own subnet has to lead on to the internet."""
        if not nat:
            return ()
        gateway = (self._hops.fabric.network.nat_gateways or {}).get(nat)
        if gateway is None:
            return (self._hops.fact(Check.LINK, Grade.UNKNOWN, Unseen("NAT gateway", nat)),)
        grade = Grade.OPEN if gateway.state == "available" else Grade.BLOCKED
        state = self._hops.fact(Check.LINK, grade, Fact(nat, gateway.state))
        return state, self._route(gateway.subnet, gateway.vpc, "", family, where)


def _destinations(place: Place, family: Family) -> Addresses:
    """The addresses that the target has on the internet, or may have."""
    known = place.public if family == 4 else place.addresses
    return known if known.of(family) else GLOBAL


def _leaves(choice: Choice, nat: str, family: Family) -> Grade:
    kind = leads(choice)
    if kind in (Leads.UNSEEN, Leads.APPLIANCE, Leads.OPAQUE):
        return Grade.UNKNOWN
    out = target(choice) == nat if nat else kind in _OUT[family]
    return Grade.OPEN if out else Grade.BLOCKED
