"""The answers: addresses, interfaces and side doors, each with a verdict and its evidence. They decide nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from rds_secure.access.network.evidence import Origin, Outcome, Unseen, Verdict
from rds_secure.access.network.intervals import IP, Addresses, union
from rds_secure.access.network.population import Dweller


@dataclass(frozen=True, slots=True)
class Range:
    """Addresses whose connections fare alike, for the same reasons. What runs at them is not asked: see `Source`."""

    origin: Origin
    addresses: Addresses
    outcome: Outcome


@dataclass(frozen=True, slots=True, eq=False)
class Source:
    """A network interface in view, and the address, by number, that fares best; its paths are made when asked for.

    ``alike``: what becomes of one that fares alike, with hops of the same grades; their evidence may be another.
    """

    dweller: Dweller = field(repr=False)
    number: int
    alike: Outcome = field(repr=False)
    follow: Callable[[Dweller, int], Outcome] = field(repr=False)

    @property
    def verdict(self) -> Verdict:
        """What becomes of it."""
        return self.alike.verdict

    @property
    def interface(self) -> str:
        """The id of the interface."""
        return self.dweller.interface.id

    @property
    def instance(self) -> str:
        """The instance that has it; "" if none."""
        return self.dweller.interface.instance

    @property
    def type(self) -> str:
        """What kind of interface it is: interface, network_load_balancer, lambda …"""
        return self.dweller.interface.type

    @property
    def address(self) -> str:
        """The address that fares best."""
        return str(IP(self.dweller.family, self.number))

    @property
    def outcome(self) -> Outcome:
        """Its paths, hop by hop."""
        return self.follow(self.dweller, self.number)


@dataclass(frozen=True, slots=True, eq=False)
class Alike:
    """Interfaces in view that fare alike, each from the first of its addresses here.

    A large account has hundreds of thousands of pairs of interface and target: as `Source`s they are made when somebody
    asks for them. ``outcome``: what becomes of one of them.
    """

    outcome: Outcome
    members: tuple[Dweller, ...]
    follow: Callable[[Dweller, int], Outcome] = field(repr=False)

    @property
    def sources(self) -> Iterator[Source]:
        """Each of them."""
        return (Source(one, one.first, self.outcome, self.follow) for one in self.members)


@dataclass(frozen=True, slots=True)
class SideDoor:
    """A way to the data that is not a connection to the target, or one on behalf of others.

    ``kind``: data-api, proxy, load-balancer, nat-gateway, client-vpn, session-manager, replica, ec2-classic-group.
    ``through``: what it leads through; of session-manager "sources", which are all the instances among them.
    ``verdict``: how that reaches the target.
    """

    kind: str
    through: str
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Answer:
    """From where a target can be reached: by addresses, by interfaces, and by side doors."""

    target: str
    ranges: tuple[Range, ...]
    alike: tuple[Alike, ...]
    side_doors: tuple[SideDoor, ...] = ()
    unseen: tuple[Unseen, ...] = ()

    @property
    def sources(self) -> tuple[Source, ...]:
        """The interfaces, the most dangerous first, then by id."""
        every = (source for alike in self.alike for source in alike.sources)
        return tuple(sorted(every, key=lambda one: (-one.verdict, one.interface)))

    def addresses(self, verdict: Verdict) -> Addresses:
        """The addresses with a verdict over any way, and no higher one over another."""
        higher = union(one.addresses for one in self.ranges if one.outcome.verdict > verdict)
        return union(one.addresses for one in self.ranges if one.outcome.verdict == verdict) - higher
