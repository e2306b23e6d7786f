"""Who is let in by security groups: the corner cases, with what decided each."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rds_secure.access.network.evidence import ByRule, Fact, NoRule, Unseen
from rds_secure.access.network.model import PrefixList
from tests.access.network.kit import (
    ACCOUNT,
    BASE,
    PORT,
    VPC,
    Check,
    Door,
    Instance,
    Rule,
    Verdict,
    Vpc,
    Way,
    acl,
    answer,
    change,
    database,
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


def test_a_network_inside_the_vpc_reaches_it() -> None:
    allowed = rule("10.0.2.0/24")
    found = answer(guarded(allowed))

    assert ranges(found, Verdict.REACHABLE) == "10.0.2.0/24"
    assert verdicts(found) == {"eni-1": "reachable"}
    path = source(found).outcome.best
    assert path.origin.way is Way.INSIDE
    assert hop(path, Check.GROUPS).evidence == (ByRule("sg-db", allowed),)
    assert hop(path, Check.STATE).evidence == (Fact("instance", "running"),)
    assert not path.obstacles
    assert source(found).instance == "i-1"
    assert source(found).address == "10.0.2.10"


def test_two_halves_are_everything() -> None:
    halves = answer(guarded(rule("0.0.0.0/1"), rule("128.0.0.0/1")))
    whole = answer(guarded(rule("0.0.0.0/0")))

    for verdict in Verdict:
        assert halves.addresses(verdict) == whole.addresses(verdict)
    assert ranges(halves, Verdict.REACHABLE, Way.INSIDE) == "10.0.1.0/24, 10.0.2.0/24"


def test_ipv6_rules_count_only_for_a_dual_stack_database() -> None:
    network = guarded(
        rule("::/0"),
        subnets=(subnet("subnet-db", "10.0.1.0/24", "2001:db8:0:1::/64"), subnet("subnet-app", "2001:db8:0:2::/64")),
        tables=(table("rtb-main", ("10.0.0.0/16", "local"), ("2001:db8::/56", "local"), main=True),),
    )

    assert not answer(network).ranges
    assert (
        ranges(answer(network, database(families=(4, 6))), Verdict.REACHABLE) == "2001:db8:0:1::/64, 2001:db8:0:2::/64"
    )


@pytest.mark.parametrize(
    ("allowed", "verdict"),
    [
        (rule("10.0.2.0/24", protocol="-1", ports=None), "reachable"),
        (rule("10.0.2.0/24", protocol="6"), "reachable"),
        (rule("10.0.2.0/24", ports=(5000, 6000)), "reachable"),
        (rule("10.0.2.0/24", ports=(0, 65535)), "reachable"),
        (rule("10.0.2.0/24", ports=(5433, 6000)), None),
        (rule("10.0.2.0/24", protocol="udp"), None),
        (rule("10.0.2.0/24", protocol="icmp", ports=-1), None),
        (rule("10.0.2.0/24", egress=True), None),
    ],
    ids=["all", "by-number", "span", "all-ports", "other-ports", "udp", "icmp", "egress"],
)
def test_only_tcp_on_the_port_counts(allowed: Rule, verdict: str | None) -> None:
    found = answer(guarded(allowed))

    assert verdicts(found).get("eni-1") == verdict
    assert bool(found.ranges) is (verdict is not None)


def test_several_groups_are_a_union() -> None:
    network = guarded(rule("10.0.2.0/25"), groups=(group("sg-more", rule("10.0.2.128/25")),))
    found = answer(network, database(doors=(Door(PORT, ("sg-db", "sg-more")),)))

    assert ranges(found, Verdict.REACHABLE) == "10.0.2.0/24"


def test_a_group_means_the_private_addresses_of_its_interfaces() -> None:
    found = answer(
        guarded(
            rule("sg-app"),
            interfaces=(
                interface("eni-1", "10.0.2.10", "10.0.2.20", instance="i-1", public=("54.1.1.1",)),
                interface("eni-2", "10.0.2.30", groups=("sg-other",)),
            ),
            groups=(everything_out("sg-other"),),
        ),
        database(public=True),
    )

    assert ranges(found, Verdict.REACHABLE) == "10.0.2.10/32, 10.0.2.20/32"
    assert verdicts(found) == {"eni-1": "reachable"}
    evidence = hop(source(found).outcome.best, Check.GROUPS).evidence
    assert evidence == (ByRule("sg-db", rule("sg-app")),)


def test_a_group_that_names_itself_lets_its_members_in_but_not_the_database_to_itself() -> None:
    own = interface("eni-db", "10.0.1.5", subnet="subnet-db", groups=("sg-db",), requester="amazon-rds",
                    description="RDSNetworkInterface")  # fmt: skip
    member = interface("eni-2", "10.0.2.30", groups=("sg-db",))
    network = guarded(
        rule("sg-db"), rule("0.0.0.0/0", egress=True, protocol="-1", ports=None), interfaces=(own, member)
    )  # fmt: skip
    found = answer(network)

    assert verdicts(found) == {"eni-2": "reachable"}
    assert ranges(found, Verdict.REACHABLE) == "10.0.2.30/32"
    assert source(found, "eni-2").outcome.best.place.interface == "eni-db"


@pytest.mark.parametrize("status", ["deleted", "rejected", "expired"])
def test_a_rule_over_a_peering_that_is_gone_is_stale(status: str) -> None:
    stale = rule("sg-app", vpc="vpc-b", peering="pcx-1", peering_status=status)
    found = answer(guarded(stale))

    assert not found.sources
    assert not found.ranges


def peered(*rules: Rule, status: str = "active", region: str = "eu-west-1") -> object:
    there = Vpc("vpc-b", ACCOUNT, ("10.9.0.0/16",))
    return guarded(
        *rules,
        vpcs=(there,),
        subnets=(subnet("subnet-b", "10.9.1.0/24", vpc="vpc-b"),),
        acls=(open_acl("acl-b", "subnet-b", vpc="vpc-b"),),
        tables=(
            table("rtb-main", ("10.0.0.0/16", "local"), ("10.9.0.0/16", "pcx-1"), main=True),
            table("rtb-b", ("10.9.0.0/16", "local"), ("10.0.0.0/16", "pcx-1"), vpc="vpc-b", main=True),
        ),
        groups=(everything_out("sg-b", vpc="vpc-b"),),
        interfaces=(interface("eni-b", "10.9.1.7", subnet="subnet-b", vpc="vpc-b", groups=("sg-b",), instance="i-b"),),
        instances=(Instance("i-b", "running"),),
        peerings=(peering("pcx-1", VPC, there, status=status, region=region),),
    )


def test_a_group_of_a_peered_vpc_counts_over_an_active_peering() -> None:
    found = answer(peered(rule("sg-b", vpc="vpc-b", peering="pcx-1", peering_status="active")))

    assert verdicts(found) == {"eni-b": "reachable"}
    assert ranges(found, Verdict.REACHABLE, Way.PEERING) == "10.9.1.7/32"
    assert hop(source(found, "eni-b").outcome.best, Check.LINK).evidence == (Fact("pcx-1", "active"),)


def test_a_group_is_not_known_over_a_peering_of_another_region() -> None:
    found = answer(peered(rule("sg-b", vpc="vpc-b"), region="eu-north-1"))

    assert not found.sources


def test_a_group_shared_with_a_vpc_that_is_not_linked_lets_nobody_in_from_there() -> None:
    network = change(peered(rule("sg-app")), peerings={})
    network = change(network, interfaces=(interface("eni-b", "10.9.1.7", subnet="subnet-b", vpc="vpc-b"),))
    found = answer(network)

    assert verdicts(found) == {"eni-1": "reachable"}


def test_a_group_of_another_account_in_a_shared_vpc_has_members_out_of_view() -> None:
    shared = rule("sg-theirs", account="222222222222")
    theirs = replace(VPC, account="333333333333")
    found = answer(guarded(shared, vpcs=(theirs,)))

    assert ranges(found, Verdict.UNKNOWN, Way.INSIDE) == "10.0.1.0/24, 10.0.2.0/24"
    assert all(ByRule("sg-db", shared) in hop(one.outcome.best, Check.GROUPS).evidence for one in found.ranges)
    assert not found.sources, "the interface in view carries other groups"


def test_the_owner_of_a_vpc_sees_all_members_of_a_group() -> None:
    found = answer(guarded(rule("sg-theirs", account="222222222222")))

    assert not found.ranges


def test_prefix_lists_count_by_their_entries() -> None:
    lists = (PrefixList("pl-1", ACCOUNT, ("10.0.2.0/28", "10.0.2.64/28")), PrefixList("pl-6", ACCOUNT, ("::/0",)))
    found = answer(guarded(rule("pl-1"), rule("pl-6"), prefix_lists=lists))

    assert ranges(found, Verdict.REACHABLE) == "10.0.2.0/28, 10.0.2.64/28"


@pytest.mark.parametrize("lists", [{}, {"pl-1": PrefixList("pl-1", "222222222222", None)}, None])
def test_a_list_of_another_account_that_cannot_be_read_may_hold_anything(lists: object) -> None:
    found = answer(guarded(rule("pl-1"), rule("10.0.2.10/32"), prefix_lists=lists))

    assert ranges(found, Verdict.REACHABLE) == "10.0.2.10/32"
    assert "10.0.1.0/24" in ranges(found, Verdict.UNKNOWN, Way.INSIDE)
    assert Unseen("prefix list", "pl-1") in found.unseen
    inside = [one for one in found.ranges if one.outcome.verdict is Verdict.UNKNOWN and one.origin.way is Way.INSIDE]
    assert all(Unseen("prefix list", "pl-1") in hop(one.outcome.best, Check.GROUPS).evidence for one in inside)


def test_groups_that_were_not_read_make_everything_unknown() -> None:
    found = answer(change(groups=None))

    assert found.addresses(Verdict.REACHABLE) == found.addresses(Verdict.POSSIBLE)
    assert "10.0.1.0/24" in ranges(found, Verdict.UNKNOWN, Way.INSIDE)
    assert verdicts(found) == {"eni-1": "unknown"}


def test_an_instance_whose_groups_let_nothing_out_is_latent() -> None:
    found = answer(guarded(rule("10.0.2.0/24"), groups=(group("sg-app"),)))

    assert verdicts(found) == {"eni-1": "latent"}
    path = source(found).outcome.best
    assert obstacles(path) == {"SOURCE_GROUPS": "BLOCKED"}
    assert hop(path, Check.SOURCE_GROUPS).evidence == (NoRule(("sg-app",)),)
    assert ranges(found, Verdict.REACHABLE) == "10.0.2.0/24", "what runs at an address is not asked"


@pytest.mark.parametrize(
    ("out", "verdict"),
    [
        (rule("sg-db", egress=True), "reachable"),
        (rule("10.0.1.0/24", egress=True), "reachable"),
        (rule("10.0.0.0/8", egress=True, ports=(5000, 6000)), "reachable"),
        (rule("10.0.1.0/25", egress=True), "possible"),
        (rule("10.0.3.0/24", egress=True), "latent"),
        (rule("10.0.1.0/24", egress=True, ports=443), "latent"),
        (rule("sg-other", egress=True), "latent"),
        (rule("pl-unread", egress=True), "unknown"),
    ],
    ids=["group", "network", "span", "part-of-the-subnet", "other-network", "other-port", "other-group", "unread"],
)
def test_what_a_source_may_connect_to(out: Rule, verdict: str) -> None:
    found = answer(guarded(rule("10.0.2.0/24"), groups=(group("sg-app", out),)))

    assert verdicts(found) == {"eni-1": verdict}


def test_a_known_interface_tells_the_address() -> None:
    own = interface("eni-db", "10.0.1.200", subnet="subnet-db", groups=("sg-db",), requester="amazon-rds",
                    description="RDSNetworkInterface")  # fmt: skip
    out = group("sg-app", rule("10.0.1.0/25", egress=True))
    network = guarded(rule("10.0.2.0/24"), groups=(out,), interfaces=(own,))

    assert verdicts(answer(network)) == {"eni-1": "latent"}
    assert verdicts(answer(network, database(), database("db-2"))) == {"eni-1": "possible"}, "two databases may have it"


def test_an_interface_with_several_addresses_shows_the_one_that_fares_best() -> None:
    many = interface("eni-1", "10.0.2.10", "10.0.2.40", "10.0.2.64/28", instance="i-1")
    network = guarded(rule("10.0.2.40/32"), interfaces=(many,))

    assert source(answer(network)).address == "10.0.2.40"
    delegated = guarded(rule("10.0.2.72/32"), interfaces=(many,))
    assert source(answer(delegated)).address == "10.0.2.72"


@pytest.mark.parametrize(
    ("state", "verdict"),
    [("running", "reachable"), ("stopped", "possible"), ("pending", "possible"), ("terminated", None)],
)
def test_what_is_stopped_could(state: str, verdict: str | None) -> None:
    network = guarded(rule("sg-app"), instances=(Instance("i-1", state),))

    assert verdicts(answer(network)).get("eni-1") == verdict


def test_an_interface_without_groups_is_not_restricted_by_any() -> None:
    balancer = interface("eni-nlb", "10.0.2.50", groups=(), type="network_load_balancer")
    found = answer(guarded(rule("10.0.2.0/24"), interfaces=(balancer,)))

    assert verdicts(found)["eni-nlb"] == "reachable"
    assert [(door.kind, door.through) for door in found.side_doors if door.kind == "load-balancer"] == [
        ("load-balancer", "eni-nlb")
    ]


def test_the_base_lets_nobody_in() -> None:
    found = answer(BASE)

    assert (found.ranges, found.sources, found.side_doors, found.unseen) == ((), (), (), ())


def test_interfaces_of_one_subnet_are_told_apart_by_state_and_groups() -> None:
    network = guarded(
        rule("10.0.2.0/25"),
        rule("sg-named"),
        groups=(everything_out("sg-named"), group("sg-mute"), group("sg-near", rule("10.0.1.0/25", egress=True))),
        interfaces=(
            interface("eni-2", "10.0.2.11", instance="i-2"),
            interface("eni-3", "10.0.2.12", groups=("sg-mute",)),
            interface("eni-4", "10.0.2.13", groups=("sg-near",)),
            interface("eni-5", "10.0.2.200", groups=("sg-named",)),
            interface("eni-6", "10.0.2.201"),
        ),
        instances=(Instance("i-2", "stopped"),),
    )
    found = answer(network)

    assert verdicts(found) == {
        "eni-1": "reachable",
        "eni-5": "reachable",
        "eni-2": "possible",
        "eni-4": "possible",
        "eni-3": "latent",
    }
    assert [one.interface for one in found.sources] == ["eni-1", "eni-5", "eni-2", "eni-4", "eni-3"]
    assert all(one.outcome.verdict is one.verdict for one in found.sources)


def test_subnets_with_acls_of_their_own_are_told_apart() -> None:
    closed = subnet("subnet-closed", "10.0.4.0/24")
    network = guarded(
        rule("10.0.0.0/16"),
        subnets=(closed,),
        acls=(acl("acl-closed", subnets=("subnet-closed",)),),
        interfaces=(interface("eni-2", "10.0.4.9", subnet="subnet-closed"),),
    )
    found = answer(network)

    assert verdicts(found) == {"eni-1": "reachable", "eni-2": "latent"}
    assert ranges(found, Verdict.REACHABLE, Way.INSIDE) == "10.0.1.0/24, 10.0.2.0/24"
    assert ranges(found, Verdict.LATENT, Way.INSIDE) == "10.0.4.0/24"
