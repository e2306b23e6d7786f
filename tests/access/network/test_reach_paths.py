"""What is between a source and a database: network ACLs, routes, links, places; with what decided each case."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from rds_secure.access.network.evidence import ByEntry, ByRoute, ByTransit, Fact, Role, Unseen
from tests.access.network.kit import (
    ACCOUNT,
    PORT,
    VPC,
    Check,
    Door,
    Member,
    Network,
    Route,
    Target,
    TransitAttachment,
    TransitRoute,
    TransitTable,
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
    group,
    guarded,
    hop,
    interface,
    obstacles,
    open_acl,
    peering,
    ranges,
    rule,
    source,
    subnet,
    table,
    verdicts,
)

APP = rule("10.0.2.0/24")
IN = entry(100, True, egress=False)
OUT = entry(100, True, egress=True)


def with_acl(*entries: Any, on: str = "subnet-db") -> Network:
    """The base with these entries on one subnet; the other keeps the open ACL."""
    other = {"subnet-db", "subnet-app"} - {on}
    return guarded(APP, acls=by_id(acl("acl-x", *entries, subnets=(on,)), open_acl("acl-a", *other)))


# Network ACLs


def test_a_deny_ahead_of_an_allow_blocks_some_addresses() -> None:
    deny = entry(90, False, "10.0.2.0/28", egress=False)
    found = answer(with_acl(deny, IN, OUT))

    assert ranges(found, Verdict.REACHABLE) == "10.0.2.16/28, 10.0.2.32/27, 10.0.2.64/26, 10.0.2.128/25"
    assert ranges(found, Verdict.LATENT) == "10.0.2.0/28"
    path = source(found).outcome.best
    assert verdicts(found) == {"eni-1": "latent"}
    assert hop(path, Check.ACL_IN).evidence == (ByEntry("acl-x", deny),)
    assert obstacles(path) == {"ACL_IN": "BLOCKED"}


def test_an_allow_ahead_of_a_deny_lets_in() -> None:
    allow = entry(80, True, "10.0.2.0/24", egress=False, ports=PORT)
    found = answer(with_acl(allow, entry(90, False, egress=False), OUT))

    assert ranges(found, Verdict.REACHABLE) == "10.0.2.0/24"
    assert hop(source(found).outcome.best, Check.ACL_IN).evidence == (ByEntry("acl-x", allow),)


def test_what_no_entry_matches_is_denied() -> None:
    found = answer(with_acl(entry(100, True, egress=False, ports=443), OUT))

    assert hop(source(found).outcome.best, Check.ACL_IN).evidence == (ByEntry("acl-x", None),)
    assert verdicts(found) == {"eni-1": "latent"}


def test_an_acl_that_blocks_only_the_way_back() -> None:
    found = answer(with_acl(IN, entry(100, True, egress=True, ports=(0, 1023))))

    assert obstacles(source(found).outcome.best) == {"ACL_OUT": "BLOCKED"}
    assert verdicts(found) == {"eni-1": "latent"}


def test_a_way_back_that_is_open_for_some_ephemeral_ports_only() -> None:
    some = entry(100, True, egress=True, ports=(32768, 65535))
    found = answer(with_acl(IN, some))

    assert ranges(found, Verdict.POSSIBLE) == "10.0.2.0/24"
    assert verdicts(found) == {"eni-1": "possible"}
    assert hop(source(found).outcome.best, Check.ACL_OUT).evidence == (ByEntry("acl-x", None), ByEntry("acl-x", some))


@pytest.mark.parametrize(
    ("entries", "check"),
    [
        ((IN, entry(100, True, "10.0.9.0/24", egress=True)), "SOURCE_ACL_OUT"),
        ((entry(100, True, egress=False, ports=(0, 1023)), OUT), "SOURCE_ACL_IN"),
    ],
    ids=["out", "back"],
)
def test_the_acl_of_the_source_counts_too(entries: Any, check: str) -> None:
    found = answer(with_acl(*entries, on="subnet-app"))

    assert obstacles(source(found).outcome.best) == {check: "BLOCKED"}


def test_within_a_subnet_no_acl_applies() -> None:
    near = interface("eni-1", "10.0.1.9", subnet="subnet-db")
    network = change(with_acl(), interfaces=(near,), groups=(group("sg-db", rule("10.0.1.0/24")),))

    assert verdicts(answer(network)) == {"eni-1": "reachable"}
    assert ranges(answer(network), Verdict.REACHABLE) == "10.0.1.0/24"


def test_acls_that_were_not_read_are_unknown() -> None:
    found = answer(guarded(APP, acls=None))

    assert verdicts(found) == {"eni-1": "unknown"}
    assert Unseen("network ACL", "subnet-db") in hop(source(found).outcome.best, Check.ACL_IN).evidence


# Routes inside a VPC


def test_a_subnet_without_a_table_has_the_main_one() -> None:
    found = answer(guarded(APP))

    assert hop(source(found).outcome.best, Check.ROUTE_BACK).evidence == (
        ByRoute("rtb-main", Route("10.0.0.0/16", "local")),
    )


def test_secondary_networks_of_a_vpc_are_local() -> None:
    network = guarded(
        rule("100.64.0.0/16"),
        vpcs=(replace(VPC, networks=("10.0.0.0/16", "100.64.0.0/16")),),
        subnets=(subnet("subnet-two", "100.64.1.0/24"),),
        acls=(open_acl("acl-a", "subnet-db", "subnet-app", "subnet-two"),),
        tables=(table("rtb-main", ("10.0.0.0/16", "local"), ("100.64.0.0/16", "local"), main=True),),
        interfaces=(interface("eni-1", "100.64.1.4", subnet="subnet-two"),),
    )

    assert ranges(answer(network), Verdict.REACHABLE) == "100.64.1.0/24"
    assert verdicts(answer(network)) == {"eni-1": "reachable"}


def test_a_more_specific_route_to_an_appliance_is_unknown() -> None:
    routed = table("rtb-app", ("10.0.0.0/16", "local"), ("10.0.1.0/24", "eni-firewall"), subnets=("subnet-app",))
    found = answer(guarded(APP, tables=(routed,)))

    assert verdicts(found) == {"eni-1": "unknown"}
    assert obstacles(source(found).outcome.best) == {"SOURCE_ROUTE": "UNKNOWN"}
    assert hop(source(found).outcome.best, Check.SOURCE_ROUTE).evidence == (
        ByRoute("rtb-app", Route("10.0.1.0/24", "eni-firewall")),
    )


def test_a_propagated_route_never_beats_a_local_one() -> None:
    learned = Route("10.0.2.0/24", "vgw-1", propagated=True)
    found = answer(guarded(APP, tables=(table("rtb-main", ("10.0.0.0/16", "local"), learned, main=True),)))

    assert verdicts(found) == {"eni-1": "reachable"}


def test_tables_that_were_not_read_are_unknown() -> None:
    found = answer(guarded(APP, tables=None))

    assert verdicts(found) == {"eni-1": "unknown"}


# Peering


THERE = Vpc("vpc-b", ACCOUNT, ("10.9.0.0/16",))


def peered(allowed: str = "10.9.0.0/16", *, out: Any = None, back: Any = None, **more: Any) -> Network:
    """A peered VPC with an instance in it; ``out`` and ``back`` are the routes of its side and of the database's."""
    out = out if out is not None else [("10.0.0.0/16", "pcx-1")]
    back = back if back is not None else [("10.9.0.0/16", "pcx-1")]
    parts: dict[str, Any] = {
        "vpcs": (THERE,),
        "subnets": (subnet("subnet-b", "10.9.1.0/24", vpc="vpc-b"),),
        "acls": (open_acl("acl-b", "subnet-b", vpc="vpc-b"),),
        "tables": (
            table("rtb-main", ("10.0.0.0/16", "local"), *back, main=True),
            table("rtb-b", ("10.9.0.0/16", "local"), *out, vpc="vpc-b", main=True),
        ),
        "groups": (everything_out("sg-b", vpc="vpc-b"),),
        "interfaces": (interface("eni-b", "10.9.1.7", subnet="subnet-b", vpc="vpc-b", groups=("sg-b",)),),
        "peerings": (peering("pcx-1", VPC, THERE),),
        **more,
    }
    return guarded(rule(allowed), **parts)


