"""Connections from VPCs in view, by private addresses: inside the VPC, over peerings and transit gateways."""

from __future__ import annotations

from rds_secure.access.network.evidence import Check, Hop, Path, Place, Way, path
from rds_secure.access.network.hops import Hops, Host
from rds_secure.access.network.intervals import IP, Family
from rds_secure.access.network.links import Link
from rds_secure.access.network.target import Door


class Inside:
    """Follows connections between VPCs in view, and keeps what does not depend on the very address."""

    def __init__(self, hops: Hops) -> None:
        self._hops = hops
        self._sides: dict[tuple[Link, Host, Door, Place, Family], tuple[tuple[Hop, ...], tuple[Hop, ...]]] = {}

    def paths(self, host: Host, ip: IP, door: Door, place: Place) -> tuple[Path, ...]:
        """The path over each link between the VPC of a source and the target's."""
        return tuple(self.path(link, host, ip, door, place) for link in self._hops.fabric.links(host.vpc, place.vpc))

    def path(self, link: Link, host: Host, ip: IP, door: Door, place: Place) -> Path:
        """The path over one link: out of the source, over the link, into the target, and back."""
        out, back = self._source_side(link, host, door, place, ip.family)
        there = self._target_side(link, host, ip, door, place)
        return path(link.origin, door, place, (*out, *there, *back, *self._hops.place(door, place)))

    def _source_side(
        self, link: Link, host: Host, door: Door, place: Place, family: Family
    ) -> tuple[tuple[Hop, ...], tuple[Hop, ...]]:
        key = (link, host, door, place, family)
        if key not in self._sides:
            self._sides[key] = self._find_source_side(link, host, door, place, family)
        return self._sides[key]

    def _find_source_side(
        self, link: Link, host: Host, door: Door, place: Place, family: Family
    ) -> tuple[tuple[Hop, ...], tuple[Hop, ...]]:
        hops, where = self._hops, place.addresses
        out = (*((host.state,) if host.state else ()), *hops.out(host, door, place, family, link.references))
        if _neighbours(host, place):
            return out, ()
        out += (
            hops.acl(host.subnet, Check.SOURCE_ACL_OUT, door.port, family, where),
            hops.route(host.subnet, host.vpc, link, family, where, back=False),
        )
        if link.hop:
            out += (link.hop,)
        if link.origin.way is Way.TRANSIT:
            subnet = hops.fabric.subnet(host.subnet)
            out += (hops.transit(link, subnet.zone if subnet else "", family, where, back=False),)
        return out, (hops.acl(host.subnet, Check.SOURCE_ACL_IN, door.port, family, where),)

    def _target_side(self, link: Link, host: Host, ip: IP, door: Door, place: Place) -> tuple[Hop, ...]:
        hops = self._hops
        vpc = hops.fabric.vpc(host.vpc)
        groups = hops.into(door, ip, host, link.references, host.vpc, vpc.account if vpc else "")
        if _neighbours(host, place):
            return (groups,)
        there: tuple[Hop, ...] = (
            hops.acl(place.subnet, Check.ACL_IN, door.port, ip.family, ip),
            groups,
            hops.acl(place.subnet, Check.ACL_OUT, door.port, ip.family, ip),
            hops.route(place.subnet, place.vpc, link, ip.family, ip, back=True),
        )
        if link.origin.way is Way.TRANSIT:
            there += (hops.transit(link, place.zone, ip.family, ip, back=True),)
        return there


def _neighbours(host: Host, place: Place) -> bool:
    """Within a subnet neither ACLs nor routes apply (VPC user guide, "Network ACL basics")."""
    return bool(host.subnet) and host.subnet == place.subnet
