"""Whom the internet lets through to a public database, and what saves one that is not; with what decided each case."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from rds_secure.access.network.evidence import ByRoute, Fact, Unseen
from rds_secure.access.network.model import NatGateway
from tests.access.network.kit import (
    PORT,
    Addresses,
    Check,
    InternetGateway,
    Member,
    Network,
    Route,
    Target,
    Verdict,
    Vpc,
    Way,
    acl,
    answer,
    by_id,
    change,
    database,
    entry,
    everything_out,
    guarded,
    hop,
    interface,
    obstacles,
    open_acl,
    range_with,
    ranges,
    rule,
    source,
    subnet,
    table,
    verdicts,
)

OFFICE = rule("198.51.100.0/24")
IGW = InternetGateway("igw-1", frozenset({"vpc-a"}))
DEFAULT = ("0.0.0.0/0", "igw-1")


def public_network(*rules: Any, routes: Any = (DEFAULT,), **more: Any) -> Network:
    """A VPC with an internet gateway, and routes to it from the database's subnet."""
    parts: dict[str, Any] = {
        "internet_gateways": (IGW,),
        "tables": (table("rtb-db", ("10.0.0.0/16", "local"), *routes, subnets=("subnet-db",)),),
        **more,
    }
    return guarded(*(rules or (OFFICE,)), **parts)


PUBLIC = database(public=True)


def test_a_public_database_with_a_route_and_a_rule_is_reachable() -> None:
    found = answer(public_network(), PUBLIC)

    assert ranges(found, Verdict.REACHABLE, Way.INTERNET) == "198.51.100.0/24"
    path = range_with(found, Way.INTERNET, Verdict.REACHABLE).outcome.best
    assert path.origin.via == "igw-1"
    assert hop(path, Check.PUBLIC).evidence == (Fact("publicly accessible", "True"),)
    assert hop(path, Check.GATEWAY).evidence == (Fact("igw-1", "attached"),)
    assert hop(path, Check.ROUTE_BACK).evidence == (ByRoute("rtb-db", Route(*DEFAULT)),)


def test_private_addresses_never_come_from_the_internet() -> None:
    found = answer(public_network(rule("0.0.0.0/0")), PUBLIC)
    internet = [one.addresses for one in found.ranges if one.origin.way is Way.INTERNET]
    private = Addresses.parse(
        "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16",
        "224.0.0.0/4", "240.0.0.0/4",
    )  # fmt: skip

    assert internet
    assert not any(one & private for one in internet)
    assert Addresses.parse("8.8.8.8", "1.1.1.1", "223.255.255.255") <= internet[0]
    assert "172.16.0.0/12" in ranges(found, Verdict.LATENT, Way.PRIVATE)


@pytest.mark.parametrize(
    ("target", "more", "obstacle"),
    [
        (database(), {}, {"PUBLIC": "BLOCKED"}),
        (PUBLIC, {"internet_gateways": {}}, {"GATEWAY": "BLOCKED"}),
        (PUBLIC, {"internet_gateways": (replace(IGW, egress_only=True),)}, {"GATEWAY": "BLOCKED"}),
        (PUBLIC, {"routes": ()}, {"ROUTE_BACK": "BLOCKED"}),
        (PUBLIC, {"routes": (Route("0.0.0.0/0", "igw-1", "blackhole"),)}, {"ROUTE_BACK": "BLOCKED"}),
        (PUBLIC, {"routes": (("0.0.0.0/0", "nat-1"),)}, {"ROUTE_BACK": "BLOCKED"}),
        (PUBLIC, {"block_mode": "block-bidirectional"}, {"BLOCK": "BLOCKED"}),
        (PUBLIC, {"block_mode": "block-ingress"}, {"BLOCK": "BLOCKED"}),
        (
            PUBLIC,
            {
                "acls": by_id(
                    acl(
                        "acl-x",
                        entry(1, True, "10.0.0.0/8", egress=False),
                        entry(1, True, egress=True),
                        subnets=("subnet-db",),
                    )
                )
            },
            {"ACL_IN": "BLOCKED"},
        ),
        (
            PUBLIC,
            {
                "acls": by_id(
                    acl(
                        "acl-x",
                        entry(1, True, egress=False),
                        entry(1, True, egress=True, ports=PORT),
                        subnets=("subnet-db",),
                    )
                )
            },
            None,
        ),
    ],
    ids=["flag", "no-gateway", "egress-only", "no-route", "black-hole", "nat", "blocked", "ingress", "acl", "acl-back"],
)
def test_an_open_group_saved_by_something_else_is_latent(target: Target, more: Any, obstacle: Any) -> None:
    found = answer(public_network(**more), target)

    if obstacle is None:
        assert ranges(found, Verdict.POSSIBLE, Way.INTERNET) == "198.51.100.0/24"
        return
    assert ranges(found, Verdict.LATENT, Way.INTERNET) == "198.51.100.0/24"
    assert obstacles(range_with(found, Way.INTERNET, Verdict.LATENT).outcome.best) == obstacle
    assert not found.addresses(Verdict.REACHABLE)


