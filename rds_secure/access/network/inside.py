"""Connections from VPCs in view, by private addresses: inside the VPC, over peerings and transit gateways."""

from __future__ import annotations

from rds_secure.access.network.evidence import Check, Hop, Path, Place, Verdict, Way, path
from rds_secure.access.network.hops import Hops, Host
from rds_secure.access.network.intervals import IP, Family, Span
from rds_secure.access.network.links import Link
from rds_secure.access.network.outcomes import best
from rds_secure.access.network.target import Door


class Inside:
    """Follows connections between VPCs in view, and keeps what does not depend on the very address."""

    def __init__(self, hops: Hops) -> None:
        self._hops = hops
        self._sides: dict[tuple[Link, str, int, Family, tuple[Span, ...]], tuple[tuple[Hop, ...], Hop]] = {}

    def best(self, host: Host, ip: IP, door: Door, place: Place) -> Path:
        """The path that comes furthest. What is not in view is only asked where nothing in view leads through."""
        first, *others = self._hops.fabric.links(host.vpc, place.vpc)
        found = self.path(first, host, ip, door, place)
        for link in others:
            if link.origin.way is not Way.NO_LINK or found.verdict < Verdict.UNKNOWN:
                found = best((found, self.path(link, host, ip, door, place)))
        return found

    def path(self, link: Link, host: Host, ip: IP, door: Door, place: Place) -> Path:
        """The path over one link: out of the source, over the link, into the target, and back."""
        own = self.own(link, host, ip.family, door, place)
        late = self._hops.place(door, place)
        if host.subnet and host.subnet == place.subnet:
            return path(link.origin, door, place, (*own, self._groups(link, host, ip, door), *late))
        out, back = self._source_side(link, host, door, place, ip.family)
        there = self._target_side(link, host, ip, door, place)
        return path(link.origin, door, place, (*own, *out, *there, back, *late))

    def own(self, link: Link, host: Host, family: Family, door: Door, place: Place) -> tuple[Hop, ...]:
        """What depends on a host itself: its state and its groups. Nothing is known of a mere address."""
        if host.groups is None:
            return ()
        out = self._hops.out(host.groups, door, family, place.addresses, link.references)
        return (host.state, out) if host.state else (out,)

    def _groups(self, link: Link, host: Host, ip: IP, door: Door) -> Hop:
        vpc = self._hops.fabric.vpc(host.vpc)
        return self._hops.into(door, ip, host, link.references, host.vpc, vpc.account if vpc else "")

    def _source_side(
        self, link: Link, host: Host, door: Door, place: Place, family: Family
    ) -> tuple[tuple[Hop, ...], Hop]:
        """What depends on the subnet of a host: within one subnet neither ACLs nor routes apply (VPC user guide,
        "Network ACL basics"), so it is not asked for there."""
        where = place.addresses
        key = (link, host.subnet, door.port, family, where.of(family).spans)
        if key not in self._sides:
            hops = self._hops
            out: tuple[Hop, ...] = (
                hops.acl(host.subnet, Check.SOURCE_ACL_OUT, door.port, family, where),
                hops.route(host.subnet, host.vpc, link, family, where, back=False),
            )
            if link.hop:
                out += (link.hop,)
            if link.origin.way is Way.TRANSIT:
                subnet = hops.fabric.subnet(host.subnet)
                out += (hops.transit(link, subnet.zone if subnet else "", family, where, back=False),)
            self._sides[key] = out, hops.acl(host.subnet, Check.SOURCE_ACL_IN, door.port, family, where)
        return self._sides[key]

    def _target_side(self, link: Link, host: Host, ip: IP, door: Door, place: Place) -> tuple[Hop, ...]:
        hops = self._hops
        there: tuple[Hop, ...] = (
            hops.acl(place.subnet, Check.ACL_IN, door.port, ip.family, ip),
            self._groups(link, host, ip, door),
            hops.acl(place.subnet, Check.ACL_OUT, door.port, ip.family, ip),
            hops.route(place.subnet, place.vpc, link, ip.family, ip, back=True),
        )
        if link.origin.way is Way.TRANSIT:
            there += (hops.transit(link, place.zone, ip.family, ip, back=True),)
        return there