def test_a_peered_vpc_reaches_it_with_routes_on_both_sides() -> None:
    found = answer(peered())

    assert verdicts(found) == {"eni-b": "reachable"}
    assert ranges(found, Verdict.REACHABLE) == "10.9.1.0/24"
    path = source(found, "eni-b").outcome.best
    assert path.origin.via == "pcx-1"
    assert hop(path, Check.SOURCE_ROUTE).evidence == (ByRoute("rtb-b", Route("10.0.0.0/16", "pcx-1")),)
    assert hop(path, Check.ROUTE_BACK).evidence == (ByRoute("rtb-main", Route("10.9.0.0/16", "pcx-1")),)


@pytest.mark.parametrize(
    ("more", "blocked"),
    [
        ({"out": []}, "SOURCE_ROUTE"),
        ({"back": []}, "ROUTE_BACK"),
        ({"back": [Route("10.9.0.0/16", "pcx-1", state="blackhole")]}, "ROUTE_BACK"),
        ({"out": [("10.0.2.0/24", "pcx-1")]}, "SOURCE_ROUTE"),
        ({"peerings": (peering("pcx-1", VPC, THERE, status="pending-acceptance"),)}, "LINK"),
    ],
    ids=["no-route-there", "no-route-back", "black-hole", "other-subnet", "pending"],
)
def test_a_peering_that_is_not_complete_is_latent(more: dict[str, Any], blocked: str) -> None:
    found = answer(peered(**more))

    assert verdicts(found) == {"eni-b": "latent"}
    assert obstacles(source(found, "eni-b").outcome.best) == {blocked: "BLOCKED"}
    assert not found.addresses(Verdict.REACHABLE)


