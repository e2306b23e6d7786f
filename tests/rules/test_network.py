"""Networks that are open by several rules, routes or lists together, and those of which that is not known."""

from __future__ import annotations

from typing import Any

import pytest

from rds_secure.access.posture import Posture
from rds_secure.finding import State
from rds_secure.inventory.model import Inventory, Place, Question, Reply
from rds_secure.rules import RULES, Context, judge, subjects_of
from tests.rules.examples import ACCOUNT, INSTANCE, REGION

HALVES = ("0.0.0.0/1", "128.0.0.0/1")


def states(replies: dict[tuple[str, ...], Reply]) -> dict[str, State]:
    asked = {Question(*question): reply for question, reply in replies.items()}
    instances = {Question("rds", "DescribeDBInstances"): {"DBInstances": [dict(INSTANCE)]}}
    posture = Posture(Inventory(Place(ACCOUNT, REGION), instances | asked))
    return {one.rule: one.state for one in judge(RULES, subjects_of(posture), Context(posture))}


def group(**peers: Any) -> Reply:
    rule = {"IpProtocol": "tcp", "FromPort": 5432, "ToPort": 5432, **peers}
    return {"SecurityGroups": [{"GroupId": "sg-1", "GroupName": "db", "IpPermissions": [rule]}]}


def entries(*networks: str) -> Reply:
    return {"Entries": [{"Cidr": network} for network in networks]}


LIST = {"PrefixListIds": [{"PrefixListId": "pl-1"}]}


@pytest.mark.parametrize(
    ("peers", "listed", "state"),
    [
        ({"IpRanges": [{"CidrIp": network} for network in HALVES]}, None, State.FAIL),
        ({"IpRanges": [{"CidrIp": HALVES[0]}]}, None, State.PASS),
        ({"Ipv6Ranges": [{"CidrIpv6": "::/0"}]}, None, State.FAIL),
        (LIST, entries(*HALVES), State.FAIL),
        (LIST, entries("10.0.0.0/8"), State.PASS),
        (LIST, None, State.UNKNOWN),
        ({**LIST, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}, None, State.FAIL),
    ],
)
def test_a_group_is_open_by_all_its_rules_together(peers: dict[str, Any], listed: Reply | None, state: State) -> None:
    replies: dict[tuple[str, ...], Reply] = {("ec2", "DescribeSecurityGroups"): group(**peers)}
    if listed is not None:
        replies["ec2", "GetManagedPrefixListEntries", "pl-1"] = listed
    found = states(replies)
    assert (found["no-open-database"], found["no-risky-ports"]) == (state, state)


def routes(*found: dict[str, str]) -> dict[tuple[str, ...], Reply]:
    table = {"VpcId": "vpc-1", "Associations": [{"SubnetId": "subnet-1"}], "Routes": list(found)}
    return {
        ("ec2", "DescribeRouteTables"): {"RouteTables": [table]},
        ("ec2", "DescribeSubnets"): {"Subnets": [{"SubnetId": "subnet-1", "VpcId": "vpc-1"}]},
    }


def out(network: str, **more: str) -> dict[str, str]:
    return {"GatewayId": "igw-1", "DestinationCidrBlock": network, **more}


@pytest.mark.parametrize(
    ("found", "state"),
    [
        ([out("0.0.0.0/0")], State.FAIL),
        ([out(network) for network in HALVES], State.FAIL),
        ([out("0.0.0.0/0", State="blackhole")], State.PASS),
        ([out("203.0.113.0/24")], State.PASS),
        ([{"GatewayId": "igw-1", "DestinationIpv6CidrBlock": "::/0"}], State.FAIL),
        ([{"GatewayId": "igw-1", "DestinationPrefixListId": "pl-1"}], State.UNKNOWN),
        ([{"NatGatewayId": "nat-1", "DestinationCidrBlock": "0.0.0.0/0"}], State.PASS),
    ],
)
def test_a_subnet_leads_outside_by_all_its_routes_that_work(found: list[dict[str, str]], state: State) -> None:
    assert states(routes(*found))["private-subnets"] is state
