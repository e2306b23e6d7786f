"""A network with its rules, ACLs and tables compiled when they are first asked for, once each. Follows no packet."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from functools import cached_property

from rds_secure.access.network.acls import EPHEMERAL, compile_acl
from rds_secure.access.network.evidence import Check, Grade, Hop, Unseen, Way
from rds_secure.access.network.groups import Filter, compile_filter, parsed
from rds_secure.access.network.intervals import Addresses, Family, union
from rds_secure.access.network.links import Link, links
from rds_secure.access.network.model import Interface, Network, NetworkAcl, RouteTable, Subnet, Vpc
from rds_secure.access.network.pieces import Pieces
from rds_secure.access.network.routes import Choice, TransitChoice, compile_table, compile_transit

Hops = Mapping[Family, Pieces[Hop]]
Choices = Mapping[Family, Pieces[Choice]]


class Fabric:
    """A network, ready to be asked: every compiled part is kept, and shared by all paths that use it."""

    def __init__(self, network: Network) -> None:
        self.network = network
        self._filters: dict[tuple[tuple[str, ...], int, bool], Filter] = {}
        self._acls: dict[tuple[str, int, Check], Hops] = {}
        self._tables: dict[str, Choices] = {}
        self._transits: dict[str, Mapping[Family, Pieces[TransitChoice]] | None] = {}
        self._links: dict[tuple[str, str], tuple[Link, ...]] = {}
        self._linked: dict[str, tuple[str, ...]] = {}
        self._likenesses: dict[tuple[str, str], int] = {}
        self._ways_out: dict[tuple[tuple[str, ...], tuple[int, ...]], int] = {}
        self._numbers: dict[Hashable, int] = {}

    def filter(self, groups: tuple[str, ...], port: int, *, egress: bool) -> Filter:
        """What these groups let through on a port."""
        key = (groups, port, egress)
        if key not in self._filters:
            self._filters[key] = compile_filter(self.network, groups, port, egress=egress)
        return self._filters[key]

    def acl(self, subnet: str, check: Check, port: int) -> Hops | Unseen:
        """The hops by a subnet's ACL: on ``port`` towards the target, on the ephemeral ports back."""
        found = self._acl_of.get(subnet)
        if found is None:
            return Unseen("network ACL", subnet)
        ports = EPHEMERAL if check in (Check.ACL_OUT, Check.SOURCE_ACL_IN) else (port, port)
        key = (found.id, ports[0], check)
        if key not in self._acls:
            self._acls[key] = compile_acl(found, ports, check)
        return self._acls[key]

    def table(self, subnet: str, vpc: str) -> Choices | Unseen:
        """The routes of a subnet: of its own table, else of the VPC's main one."""
        found = self._table_of.get(subnet) or (self._main_of.get(vpc) if subnet else None)
        return self.choices(found) if found else Unseen("route table", subnet or vpc)

    def edge(self, gateway: str) -> Choices | None:
        """The routes of a gateway that has a table of its own; None if it has none."""
        found = self._edge_of.get(gateway)
        return self.choices(found) if found else None

    def choices(self, table: RouteTable) -> Choices:
        """A table, compiled."""
        if table.id not in self._tables:
            self._tables[table.id] = compile_table(self.network, table)
        return self._tables[table.id]

    def transit(self, table: str) -> Mapping[Family, Pieces[TransitChoice]] | None:
        """A route table of a transit gateway; None if it was not read."""
        if table not in self._transits:
            found = (self.network.transit_tables or {}).get(table)
            readable = found is not None and found.routes is not None
            self._transits[table] = compile_transit(self.network, found) if found and readable else None
        return self._transits[table]

    def links(self, source: str, to: str) -> tuple[Link, ...]:
        """What connects two VPCs."""
        key = (source, to)
        if key not in self._links:
            self._links[key] = links(self.network, source, to)
        return self._links[key]

    def subnet(self, name: str) -> Subnet | None:
        """A subnet, if it was read."""
        return (self.network.subnets or {}).get(name)

    def vpc(self, name: str) -> Vpc | None:
        """A VPC, if it was read."""
        return (self.network.vpcs or {}).get(name)

    def networks(self, vpc: str) -> Addresses:
        """The networks of a VPC, or what is known of them by its subnets."""
        found = self.vpc(vpc)
        texts = found.networks if found else [text for one in self.subnets_of.get(vpc, ()) for text in one.networks]
        return union(map(parsed, texts))

    def likeness(self, subnet: str, vpc: str) -> int:
        """A number, equal for subnets that connections fare alike from, except to a target that is in one of them."""
        key = (subnet, vpc)
        if key not in self._likenesses:
            acl, found = self._acl_of.get(subnet), self.subnet(subnet)
            table, main = self._table_of.get(subnet), self._main_of.get(vpc)
            like = (
                vpc,
                acl.id if acl else subnet,
                table.id if table else main.id if main else subnet,
                found.zone if found else "",
                found.block_mode if found else None,
            )
            self._likenesses[key] = self._numbers.setdefault(like, len(self._numbers))
        return self._likenesses[key]

    def way_out(self, groups: tuple[str, ...], ports: tuple[int, ...]) -> int:
        """A number, equal for groups that let out to the same addresses and groups on these ports."""
        key = (groups, ports)
        if key not in self._ways_out:
            like = (bool(groups), *(self.filter(groups, port, egress=True).outline for port in ports))
            self._ways_out[key] = self._numbers.setdefault(like, len(self._numbers))
        return self._ways_out[key]

    def block_mode(self, subnet: str) -> str | None:
        """VPC Block Public Access for a subnet; None if it is not known."""
        found = self.subnet(subnet)
        return found.block_mode if found and found.block_mode is not None else self.network.block_mode

    def linked(self, vpc: str) -> tuple[str, ...]:
        """The VPCs in view, by subnets or interfaces, that a peering or transit gateway links with one; itself first.

        If peerings or attachments were not read, that may be any.
        """
        if vpc not in self._linked:
            self._linked[vpc] = self._find_linked(vpc)
        return self._linked[vpc]

    def _find_linked(self, vpc: str) -> tuple[str, ...]:
        others = [
            other
            for other in {**self.subnets_of, **self.unread_subnets}
            if other != vpc and any(link.origin.way is not Way.NO_LINK for link in self.links(other, vpc))
        ]
        return (vpc, *sorted(others))

    @cached_property
    def subnets_of(self) -> Mapping[str, tuple[Subnet, ...]]:
        """The subnets of each VPC."""
        found: dict[str, list[Subnet]] = {}
        for subnet in (self.network.subnets or {}).values():
            found.setdefault(subnet.vpc, []).append(subnet)
        return {vpc: tuple(every) for vpc, every in found.items()}

    @cached_property
    def unread_subnets(self) -> Mapping[str, tuple[Subnet, ...]]:
        """The subnets that were not read and have interfaces, by VPC: nothing is known of their networks."""
        found: dict[str, dict[str, Subnet]] = {}
        for one in (self.network.interfaces or {}).values():
            if self.subnet(one.subnet) is None:
                found.setdefault(one.vpc, {})[one.subnet] = Subnet(one.subnet, one.vpc, "", "", ())
        return {vpc: tuple(every.values()) for vpc, every in found.items()}

    @cached_property
    def managed(self) -> Mapping[tuple[str, frozenset[str]], list[Interface]]:
        """The interfaces that belong to no instance, by subnet and groups."""
        found: dict[tuple[str, frozenset[str]], list[Interface]] = {}
        for one in (self.network.interfaces or {}).values():
            if not one.instance:
                found.setdefault((one.subnet, frozenset(one.groups)), []).append(one)
        return found

    @cached_property
    def _acl_of(self) -> Mapping[str, NetworkAcl]:
        return {subnet: acl for acl in (self.network.acls or {}).values() for subnet in acl.subnets}

    @cached_property
    def _table_of(self) -> Mapping[str, RouteTable]:
        return {subnet: table for table in (self.network.tables or {}).values() for subnet in table.subnets}

    @cached_property
    def _main_of(self) -> Mapping[str, RouteTable]:
        return {table.vpc: table for table in (self.network.tables or {}).values() if table.main}

    @cached_property
    def _edge_of(self) -> Mapping[str, RouteTable]:
        return {gateway: table for table in (self.network.tables or {}).values() for gateway in table.gateways}


def spread(grades: set[Grade]) -> Grade:
    """One grade for several places of which one counts, and nobody knows which."""
    if len(grades) == 1:
        return next(iter(grades))
    best = max(grades)
    return min(best, Grade.POSSIBLE)
