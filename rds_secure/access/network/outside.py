"""Connections from addresses that are in no VPC in view: the internet, on-premises networks, VPCs of others.

The way in is the way back: what the target's route for an address leads to is where connections from it come from.
"""

from __future__ import annotations

from rds_secure.access.network.evidence import Check, Fact, Grade, Hop, Origin, Path, Place, Unseen, Way, path
from rds_secure.access.network.groups import parsed
from rds_secure.access.network.hops import Hops
from rds_secure.access.network.intervals import EVERYWHERE, IP, Addresses, union
from rds_secure.access.network.links import attachments, peering_link
from rds_secure.access.network.model import PeeringSide, TransitAttachment
from rds_secure.access.network.outcomes import best
from rds_secure.access.network.routes import Choice, Leads, carried, leads, target
from rds_secure.access.network.target import Door

PRIVATE = Addresses.parse(
    "0.0.0.0/8",
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.168.0.0/16",
    "224.0.0.0/3",
)
"""IPv4 addresses that no packet on the internet comes from (RFC 1918, 6598, 1122, 3927, 5771)."""

GLOBAL = Addresses((EVERYWHERE - PRIVATE).v4, Addresses.parse("2000::/3").v6)
"""The addresses of the internet; of IPv6 the global unicast ones (RFC 4291)."""

_BLIND = (Leads.APPLIANCE, Leads.OPAQUE, Leads.UNSEEN)
"""Routes of which nobody can say where they end."""

_BLOCKS = ("block-bidirectional", "block-ingress")