def test_of_two_peers_with_the_same_network_the_route_back_chooses_one() -> None:
    twin = Vpc("vpc-c", ACCOUNT, ("10.9.0.0/16",))
    network = peered(
        vpcs=(THERE, twin),
        subnets=(subnet("subnet-b", "10.9.1.0/24", vpc="vpc-b"), subnet("subnet-c", "10.9.1.0/24", vpc="vpc-c")),
        acls=(open_acl("acl-b", "subnet-b", vpc="vpc-b"), open_acl("acl-c", "subnet-c", vpc="vpc-c")),
        tables=(
            table("rtb-main", ("10.0.0.0/16", "local"), ("10.9.0.0/16", "pcx-1"), main=True),
            table("rtb-b", ("10.9.0.0/16", "local"), ("10.0.0.0/16", "pcx-1"), vpc="vpc-b", main=True),
            table("rtb-c", ("10.9.0.0/16", "local"), ("10.0.0.0/16", "pcx-2"), vpc="vpc-c", main=True),
        ),
        groups=(everything_out("sg-b", vpc="vpc-b"), everything_out("sg-c", vpc="vpc-c")),
        interfaces=(
            interface("eni-b", "10.9.1.7", subnet="subnet-b", vpc="vpc-b", groups=("sg-b",)),
            interface("eni-c", "10.9.1.7", subnet="subnet-c", vpc="vpc-c", groups=("sg-c",)),
        ),
        peerings=(peering("pcx-1", VPC, THERE), peering("pcx-2", VPC, twin)),
    )
    found = answer(network)

    assert verdicts(found) == {"eni-b": "reachable", "eni-c": "latent"}
    assert obstacles(source(found, "eni-c").outcome.best) == {"ROUTE_BACK": "BLOCKED"}


