"""Ways to the data that are no connection to the database itself, and what of its surroundings was not read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from rds_secure.access.network.answers import Alike, SideDoor
from rds_secure.access.network.evidence import Unseen, Verdict
from rds_secure.access.network.fronts import Front
from rds_secure.access.network.model import Interface, Network
from rds_secure.access.network.target import Target

_RELAYS = {"network_load_balancer": "load-balancer", "nat_gateway": "nat-gateway", "natGateway": "nat-gateway"}
"""Types of interfaces that connect on behalf of others, who are seen nowhere here."""


def side_doors(target: Target, targets: Iterable[Target], sources: Sequence[Alike]) -> tuple[SideDoor, ...]:
    """The side doors of a target, among them the instances that reach it: Systems Manager forwards ports through one
    for whoever may start a session, which is a question of IAM."""
    found = dict.fromkeys((*_of_rds(target, targets), *_relays(sources), *_sessions(sources)))
    return tuple(sorted(found, key=lambda door: (-door.verdict, door.kind, door.through)))


def _of_rds(target: Target, targets: Iterable[Target]) -> Iterator[SideDoor]:
    if target.data_api:
        yield SideDoor("data-api", target.id, Verdict.REACHABLE)
    for replica in target.elsewhere:
        yield SideDoor("replica", replica, Verdict.UNKNOWN)
    for group in target.classic_groups:
        yield SideDoor("ec2-classic-group", group, Verdict.UNKNOWN)
    ids = {target.id.rpartition(":")[2], *(member.id for member in target.members)}
    for proxy in targets if target.kind != "db_proxy" else ():  # which may be called as its database is
        if ids & set(proxy.backends):
            yield SideDoor("proxy", proxy.id, Verdict.POSSIBLE)


def _relays(sources: Iterable[Alike]) -> Iterator[SideDoor]:
    for alike in sources:
        if alike.outcome.verdict >= Verdict.UNKNOWN:
            for one in alike.members:
                if kind := relays(one.interface):
                    yield SideDoor(kind, one.interface.id, alike.outcome.verdict)


def relays(interface: Interface) -> str:
    """The kind of side door that an interface is, which connects on behalf of others; "" for none."""
    if interface.instance:
        return ""
    client_vpn = interface.description.startswith("ClientVPN Endpoint")
    return "client-vpn" if client_vpn else _RELAYS.get(interface.type, "")


def _sessions(sources: Sequence[Alike]) -> Iterator[SideDoor]:
    """One for all instances: they are among the sources; how the best of them fares."""
    found = (alike.outcome.verdict for alike in sources if any(one.interface.instance for one in alike.members))
    verdict = max(found, default=Verdict.NONE)
    if verdict >= Verdict.UNKNOWN:
        yield SideDoor("session-manager", "sources", verdict)


def unseen(network: Network, front: Front) -> tuple[Unseen, ...]:
    """What was not read, and may hide sources of this target or what decides about them."""
    parts = {
        "interfaces": network.interfaces,
        "instances": network.instances,
        "VPCs": network.vpcs,
        "peerings": network.peerings,
        "transit gateway attachments": network.transit_attachments,
        "NAT gateways": network.nat_gateways,
    }
    found = [Unseen(part) for part, read in parts.items() if read is None]
    found.extend(Unseen(part, front.target.id) for part in front.target.unread)
    found.extend(one for rules in front.filters for one in rules.unread)
    return tuple(dict.fromkeys(found))
