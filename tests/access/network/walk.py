"""A packet walked through a small network the plain way: one address, one rule after the other, no sets, no caches.

Written apart from the engine, to be compared with it. It knows IPv4, one VPC with a database at a known address, a
peered VPC, an internet gateway, a NAT gateway, a virtual private gateway and appliances.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from ipaddress import IPv4Address
from ipaddress import ip_network as parse_network

from rds_secure.access.network.model import Interface, Network, Route, Subnet
from rds_secure.access.network.target import Target
from tests.access.network.kit import PORT

BLOCKED, UNKNOWN, POSSIBLE, OPEN = range(4)
NONE, LATENT = "none", "latent"
NAMES = {BLOCKED: LATENT, UNKNOWN: "unknown", POSSIBLE: "possible", OPEN: "reachable"}
ORDER = [NONE, LATENT, "unknown", "possible", "reachable"]

EPHEMERAL = (1024, PORT - 1, PORT, PORT + 1, 32767, 32768, 65535)
"""A port of each range that the entries here tell apart."""

PRIVATE = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "169.254.0.0/16", "127.0.0.0/8",
           "0.0.0.0/8", "224.0.0.0/4", "240.0.0.0/4"]  # fmt: skip


def best(verdicts: Iterable[str]) -> str:
    return max(verdicts, key=ORDER.index, default=NONE)


class Walk:
    """The network, the database's interface in it, and its only port."""

    def __init__(self, network: Network, target: Target, home: Interface) -> None:
        self.network, self.target, self.home = network, target, home
        self.door = target.doors[0]
        self.place = (network.subnets or {})[home.subnet]
        self.at = IPv4Address(home.private.v4.spans[0][0])

    def address(self, text: str) -> str:
        """The verdict for an address, whoever has it."""
        ip = IPv4Address(text)
        verdicts = []
        for subnet in (self.network.subnets or {}).values():
            if inside(ip, subnet.networks) and (subnet.vpc == self.place.vpc or self.peering(subnet.vpc)):
                groups: tuple[str, ...] = ()
                for one in (self.network.interfaces or {}).values():
                    if one.subnet == subnet.id and one.id != self.home.id and inside(ip, one.private.networks()):
                        state = self.state(one)
                        groups = one.groups if state is not None else ()
                verdicts.append(self.private(ip, subnet, groups, None))
        verdicts.append(self.outer(ip))
        return best(verdicts)

    def interface(self, one: Interface) -> str:
        """The verdict for an interface: its best address, by the private way or over the internet."""
        state = self.state(one)
        if state is None:
            return NONE
        subnet = (self.network.subnets or {})[one.subnet]
        verdicts = [
            self.private(IPv4Address(ip.split("/")[0]), subnet, one.groups, one) for ip in one.private.networks()
        ]
        if self.target.members[0].public:
            verdicts += [self.public(IPv4Address(ip.split("/")[0]), subnet, one) for ip in one.public.networks()]
        return best(verdicts)

    def private(self, ip: IPv4Address, subnet: Subnet, groups: tuple[str, ...], one: Interface | None) -> str:
        peering = self.peering(subnet.vpc)
        same_vpc = subnet.vpc == self.place.vpc
        groups_in = self.groups_in(ip, groups, same_vpc or peering is not None)
        if groups_in == BLOCKED:
            return NONE
        grades = [groups_in]
        if one:
            grades.append(self.state(one) or BLOCKED)
            grades.append(self.groups_out(one, self.at, same_vpc or peering is not None))
        if subnet.id != self.place.id:
            grades += [
                self.acl(subnet.id, True, self.at, [self.door.port]),
                self.acl(subnet.id, False, self.at, EPHEMERAL),
                self.acl(self.place.id, False, ip, [self.door.port]),
                self.acl(self.place.id, True, ip, EPHEMERAL),
            ]
            there, back = self.route(subnet.id, subnet.vpc, self.at), self.route(self.place.id, self.place.vpc, ip)
            if same_vpc:
                grades += [local(there, back=False), local(back, back=True)]
            else:
                ways = [self.over_peering(there, back)] if peering else []
                grades.append(max([*ways, unlinked(there, back)]))
        return NAMES[min(grades)]

    def over_peering(self, there: Route | None, back: Route | None) -> int:
        peering = next(iter((self.network.peerings or {}).values()))
        sides = []
        for route in (there, back):
            kind = kind_of(route)
            sides.append(UNKNOWN if kind == "appliance" else OPEN if kind == "pcx" else BLOCKED)
        return min(*sides, OPEN if peering.status == "active" else BLOCKED)

    def outer(self, ip: IPv4Address) -> str:
        """The verdict for an address in no VPC that was looked at."""
        groups_in = self.groups_in(ip, (), False)
        if groups_in == BLOCKED:
            return NONE
        route = self.route(self.place.id, self.place.vpc, ip)
        kind = kind_of(route)
        grades = [
            groups_in,
            self.acl(self.place.id, False, ip, [self.door.port]),
            self.acl(self.place.id, True, ip, EPHEMERAL),
        ]
        if kind == "local":
            return NONE
        if kind == "pcx":
            known = inside(ip, ["10.1.0.0/28"]) and bool(self.network.peerings)
            return NONE if known else NAMES[BLOCKED]
        if kind == "vgw":
            return NAMES[min(grades)]
        linked = [s for s in (self.network.subnets or {}).values() if s.vpc == self.place.vpc or self.peering(s.vpc)]
        if any(inside(ip, subnet.networks) for subnet in linked):
            return NONE
        if inside(ip, PRIVATE):
            return NAMES[min(*grades, UNKNOWN if kind == "appliance" else BLOCKED)]
        verdict = NAMES[min(*grades, self.from_internet(kind))]
        return best([verdict, NAMES[min(*grades, UNKNOWN)]]) if kind == "appliance" else verdict

    def from_internet(self, kind: str) -> int:
        grades = [OPEN if kind == "igw" else UNKNOWN if kind == "appliance" else BLOCKED]
        grades.append(OPEN if self.target.members[0].public else BLOCKED)
        gateways = (self.network.internet_gateways or {}).values()
        grades.append(OPEN if any(self.place.vpc in one.vpcs for one in gateways) else BLOCKED)
        grades.append(OPEN if self.network.block_mode == "off" else BLOCKED)
        return min(grades)

    def public(self, ip: IPv4Address, subnet: Subnet, one: Interface) -> str:
        """An interface that comes by its public address, to the public address of the database."""
        groups_in = self.groups_in(ip, (), False)
        if groups_in == BLOCKED:
            return NONE
        home = IPv4Address(self.home.public.v4.spans[0][0])
        there = kind_of(self.route(subnet.id, subnet.vpc, home))
        return NAMES[
            min(
                groups_in,
                self.state(one) or BLOCKED,
                self.groups_out(one, home, False),
                self.acl(subnet.id, True, home, [self.door.port]),
                self.acl(subnet.id, False, home, EPHEMERAL),
                OPEN if there == "igw" else UNKNOWN if there == "appliance" else BLOCKED,
                BLOCKED if self.network.block_mode == "block-bidirectional" else OPEN,
                self.from_internet(kind_of(self.route(self.place.id, self.place.vpc, ip))),
                self.acl(self.place.id, False, ip, [self.door.port]),
                self.acl(self.place.id, True, ip, EPHEMERAL),
            )
        ]

    def peering(self, vpc: str) -> object:
        every = (self.network.peerings or {}).values()
        return next((one for one in every if {one.requester.vpc, one.accepter.vpc} == {vpc, self.place.vpc}), None)

    def state(self, one: Interface) -> int | None:
        state = (self.network.instances or {})[one.instance].state
        return {"running": OPEN, "stopped": POSSIBLE, "terminated": None}[state]

    def groups_in(self, ip: IPv4Address, carried: tuple[str, ...], known: bool) -> int:
        return self.groups(self.door.groups, False, ip, carried if known else ())

    def groups_out(self, one: Interface, to: IPv4Address, known: bool) -> int:
        return self.groups(one.groups, True, to, self.door.groups if known else ())

    def groups(self, groups: tuple[str, ...], egress: bool, ip: IPv4Address, carried: tuple[str, ...]) -> int:
        grade = BLOCKED
        for name in groups:
            for rule in (self.network.groups or {})[name].rules:
                if rule.egress != egress or rule.protocol not in ("-1", "tcp", "6"):
                    continue
                if rule.protocol != "-1" and not (rule.first or 0) <= self.door.port <= (rule.last or 0):
                    continue
                if rule.cidr and inside(ip, [rule.cidr]):
                    return OPEN
                if rule.group and rule.group.group in carried:
                    return OPEN
                if rule.prefix_list:
                    entries = (self.network.prefix_lists or {})[rule.prefix_list].networks
                    if entries is None:
                        grade = UNKNOWN
                    elif inside(ip, entries):
                        return OPEN
        return grade

    def acl(self, subnet: str, egress: bool, ip: IPv4Address, ports: Iterable[int]) -> int:
        acl = next(one for one in (self.network.acls or {}).values() if subnet in one.subnets)
        allowed = []
        for port in ports:
            verdict = False
            for entry in sorted(acl.entries, key=lambda entry: entry.number):
                on_port = entry.first is None or entry.first <= port <= (entry.last or 0)
                if entry.egress == egress and entry.protocol in ("-1", "6") and on_port and inside(ip, [entry.cidr]):
                    verdict = entry.allow
                    break
            allowed.append(verdict)
        return OPEN if all(allowed) else POSSIBLE if any(allowed) else BLOCKED

    def route(self, subnet: str, vpc: str, ip: IPv4Address) -> Route | None:
        tables = [one for one in (self.network.tables or {}).values() if one.vpc == vpc]
        table = next((one for one in tables if subnet in one.subnets), None) or next(one for one in tables if one.main)
        matching = [route for route in table.routes if inside(ip, [route.destination])]
        if any(route.target == "local" for route in matching):
            matching = [route for route in matching if not route.propagated]
        return max(
            matching,
            key=lambda route: (ip_network(route.destination).prefixlen, not route.propagated),
            default=None,
        )


ip_network = cache(parse_network)


def inside(ip: IPv4Address, networks: Iterable[str]) -> bool:
    return any(ip in ip_network(network) for network in networks)


def kind_of(route: Route | None) -> str:
    if route is None or route.state != "active":
        return "nowhere"
    kind = route.target.split("-")[0]
    return "appliance" if kind in ("eni", "vpce") else kind


def local(route: Route | None, *, back: bool) -> int:
    kind = kind_of(route)
    if kind == "nat":
        return BLOCKED if back else UNKNOWN
    return {"local": OPEN, "appliance": UNKNOWN}.get(kind, BLOCKED)


def unlinked(there: Route | None, back: Route | None) -> int:
    """Between VPCs that nothing in view connects, routes that leave the view may still meet."""
    out, home = kind_of(there), kind_of(back)
    return UNKNOWN if out in ("appliance", "vgw", "nat") and home in ("appliance", "vgw") else BLOCKED