def test_a_peer_that_overlaps_is_never_routed_to() -> None:
    inner = Vpc("vpc-b", ACCOUNT, ("10.0.2.0/24",))
    network = peered(
        "10.0.2.0/24",
        out=[("10.0.0.0/16", "pcx-1")],
        back=[],
        vpcs=(inner,),
        subnets=(subnet("subnet-b", "10.0.2.0/24", vpc="vpc-b"),),
        interfaces=(interface("eni-b", "10.0.2.99", subnet="subnet-b", vpc="vpc-b", groups=("sg-b",)),),
        peerings=(peering("pcx-1", VPC, inner),),
    )
    found = answer(network)

    assert verdicts(found) == {"eni-1": "reachable", "eni-b": "latent"}
    assert obstacles(source(found, "eni-b").outcome.best)["ROUTE_BACK"] == "BLOCKED"


def test_peering_is_not_transitive() -> None:
    """B peers with A and C; C's addresses are allowed and routed to B, and never arrive."""
    third = Vpc("vpc-c", ACCOUNT, ("10.8.0.0/16",))
    network = peered(
        "10.8.0.0/16",
        back=[("10.9.0.0/16", "pcx-1"), ("10.8.0.0/16", "pcx-1")],
        vpcs=(THERE, third),
        subnets=(subnet("subnet-b", "10.9.1.0/24", vpc="vpc-b"), subnet("subnet-c", "10.8.1.0/24", vpc="vpc-c")),
        acls=(open_acl("acl-b", "subnet-b", vpc="vpc-b"), open_acl("acl-c", "subnet-c", vpc="vpc-c")),
        tables=(
            table("rtb-main", ("10.0.0.0/16", "local"), ("10.8.0.0/16", "pcx-1"), main=True),
            table("rtb-c", ("10.8.0.0/16", "local"), ("10.0.0.0/16", "pcx-2"), vpc="vpc-c", main=True),
        ),
        groups=(everything_out("sg-c", vpc="vpc-c"),),
        interfaces=(interface("eni-c", "10.8.1.7", subnet="subnet-c", vpc="vpc-c", groups=("sg-c",)),),
        peerings=(peering("pcx-1", VPC, THERE), peering("pcx-2", THERE, third)),
    )
    found = answer(network)

    assert verdicts(found) == {"eni-c": "latent"}
    assert not found.addresses(Verdict.UNKNOWN) | found.addresses(Verdict.REACHABLE)
    (only,) = found.ranges
    assert obstacles(only.outcome.best) == {"FAR_SIDE": "BLOCKED"}
    assert hop(only.outcome.best, Check.FAR_SIDE).evidence == (Fact("vpc-b", "peering is not transitive"),)


def test_a_peer_of_another_account_is_out_of_view() -> None:
    theirs = replace(THERE, account="222222222222")
    network = guarded(
        rule("10.9.0.0/16"),
        tables=(table("rtb-main", ("10.0.0.0/16", "local"), ("10.9.0.0/20", "pcx-1"), main=True),),
        peerings=(peering("pcx-1", VPC, theirs),),
    )
    found = answer(network)

    assert ranges(found, Verdict.UNKNOWN, Way.PEERING) == "10.9.0.0/20"
    assert "10.9.128.0/17" in ranges(found, Verdict.LATENT, Way.PRIVATE)
    unknown = next(one for one in found.ranges if one.outcome.verdict is Verdict.UNKNOWN)
    assert hop(unknown.outcome.best, Check.FAR_SIDE).evidence == (Unseen("VPC", "vpc-b"),)


def test_peerings_that_were_not_read_are_unknown() -> None:
    found = answer(change(peered(), peerings=None))

    assert verdicts(found) == {"eni-b": "unknown"}
    assert Unseen("peerings") in found.unseen


# Transit gateways


