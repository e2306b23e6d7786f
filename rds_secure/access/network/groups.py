"""Rules of security groups as filters for one port: whom they let in, or what they let out to. Follows no packet."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from rds_secure.access.network.evidence import ByRule, Check, Evidence, Fact, Grade, Hop, NoRule, Unseen
from rds_secure.access.network.intervals import FAMILIES, IP, Addresses, Family, union
from rds_secure.access.network.model import GroupPair, Network, Rule
from rds_secure.access.network.pieces import Pieces, cover

parsed = lru_cache(maxsize=65536)(Addresses.parse)
"""`Addresses.parse`, remembered: the same networks stand in many rules."""


@dataclass(frozen=True, slots=True, eq=False)
class Filter:
    """What a set of groups lets through on one port in one direction: rules only allow, so it is their union.

    ``by_address``: the rules for an address, per family. ``by_group``: those that name a group. ``stale``: those that
    name a group over a peering that is gone; they let nothing through (VPC peering guide, "stale security group
    rules"). ``unread``: groups and lists that are not known, so that anything may be let through.
    """

    groups: tuple[str, ...]
    by_address: Mapping[Family, Pieces[tuple[ByRule, ...]]]
    by_group: Mapping[str, tuple[ByRule, ...]]
    stale: tuple[ByRule, ...]
    unread: tuple[Unseen, ...]

    def naming(self, groups: tuple[str, ...]) -> tuple[ByRule, ...]:
        """The rules that name one of these groups."""
        return tuple(rule for group in groups for rule in self.by_group.get(group, ()))

    @property
    def outline(self) -> Hashable:
        """What it lets through, without the rules that do: filters of one outline yield hops of the same grades."""
        pieces = tuple((tuple(one.starts), tuple(map(bool, one.values))) for one in self.by_address.values())
        return (pieces, frozenset(self.by_group), bool(self.unread))

    def pairs(self) -> Iterator[tuple[ByRule, GroupPair]]:
        """Every rule that names a group."""
        for rules in self.by_group.values():
            for by in rules:
                if by.rule.group:
                    yield by, by.rule.group


def compile_filter(network: Network, groups: tuple[str, ...], port: int, *, egress: bool) -> Filter:
    """The filter that these groups make for TCP connections to ``port``."""
    by_group: dict[str, list[ByRule]] = {}
    open_to: list[tuple[ByRule, Addresses]] = []
    stale: list[ByRule] = []
    unread: list[Unseen] = []
    for by in _rules(network, groups, port, egress, unread):
        rule = by.rule
        if rule.group:
            (stale if is_stale(network, rule.group) else by_group.setdefault(rule.group.group, [])).append(by)
        elif (addresses := _addresses(network, rule)) is None:
            unread.append(Unseen("prefix list", rule.prefix_list))
        else:
            open_to.append((by, addresses))
    every = tuple(by for by, _ in open_to)
    by_address = {
        family: cover([one.of(family) for _, one in open_to], lambda active: tuple(every[i] for i in active))
        for family in FAMILIES
    }
    named = {group: tuple(rules) for group, rules in by_group.items()}
    return Filter(groups, by_address, named, tuple(stale), tuple(dict.fromkeys(unread)))


def _rules(
    network: Network, groups: tuple[str, ...], port: int, egress: bool, unread: list[Unseen]
) -> Iterator[ByRule]:
    for name in groups:
        group = (network.groups or {}).get(name)
        if group is None:
            unread.append(Unseen("security group", name))
            continue
        for rule in group.rules:
            if rule.egress is egress and rule.covers(port):
                yield ByRule(name, rule)


def _addresses(network: Network, rule: Rule) -> Addresses | None:
    if rule.cidr:
        return parsed(rule.cidr)
    return listed(network, rule.prefix_list)


def listed(network: Network, prefix_list: str) -> Addresses | None:
    """The addresses of a prefix list; None if they were not read."""
    found = (network.prefix_lists or {}).get(prefix_list)
    if found is None or found.networks is None:
        return None
    return union(parsed(text) for text in found.networks)


def is_stale(network: Network, pair: GroupPair) -> bool:
    """Whether a rule names a group over a peering that does not carry traffic any more."""
    if pair.peering_status not in ("", "active"):
        return True
    if not pair.peering or network.peerings is None:
        return False
    peering = network.peerings.get(pair.peering)
    return peering is None or peering.status != "active"


def may_hide_members(network: Network, pair: GroupPair, vpc: str, owner: str) -> bool:
    """Whether interfaces that carry a named group may be in a VPC without being in view.

    The owner of a VPC sees all its interfaces, who shares its subnets only the own ones (VPC user guide, "Share your
    VPC subnets"). ``owner``: of the VPC; "" if not known.
    """
    if network.interfaces is None:
        return not pair.vpc or pair.vpc == vpc
    if pair.account in ("", network.account):
        return False
    return owner != network.account and (not pair.vpc or pair.vpc == vpc)


def into_target(
    rules_in: Filter, ip: IP, *, member_of: tuple[str, ...] = (), references: Grade, hidden: tuple[ByRule, ...] = ()
) -> Hop:
    """Whether the target's groups let an address in.

    ``member_of``: the groups that its interface carries; rules that name those count as far as ``references`` says
    (they do inside a VPC, over peerings of the Region, and some transit gateways; never for public addresses).
    ``hidden``: rules that may name a group of an interface out of view.
    """
    rules = rules_in.by_address[ip.family].at(ip.number)
    named = rules_in.naming(member_of) if references else ()
    if rules:
        return Hop(Check.GROUPS, Grade.OPEN, (*rules, *(named if references is Grade.OPEN else ())))
    if named and references is Grade.OPEN:
        return Hop(Check.GROUPS, Grade.OPEN, named)
    doubts: tuple[Evidence, ...] = (*named, *hidden, *rules_in.unread)
    if doubts:
        return Hop(Check.GROUPS, Grade.UNKNOWN, doubts)
    return Hop(Check.GROUPS, Grade.BLOCKED, (NoRule(rules_in.groups), *rules_in.stale))


def out_of_source(
    rules_out: Filter, family: Family, addresses: Addresses, *, guards: tuple[str, ...], references: Grade
) -> Hop:
    """Whether a source's groups let it connect to a target that has one of ``addresses``, and the groups ``guards``."""
    if not rules_out.groups:
        return Hop(Check.SOURCE_GROUPS, Grade.OPEN, (Fact("interface", "has no security groups"),))
    named = rules_out.naming(guards) if references else ()
    if named and references is Grade.OPEN:
        return Hop(Check.SOURCE_GROUPS, Grade.OPEN, named)
    pieces = tuple(rules_out.by_address[family].over(addresses.of(family)))
    rules = tuple(dict.fromkeys(rule for piece in pieces for rule in piece))
    if pieces and all(pieces):
        return Hop(Check.SOURCE_GROUPS, Grade.OPEN, rules)
    if rules:
        return Hop(Check.SOURCE_GROUPS, Grade.POSSIBLE, rules)
    if named or rules_out.unread:
        return Hop(Check.SOURCE_GROUPS, Grade.UNKNOWN, (*named, *rules_out.unread))
    return Hop(Check.SOURCE_GROUPS, Grade.BLOCKED, (NoRule(rules_out.groups), *rules_out.stale))
