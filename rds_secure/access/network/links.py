"""What connects two VPCs, and which routes use it. It looks at connections as a whole, not at single addresses."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from rds_secure.access.network.evidence import Check, Fact, Grade, Hop, Origin, Unseen, Way
from rds_secure.access.network.model import Network, Peering, TransitAttachment
from rds_secure.access.network.routes import Choice, Leads, leads, target


@dataclass(frozen=True, slots=True, eq=False)
class Link:
    """A connection between the VPC of a source and that of a target.

    ``references``: whether rules may name groups across it. ``here`` and ``there``: the attachments of the source's
    and the target's VPC to a transit gateway. ``hop`` is its state; None inside a VPC.
    """

    origin: Origin
    references: Grade
    hop: Hop | None = None
    here: TransitAttachment | None = None
    there: TransitAttachment | None = None
    followed: bool = True
    """For no link: whether every transit gateway in view was tried as a link of its own."""


_INSIDE = {Leads.LOCAL: Grade.OPEN, Leads.APPLIANCE: Grade.UNKNOWN, Leads.NAT: Grade.UNKNOWN}
_UNLINKED = (Leads.PRIVATE, Leads.OPAQUE, Leads.NAT)


def passes(choice: Choice, link: Link, *, back: bool) -> Grade:
    """Whether a route leads over a link. ``back``: of the target, whose answers no NAT gateway may translate."""
    kind = leads(choice)
    if kind in (Leads.UNSEEN, Leads.APPLIANCE):
        return Grade.UNKNOWN
    if kind is Leads.NAT and back:
        return Grade.BLOCKED
    way = link.origin.way
    if way is Way.INSIDE:
        return _INSIDE.get(kind, Grade.BLOCKED)
    if way is Way.NO_LINK:
        opaque = kind in _UNLINKED or (kind is Leads.TRANSIT and not link.followed)
        return Grade.UNKNOWN if opaque else Grade.BLOCKED
    wanted = Leads.PEERING if way is Way.PEERING else Leads.TRANSIT
    return Grade.OPEN if kind is wanted and link.origin.via in ("", target(choice)) else Grade.BLOCKED


def links(network: Network, source: str, to: str) -> tuple[Link, ...]:
    """Every way from one VPC to another, those that are not in order too; ``to`` may be "", if it is not known.

    Over peerings and transit gateways nobody passes a VPC that is neither (VPC peering guide, "No transitive peering").
    """
    if source == to:
        return (Link(Origin(Way.INSIDE, to), Grade.OPEN),)
    if not source or not to:
        hop = Hop(Check.LINK, Grade.UNKNOWN, (Unseen("VPC"),))
        return (Link(Origin(Way.NO_LINK), Grade.UNKNOWN, hop, followed=False),)
    peerings = tuple(_peerings(network, source, to))
    transits = tuple(_transits(network, source, to))
    return (*peerings, *transits, _no_link(network, source, to, bool(transits)))


def _no_link(network: Network, source: str, to: str, followed: bool) -> Link:
    """Whatever else may connect them: virtual private gateways, core networks, transit gateways that peer."""
    hop = Hop(Check.LINK, Grade.UNKNOWN, (Fact(source, f"has no link in view to {to}"),))
    return Link(Origin(Way.NO_LINK, source), Grade.BLOCKED, hop, followed=followed)


def _peerings(network: Network, source: str, to: str) -> Iterator[Link]:
    if network.peerings is None:
        hop = Hop(Check.LINK, Grade.UNKNOWN, (Unseen("peerings"),))
        yield Link(Origin(Way.PEERING), Grade.UNKNOWN, hop)
        return
    for peering in network.peerings.values():
        other = peering.other(to)
        if other and other.vpc == source:
            yield peering_link(peering)


def peering_link(peering: Peering) -> Link:
    """A peering as a link. Rules cannot name groups of another Region (VPC peering guide, "Limitations")."""
    grade = Grade.OPEN if peering.status == "active" else Grade.BLOCKED
    near = peering.requester.region == peering.accepter.region
    hop = Hop(Check.LINK, grade, (Fact(peering.id, peering.status),))
    return Link(Origin(Way.PEERING, peering.id), Grade.OPEN if near else Grade.BLOCKED, hop)


def _transits(network: Network, source: str, to: str) -> Iterator[Link]:
    if network.transit_attachments is None:
        hop = Hop(Check.LINK, Grade.UNKNOWN, (Unseen("transit gateway attachments"),))
        yield Link(Origin(Way.TRANSIT), Grade.UNKNOWN, hop)
        return
    for there in attachments(network, to):
        for here in attachments(network, source):
            if here.gateway == there.gateway:
                states = tuple(Fact(one.id, one.state) for one in (here, there))
                grade = Grade.OPEN if all(fact.value == "available" for fact in states) else Grade.BLOCKED
                hop = Hop(Check.LINK, grade, states)
                references = _references(network, here, there)
                yield Link(Origin(Way.TRANSIT, here.gateway), references, hop, here, there)


def attachments(network: Network, vpc: str) -> tuple[TransitAttachment, ...]:
    """The attachments of a VPC."""
    every = (network.transit_attachments or {}).values()
    return tuple(one for one in every if one.type == "vpc" and one.resource == vpc)


def _references(network: Network, here: TransitAttachment, there: TransitAttachment) -> Grade:
    """Security group referencing has to be on for the gateway and both attachments (transit gateway guide)."""
    gateways = network.transit_references
    settings = (
        here.group_references,
        there.group_references,
        gateways.get(here.gateway) if gateways is not None else None,
    )
    if False in settings:
        return Grade.BLOCKED
    return Grade.UNKNOWN if None in settings else Grade.OPEN
