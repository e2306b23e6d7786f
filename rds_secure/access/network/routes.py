"""Route tables of subnets, gateways and transit gateways: which route an address takes. Follows no packet."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import StrEnum
from ipaddress import ip_network
from typing import TypeAlias

from rds_secure.access.network.evidence import ByRoute, ByTransit, Unseen
from rds_secure.access.network.groups import parsed
from rds_secure.access.network.intervals import EVERYWHERE, FAMILIES, Addresses, Family, union
from rds_secure.access.network.model import Network, Route, RouteTable, TransitRoute, TransitTable
from rds_secure.access.network.pieces import Pieces, cover

Choice: TypeAlias = ByRoute | Unseen
TransitChoice: TypeAlias = ByTransit | Unseen


class Leads(StrEnum):
    """What kind of thing a route leads to."""

    LOCAL = "local"
    INTERNET = "internet gateway"
    OUT_ONLY = "egress-only internet gateway"
    PRIVATE = "virtual private gateway"
    NAT = "NAT gateway"
    PEERING = "peering"
    TRANSIT = "transit gateway"
    SERVICE = "gateway endpoint"
    """For addresses of S3 and DynamoDB."""
    APPLIANCE = "appliance"
    """An interface, instance or Gateway Load Balancer endpoint: what it does with packets cannot be seen."""
    OPAQUE = "gateway that cannot be followed"
    """Local, carrier and core networks."""
    NOWHERE = "nowhere"
    """No route, or a black hole."""
    UNSEEN = "not read"


_KINDS = {
    "local": Leads.LOCAL,
    "igw": Leads.INTERNET,
    "eigw": Leads.OUT_ONLY,
    "vgw": Leads.PRIVATE,
    "nat": Leads.NAT,
    "pcx": Leads.PEERING,
    "tgw": Leads.TRANSIT,
    "eni": Leads.APPLIANCE,
    "i": Leads.APPLIANCE,
    "vpce": Leads.APPLIANCE,
}


def leads(choice: Choice) -> Leads:
    """What kind of thing a choice leads to."""
    if isinstance(choice, Unseen):
        return Leads.UNSEEN
    route = choice.route
    if route is None or route.state != "active":
        return Leads.NOWHERE
    if _is_service(route):
        return Leads.SERVICE
    return _KINDS.get(route.target.partition("-")[0], Leads.OPAQUE)


def target(choice: Choice) -> str:
    """The id of what a choice leads to; "" if nothing."""
    return choice.route.target if isinstance(choice, ByRoute) and choice.route else ""


def _is_service(route: Route) -> bool:
    """Gateway endpoints have routes to prefix lists of AWS; what routes to an appliance by a list is rare."""
    return route.target.startswith("vpce-") and route.destination.startswith("pl-")


def compile_table(network: Network, table: RouteTable) -> Mapping[Family, Pieces[Choice]]:
    """The route that each address takes.

    The most specific wins; of equal ones the static one, then that of a prefix list, then the propagated one; local
    routes beat propagated ones that are more specific (VPC user guide, "Route priority"). A route of a list that was
    not read makes unknown whatever has no local route.
    """
    local = union(parsed(route.destination) for route in table.routes if route.target == "local")
    layers: list[tuple[tuple[int, int], Addresses, Choice]] = []
    for route in table.routes:
        choice = ByRoute(table.id, route)
        if route.destination.startswith("pl-") and _entries(network, route.destination) is None:
            if not _is_service(route):
                layers.append(((-129, 0), EVERYWHERE - local, Unseen("prefix list", route.destination)))
            continue
        rank = 2 if route.propagated else 1 if route.destination.startswith("pl-") else 0
        for text in _networks(network, route.destination):
            addresses = parsed(text) - local if route.propagated else parsed(text)
            layers.append(((-ip_network(text, strict=False).prefixlen, rank), addresses, choice))
    layers.sort(key=lambda layer: layer[0])
    none = ByRoute(table.id, None)

    def value(active: tuple[int, ...]) -> Choice:
        return layers[active[0]][2] if active else none

    return {family: cover([layer[1].of(family) for layer in layers], value) for family in FAMILIES}


def compile_transit(network: Network, table: TransitTable) -> Mapping[Family, Pieces[TransitChoice]]:
    """The route that each address takes in a transit gateway: the most specific, of equal ones the static.

    Raises ValueError if the routes were not read.
    """
    if table.routes is None:
        raise ValueError(f"the routes of {table.id} were not read")
    layers: list[tuple[tuple[int, int], Addresses, TransitChoice]] = []
    for route in table.routes:
        if route.destination.startswith("pl-") and _entries(network, route.destination) is None:
            layers.append(((-129, 0), EVERYWHERE, Unseen("prefix list", route.destination)))
            continue
        for text in _networks(network, route.destination):
            prefix = ip_network(text, strict=False).prefixlen
            layers.append(((-prefix, int(route.propagated)), parsed(text), ByTransit(table.id, route)))
    layers.sort(key=lambda layer: layer[0])
    none = ByTransit(table.id, None)

    def value(active: tuple[int, ...]) -> TransitChoice:
        return layers[active[0]][2] if active else none

    return {family: cover([layer[1].of(family) for layer in layers], value) for family in FAMILIES}


def carried(choice: TransitChoice) -> TransitRoute | None:
    """The route of a choice that carries traffic."""
    if isinstance(choice, ByTransit) and choice.route and choice.route.state == "active":
        return choice.route
    return None


def _entries(network: Network, prefix_list: str) -> tuple[str, ...] | None:
    found = (network.prefix_lists or {}).get(prefix_list)
    return found.networks if found else None


def _networks(network: Network, destination: str) -> Iterator[str]:
    if destination.startswith("pl-"):
        yield from _entries(network, destination) or ()
    else:
        yield destination