def attachment(name: str, resource: str, *, kind: str = "vpc", table: str | None = "tgw-rtb-1", **more: Any) -> Any:
    return TransitAttachment(name, "tgw-1", kind, resource, ACCOUNT, more.pop("state", "available"), table, **more)


THROUGH = TransitTable(
    "tgw-rtb-1",
    "tgw-1",
    (
        TransitRoute("10.0.0.0/16", ("att-a",)),
        TransitRoute("10.9.0.0/16", ("att-b",)),
        TransitRoute("192.168.0.0/16", ("att-vpn",)),
    ),
)


def transit(allowed: str = "10.9.0.0/16", **more: Any) -> Network:
    parts: dict[str, Any] = {
        "out": [("10.0.0.0/16", "tgw-1")],
        "back": [("10.9.0.0/16", "tgw-1"), ("192.168.0.0/16", "tgw-1")],
        "peerings": {},
        "transit_attachments": (
            attachment("att-a", "vpc-a", subnets=("subnet-db",)),
            attachment("att-b", "vpc-b", subnets=("subnet-b",)),
            attachment("att-vpn", "vpn-1", kind="vpn"),
        ),
        "transit_tables": (THROUGH,),
        **more,
    }
    return peered(allowed, **parts)


def test_a_vpc_reaches_it_over_a_transit_gateway() -> None:
    found = answer(transit())

    assert verdicts(found) == {"eni-b": "reachable"}
    assert ranges(found, Verdict.REACHABLE, Way.TRANSIT) == "10.9.1.0/24"
    path = source(found, "eni-b").outcome.best
    assert hop(path, Check.TRANSIT).evidence == (ByTransit("tgw-rtb-1", TransitRoute("10.0.0.0/16", ("att-a",))),)
    assert hop(path, Check.TRANSIT_BACK).evidence == (ByTransit("tgw-rtb-1", TransitRoute("10.9.0.0/16", ("att-b",))),)


@pytest.mark.parametrize(
    ("more", "verdict", "obstacle"),
    [
        ({"out": []}, "latent", {"SOURCE_ROUTE": "BLOCKED"}),
        ({"back": []}, "latent", {"ROUTE_BACK": "BLOCKED"}),
        (
            {"transit_tables": (TransitTable("tgw-rtb-1", "tgw-1", (TransitRoute("10.0.0.0/8", ("att-a",)),)),)},
            "latent",
            {"TRANSIT_BACK": "BLOCKED"},
        ),
        (
            {
                "transit_tables": (
                    replace(
                        THROUGH, routes=(*(THROUGH.routes or ())[1:], TransitRoute("10.0.0.0/16", (), "blackhole"))
                    ),
                )
            },
            "latent",
            {"TRANSIT": "BLOCKED"},
        ),
        (
            {"transit_tables": (TransitTable("tgw-rtb-1", "tgw-1", None),)},
            "unknown",
            {"TRANSIT": "UNKNOWN", "TRANSIT_BACK": "UNKNOWN"},
        ),
        ({"transit_tables": None}, "unknown", {"TRANSIT": "UNKNOWN", "TRANSIT_BACK": "UNKNOWN"}),
        (
            {"transit_attachments": (attachment("att-a", "vpc-a"), attachment("att-b", "vpc-b", table=""))},
            "latent",
            {"TRANSIT": "BLOCKED"},
        ),
        (
            {"transit_attachments": (attachment("att-a", "vpc-a"), attachment("att-b", "vpc-b", state="deleting"))},
            "latent",
            {"LINK": "BLOCKED"},
        ),
        (
            {
                "subnets": (
                    subnet("subnet-b", "10.9.1.0/24", vpc="vpc-b"),
                    subnet("subnet-c", "10.9.2.0/24", vpc="vpc-b", zone="c"),
                ),
                "transit_attachments": (
                    attachment("att-a", "vpc-a"),
                    attachment("att-b", "vpc-b", subnets=("subnet-c",)),
                ),
            },
            "latent",
            {"TRANSIT": "BLOCKED"},
        ),
    ],
    ids=[
        "no-route-there",
        "no-route-back",
        "not-back",
        "black-hole",
        "not-read",
        "denied",
        "no-table",
        "deleting",
        "zone",
    ],
)
def test_what_a_transit_gateway_does_not_carry(more: Any, verdict: str, obstacle: dict[str, str]) -> None:
    found = answer(transit(**more))

    assert verdicts(found) == {"eni-b": verdict}
    assert obstacles(source(found, "eni-b").outcome.best) == obstacle


