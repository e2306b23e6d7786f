"""Laws of reach on random small networks, and the same answers as from a packet walked the plain way."""

from __future__ import annotations

import json
import os
import re
from dataclasses import fields, is_dataclass, replace
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rds_secure.access.network.answers import Answer
from rds_secure.access.network.evidence import Verdict
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
    PrefixList,
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
from tests.access.network.kit import ACCOUNT, REGION, by_id
from tests.access.network.walk import Walk

PORT = 5432
HOME = Interface(
    "eni-db", "vpc-a", "subnet-db", ACCOUNT, Addresses.parse("10.0.0.5"), Addresses.parse("8.8.9.9"), ("sg-db",),
    requester="amazon-rds", description="RDSNetworkInterface",
)  # fmt: skip
PLACES = {"subnet-db": "10.0.0.0/29", "subnet-app": "10.0.0.8/29", "subnet-peer": "10.1.0.0/29"}
VPCS = {"subnet-db": "vpc-a", "subnet-app": "vpc-a", "subnet-peer": "vpc-b"}

NETWORKS = st.sampled_from(
    [
        "0.0.0.0/0", "0.0.0.0/1", "128.0.0.0/1", "10.0.0.0/8", "10.0.0.0/28", "10.0.0.8/29", "10.0.0.8/30",
        "10.0.0.10/32", "10.1.0.0/28", "10.1.0.0/29", "10.1.0.2/31", "10.0.0.5/32", "192.168.0.0/30",
        "192.168.0.0/16", "8.8.8.0/30", "8.8.8.1/32", "8.8.8.0/24",
    ]
)  # fmt: skip
PROBES = [
    *(f"10.0.0.{n}" for n in range(16)),
    *(f"10.1.0.{n}" for n in range(9)),
    *(f"192.168.0.{n}" for n in range(5)),
    *(f"8.8.8.{n}" for n in range(5)),
    "10.200.0.1", "127.0.0.1", "200.1.1.1", "0.0.0.0", "255.255.255.255",
]  # fmt: skip
GROUPS = ("sg-db", "sg-app", "sg-other")


@st.composite
def rules(draw: st.DrawFn, egress: bool) -> Rule:
    protocol = draw(st.sampled_from(["tcp", "tcp", "6", "-1", "udp"]))
    first, last = draw(st.sampled_from([(PORT, PORT), (0, 65535), (5000, 6000), (443, 443)]))
    ports = (None, None) if protocol == "-1" else (first, last)
    kind = draw(st.sampled_from(["cidr", "cidr", "group", "list"]))
    if kind == "group":
        return Rule(egress, protocol, *ports, group=GroupPair(draw(st.sampled_from(GROUPS)), ACCOUNT))
    if kind == "list":
        return Rule(egress, protocol, *ports, prefix_list=draw(st.sampled_from(["pl-1", "pl-unread"])))
    return Rule(egress, protocol, *ports, cidr=draw(NETWORKS))


@st.composite
def entries(draw: st.DrawFn, egress: bool) -> AclEntry:
    ports = draw(st.sampled_from([(None, None), (PORT, PORT), (0, 65535), (1024, 65535), (32768, 65535), (0, 1023)]))
    allow = draw(st.sampled_from([True, True, False]))
    number = draw(st.integers(1, 200))
    return AclEntry(number, egress, allow, "-1" if ports[0] is None else "6", draw(NETWORKS), *ports)


@st.composite
def acls(draw: st.DrawFn, name: str) -> NetworkAcl:
    """Mostly open, with some entries ahead; no two of a direction have one number, as in EC2."""
    every = [*draw(st.lists(entries(False), max_size=2)), *draw(st.lists(entries(True), max_size=2))]
    distinct = {(entry.egress, entry.number): entry for entry in every}
    rest = [AclEntry(32000, out, True, "-1", "0.0.0.0/0") for out in (False, True) if draw(st.integers(0, 9)) < 9]
    return NetworkAcl(f"acl-{name}", VPCS[name], (*distinct.values(), *rest), frozenset({name}))


@st.composite
def tables(draw: st.DrawFn, name: str) -> RouteTable:
    vpc = VPCS[name]
    own = "10.0.0.0/28" if vpc == "vpc-a" else "10.1.0.0/28"
    other = "10.1.0.0/28" if vpc == "vpc-a" else "10.0.0.0/28"
    usual = [Route(own, "local")]
    if draw(st.integers(0, 9)) < 8:
        usual.append(Route(other, "pcx-1"))
    if draw(st.booleans()):
        usual.append(Route("0.0.0.0/0", f"igw-{vpc[-1]}"))
    more = draw(
        st.lists(
            st.builds(
                Route,
                NETWORKS,
                st.sampled_from(["igw-a", "nat-1", "vgw-1", "eni-fw", "vpce-fw", "pcx-1"]),
                st.sampled_from(["active", "active", "blackhole"]),
                st.booleans(),
            ),
            max_size=2,
        )
    )
    routes = {(route.destination, route.propagated): route for route in (*more, *usual)}
    return RouteTable(f"rtb-{name}", vpc, tuple(routes.values()), main=name != "subnet-app", subnets=frozenset({name}))