@pytest.mark.parametrize(
    ("target", "more", "unseen"),
    [
        (PUBLIC, {"internet_gateways": None}, Unseen("internet gateways")),
        (PUBLIC, {"block_mode": None}, Unseen("VPC Block Public Access")),
        (database(public=None), {}, Unseen("publicly accessible", "db-1")),
        (PUBLIC, {"tables": None}, Unseen("route table", "subnet-db")),
        (PUBLIC, {"routes": (("0.0.0.0/0", "vpce-firewall"),)}, ByRoute("rtb-db", Route("0.0.0.0/0", "vpce-firewall"))),
    ],
    ids=["gateways", "block", "flag", "tables", "appliance"],
)
def test_what_was_not_read_is_unknown(target: Target, more: Any, unseen: Any) -> None:
    found = answer(public_network(**more), target)
    only = range_with(found, Way.INTERNET, Verdict.UNKNOWN)

    assert str(only.addresses) == "198.51.100.0/24"
    assert unseen in [one for hop in only.outcome.best.obstacles for one in hop.evidence]


def test_a_subnet_may_be_excluded_from_block_public_access() -> None:
    excluded = replace(subnet("subnet-db", "10.0.1.0/24"), block_mode="off")
    found = answer(public_network(block_mode="block-bidirectional", subnets=(excluded,)), PUBLIC)

    assert ranges(found, Verdict.REACHABLE, Way.INTERNET) == "198.51.100.0/24"


def test_a_route_for_a_narrow_network_answers_only_that() -> None:
    found = answer(public_network(routes=(("198.51.100.0/28", "igw-1"),)), PUBLIC)

    assert ranges(found, Verdict.REACHABLE, Way.INTERNET) == "198.51.100.0/28"
    assert obstacles(range_with(found, Way.INTERNET, Verdict.LATENT).outcome.best) == {"ROUTE_BACK": "BLOCKED"}


def test_a_gateway_with_a_route_table_of_its_own_may_lead_through_a_firewall() -> None:
    edge = table("rtb-edge", ("10.0.0.0/16", "local"), ("10.0.1.0/24", "vpce-1"), gateways=("igw-1",))
    network = public_network()
    found = answer(change(network, tables=(edge,)), PUBLIC)

    only = range_with(found, Way.INTERNET, Verdict.UNKNOWN)
    assert hop(only.outcome.best, Check.EDGE_ROUTE).evidence == (ByRoute("rtb-edge", Route("10.0.1.0/24", "vpce-1")),)


def test_ipv6_comes_over_the_internet_gateway_and_never_over_an_egress_only_one() -> None:
    def network(gateway: str) -> Network:
        return public_network(
            rule("::/0"),
            routes=(("2001:db8::/56", "local"), ("::/0", gateway)),
            subnets=(subnet("subnet-db", "10.0.1.0/24", "2001:db8::/64"),),
        )

    dual = database(public=True, families=(4, 6))

    assert str(range_with(answer(network("igw-1"), dual), Way.INTERNET, Verdict.REACHABLE).addresses).startswith(
        "2000::/"
    )
    blocked = range_with(answer(network("eigw-1"), dual), Way.INTERNET, Verdict.LATENT)
    assert obstacles(blocked.outcome.best) == {"ROUTE_BACK": "BLOCKED"}


ABROAD = Vpc("vpc-z", "111111111111", ("10.5.0.0/16",))


