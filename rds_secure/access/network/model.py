"""A network as it was read: groups, lists, subnets, routes, links and interfaces, as data. It decides nothing.

Names and states are those of EC2's API. Whatever could not be read is None, and what depends on it is unknown.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from rds_secure.access.network.intervals import NO_ADDRESS, Addresses


@dataclass(frozen=True, slots=True)
class GroupPair:
    """A group that a rule names. ``account`` owns it; ``vpc`` and ``peering`` are given for one of another VPC."""

    group: str
    account: str = ""
    vpc: str = ""
    peering: str = ""
    peering_status: str = ""


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of a security group, with one peer: a network, a prefix list, or a group.

    ``protocol`` is a name or number as EC2 gives it, -1 for all. Ports are None where there are none.
    """

    egress: bool
    protocol: str
    first: int | None
    last: int | None
    cidr: str = ""
    prefix_list: str = ""
    group: GroupPair | None = None
    id: str = ""

    def covers(self, port: int) -> bool:
        """Whether it is about TCP connections to a port."""
        if self.protocol == "-1":
            return True
        if self.protocol not in ("tcp", "6"):
            return False
        if self.first is None or self.last is None or self.first == -1:
            return True
        return self.first <= port <= self.last


@dataclass(frozen=True, slots=True)
class SecurityGroup:
    """A security group; rules only allow. ``vpc`` is where it was made: it may be associated with others."""

    id: str
    account: str
    vpc: str
    rules: tuple[Rule, ...] = ()


@dataclass(frozen=True, slots=True)
class PrefixList:
    """A managed prefix list: the account's, AWS's, or one shared by ``account``. ``networks``: None if not read."""

    id: str
    account: str
    networks: tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class AclEntry:
    """An entry of a network ACL. ``protocol`` is a number, -1 for all; ports only with TCP and UDP."""

    number: int
    egress: bool
    allow: bool
    protocol: str
    cidr: str
    first: int | None = None
    last: int | None = None


@dataclass(frozen=True, slots=True)
class NetworkAcl:
    """A network ACL and the subnets that have it: entries by number, the first match wins, the rest is denied."""

    id: str
    vpc: str
    entries: tuple[AclEntry, ...]
    subnets: frozenset[str]


@dataclass(frozen=True, slots=True)
class Subnet:
    """A subnet. ``account`` owns it: with RAM, others put interfaces into it.

    ``block_mode``: VPC Block Public Access as it is in effect there (off, block-bidirectional, block-ingress), or None
    if the reply did not say.
    """

    id: str
    vpc: str
    zone: str
    account: str
    networks: tuple[str, ...]
    block_mode: str | None = None


@dataclass(frozen=True, slots=True)
class Route:
    """A route. ``target`` is ``local`` or the id of what it leads to; ``destination`` a network or a prefix list."""

    destination: str
    target: str
    state: str = "active"
    propagated: bool = False


@dataclass(frozen=True, slots=True)
class RouteTable:
    """A route table: of ``subnets``, of ``gateways`` (what comes in by those), or ``main`` for subnets without one."""

    id: str
    vpc: str
    routes: tuple[Route, ...]
    main: bool = False
    subnets: frozenset[str] = frozenset()
    gateways: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Vpc:
    """A VPC and all networks that are associated with it."""

    id: str
    account: str
    networks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class InternetGateway:
    """An internet gateway and the VPCs that it is attached to; ``egress_only`` lets nothing in."""

    id: str
    vpcs: frozenset[str]
    egress_only: bool = False


@dataclass(frozen=True, slots=True)
class PeeringSide:
    """One VPC of a peering, as the connection describes it."""

    vpc: str
    account: str
    region: str
    networks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Peering:
    """A VPC peering connection; only ``active`` ones carry traffic, and only between these two VPCs."""

    id: str
    status: str
    requester: PeeringSide
    accepter: PeeringSide

    def other(self, vpc: str) -> PeeringSide | None:
        """The side that is not this VPC; None if it is neither."""
        if vpc == self.requester.vpc:
            return self.accepter
        return self.requester if vpc == self.accepter.vpc else None


@dataclass(frozen=True, slots=True)
class TransitRoute:
    """A route of a transit gateway: to any of ``attachments``; blackhole without."""

    destination: str
    attachments: tuple[str, ...]
    state: str = "active"
    propagated: bool = False


@dataclass(frozen=True, slots=True)
class TransitTable:
    """A route table of a transit gateway; ``routes`` is None if they were not read."""

    id: str
    gateway: str
    routes: tuple[TransitRoute, ...] | None


@dataclass(frozen=True, slots=True)
class TransitAttachment:
    """What is attached to a transit gateway: ``resource`` is the VPC, VPN, gateway or peer, of type ``type``.

    ``table``: the route table for what comes from it, "" for none, None if the gateway's owner does not show it.
    ``subnets``: of a VPC; None if not read. ``group_references``: whether rules may name groups across it; None if not
    read.
    """

    id: str
    gateway: str
    type: str
    resource: str
    account: str
    state: str
    table: str | None
    subnets: tuple[str, ...] | None = None
    group_references: bool | None = None


@dataclass(frozen=True, slots=True)
class Interface:
    """A network interface: ``private`` are its addresses (prefixes delegated to it too), ``public`` those of the
    internet that lead to it. ``type``, ``requester`` and ``description`` tell what it is for."""

    id: str
    vpc: str
    subnet: str
    account: str
    private: Addresses
    public: Addresses = NO_ADDRESS
    groups: tuple[str, ...] = ()
    instance: str = ""
    type: str = "interface"
    requester: str = ""
    description: str = ""
    status: str = "in-use"


@dataclass(frozen=True, slots=True)
class Instance:
    """An EC2 instance and its state."""

    id: str
    state: str


@dataclass(frozen=True, slots=True)
class NatGateway:
    """A NAT gateway, and its public addresses."""

    id: str
    vpc: str
    subnet: str
    state: str
    public: Addresses


@dataclass(frozen=True, slots=True)
class Network:
    """All that was read of one account and Region. Mappings go by id; None is what was not read."""

    account: str
    region: str
    groups: Mapping[str, SecurityGroup] | None = None
    prefix_lists: Mapping[str, PrefixList] | None = None
    acls: Mapping[str, NetworkAcl] | None = None
    subnets: Mapping[str, Subnet] | None = None
    tables: Mapping[str, RouteTable] | None = None
    vpcs: Mapping[str, Vpc] | None = None
    internet_gateways: Mapping[str, InternetGateway] | None = None
    peerings: Mapping[str, Peering] | None = None
    transit_attachments: Mapping[str, TransitAttachment] | None = None
    transit_tables: Mapping[str, TransitTable] | None = None
    transit_references: Mapping[str, bool] | None = None
    """Transit gateways, and whether rules may name groups across them."""
    interfaces: Mapping[str, Interface] | None = None
    instances: Mapping[str, Instance] | None = None
    nat_gateways: Mapping[str, NatGateway] | None = None
    block_mode: str | None = None
    """VPC Block Public Access of the account and Region, for subnets that do not say; None if it was not read. An
    endpoint that does not know it (an emulator) has it off."""


def empty_network(account: str, region: str) -> Network:
    """A network that was read, and has nothing in it."""
    return Network(account, region, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, "off")