@st.composite
def interfaces(draw: st.DrawFn, number: int) -> Interface:
    subnet = draw(st.sampled_from(sorted(PLACES)))
    base = PLACES[subnet].split("/")[0].rsplit(".", 1)
    first = int(base[1])
    hosts = draw(st.lists(st.integers(first, first + 7).filter(lambda n: n != 5), min_size=1, max_size=2, unique=True))
    private = Addresses.parse(*(f"{base[0]}.{n}" for n in hosts))
    public = Addresses.parse(*draw(st.sampled_from([(), ("8.8.8.1",), ("8.8.8.3",)])))
    groups = tuple(sorted(draw(st.sets(st.sampled_from(GROUPS), min_size=1, max_size=2))))
    return Interface(f"eni-{number}", VPCS[subnet], subnet, ACCOUNT, private, public, groups, f"i-{number}")


@st.composite
def networks(draw: st.DrawFn) -> Network:
    side = {
        vpc: PeeringSide(vpc, ACCOUNT, REGION, (cidr,))
        for vpc, cidr in (("vpc-a", "10.0.0.0/28"), ("vpc-b", "10.1.0.0/28"))
    }
    states = [
        Instance(f"i-{n}", draw(st.sampled_from(["running", "running", "stopped", "terminated"]))) for n in range(3)
    ]
    placed: dict[str, Interface] = {}
    taken = Addresses()
    for number in range(3):
        one = draw(interfaces(number))
        if not taken & one.private:
            placed[one.id] = one
            taken |= one.private
    peering = Peering("pcx-1", draw(st.sampled_from(["active", "active", "deleted"])), side["vpc-a"], side["vpc-b"])
    return replace(
        empty_network(ACCOUNT, REGION),
        vpcs=by_id(Vpc("vpc-a", ACCOUNT, ("10.0.0.0/28",)), Vpc("vpc-b", ACCOUNT, ("10.1.0.0/28",))),
        subnets=by_id(*(Subnet(name, VPCS[name], "a", ACCOUNT, (cidr,)) for name, cidr in PLACES.items())),
        groups=by_id(
            *(
                SecurityGroup(
                    name,
                    ACCOUNT,
                    "vpc-a",
                    (*draw(st.lists(rules(False), max_size=3)), *draw(st.lists(rules(True), min_size=1, max_size=3))),
                )
                for name in GROUPS
            )
        ),
        acls=by_id(*(draw(acls(name)) for name in PLACES)),
        tables=by_id(*(draw(tables(name)) for name in PLACES)),
        interfaces={**placed, HOME.id: HOME},
        instances=by_id(*states),
        peerings={"pcx-1": peering} if draw(st.integers(0, 9)) < 7 else {},
        internet_gateways=by_id(InternetGateway("igw-a", frozenset({"vpc-a"}))) if draw(st.integers(0, 9)) < 8 else {},
        prefix_lists=by_id(
            PrefixList("pl-1", ACCOUNT, ("10.0.0.8/30", "8.8.8.0/31")), PrefixList("pl-unread", "aws", None)
        ),
        block_mode=draw(st.sampled_from(["off", "off", "off", "block-ingress", "block-bidirectional"])),
    )


TARGETS = st.builds(
    lambda public, groups: Target(
        "db-1", "db_instance", (Door(PORT, groups),), (Member("db-1", "vpc-a", ("subnet-db",), public),)
    ),
    st.booleans(),
    st.just(("sg-db",)),
)  # fmt: skip
MANY = int(os.environ.get("RDS_SECURE_EXAMPLES", "30"))
"""More of them by hand: RDS_SECURE_EXAMPLES=3000 pytest tests/access/network/test_laws.py"""
THOROUGH = settings(max_examples=MANY, deadline=None, suppress_health_check=list(HealthCheck))


PARTS = [one.name for one in fields(Network) if one.name not in ("account", "region")]
IDS = re.compile(r"^(sg|eni|i|subnet|vpc|rtb|acl|pcx|igw|nat|vgw|vpce|pl|db)-(\w+)$")


def verdict(found: Answer, text: str) -> str:
    ip = IP.parse(text)
    return str(max((one.outcome.verdict for one in found.ranges if ip in one.addresses), default=Verdict.NONE))


def by_interface(found: Answer) -> dict[str, Verdict]:
    return {one.interface: one.verdict for one in found.sources}


