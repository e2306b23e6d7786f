"""One pair explained: every hop from an instance, interface or address to a database, and what blocks it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from rds_secure.access.network.evidence import Outcome, Verdict
from rds_secure.access.network.fronts import Front, split
from rds_secure.access.network.groups import parsed
from rds_secure.access.network.intervals import IP, union
from rds_secure.access.network.outcomes import outcome
from rds_secure.access.network.population import Dweller
from rds_secure.access.network.reach import Reach
from rds_secure.access.network.target import Target
from rds_secure.errors import UsageError


@dataclass(frozen=True, slots=True)
class Attempt:
    """A connection from one address. ``interface`` and ``instance`` are "" where none in view has it; ``subnet`` is
    "" for an address that is in no VPC in view."""

    address: str
    interface: str
    instance: str
    subnet: str
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Explanation:
    """Every way in which a source may try, the one that comes furthest first; none if it never opens a connection."""

    source: str
    target: str
    attempts: tuple[Attempt, ...]

    @property
    def verdict(self) -> Verdict:
        """What becomes of the best attempt."""
        return max((attempt.outcome.verdict for attempt in self.attempts), default=Verdict.NONE)


def explain(reach: Reach, source: str, target: Target) -> Explanation:
    """How a source fares with a target: ``i-…``, ``eni-…`` or an address. What no group allows is shown as well.

    An address may be several: that of an interface, a free one in a subnet, one outside. Raises `UsageError` for what
    is none of these.
    """
    front = reach.front(target)
    if source.startswith(("i-", "eni-")):
        attempts = list(_of_interface(reach, front, source))
    else:
        attempts = list(_of_address(reach, front, _parsed(source)))
    return Explanation(source, target.id, tuple(sorted(attempts, key=lambda attempt: -attempt.outcome.verdict)))


def _parsed(source: str) -> IP:
    try:
        return IP.parse(source)
    except ValueError:
        raise UsageError(
            f"{source!r} is no source: write an instance (i-…), an interface (eni-…) or an address (10.1.2.3)"
        ) from None


def _of_interface(reach: Reach, front: Front, source: str) -> Iterator[Attempt]:
    interfaces = (reach.network.interfaces or {}).values()
    ids = {one.id for one in interfaces if source in (one.id, one.instance)}
    if not ids:
        raise UsageError(f"no interface of {source} was read: check the id, the account and the Region")
    for one in reach.population:
        if one.interface.id in ids and one.family in front.families:
            yield from _tries(reach, front, one)


def _tries(reach: Reach, front: Front, one: Dweller) -> Iterator[Attempt]:
    """One attempt for an address; for a delegated prefix one for each piece of it that may fare differently."""
    for first, _ in split(front.starts(one.family), one.addresses):
        yield _attempt(reach, front, one, IP(one.family, first))


def _attempt(reach: Reach, front: Front, one: Dweller, ip: IP) -> Attempt:
    made = outcome(reach.from_dweller(front, one, ip))
    return Attempt(str(ip), one.interface.id, one.interface.instance, one.interface.subnet, made)


def _of_address(reach: Reach, front: Front, ip: IP) -> Iterator[Attempt]:
    if ip.family not in front.families:
        return
    taken = set()
    for one in reach.population:
        if one.family == ip.family and ip.number in one.addresses:
            taken.add(one.interface.subnet)
            yield _attempt(reach, front, one, ip)
    for subnet in reach.subnets_around(front):
        if subnet.id not in taken and ip in union(map(parsed, subnet.networks)):
            made = outcome(reach.from_inside(front, reach.bare(subnet), ip))
            yield Attempt(str(ip), "", "", subnet.id, made)
    paths = reach.from_outside(front, ip)
    if paths:
        yield Attempt(str(ip), "", "", "", outcome(paths))