@pytest.mark.parametrize(("on", "verdict"), [(True, "reachable"), (False, None), (None, "unknown")])
def test_groups_are_known_over_a_transit_gateway_if_it_says_so(on: bool | None, verdict: str | None) -> None:
    sides = (attachment("att-a", "vpc-a", group_references=on), attachment("att-b", "vpc-b", group_references=True))
    network = change(
        transit(transit_attachments=sides),
        groups=(group("sg-db", rule("sg-b", vpc="vpc-b")),),
        transit_references={"tgw-1": True},
    )

    assert verdicts(answer(network)).get("eni-b") == verdict


def test_on_premises_networks_come_over_a_vpn_of_a_transit_gateway() -> None:
    found = answer(transit("192.168.0.0/16"))

    assert ranges(found, Verdict.REACHABLE, Way.TRANSIT) == "192.168.0.0/16"
    path = found.ranges[0].outcome.best
    assert hop(path, Check.TRANSIT_BACK).evidence == (
        ByTransit("tgw-rtb-1", TransitRoute("192.168.0.0/16", ("att-vpn",))),
    )
    assert hop(path, Check.TRANSIT).evidence == (ByTransit("tgw-rtb-1", TransitRoute("10.0.0.0/16", ("att-a",))),)


def test_on_premises_networks_come_over_a_virtual_private_gateway() -> None:
    learned = Route("192.168.0.0/17", "vgw-1", propagated=True)
    main = table("rtb-main", ("10.0.0.0/16", "local"), learned, main=True)
    found = answer(guarded(rule("192.168.0.0/16"), tables=(main,)))

    assert ranges(found, Verdict.REACHABLE, Way.PRIVATE) == "192.168.0.0/17"
    assert ranges(found, Verdict.LATENT, Way.PRIVATE) == "192.168.128.0/17"
    latent = next(one for one in found.ranges if one.outcome.verdict is Verdict.LATENT)
    assert obstacles(latent.outcome.best) == {"ROUTE_BACK": "BLOCKED"}
    assert hop(latent.outcome.best, Check.ROUTE_BACK).evidence == (ByRoute("rtb-main", None),)


def test_an_instance_of_a_vpc_without_link_is_allowed_and_has_no_way() -> None:
    found = answer(peered(peerings={}, out=[], back=[]))

    assert verdicts(found) == {"eni-b": "latent"}
    assert source(found, "eni-b").outcome.best.origin.way is Way.NO_LINK
    assert ranges(found, Verdict.LATENT, Way.PRIVATE) == "10.9.0.0/16"


def test_two_vpcs_with_private_gateways_may_meet_on_premises() -> None:
    found = answer(peered(peerings={}, out=[("10.0.0.0/16", "vgw-2")], back=[("10.9.0.0/16", "vgw-1")]))

    assert verdicts(found) == {"eni-b": "unknown"}


# Places, ports, members


TWO = change(
    subnets=(subnet("subnet-db", "10.0.1.0/24"), subnet("subnet-db2", "10.0.3.0/24", zone="b")),
    acls=by_id(open_acl("acl-a", "subnet-db", "subnet-app"), acl("acl-b", subnets=("subnet-db2",))),
)


