"""What reach costs on a large account: CPU seconds, never asserted.

    python -m tests.bench.reach [--targets 300] [--rules 2000] [--interfaces 2000]

Three accounts: one as they are (each application has groups, its database names one of them and a network or two), one
in which every database lets in all of 10.0.0.0/8, so that every interface is a source of every database, and one in
which nothing is known of where the databases' interfaces are and each may be in three subnets.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from dataclasses import replace

from rds_secure.access.network.intervals import IP, Addresses
from rds_secure.access.network.model import (
    AclEntry,
    GroupPair,
    Instance,
    Interface,
    InternetGateway,
    Network,
    NetworkAcl,
    Peering,
    PeeringSide,
    Route,
    RouteTable,
    Rule,
    SecurityGroup,
    Subnet,
    Vpc,
    empty_network,
)
from rds_secure.access.network.reach import reach
from rds_secure.access.network.target import Door, Member, Target

ACCOUNT, REGION, PORT = "111111111111", "eu-west-1", 5432
VPCS, SUBNETS = 4, 24


def account(targets: int, rules: int, interfaces: int, *, open_to_all: bool) -> tuple[Network, list[Target]]:
    """Four VPCs, the first peered with the others, and everything spread over them."""
    vpcs = [Vpc(f"vpc-{n}", ACCOUNT, (f"10.{n}.0.0/16",)) for n in range(VPCS)]
    subnets = [
        Subnet(f"subnet-{n}-{m}", f"vpc-{n}", "abc"[m % 3], ACCOUNT, (f"10.{n}.{m * 8}.0/21",))
        for n in range(VPCS)
        for m in range(SUBNETS)
    ]
    groups = [_database_group(n, max(rules // (2 * targets), 1), open_to_all=open_to_all) for n in range(targets)]
    apps = max(rules // 2 // 3, 1)
    groups += [SecurityGroup(f"sg-app-{n}", ACCOUNT, "vpc-0", _app_rules(n)) for n in range(apps)]
    network = replace(
        empty_network(ACCOUNT, REGION),
        vpcs={one.id: one for one in vpcs},
        subnets={one.id: one for one in subnets},
        acls={one.id: one for one in (_acl(n, subnets) for n in range(VPCS))},
        tables={one.id: one for one in (_table(n) for n in range(VPCS))},
        groups={one.id: one for one in groups},
        interfaces={one.id: one for one in (_interface(n, apps) for n in range(interfaces))},
        instances={f"i-{n}": Instance(f"i-{n}", "running" if n % 9 else "stopped") for n in range(interfaces)},
        internet_gateways={f"igw-{n}": InternetGateway(f"igw-{n}", frozenset({f"vpc-{n}"})) for n in range(VPCS)},
        peerings={
            f"pcx-{n}": Peering(
                f"pcx-{n}",
                "active",
                PeeringSide("vpc-0", ACCOUNT, REGION, ("10.0.0.0/16",)),
                PeeringSide(f"vpc-{n}", ACCOUNT, REGION, (f"10.{n}.0.0/16",)),
            )
            for n in range(1, VPCS)
        },
    )
    return network, [_target(n) for n in range(targets)]


def _database_group(number: int, rules: int, *, open_to_all: bool) -> SecurityGroup:
    everybody = (Rule(False, "tcp", PORT, PORT, cidr="10.0.0.0/8"),) if open_to_all else ()
    named = Rule(False, "tcp", PORT, PORT, group=GroupPair(f"sg-app-{number}", ACCOUNT))
    more = (
        Rule(False, "tcp", PORT, PORT, cidr=f"10.{n % VPCS}.{(number * 7 + n) % 192}.0/26") for n in range(1, rules)
    )
    return SecurityGroup(f"sg-db-{number}", ACCOUNT, "vpc-0", (*everybody, named, *more))


def _app_rules(number: int) -> tuple[Rule, ...]:
    return (
        Rule(True, "tcp", PORT, PORT, cidr="10.0.0.0/8"),
        Rule(True, "tcp", 443, 443, cidr="0.0.0.0/0"),
        Rule(False, "tcp", 443, 443, cidr=f"10.0.{number % 192}.0/24"),
    )


def _acl(number: int, subnets: list[Subnet]) -> NetworkAcl:
    entries = (
        AclEntry(90, False, False, "6", "10.3.99.0/24", PORT, PORT),
        AclEntry(100, False, True, "-1", "0.0.0.0/0"),
        AclEntry(100, True, True, "6", "0.0.0.0/0", 1024, 65535),
    )
    here = frozenset(one.id for one in subnets if one.vpc == f"vpc-{number}")
    return NetworkAcl(f"acl-{number}", f"vpc-{number}", entries, here)


def _table(number: int) -> RouteTable:
    others = range(1, VPCS) if number == 0 else [0]
    routes = [Route(f"10.{other}.0.0/16", f"pcx-{number or other}") for other in others]
    local = Route(f"10.{number}.0.0/16", "local")
    return RouteTable(
        f"rtb-{number}", f"vpc-{number}", (local, *routes, Route("0.0.0.0/0", f"igw-{number}")), main=True
    )


def _interface(number: int, apps: int) -> Interface:
    vpc, subnet = number % VPCS, number // VPCS % SUBNETS
    address = IP.parse(f"10.{vpc}.{subnet * 8}.10").number + number // VPCS // SUBNETS
    return Interface(
        f"eni-{number}",
        f"vpc-{vpc}",
        f"subnet-{vpc}-{subnet}",
        ACCOUNT,
        Addresses.parse(str(IP(4, address))),
        groups=(f"sg-app-{number % apps}",),
        instance=f"i-{number}",
    )


def _target(number: int) -> Target:
    member = Member(
        f"db-{number}",
        "vpc-0",
        tuple(f"subnet-0-{m}" for m in range(3)),
        number % 20 == 0,
        "a",
        multi_az=number % 2 == 0,
    )
    return Target(f"db-{number}", "db_instance", (Door(PORT, (f"sg-db-{number}",)),), (member,))


def measure(what: str, make: Callable[[], tuple[Network, list[Target]]]) -> None:
    """Prints the CPU seconds of one account, and how many ranges and sources were found."""
    network, targets = make()
    start = time.process_time()
    answers = reach(network, targets)
    took = time.process_time() - start
    ranges, sources = (sum(len(getattr(one, part)) for one in answers) for part in ("ranges", "sources"))
    print(f"{what:14} {took:6.2f} s of CPU  {ranges:8} ranges  {sources:8} sources")  # noqa: T201


def _anywhere(made: tuple[Network, list[Target]]) -> tuple[Network, list[Target]]:
    network, targets = made
    return network, [
        replace(one, members=tuple(replace(each, zone="", multi_az=False) for each in one.members)) for one in targets
    ]


def main() -> None:
    """Measures the three accounts."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, default in (("targets", 300), ("rules", 2000), ("interfaces", 2000)):
        parser.add_argument(f"--{name}", type=int, default=default)
    sizes = vars(parser.parse_args())
    measure("as they are", lambda: account(**sizes, open_to_all=False))
    measure("open to all", lambda: account(**sizes, open_to_all=True))
    measure("places unknown", lambda: _anywhere(account(**sizes, open_to_all=True)))


if __name__ == "__main__":
    main()
