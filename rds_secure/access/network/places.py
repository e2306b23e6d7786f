"""Where a database is listening, or may be: interfaces that are its own, else subnets. It follows no packet."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from rds_secure.access.network.evidence import Place, Role
from rds_secure.access.network.fabric import Fabric
from rds_secure.access.network.groups import parsed
from rds_secure.access.network.intervals import EVERYWHERE, NO_ADDRESS, Addresses, union
from rds_secure.access.network.model import Interface
from rds_secure.access.network.target import Member, Target


class Places:
    """The places of targets. All of the account's are needed: an interface is one's own if no other may have it."""

    def __init__(self, fabric: Fabric, targets: Iterable[Target]) -> None:
        self._fabric = fabric
        self._claims = Counter(claim for target in _distinct(targets) for claim in self._claimed(target))

    def of(self, target: Target) -> tuple[Place, ...]:
        """Every place of a target, by member."""
        return tuple(place for member in target.members for place in self._of_member(target, member))

    def _of_member(self, target: Target, member: Member) -> Iterator[Place]:
        now, standby = self._subnets(member)
        own = self._own(target, member, now) if standby or not member.multi_az else ()
        if own:
            yield from (self._at(member, one) for one in own)
        else:
            role = Role.NOW if member.everywhere and len(now) == 1 else Role.CANDIDATE
            yield from (self._in(member, subnet, role) for subnet in now or ("",))
        yield from (self._in(member, subnet, Role.STANDBY) for subnet in standby)

    def _subnets(self, member: Member) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The subnets that a member may be in now, and those that it may be in after a failover.

        It is in one of its zone's subnets. Without a known zone, it may be in any of them, which leaves none for
        later.
        """
        zones = {subnet: found.zone for subnet in member.subnets if (found := self._fabric.subnet(subnet))}
        if not member.zone or not all(subnet in zones for subnet in member.subnets):
            return member.subnets, ()
        now = tuple(subnet for subnet in member.subnets if zones[subnet] == member.zone)
        if not now:
            return member.subnets, ()
        later = tuple(
            subnet
            for subnet in member.subnets
            if zones[subnet] != member.zone and member.standby_zone in ("", zones[subnet])
        )
        return now, later if member.multi_az else ()

    def _own(self, target: Target, member: Member, now: tuple[str, ...]) -> tuple[Interface, ...]:
        """The interfaces that are surely its own: RDS made them, they carry exactly its groups, lie in its subnets,
        and no other database may have them. One for an instance, all of a proxy endpoint's."""
        groups = _groups(target)
        found = [
            one
            for subnet in now
            for one in self._candidates.get((subnet, groups), ())
            if member.requester in ("", one.requester) and one.description.startswith(member.marks)
        ]
        if any(self._claims[(subnet, groups, member.requester, member.marks)] > 1 for subnet in now):
            return ()
        return tuple(found) if member.everywhere or len(found) == 1 else ()

    def _at(self, member: Member, one: Interface) -> Place:
        zone = subnet.zone if (subnet := self._fabric.subnet(one.subnet)) else member.zone
        return Place(member.id, member.vpc, one.subnet, zone, one.private, one.public, member.public, Role.NOW, one.id)

    def _in(self, member: Member, name: str, role: Role) -> Place:
        subnet = self._fabric.subnet(name)
        zone = subnet.zone if subnet else ""
        known = union(map(parsed, subnet.networks)) if subnet else self._anywhere(member.vpc)
        return Place(member.id, member.vpc, name, zone, known, NO_ADDRESS, member.public, role)

    def _anywhere(self, vpc: str) -> Addresses:
        return self._fabric.networks(vpc) or EVERYWHERE

    @property
    def _candidates(self) -> Mapping[tuple[str, frozenset[str]], list[Interface]]:
        return self._fabric.managed

    def _claimed(self, target: Target) -> Iterator[tuple[str, frozenset[str], str, tuple[str, ...]]]:
        groups = _groups(target)
        for member in target.members:
            for subnet in (subnet for subnets in self._subnets(member) for subnet in subnets):
                yield subnet, groups, member.requester, member.marks


def _groups(target: Target) -> frozenset[str]:
    """The groups that its interfaces carry: those of its endpoint as it is now."""
    return frozenset(group for door in target.doors if not door.pending for group in door.groups)


def _distinct(targets: Iterable[Target]) -> Iterator[Target]:
    """Targets whose members are counted once: a cluster's are instances of their own as well."""
    every = tuple(targets)
    alone = {member.id for target in every for member in target.members if target.kind != "db_cluster"}
    for target in every:
        if target.kind != "db_cluster" or not {member.id for member in target.members} <= alone:
            yield target