class Outside:
    """Follows connections from outside the VPCs in view."""

    def __init__(self, hops: Hops) -> None:
        self._hops = hops
        self._elsewhere: dict[str, Addresses] = {}

    def path(self, ip: IP, door: Door, place: Place) -> Path | None:
        """The path from an address, or None if it is one of a VPC in view, from where `Inside` follows it."""
        routed = self._by_route(ip, door, place)
        fabric = self._hops.fabric
        if fabric.network.subnets is not None or ip not in fabric.networks(place.vpc):
            return routed
        neighbour = self._local(ip, door, place)
        return best(one for one in (routed, neighbour) if one) if neighbour else routed

    def _by_route(self, ip: IP, door: Door, place: Place) -> Path | None:
        choices = self._hops.fabric.table(place.subnet, place.vpc)
        choice = choices if isinstance(choices, Unseen) else choices[ip.family].at(ip.number)
        kind = leads(choice)
        if kind is Leads.LOCAL:
            return self._local(ip, door, place)
        if kind is Leads.PEERING:
            return self._peering(choice, ip, door, place)
        if kind is Leads.TRANSIT:
            return self._transit(choice, ip, door, place)
        if kind is Leads.PRIVATE:
            gateway = target(choice)
            edge = self.edge(gateway, ip, place)
            return self._made(Origin(Way.PRIVATE, gateway), ip, door, place, edge, choice, Grade.OPEN)
        if ip in self._linked_networks(place.vpc):
            return None
        blind = kind in _BLIND
        private = self._made(
            Origin(Way.PRIVATE), ip, door, place, (), choice, Grade.UNKNOWN if blind else Grade.BLOCKED
        )
        if ip not in GLOBAL:
            return private
        internet = self.internet(choice, ip, door, place)
        return best((internet, private)) if blind else internet

    def internet(self, choice: Choice, ip: IP, door: Door, place: Place, before: tuple[Hop, ...] = ()) -> Path:
        """The path over the internet gateway; ``before`` are the hops on the source's side."""
        kind = leads(choice)
        grade = Grade.OPEN if kind is Leads.INTERNET else Grade.UNKNOWN if kind in _BLIND else Grade.BLOCKED
        gateway, hop = self._gateway(place)
        front = (
            *before,
            self._flag(place),
            hop,
            self.block(place.subnet, inbound=True),
            *self.edge(gateway, ip, place),
        )
        return self._made(Origin(Way.INTERNET, gateway), ip, door, place, front, choice, grade)

    def _made(
        self,
        origin: Origin,
        ip: IP,
        door: Door,
        place: Place,
        front: tuple[Hop, ...],
        choice: Choice,
        grade: Grade,
        after: tuple[Hop, ...] = (),
        *,
        vpc: str = "",
        owner: str = "",
        references: Grade = Grade.BLOCKED,
    ) -> Path:
        hops = self._hops
        return path(
            origin,
            door,
            place,
            (
                *front,
                hops.acl(place.subnet, Check.ACL_IN, door.port, ip.family, ip),
                hops.into(door, ip, None, references, vpc, owner),
                hops.acl(place.subnet, Check.ACL_OUT, door.port, ip.family, ip),
                hops.fact(Check.ROUTE_BACK, grade, choice),
                *after,
                *hops.place(door, place),
            ),
        )

    def _local(self, ip: IP, door: Door, place: Place) -> Path | None:
        """Inside the VPC. Only if its subnets were not read is there anything to say here: it may be a neighbour."""
        hops = self._hops
        if hops.fabric.network.subnets is not None:
            return None
        far = hops.fact(Check.FAR_SIDE, Grade.UNKNOWN, Unseen("subnets", place.vpc))
        groups = hops.into(door, ip, None, Grade.OPEN, place.vpc, "")
        return path(Origin(Way.INSIDE, place.vpc), door, place, (groups, far, *hops.place(door, place)))

    def _peering(self, choice: Choice, ip: IP, door: Door, place: Place) -> Path | None:
        network = self._hops.fabric.network
        origin = Origin(Way.PEERING, target(choice))
        if network.peerings is None:
            if ip in self._linked_networks(place.vpc):
                return None
            unseen = self._hops.fact(Check.FAR_SIDE, Grade.UNKNOWN, Unseen("peerings", target(choice)))
            return self._made(origin, ip, door, place, (), choice, Grade.OPEN, (unseen,), references=Grade.UNKNOWN)
        peering = network.peerings.get(target(choice))
        side = peering.other(place.vpc) if peering else None
        if peering is None or side is None:
            return self._made(origin, ip, door, place, (), choice, Grade.BLOCKED)
        link = peering_link(peering)
        front = (link.hop,) if link.hop else ()
        far = self._beyond(side, ip)
        if far is None:
            return None
        return self._made(
            origin,
            ip,
            door,
            place,
            front,
            choice,
            Grade.OPEN,
            (far,),
            vpc=side.vpc,
            owner=side.account,
            references=link.references,
        )

    def _beyond(self, side: PeeringSide, ip: IP) -> Hop | None:
        """The other side of a peering: in view, out of view, or passed, which peering does not allow."""
        fabric = self._hops.fabric
        if any(ip in parsed(text) for text in side.networks):
            if side.vpc in fabric.subnets_of:
                return None
            return self._hops.fact(Check.FAR_SIDE, Grade.UNKNOWN, Unseen("VPC", side.vpc))
        return self._hops.fact(Check.FAR_SIDE, Grade.BLOCKED, Fact(side.vpc, "peering is not transitive"))

    def _transit(self, choice: Choice, ip: IP, door: Door, place: Place) -> Path | None:
        fabric, gateway = self._hops.fabric, target(choice)
        origin = Origin(Way.TRANSIT, gateway)
        if fabric.network.transit_attachments is None and ip in self._linked_networks(place.vpc):
            return None
        near = next((one for one in attachments(fabric.network, place.vpc) if one.gateway == gateway), None)
        if near is None or not near.table or (table := fabric.transit(near.table)) is None:
            unseen = near is not None or fabric.network.transit_attachments is None
            grade = Grade.UNKNOWN if unseen and (near is None or near.table != "") else Grade.BLOCKED
            far = self._hops.fact(Check.TRANSIT_BACK, grade, Unseen("transit gateway routes", gateway))
            return self._made(origin, ip, door, place, (), choice, Grade.OPEN, (far,), references=Grade.UNKNOWN)
        passed = table[ip.family].at(ip.number)
        route = carried(passed)
        if route is None:
            grade = Grade.UNKNOWN if isinstance(passed, Unseen) else Grade.BLOCKED
            back = self._hops.fact(Check.TRANSIT_BACK, grade, passed)
            return self._made(origin, ip, door, place, (), choice, Grade.OPEN, (back,))
        back = self._hops.fact(Check.TRANSIT_BACK, Grade.OPEN, passed)
        if place.zone and near.subnets and not self._hops.serves(near, place.zone):
            back = self._hops.fact(Check.TRANSIT_BACK, Grade.BLOCKED, Fact(near.id, f"has no subnet in {place.zone}"))
        far_end = (fabric.network.transit_attachments or {}).get(route.attachments[0])
        return self._over(origin, far_end, near, ip, door, place, choice, back)

    def _over(
        self,
        origin: Origin,
        end: TransitAttachment | None,
        near: TransitAttachment,
        ip: IP,
        door: Door,
        place: Place,
        choice: Choice,
        back: Hop,
    ) -> Path | None:
        """Over a transit gateway to what its route leads to."""
        fabric, hops = self._hops.fabric, self._hops
        if end and end.type == "vpc" and end.resource in fabric.subnets_of and ip in fabric.networks(end.resource):
            return None
        if end is None or end.type in ("vpc", "peering", "tgw-peering", "network-function"):
            unseen = Unseen(end.type if end else "attachment", end.resource if end else "")
            far = hops.fact(Check.FAR_SIDE, Grade.UNKNOWN, unseen)
            vpc, owner = (end.resource, end.account) if end and end.type == "vpc" else ("", "")
            return self._made(
                origin,
                ip,
                door,
                place,
                (),
                choice,
                Grade.OPEN,
                (back, far),
                vpc=vpc,
                owner=owner,
                references=Grade.UNKNOWN if vpc else Grade.BLOCKED,
            )
        state = hops.fact(
            Check.LINK,
            Grade.OPEN if end.state == near.state == "available" else Grade.BLOCKED,
            Fact(end.id, end.state),
            Fact(near.id, near.state),
        )
        there = hops.switched(Check.TRANSIT, end, near, ip.family, place.addresses)
        return self._made(origin, ip, door, place, (state, there), choice, Grade.OPEN, (back,))

    def _flag(self, place: Place) -> Hop:
        flag = place.publicly_accessible
        if flag is None:
            return self._hops.fact(Check.PUBLIC, Grade.UNKNOWN, Unseen("publicly accessible", place.member))
        return self._hops.fact(
            Check.PUBLIC, Grade.OPEN if flag else Grade.BLOCKED, Fact("publicly accessible", str(flag))
        )

    def _gateway(self, place: Place) -> tuple[str, Hop]:
        """The internet gateway of a VPC: it has one at most."""
        gateways = self._hops.fabric.network.internet_gateways
        if gateways is None:
            return "", self._hops.fact(Check.GATEWAY, Grade.UNKNOWN, Unseen("internet gateways"))
        for gateway in gateways.values():
            if place.vpc in gateway.vpcs and not gateway.egress_only:
                return gateway.id, self._hops.fact(Check.GATEWAY, Grade.OPEN, Fact(gateway.id, "attached"))
        return "", self._hops.fact(Check.GATEWAY, Grade.BLOCKED, Fact(place.vpc, "has no internet gateway"))

    def block(self, subnet: str, *, inbound: bool) -> Hop:
        """VPC Block Public Access: one mode stops both directions, the other what begins outside (VPC user guide)."""
        mode = self._hops.fabric.block_mode(subnet)
        if mode is None:
            return self._hops.fact(Check.BLOCK, Grade.UNKNOWN, Unseen("VPC Block Public Access"))
        blocked = mode in (_BLOCKS if inbound else _BLOCKS[:1])
        return self._hops.fact(Check.BLOCK, Grade.BLOCKED if blocked else Grade.OPEN, Fact(subnet, mode))

    def edge(self, gateway: str, ip: IP, place: Place) -> tuple[Hop, ...]:
        """A gateway that has a route table may send what comes in to an appliance first; else there is no hop."""
        choices = self._hops.fabric.edge(gateway) if gateway else None
        if choices is None:
            return ()
        taken = tuple(dict.fromkeys(choices[ip.family].over(place.addresses.of(ip.family))))
        straight = all(leads(choice) is Leads.LOCAL for choice in taken)
        return (self._hops.fact(Check.EDGE_ROUTE, Grade.OPEN if straight else Grade.UNKNOWN, *taken),)

    def _linked_networks(self, vpc: str) -> Addresses:
        """The networks of the subnets of linked VPCs, from where everything is said by `Inside`."""
        if vpc not in self._elsewhere:
            fabric = self._hops.fabric
            self._elsewhere[vpc] = union(
                parsed(text)
                for other in fabric.linked(vpc)
                for subnet in fabric.subnets_of.get(other, ())
                for text in subnet.networks
            )
        return self._elsewhere[vpc]
