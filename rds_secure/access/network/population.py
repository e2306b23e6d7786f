"""Who is in a network and can connect: interfaces with their addresses, states and ways to the internet."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from rds_secure.access.network.evidence import Check, Fact, Grade, Hop, Unseen
from rds_secure.access.network.fabric import Fabric
from rds_secure.access.network.hops import Host
from rds_secure.access.network.intervals import FAMILIES, Addresses, Family, Intervals
from rds_secure.access.network.model import Interface, Network
from rds_secure.access.network.routes import Leads, leads, target

_PASSIVE = ("vpc_endpoint", "gateway_load_balancer", "gateway_load_balancer_endpoint", "transit_gateway")
"""Types of interfaces that never open a connection of their own, and show no address of theirs to the target."""

_GONE = ("terminated", "shutting-down")


@dataclass(frozen=True, slots=True, eq=False)
class Dweller:
    """An interface with some of its addresses, from ``first`` to ``last``. ``nat``: the gateway whose address it is.

    ``alone``: it has no other private address of this family.
    """

    interface: Interface
    host: Host
    family: Family
    first: int
    last: int
    public: bool = False
    nat: str = ""
    alone: bool = False

    @property
    def addresses(self) -> Intervals:
        """Its addresses as a set."""
        return Intervals(((self.first, self.last),))

    def is_in(self, intervals: Intervals) -> bool:
        """Whether any of its addresses is in a set."""
        return self.first in intervals if self.first == self.last else bool(intervals & self.addresses)


class Population:
    """All interfaces that can connect, found by address or group."""

    def __init__(self, fabric: Fabric) -> None:
        self._fabric = fabric
        self._hosts: dict[tuple[str, str, tuple[str, ...], Hop], Host] = {}
        self._states: dict[tuple[str, str], Hop] = {}
        private, public = list[Dweller](), list[Dweller]()
        for interface in (fabric.network.interfaces or {}).values():
            if (host := self.host(interface)) is not None:
                private.extend(_dwellers(interface, host, interface.private))
                public.extend(self._public(interface, host))
        self._every = (*private, *public)
        self.private, self.public = _Index(private), _Index(public)

    def __iter__(self) -> Iterator[Dweller]:
        return iter(self._every)

    def host(self, interface: Interface) -> Host | None:
        """Who connects from an interface; None if nobody ever does."""
        state = self._state(interface)
        if state is None or interface.type in _PASSIVE:
            return None
        key = (interface.vpc, interface.subnet, interface.groups, state)
        if key not in self._hosts:
            self._hosts[key] = Host(interface.vpc, interface.subnet, interface.groups, state)
        return self._hosts[key]

    def _state(self, interface: Interface) -> Hop | None:
        """What runs can connect, what is stopped or attached to nothing could; what is terminated never will."""
        subject, value = _state(self._fabric.network, interface)
        if value in _GONE:
            return None
        key = (subject, value)
        if key not in self._states:
            grade = Grade.OPEN if value in ("running", "in-use", "associated") else Grade.POSSIBLE
            evidence = Fact(subject, value) if value else Unseen(subject)
            self._states[key] = Hop(Check.STATE, grade, (evidence,))
        return self._states[key]

    def _public(self, interface: Interface, host: Host) -> Iterator[Dweller]:
        """Its addresses on the internet: its own, of IPv6 the private ones; else those of its NAT gateway."""
        yield from _dwellers(interface, host, Addresses(v6=interface.private.v6), public=True)
        if interface.public.v4:
            yield from _dwellers(interface, host, Addresses(interface.public.v4), public=True)
            return
        for nat in self._nats(interface):
            gateway = (self._fabric.network.nat_gateways or {}).get(nat)
            if gateway:
                yield from _dwellers(interface, host, gateway.public, public=True, nat=nat)

    def _nats(self, interface: Interface) -> Iterable[str]:
        choices = self._fabric.table(interface.subnet, interface.vpc)
        if isinstance(choices, Unseen):
            return ()
        return dict.fromkeys(target(choice) for choice in choices[4].values if leads(choice) is Leads.NAT)


class _Index:
    """Interfaces by address, in their order."""

    def __init__(self, dwellers: Iterable[Dweller]) -> None:
        self._every: dict[Family, list[Dweller]] = {family: [] for family in FAMILIES}
        self._wide: dict[Family, list[Dweller]] = {family: [] for family in FAMILIES}
        self._by_group: dict[str, list[Dweller]] = {}
        for one in sorted(dwellers, key=lambda one: (one.first, one.interface.id)):
            (self._every if one.first == one.last else self._wide)[one.family].append(one)
            for group in one.interface.groups:
                self._by_group.setdefault(group, []).append(one)
        self._starts = {family: [one.first for one in every] for family, every in self._every.items()}

    def within(self, family: Family, intervals: Intervals) -> Iterator[Dweller]:
        """Those that have an address in a set."""
        starts, every = self._starts[family], self._every[family]
        for first, last in intervals.spans:
            yield from every[bisect_left(starts, first) : bisect_right(starts, last)]
        for one in self._wide[family]:
            if intervals & one.addresses:
                yield one

    def carrying(self, groups: Iterable[str]) -> Iterator[Dweller]:
        """Those that carry one of the groups; one that carries several comes several times."""
        for group in groups:
            yield from self._by_group.get(group, ())


def _dwellers(
    interface: Interface, host: Host, addresses: Addresses, *, public: bool = False, nat: str = ""
) -> Iterator[Dweller]:
    for family in FAMILIES:
        spans = addresses.of(family).spans
        for first, last in spans:
            alone = len(spans) == 1 and first == last and not public
            yield Dweller(interface, host, family, first, last, public, nat, alone)


def _state(network: Network, interface: Interface) -> tuple[str, str]:
    """The subject and the state that decides; "" if it is not known."""
    if not interface.instance:
        return "interface", interface.status
    found = (network.instances or {}).get(interface.instance)
    return "instance", found.state if found else ""
