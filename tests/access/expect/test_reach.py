"""From where alone: networks, groups and instances that are allowed, and the paths that break an expectation."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from rds_secure.access.expect import ByPath, Names, Outcome, State
from rds_secure.access.network.model import GroupPair, InternetGateway, Network, Rule
from rds_secure.inventory import Inventory, Question
from tests.access.expect.kit import NOTHING, Known, known, outcome
from tests.access.network.kit import ACCOUNT, BASE, change, database, guarded, interface, rule, table


def of(network: Network, **more: Any) -> Known:
    return Known(network=network, targets=(database("db:orders", **more),))


def paths(found: Outcome) -> list[str]:
    return [f"{breach.target} {breach.addresses}" for breach in found.breaches if isinstance(breach, ByPath)]


INSIDE = guarded(rule("10.0.0.0/16"))
BY_GROUP = guarded(Rule(False, "tcp", 5432, 5432, group=GroupPair("sg-app", ACCOUNT)))


def test_it_is_met_where_everything_that_gets_through_is_allowed() -> None:
    assert outcome(of(INSIDE), reach="db:orders", only_from=["10.0.0.0/16"]).state is State.MET


def test_addresses_beside_the_allowed_ones_break_it_exactly() -> None:
    found = outcome(of(INSIDE), reach="db:orders", only_from=["10.0.1.0/24"])
    assert paths(found) == ["db:orders 10.0.2.0/24"]


def test_nowhere_is_an_empty_list() -> None:
    assert paths(outcome(of(INSIDE), reach="every database", only_from=[]))


def test_a_group_means_all_that_carries_it() -> None:
    names = Names(known(security_group__app="sg-app"))
    assert outcome(of(BY_GROUP), names, reach="db:orders", only_from=["${security_group.app}"]).holds
    found = outcome(of(BY_GROUP), reach="db:orders", only_from=["sg-0123456789abcdef0"])
    assert paths(found) == ["db:orders 10.0.2.10/32"]


def test_an_instance_or_an_interface_is_meant_by_its_id() -> None:
    ids = {"eni-0123456789abcdef0": {}, "eni-1": {"instance": "i-0123456789abcdef0"}}
    for allowed, more in (("eni-0123456789abcdef0", {}), ("i-0123456789abcdef0", ids["eni-1"])):
        name = allowed if allowed.startswith("eni") else "eni-1"
        network = change(BY_GROUP, interfaces={name: interface(name, "10.0.2.10", **more)})
        assert outcome(of(network), reach="db:orders", only_from=[allowed]).holds
        assert paths(outcome(of(network), reach="db:orders", only_from=[])) == ["db:orders 10.0.2.10/32"]


def test_the_internet_breaks_it_with_its_path() -> None:
    public = table("rtb-main", ("10.0.0.0/16", "local"), ("0.0.0.0/0", "igw-1"), main=True)
    network = guarded(
        rule("0.0.0.0/0"), tables=(public,), internet_gateways=(InternetGateway("igw-1", frozenset({"vpc-a"})),)
    )
    found = outcome(of(network, public=True), reach="db:orders", only_from=["10.0.0.0/8"])
    assert found.state is State.BROKEN
    assert any(isinstance(breach, ByPath) and breach.by.outcome.paths for breach in found.breaches)


def test_what_something_else_blocks_does_not_break_it() -> None:
    found = outcome(of(guarded(rule("203.0.113.0/24"))), reach="db:orders", only_from=["10.0.0.0/16"])
    assert found.state is State.MET


def test_what_was_not_read_leaves_it_unknown() -> None:
    found = outcome(of(change(INSIDE, interfaces=None)), reach="db:orders", only_from=["10.0.0.0/16"])
    assert (found.state, found.unknown) == (State.UNKNOWN, ("interfaces could not be read",))
    assert outcome(
        of(change(INSIDE, interfaces=None)), reach="db:orders", only_from=["10.0.0.0/16"], unknown="allow"
    ).holds


def test_a_target_that_is_not_there_is_unknown() -> None:
    assert outcome(of(BASE), reach="db:oders", only_from=[]).unknown == ("there is no db:oders in the account",)


NETWORKS = st.sampled_from(["10.0.0.0/16", "10.0.1.0/24", "10.0.2.0/24", "10.0.2.0/28", "192.0.2.0/24"])


@settings(max_examples=30, deadline=None)
@given(st.sets(NETWORKS), st.lists(NETWORKS, max_size=3))
def test_narrowing_where_from_never_mends_it(allowed: set[str], rules: list[str]) -> None:
    posture = of(guarded(*map(rule, rules)))
    was = outcome(posture, reach="db:orders", only_from=sorted(allowed))
    for less in allowed:
        now = outcome(posture, reach="db:orders", only_from=sorted(allowed - {less}))
        assert bool(was.breaches) <= bool(now.breaches)


def test_every_database_is_not_known_where_something_could_not_be_listed() -> None:
    posture = of(INSIDE)
    posture.__dict__["inventory"] = Inventory(
        NOTHING.place, unread={Question("rds", "DescribeDBProxies"): "AccessDenied"}
    )
    found = outcome(posture, reach="every database", only_from=["10.0.0.0/16"])
    assert (found.state, found.holds) == (State.UNKNOWN, False)
    assert found.unknown == ("what else there is: rds:DescribeDBProxies was not answered (AccessDenied)",)
    assert outcome(posture, reach="db:orders", only_from=["10.0.0.0/16"]).state is State.MET
