"""One pair explained: from an instance, an interface or an address, with every hop."""

from __future__ import annotations

import pytest

from rds_secure.access.network.evidence import ByRule, Fact, NoRule, Unseen
from rds_secure.access.network.explain import Explanation, explain
from rds_secure.access.network.reach import Reach
from rds_secure.errors import UsageError
from tests.access.network.kit import (
    BASE,
    Check,
    Network,
    Target,
    Verdict,
    Way,
    answer,
    database,
    group,
    guarded,
    hop,
    interface,
    obstacles,
    ranges,
    rule,
)
from tests.access.network.test_reach_internet import PUBLIC, public_network

APP = rule("10.0.2.0/24")


def why(network: Network, source: str, target: Target | None = None) -> Explanation:
    target = target or database()
    return explain(Reach(network, (target,)), source, target)


@pytest.mark.parametrize("source", ["i-1", "eni-1", "10.0.2.10"])
def test_a_connection_is_explained_hop_by_hop(source: str) -> None:
    found = why(guarded(APP), source)
    (attempt,) = found.attempts

    assert found.verdict is Verdict.REACHABLE
    assert (attempt.interface, attempt.instance, attempt.address) == ("eni-1", "i-1", "10.0.2.10")
    assert [one.check for one in attempt.outcome.best.hops] == [
        Check.STATE,
        Check.SOURCE_GROUPS,
        Check.SOURCE_ACL_OUT,
        Check.SOURCE_ROUTE,
        Check.ACL_IN,
        Check.GROUPS,
        Check.ACL_OUT,
        Check.ROUTE_BACK,
        Check.SOURCE_ACL_IN,
    ]


def test_what_blocks_is_shown_where_no_rule_allows_it_too() -> None:
    found = why(guarded(rule("10.0.9.0/24")), "i-1")

    assert found.verdict is Verdict.NONE
    assert obstacles(found.attempts[0].outcome.best) == {"GROUPS": "BLOCKED"}
    assert hop(found.attempts[0].outcome.best, Check.GROUPS).evidence == (NoRule(("sg-db",)),)


def test_a_stale_rule_is_shown_for_what_it_is() -> None:
    stale = rule("sg-app", vpc="vpc-b", peering="pcx-1", peering_status="deleted")
    found = why(guarded(stale), "i-1")

    assert hop(found.attempts[0].outcome.best, Check.GROUPS).evidence == (NoRule(("sg-db",)), ByRule("sg-db", stale))


def test_a_free_address_of_a_subnet_has_no_groups_of_its_own() -> None:
    found = why(guarded(APP, groups=(group("sg-app"),)), "10.0.2.99")
    (attempt,) = found.attempts

    assert (attempt.interface, attempt.subnet) == ("", "subnet-app")
    assert found.verdict is Verdict.REACHABLE


def test_an_address_of_the_internet() -> None:
    found = why(public_network(), "198.51.100.9", PUBLIC)

    assert found.verdict is Verdict.REACHABLE
    assert found.attempts[0].outcome.best.origin.way is Way.INTERNET
    assert why(public_network(), "198.51.101.9", PUBLIC).verdict is Verdict.NONE
    assert not why(public_network(), "2001:db8::1", PUBLIC).attempts


def test_an_address_of_no_network_in_view_has_no_way() -> None:
    found = why(guarded(rule("172.16.0.0/12")), "172.16.3.4")

    assert found.verdict is Verdict.LATENT
    assert obstacles(found.attempts[0].outcome.best) == {"ROUTE_BACK": "BLOCKED"}


def test_an_interface_that_never_connects_has_no_attempts() -> None:
    endpoint = interface("eni-endpoint", "10.0.2.60", type="vpc_endpoint")

    assert not why(guarded(APP, interfaces=(endpoint,)), "eni-endpoint").attempts


@pytest.mark.parametrize("source", ["orders", "10.0.0.0/8", "i-unknown", "eni-unknown"])
def test_what_is_no_source_is_said(source: str) -> None:
    with pytest.raises(UsageError, match=source.partition("/")[0]):
        why(BASE, source)


def test_db_security_groups_of_ec2_classic_are_reported() -> None:
    old = database(classic=("198.51.100.0/24",), classic_groups=("222222222222/default",))
    found = answer(BASE, old)

    assert ranges(found, Verdict.UNKNOWN, Way.CLASSIC) == "198.51.100.0/24"
    assert obstacles(found.ranges[0].outcome.best) == {"FAR_SIDE": "UNKNOWN"}
    assert hop(found.ranges[0].outcome.best, Check.GROUPS).evidence == (Fact("DB security group", "198.51.100.0/24"),)
    assert hop(found.ranges[0].outcome.best, Check.FAR_SIDE).evidence == (Unseen("EC2-Classic", "db-1"),)
    assert [door.kind for door in found.side_doors] == ["ec2-classic-group"]