@pytest.mark.parametrize(
    ("target", "verdict"),
    [
        ({"zone": "a"}, "reachable"),
        ({"zone": "b"}, "latent"),
        ({}, "possible"),
        ({"zone": "a", "multi_az": True}, "reachable"),
        ({"zone": "b", "multi_az": True}, "possible"),
        ({"zone": "b", "multi_az": True, "standby_zone": "a"}, "possible"),
        ({"zone": "b", "multi_az": True, "standby_zone": "c"}, "latent"),
    ],
    ids=["here", "there", "anywhere", "here-now", "after-failover", "standby-here", "standby-elsewhere"],
)
def test_unequal_subnets_make_it_depend_on_the_place(target: Any, verdict: str) -> None:
    network = guarded(APP, network=TWO)
    found = answer(network, database(subnets=("subnet-db", "subnet-db2"), **target))

    assert verdicts(found) == {"eni-1": verdict}


def test_what_holds_in_every_subnet_is_sure() -> None:
    network = guarded(APP, network=TWO, acls=(open_acl("acl-b", "subnet-db2"),))

    assert verdicts(answer(network, database(subnets=("subnet-db", "subnet-db2")))) == {"eni-1": "reachable"}


def test_a_standby_is_shown_beside_the_place_of_now() -> None:
    network = guarded(APP, network=TWO)
    found = answer(network, database(subnets=("subnet-db", "subnet-db2"), zone="b", multi_az=True))
    first, second = source(found).outcome.paths

    assert (first.place.subnet, first.place.role, first.verdict) == ("subnet-db", Role.STANDBY, Verdict.POSSIBLE)
    assert obstacles(first) == {"PLACE": "POSSIBLE"}
    assert (second.place.subnet, second.place.role, second.verdict) == ("subnet-db2", Role.CANDIDATE, Verdict.LATENT)


def test_a_port_to_come_is_possible() -> None:
    doors = (Door(PORT, ("sg-db",)), Door(6000, ("sg-db",), pending=True))
    network = guarded(APP, rule("10.0.2.10/32", ports=6000), rule("10.0.3.0/24", ports=6000))
    found = answer(network, database(doors=doors))
    later = answer(guarded(rule("10.0.2.0/24", ports=6000)), database(doors=doors))

    assert verdicts(found) == {"eni-1": "reachable"}
    assert verdicts(later) == {"eni-1": "possible"}
    assert hop(source(later).outcome.best, Check.DOOR).evidence == (Fact("endpoint 6000", "pending"),)


def test_a_group_to_come_is_possible() -> None:
    doors = (Door(PORT, ("sg-db",)), Door(PORT, ("sg-new",), pending=True))
    network = guarded(groups=(group("sg-new", APP),))
    found = answer(network, database(doors=doors))

    assert verdicts(found) == {"eni-1": "possible"}
    assert ranges(found, Verdict.POSSIBLE) == "10.0.2.0/24"


def test_a_database_without_known_subnets_is_unknown_and_not_unreachable() -> None:
    found = answer(guarded(APP), database(subnets=()))

    assert verdicts(found) == {"eni-1": "unknown"}


def test_subnets_that_were_not_read_are_unknown() -> None:
    found = answer(guarded(APP, subnets=None, acls=None, tables=None))

    assert verdicts(found) == {"eni-1": "unknown"}
    assert ranges(found, Verdict.UNKNOWN) == "10.0.2.0/24"


def test_side_doors() -> None:
    proxy = replace(database("proxy-1"), kind="db_proxy", backends=("db-1",))
    lookout = interface("eni-vpn", "10.0.2.77", description="ClientVPN Endpoint resource")
    network = guarded(APP, interfaces=(lookout,))
    found = answer(network, database(data_api=True, elsewhere=("arn:replica",)), proxy)

    assert {(door.kind, door.through, str(door.verdict)) for door in found.side_doors} == {
        ("data-api", "db-1", "reachable"),
        ("replica", "arn:replica", "unknown"),
        ("proxy", "proxy-1", "possible"),
        ("client-vpn", "eni-vpn", "reachable"),
        ("session-manager", "sources", "reachable"),
    }


