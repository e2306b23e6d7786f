"""The network and its databases are what the replies of EC2 and RDS say, and None where there is no reply."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import pytest

from rds_secure.access.network.evidence import Verdict, Way
from rds_secure.access.network.from_ec2 import network_of
from rds_secure.access.network.from_rds import targets_of
from rds_secure.access.network.intervals import Addresses
from rds_secure.access.network.model import (
    AclEntry,
    GroupPair,
    Instance,
    Interface,
    InternetGateway,
    NatGateway,
    Network,
    PeeringSide,
    PrefixList,
    Route,
    Rule,
    Subnet,
    TransitAttachment,
    TransitRoute,
    Vpc,
)
from rds_secure.access.network.reach import reach
from rds_secure.access.network.target import Door, Member, Target
from rds_secure.inventory.questions import BULK, Topic
from tests.access.network.replies import ACCOUNT, EC2, ENTRIES, OTHER, PROXY_TARGETS, RDS, TRANSIT_ROUTES, assert_shaped

CASES = [
    *(("ec2", action, reply) for action, reply in EC2.items()),
    *(("ec2", "GetManagedPrefixListEntries", reply) for reply in ENTRIES.values()),
    *(("ec2", "SearchTransitGatewayRoutes", reply) for reply in TRANSIT_ROUTES.values()),
    *(("rds", action, reply) for action, reply in RDS.items()),
    *(("rds", "DescribeDBProxyTargets", reply) for reply in PROXY_TARGETS.values()),
]


def test_the_replies_here_have_the_shapes_of_the_service_models() -> None:
    for service, action, reply in CASES:
        assert_shaped(service, action, reply)
    assert set(EC2) <= set(BULK[Topic.NETWORK]["ec2"])
    assert set(RDS) <= set(BULK[Topic.DATABASES]["rds"])


@pytest.fixture(scope="module")
def network() -> Network:
    return network_of(ACCOUNT, "eu-west-1", EC2, entries=ENTRIES, transit_routes=TRANSIT_ROUTES)


def test_what_was_not_read_is_none() -> None:
    nothing = network_of(ACCOUNT, "eu-west-1", dict.fromkeys(EC2))

    assert nothing == Network(ACCOUNT, "eu-west-1")
    parts = [field.name for field in fields(nothing) if field.name not in ("account", "region")]
    assert len(parts) == 15
    assert all(getattr(nothing, part) is None for part in parts)


def test_a_rule_for_each_peer_of_a_permission(network: Network) -> None:
    what = (False, "tcp", 5432, 5432)
    assert network.groups is not None
    assert network.groups["sg-db"].rules == (
        Rule(*what, cidr="10.0.2.0/24"),
        Rule(*what, cidr="198.51.100.0/24"),
        Rule(*what, cidr="2001:db8::/56"),
        Rule(*what, prefix_list="pl-1"),
        Rule(*what, group=GroupPair("sg-b", ACCOUNT, "vpc-b", "pcx-1", "active")),
    )
    assert network.groups["sg-app"].rules == (Rule(True, "-1", None, None, cidr="0.0.0.0/0"),)


def test_a_prefix_list_with_and_without_its_entries(network: Network) -> None:
    assert network.prefix_lists == {"pl-1": PrefixList("pl-1", OTHER, ("10.0.7.0/24",))}
    unread = network_of(ACCOUNT, "eu-west-1", EC2, entries={"pl-1": None})
    assert unread.prefix_lists == {"pl-1": PrefixList("pl-1", OTHER, None)}


def test_an_acl_and_its_entries(network: Network) -> None:
    assert network.acls is not None
    acl = network.acls["acl-a"]
    assert acl.subnets == {"subnet-db", "subnet-db2", "subnet-app"}
    assert acl.entries[1] == AclEntry(101, False, True, "-1", "::/0")
    assert acl.entries[2] == AclEntry(100, True, True, "6", "0.0.0.0/0", 1024, 65535)


def test_subnets_and_vpcs_have_the_networks_that_are_associated(network: Network) -> None:
    assert network.subnets is not None
    assert network.subnets["subnet-db"] == Subnet(
        "subnet-db", "vpc-a", "eu-west-1a", ACCOUNT, ("10.0.1.0/24", "2001:db8::/64"), "off"
    )
    assert network.subnets["subnet-app"] == Subnet("subnet-app", "vpc-a", "eu-west-1b", OTHER, ("10.0.2.0/24",), None)
    assert network.vpcs == {"vpc-a": Vpc("vpc-a", ACCOUNT, ("10.0.0.0/16", "100.64.0.0/16", "2001:db8::/56"))}


def test_route_tables(network: Network) -> None:
    assert network.tables is not None
    main, own = network.tables["rtb-main"], network.tables["rtb-db"]
    assert (main.main, main.subnets) == (True, frozenset())
    assert (own.main, own.subnets, own.gateways) == (False, {"subnet-db"}, {"igw-1"})
    assert main.routes == (
        Route("10.0.0.0/16", "local"),
        Route("10.9.0.0/16", "pcx-1"),
        Route("pl-1", "tgw-1", "blackhole"),
        Route("192.168.0.0/16", "vgw-1", propagated=True),
        Route("10.7.0.0/16", "eni-9"),
    )
    assert own.routes[2] == Route("::/0", "eigw-1")


def test_gateways_peerings_and_instances(network: Network) -> None:
    assert network.internet_gateways == {
        "igw-1": InternetGateway("igw-1", frozenset({"vpc-a"})),
        "igw-2": InternetGateway("igw-2", frozenset()),
    }
    assert network.peerings is not None
    peering = network.peerings["pcx-1"]
    assert peering.status == "active"
    assert peering.requester == PeeringSide("vpc-a", ACCOUNT, "eu-west-1", ("10.0.0.0/16",))
    assert peering.accepter == PeeringSide(
        "vpc-b", OTHER, "eu-north-1", ("10.9.0.0/16", "10.10.0.0/16", "2001:db8:9::/56")
    )
    assert peering.other("vpc-x") is None
    assert network.instances == {"i-1": Instance("i-1", "running")}
    assert network.nat_gateways == {
        "nat-1": NatGateway("nat-1", "vpc-a", "subnet-db", "available", Addresses.parse("203.0.113.9"))
    }
    assert network.block_mode == "block-ingress"


def test_transit_gateways(network: Network) -> None:
    assert network.transit_attachments == {
        "att-a": TransitAttachment(
            "att-a", "tgw-1", "vpc", "vpc-a", ACCOUNT, "available", "tgw-rtb-1", ("subnet-db",), True
        ),
        "att-shared": TransitAttachment("att-shared", "tgw-2", "vpc", "vpc-a", ACCOUNT, "available", None),
    }
    assert network.transit_tables is not None
    assert network.transit_tables["tgw-rtb-1"].routes == (
        TransitRoute("10.0.0.0/16", ("att-a",), "active", True),
        TransitRoute("pl-1", (), "blackhole"),
    )
    assert network.transit_tables["tgw-rtb-2"].routes is None, "there are more than were shown"
    assert network.transit_references == {"tgw-1": False}


def test_interfaces_with_all_their_addresses(network: Network) -> None:
    assert network.interfaces is not None
    assert network.interfaces["eni-1"] == Interface(
        "eni-1",
        "vpc-a",
        "subnet-app",
        ACCOUNT,
        Addresses.parse("10.0.2.10", "10.0.2.11", "10.0.2.64/28", "2001:db8::10", "2001:db8:0:1::/80"),
        Addresses.parse("203.0.113.1"),
        ("sg-app", "sg-z"),
        "i-1",
    )
    own = network.interfaces["eni-db"]
    assert (own.requester, own.description, str(own.private)) == ("amazon-rds", "RDSNetworkInterface", "10.0.1.5/32")


@pytest.fixture(scope="module")
def targets() -> dict[str, Target]:
    return {target.id: target for target in targets_of(RDS, proxy_targets=PROXY_TARGETS)}


SUBNETS = ("subnet-db", "subnet-db2")


def test_an_instance_as_it_is_and_as_it_will_be(targets: dict[str, Target]) -> None:
    found = targets["orders"]

    assert found.doors == (
        Door(5432, ("sg-db", "sg-old")),
        Door(6000, ("sg-db", "sg-new"), pending=True),
    )
    assert found.members == (Member("orders", "vpc-a", SUBNETS, False, "eu-west-1a", True, "eu-west-1b"),)
    assert found.families == (4, 6)
    assert found.elsewhere == ("arn:aws:rds:eu-north-1:111111111111:db:far",)
    assert not found.unread


def test_options_and_listeners_open_doors_of_their_own(targets: dict[str, Target]) -> None:
    found = targets["ledger"]

    assert [(door.name, door.port, door.groups) for door in found.doors] == [
        ("endpoint", 1521, ("sg-db", "sg-oem")),
        ("listener", 1522, ("sg-db", "sg-oem")),
        ("OEM", 5500, ("sg-db", "sg-oem")),
    ]
    assert found.classic == ("198.51.100.0/24",)
    assert found.classic_groups == (f"{OTHER}/web",)


def test_what_of_a_target_is_not_known_is_said(targets: dict[str, Target]) -> None:
    assert targets["shop-1"].unread == ("port", "option group hidden")
    assert targets["shop"].unread == ("member shop-2",)
    bare = {target.id: target for target in targets_of({"DescribeDBInstances": RDS["DescribeDBInstances"]})}
    assert bare["ledger"].unread == ("option group secure", "DB security group old")


def test_a_cluster_has_its_instances_as_members(targets: dict[str, Target]) -> None:
    found = targets["shop"]

    assert found.doors == (Door(5433, ("sg-db",)),)
    assert found.members == (Member("shop-1", "vpc-a", SUBNETS, True),)
    assert found.data_api
    assert found.elsewhere == ("arn:aws:rds:eu-north-1:111111111111:cluster:shop-far",)


def test_a_cluster_without_members_is_somewhere_in_its_subnets(targets: dict[str, Target]) -> None:
    found = targets["tiny"]

    assert found.members == (Member("tiny", "vpc-a", SUBNETS, False),)
    assert found.doors == (Door(3306, ("sg-db",)), Door(3306, ("sg-db", "sg-new"), pending=True))


def test_a_proxy_and_its_endpoints(targets: dict[str, Target]) -> None:
    front, reader = targets["front"], targets["front/reader"]

    assert front.doors == (Door(3306, ("sg-db",)),)
    assert front.members[0].everywhere
    assert front.members[0].subnets == SUBNETS
    assert front.backends == ("shop", "shop-1")
    assert (reader.members[0].vpc, reader.doors[0].groups) == ("vpc-b", ("sg-b",))
    assert "front/default" not in targets
    (unread,) = (target for target in targets_of(RDS) if target.id == "front")
    assert unread.unread == ("proxy targets",)


def test_replies_make_an_answer(network: Network, targets: dict[str, Target]) -> None:
    every = {one.target: one for one in reach(network, targets.values())}
    found = every["orders"]

    inside = [one for one in found.ranges if one.origin.way is Way.INSIDE and one.outcome.verdict is Verdict.REACHABLE]
    assert [str(one.addresses) for one in inside] == ["10.0.2.0/24", "2001:db8::/64"]
    assert [(one.interface, str(one.outcome.verdict)) for one in found.sources] == [
        ("eni-1", "reachable"),
        ("eni-db", "latent"),
    ], "sg-old was not read, and may let in what else lets nothing out"
    assert {door.kind for door in every["shop"].side_doors} >= {"data-api", "proxy", "replica"}


def unread_part(action: str) -> dict[str, Any]:
    return {**EC2, action: None}


@pytest.mark.parametrize("action", sorted(EC2))
def test_any_reply_may_be_missing(action: str, targets: dict[str, Target]) -> None:
    network = network_of(ACCOUNT, "eu-west-1", unread_part(action), entries=ENTRIES, transit_routes=TRANSIT_ROUTES)

    assert len(reach(network, targets.values())) == len(targets)
