"""Network ACLs: which entry decides about an address on a port or a range of ports. Knows no subnet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

from rds_secure.access.network.evidence import ByEntry, Check, Grade, Hop
from rds_secure.access.network.groups import parsed
from rds_secure.access.network.intervals import FAMILIES, Family, Span
from rds_secure.access.network.model import AclEntry, NetworkAcl
from rds_secure.access.network.pieces import Pieces, cover

EPHEMERAL: Span = (1024, 65535)
"""The ports that clients connect from (VPC user guide, "Ephemeral ports"); which of them depends on their system."""

_TCP = ("-1", "6", "tcp")


def compile_acl(acl: NetworkAcl, ports: Span, check: Check) -> Mapping[Family, Pieces[Hop]]:
    """The hop for every address: open if every port is allowed, possible if some are, blocked if none is.

    Entries are tried by their number, the first that matches decides, and what none matches is denied (VPC user
    guide, "Network ACL basics"). The direction is that of ``check``.
    """
    egress = check in (Check.ACL_OUT, Check.SOURCE_ACL_OUT)
    entries = sorted(
        (
            entry
            for entry in acl.entries
            if entry.egress is egress and entry.protocol in _TCP and _touches(entry, ports)
        ),
        key=lambda entry: entry.number,
    )
    segments = _segments(entries, ports)

    def hop(active: tuple[int, ...]) -> Hop:
        candidates = [entries[index] for index in active]
        deciding = [_first(candidates, segment) for segment in segments]
        allowed = [entry is not None and entry.allow for entry in deciding]
        grade = Grade.OPEN if all(allowed) else Grade.POSSIBLE if any(allowed) else Grade.BLOCKED
        return Hop(check, grade, tuple(ByEntry(acl.id, entry) for entry in dict.fromkeys(deciding)))

    layers = [parsed(entry.cidr) for entry in entries]
    return {family: cover([layer.of(family) for layer in layers], hop) for family in FAMILIES}


def _ports(entry: AclEntry) -> Span:
    if entry.first is None or entry.last is None or entry.protocol == "-1":
        return (0, 65535)
    return (entry.first, entry.last)


def _touches(entry: AclEntry, ports: Span) -> bool:
    first, last = _ports(entry)
    return first <= ports[1] and last >= ports[0]


def _segments(entries: Sequence[AclEntry], ports: Span) -> list[Span]:
    """The range of ports, cut where entries begin and end."""
    edges = {ports[0], ports[1] + 1}
    for entry in entries:
        first, last = _ports(entry)
        edges.update(edge for edge in (first, last + 1) if ports[0] < edge <= ports[1])
    return [(first, after - 1) for first, after in pairwise(sorted(edges))]


def _first(entries: Sequence[AclEntry], segment: Span) -> AclEntry | None:
    for entry in entries:
        first, last = _ports(entry)
        if first <= segment[0] and segment[1] <= last:
            return entry
    return None