def test_a_proxy_that_is_called_as_its_database_is_no_side_door_to_itself() -> None:
    alike = replace(proxy(backends=("front",)), id="db-proxy:front")
    assert "proxy" not in {door.kind for door in answer(guarded(APP), alike, alike).side_doors}


@pytest.mark.parametrize(
    ("sort", "description", "kind"),
    [
        ("network_load_balancer", "ELB net/front/1", "load-balancer"),
        ("nat_gateway", "", "nat-gateway"),
        ("natGateway", "", "nat-gateway"),
        ("interface", "ClientVPN Endpoint resource", "client-vpn"),
        ("lambda", "AWS Lambda VPC ENI-report", ""),
        ("vpc_endpoint", "VPC Endpoint Interface vpce-1", ""),
    ],
)
def test_who_connects_for_others_is_a_side_door(sort: str, description: str, kind: str) -> None:
    """Consumers of PrivateLink come through the load balancer behind it; an endpoint of ours only leads out."""
    relay = interface("eni-relay", "10.0.2.77", type=sort, description=description)
    found = answer(guarded(APP, interfaces=(relay,)))

    assert [door.kind for door in found.side_doors if door.through == "eni-relay"] == ([kind] if kind else [])
    assert ("eni-relay" in verdicts(found)) is (sort != "vpc_endpoint")


def test_unequal_routes_of_a_standby_depend_on_the_failover() -> None:
    learned = table("rtb-two", ("10.0.0.0/16", "local"), ("192.168.0.0/16", "vgw-1"), subnets=("subnet-db2",))
    network = guarded(rule("192.168.0.0/16"), network=TWO, acls=(open_acl("acl-b", "subnet-db2"),), tables=(learned,))
    found = answer(network, database(subnets=("subnet-db", "subnet-db2"), zone="a", multi_az=True))

    assert ranges(found, Verdict.POSSIBLE) == "192.168.0.0/16"
    first, second = found.ranges[0].outcome.paths
    assert (first.place.role, obstacles(first)) == (Role.STANDBY, {"PLACE": "POSSIBLE"})
    assert obstacles(second) == {"ROUTE_BACK": "BLOCKED"}


def proxy(**more: Any) -> Target:
    subnets = ("subnet-db", "subnet-db2")
    mark = "Network interface for DBProxy front"
    member = Member("front", "vpc-a", subnets, False, everywhere=True, marks=(mark,), requester="")
    return Target("front", "db_proxy", (Door(PORT, ("sg-db",)),), (member,), **more)


def test_a_proxy_is_at_all_its_interfaces_at_once() -> None:
    own = [
        interface(
            f"eni-{name}", address, subnet=name, groups=("sg-db",), description="Network interface for DBProxy front"
        )
        for name, address in (("subnet-db", "10.0.1.5"), ("subnet-db2", "10.0.3.5"))
    ]
    known = answer(guarded(APP, network=TWO, interfaces=tuple(own)), proxy())
    unknown = answer(guarded(APP, network=TWO), proxy())

    assert verdicts(known) == {"eni-1": "reachable"}, "by one of them"
    assert {path.place.interface for path in source(known).outcome.paths} == {"eni-subnet-db", "eni-subnet-db2"}
    assert verdicts(unknown) == {"eni-1": "possible"}


def test_a_port_that_is_not_known_is_said() -> None:
    found = answer(guarded(APP), database(doors=(), unread=("port",)))

    assert not found.sources
    assert found.unseen == (Unseen("port", "db-1"),)


def test_without_its_subnets_any_address_of_a_vpc_may_be_a_neighbour_whatever_the_routes() -> None:
    away = table("rtb-main", ("10.0.0.0/16", "local"), ("10.0.1.9/32", "igw-gone"), main=True)
    found = answer(guarded(rule("10.0.1.9/32"), tables=(away,), subnets=None))

    assert ranges(found, Verdict.UNKNOWN, Way.INSIDE) == "10.0.1.9/32"