@THOROUGH
@given(networks(), TARGETS)
def test_every_address_fares_as_a_packet_does_that_is_walked_the_plain_way(network: Network, target: Target) -> None:
    (found,) = reach(network, (target,))
    walk = Walk(network, target, HOME)

    assert {text: verdict(found, text) for text in PROBES} == {text: walk.address(text) for text in PROBES}


@THOROUGH
@given(networks(), TARGETS)
def test_every_interface_fares_as_a_packet_does_that_is_walked_the_plain_way(network: Network, target: Target) -> None:
    (found,) = reach(network, (target,))
    walk = Walk(network, target, HOME)
    others = [one for one in (network.interfaces or {}).values() if one.id != HOME.id]

    assert all(one.outcome.verdict is one.verdict for one in found.sources), "one was followed for all alike"
    known = {name: str(made) for name, made in by_interface(found).items()}
    assert {one.id: known.get(one.id, "none") for one in others} == {one.id: walk.interface(one) for one in others}


def no_worse(before: Answer, after: Answer) -> None:
    """Nothing that reached before reaches less after."""
    for text in PROBES:
        assert Verdict[verdict(after, text).upper()] >= Verdict[verdict(before, text).upper()], text
    later = by_interface(after)
    for name, made in by_interface(before).items():
        assert later.get(name, Verdict.NONE) >= made, name


@settings(THOROUGH, max_examples=MANY // 2)
@given(networks(), TARGETS, st.sampled_from(GROUPS), st.booleans().flatmap(rules))
def test_a_rule_more_never_takes_reach_away(network: Network, target: Target, name: str, added: Rule) -> None:
    groups = dict(network.groups or {})
    groups[name] = replace(groups[name], rules=(*groups[name].rules, added))

    no_worse(*reach(network, (target,)), *reach(replace(network, groups=groups), (target,)))


@settings(THOROUGH, max_examples=MANY // 2)
@given(networks(), TARGETS, st.data())
def test_an_allow_less_in_an_acl_never_gives_reach(network: Network, target: Target, data: st.DataObject) -> None:
    allows = [(acl.id, entry) for acl in (network.acls or {}).values() for entry in acl.entries if entry.allow]
    if not allows:
        return
    name, gone = data.draw(st.sampled_from(allows))
    acls = dict(network.acls or {})
    acls[name] = replace(acls[name], entries=tuple(entry for entry in acls[name].entries if entry is not gone))

    no_worse(*reach(replace(network, acls=acls), (target,)), *reach(network, (target,)))


@settings(THOROUGH, max_examples=MANY // 2)
@given(networks(), TARGETS)
def test_a_part_that_is_not_read_never_turns_a_yes_into_a_no(network: Network, target: Target) -> None:
    (whole,) = reach(network, (target,))
    for part in PARTS:
        (blind,) = reach(replace(network, **{part: None}), (target,))
        for text in PROBES:
            if verdict(whole, text) in ("reachable", "possible"):
                assert verdict(blind, text) in ("reachable", "possible", "unknown"), (part, text)
        if part == "interfaces":
            continue
        seen = by_interface(blind)
        for name, made in by_interface(whole).items():
            if made >= Verdict.POSSIBLE:
                assert seen.get(name, Verdict.NONE) >= Verdict.UNKNOWN, (part, name)


def renamed(value: Any) -> Any:
    """The same thing with other ids: their kind, which is before the dash, stays."""
    if is_dataclass(value) and not isinstance(value, type):
        return type(value)(**{field.name: renamed(getattr(value, field.name)) for field in fields(value)})
    if isinstance(value, dict):
        return {renamed(key): renamed(one) for key, one in value.items()}
    if isinstance(value, tuple | frozenset):
        return type(value)(renamed(one) for one in value)
    return IDS.sub(r"\1-x\2z", value) if isinstance(value, str) else value


@settings(THOROUGH, max_examples=MANY // 4)
@given(networks(), TARGETS)
def test_other_names_change_nothing(network: Network, target: Target) -> None:
    (found,) = reach(network, (target,))
    (other,) = reach(renamed(network), (renamed(target),))

    assert {text: verdict(found, text) for text in PROBES} == {text: verdict(other, text) for text in PROBES}
    assert {renamed(name): made for name, made in by_interface(found).items()} == by_interface(other)


@settings(THOROUGH, max_examples=MANY // 4)
@given(networks(), TARGETS)
def test_the_same_question_has_the_same_answer(network: Network, target: Target) -> None:
    def shown(found: Answer) -> str:
        return json.dumps([repr([(one.origin, one.addresses, one.outcome.verdict) for one in found.ranges]),
                           [(one.interface, one.address, one.outcome.verdict) for one in found.sources]])  # fmt: skip

    assert shown(*reach(network, (target,))) == shown(*reach(network, (target,)))
