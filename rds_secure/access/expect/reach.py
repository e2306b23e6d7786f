"""From where a database can be reached although it is expected to be from elsewhere alone.

What is reachable or possible breaks an expectation; what something else blocks (latent) does not; what nobody knows is
unknown.
"""

from __future__ import annotations

from collections.abc import Iterator

from rds_secure.access.expect.names import Names, unlisted
from rds_secure.access.expect.outcome import ByPath, Outcome
from rds_secure.access.network.answers import Answer, Source
from rds_secure.access.network.evidence import Unseen, Verdict
from rds_secure.access.network.intervals import IP, NO_ADDRESS, Addresses, union
from rds_secure.access.network.model import Interface
from rds_secure.access.posture import Posture
from rds_secure.inventory.questions import TARGETS
from rds_secure.spec.expect import Expected


def from_where(expected: Expected, posture: Posture, names: Names) -> Outcome:
    """What has become of an expectation about from where."""
    entry = expected.expectation
    answers = {answer.target: answer for answer in posture.reached}
    allowed = _Allowed(tuple(map(names.literal, entry.only_from)), posture)
    breaches: list[ByPath] = []
    unknown = dict.fromkeys(unlisted(entry.reach, posture.inventory, TARGETS))
    for name in names.things(entry.reach, answers, ("db_instance", "db_cluster", "db_proxy")):
        answer = answers.get(name)
        if answer is None:
            unknown[f"there is no {name} in the account"] = None
            continue
        breaches.extend(_breaches(answer, allowed))
        unknown.update(dict.fromkeys(_unknown(answer, allowed)))
    return Outcome(expected, tuple(breaches), tuple(unknown))


class _Allowed:
    """The places that an expectation allows: networks, and interfaces by id, instance or group."""

    def __init__(self, places: tuple[str, ...], posture: Posture) -> None:
        self._ids = frozenset(place for place in places if "/" not in place)
        interfaces = (posture.network.network.interfaces or {}).values()
        own = union((*(one.private for one in interfaces if self.has(one)), NO_ADDRESS))
        public = union((*(one.public for one in interfaces if self.has(one)), NO_ADDRESS))
        self.networks = Addresses.parse(*(place for place in places if "/" in place))
        self.addresses = union((self.networks, own, public))

    def has(self, one: Interface) -> bool:
        """Whether an interface is meant by its id, its instance or one of its groups."""
        return one.id in self._ids or one.instance in self._ids or not self._ids.isdisjoint(one.groups)

    def covers(self, source: Source) -> bool:
        """Whether an interface is allowed, itself or by its address."""
        return self.has(source.dweller.interface) or IP.parse(source.address) in self.networks


def _breaches(answer: Answer, allowed: _Allowed) -> Iterator[ByPath]:
    told = NO_ADDRESS
    for one in answer.ranges:
        if one.outcome.verdict >= Verdict.POSSIBLE and (rest := one.addresses - allowed.addresses):
            told |= rest
            yield ByPath(answer.target, rest, one)
    for source in answer.sources:
        address = IP.parse(source.address)
        if source.verdict >= Verdict.POSSIBLE and not allowed.covers(source) and address not in told:
            yield ByPath(answer.target, Addresses.single(address), source)


def _unknown(answer: Answer, allowed: _Allowed) -> Iterator[str]:
    """What was not read, and the addresses of which nobody knows whether they get through."""
    yield from (_missing(one) for one in answer.unseen)
    for one in answer.ranges:
        if one.outcome.verdict is Verdict.UNKNOWN and (rest := one.addresses - allowed.addresses):
            yield f"whether {answer.target} can be reached from {rest} ({one.origin.way.value})"
    for source in answer.sources:
        if source.verdict is Verdict.UNKNOWN and not allowed.covers(source):
            yield f"whether {answer.target} can be reached from {source.instance or source.interface}"


def _missing(one: Unseen) -> str:
    return f"{one.part}{f' of {one.subject}' if one.subject else ''} could not be read"