def abroad(allowed: str, *, routes: Any = (("0.0.0.0/0", "igw-z"),), out: Any = None, **more: Any) -> Network:
    """A public database, and another VPC whose instance goes by the internet."""
    network = public_network(rule(allowed))
    return change(
        network,
        vpcs=(ABROAD,),
        subnets=(
            subnet("subnet-z", "10.5.1.0/24", vpc="vpc-z"),
            subnet("subnet-nat", "10.5.2.0/24", vpc="vpc-z"),
        ),
        acls=(open_acl("acl-z", "subnet-z", "subnet-nat", vpc="vpc-z"),),
        tables=(
            table("rtb-z", ("10.5.0.0/16", "local"), *routes, vpc="vpc-z", main=True),
            table("rtb-nat", ("10.5.0.0/16", "local"), ("0.0.0.0/0", "igw-z"), vpc="vpc-z", subnets=("subnet-nat",)),
        ),
        groups=(out or everything_out("sg-z", vpc="vpc-z"),),
        interfaces=(
            interface(
                "eni-z", "10.5.1.9", subnet="subnet-z", vpc="vpc-z", groups=("sg-z",), public=more.pop("public", ())
            ),
        ),
        **more,
    )


def test_an_instance_of_another_vpc_comes_with_its_public_address() -> None:
    found = answer(abroad("203.0.113.7/32", public=("203.0.113.7",)), PUBLIC)

    assert verdicts(found) == {"eni-z": "reachable"}
    assert source(found, "eni-z").address == "203.0.113.7"
    assert source(found, "eni-z").outcome.best.origin.way is Way.INTERNET


def test_an_instance_of_another_vpc_comes_with_the_address_of_its_nat_gateway() -> None:
    nat = NatGateway("nat-z", "vpc-z", "subnet-nat", "available", Addresses.parse("203.0.113.8"))
    network = abroad("203.0.113.8/32", routes=(("0.0.0.0/0", "nat-z"),), nat_gateways=(nat,))
    found = answer(network, PUBLIC)

    assert verdicts(found) == {"eni-z": "reachable"}
    assert source(found, "eni-z").address == "203.0.113.8"
    broken = change(network, nat_gateways=(replace(nat, state="deleting"),))
    assert verdicts(answer(broken, PUBLIC)) == {"eni-z": "latent"}


@pytest.mark.parametrize(
    ("more", "verdict"),
    [
        ({"routes": ()}, "latent"),
        ({"routes": (("0.0.0.0/0", "vpce-1"),)}, "unknown"),
        ({"routes": (("203.0.112.0/20", "igw-z"),)}, "possible"),
        ({"out": everything_out("sg-z")}, "reachable"),
    ],
    ids=["no-route", "firewall", "some-routes", "groups"],
)
def test_the_way_out_of_the_other_vpc_counts(more: Any, verdict: str) -> None:
    found = answer(abroad("203.0.113.7/32", public=("203.0.113.7",), **more), PUBLIC)

    assert verdicts(found) == {"eni-z": verdict}


def test_a_group_never_means_a_public_address() -> None:
    found = answer(abroad("203.0.113.99/32", public=("203.0.113.7",)), PUBLIC)

    assert not found.sources


def test_a_cluster_is_as_open_as_its_most_open_member() -> None:
    members = tuple(Member(f"db-{n}", "vpc-a", ("subnet-db",), public) for n, public in ((1, False), (2, True)))
    cluster = replace(database("cluster-1"), kind="db_cluster", members=members)
    alone = [replace(database(member.id), members=(member,)) for member in members]
    found = answer(public_network(), cluster, *alone)
    paths = range_with(found, Way.INTERNET, Verdict.REACHABLE).outcome.paths

    assert [(path.place.member, str(path.verdict)) for path in paths] == [("db-2", "reachable"), ("db-1", "latent")]
    assert ranges(answer(public_network(), alone[0], alone[1]), Verdict.LATENT) == "198.51.100.0/24"


def test_block_public_access_of_the_source_counts_where_it_stops_both_directions() -> None:
    network = abroad("203.0.113.7/32", public=("203.0.113.7",))

    def blocked(mode: str) -> dict[str, str]:
        own = replace(subnet("subnet-z", "10.5.1.0/24", vpc="vpc-z"), block_mode=mode)
        return verdicts(answer(change(network, subnets=(own,)), PUBLIC))

    assert blocked("block-ingress") == {"eni-z": "reachable"}
    assert blocked("block-bidirectional") == {"eni-z": "latent"}
