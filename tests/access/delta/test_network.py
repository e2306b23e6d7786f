"""Which addresses, interfaces and side doors reach a database that did not, and which do no more."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from rds_secure.access.delta import Danger
from rds_secure.inventory import Inventory, Question
from tests.access.delta.kit import delta, network, placed, reached

APP = "10.0.2.0/24"
BOTH = "db:orders db:payments"


def test_nothing_that_changes_is_nothing() -> None:
    assert delta(network(APP, "sg-app"), network(APP, "sg-app")).is_empty


def test_a_rule_in_other_words_is_nothing() -> None:
    assert delta(network(APP), network("10.0.2.0/25", "10.0.2.128/25")).is_empty


def test_addresses_are_told_exactly_and_databases_that_fare_alike_together() -> None:
    inside = ("inside the VPC", "none", "reachable", "10.0.1.64/26")
    gained = delta(network(APP), network(APP, "10.0.1.64/26"))
    assert reached(gained) == [(BOTH, *inside)]
    assert gained.worst is Danger.GAIN
    lost = delta(network(APP, "10.0.1.64/26"), network(APP))
    assert reached(lost) == [(BOTH, "inside the VPC", "reachable", "none", "10.0.1.64/26")]
    assert lost.worst is Danger.LOSS


def test_the_internet_is_the_worst() -> None:
    public = [placed("orders", PubliclyAccessible=True), placed("payments")]
    found = delta(network(databases=public), network("198.51.100.0/24", APP, databases=public))
    assert reached(found)[0] == ("db:orders", "internet", "none", "reachable", "198.51.100.0/24")
    assert ("db:payments", "internet", "none", "latent", "198.51.100.0/24") in reached(found)
    assert [item.danger for item in found.reach] == [Danger.INTERNET, Danger.GAIN, Danger.SIGHT]
    assert found.worst is Danger.INTERNET


def test_the_flag_alone_makes_of_latent_reachable() -> None:
    public = [placed("orders", PubliclyAccessible=True), placed("payments")]
    found = delta(network("198.51.100.0/24"), network("198.51.100.0/24", databases=public))
    assert reached(found) == [("db:orders", "internet", "latent", "reachable", "198.51.100.0/24")]


def test_a_rule_that_names_a_group_is_told_as_the_interfaces_that_carry_it() -> None:
    found = delta(network(instances=3), network("sg-app", instances=3))
    assert found.reach == ()
    (gained,) = found.connections
    assert [one.instance for one in gained.interfaces] == ["i-1", "i-2", "i-3"]
    assert {one.groups for one in gained.interfaces} == {("sg-app",)}
    assert (gained.databases, gained.danger) == (("db:orders", "db:payments"), Danger.GAIN)
    assert [(door.kind, door.now.name) for door in found.doors] == [("session-manager", "REACHABLE")]


def test_from_a_network_to_the_group_of_who_is_in_it_only_the_others_lose() -> None:
    found = delta(network(APP), network("sg-app"))
    assert found.connections == ()
    ((where, _, was, now, addresses),) = reached(found)
    assert (where, was, now) == (BOTH, "reachable", "none")
    assert "10.0.2.0/32" in addresses
    assert "10.0.2.1/32" not in addresses


def test_of_a_database_that_goes_only_that_is_told() -> None:
    one = network(APP, databases=[placed("orders")])
    found = delta(network(APP), one)
    assert (found.gone, found.reach, found.connections) == (("db:payments",), (), ())
    new = delta(one, network(APP))
    assert [item.database for item in new.appeared] == ["db:payments"]
    assert reached(new) == [("db:payments", "inside the VPC", "none", "reachable", APP)]


def test_what_was_not_asked_for_is_not_compared_and_what_was_denied_is_said() -> None:
    groups = Question("ec2", "DescribeSecurityGroups")
    blind = replace(_without(network(APP), lambda question: question == groups), unread={groups: "AccessDenied"})
    told = delta(blind, blind)
    assert told.is_empty
    assert told.unknown == ("not known before and after: ec2:DescribeSecurityGroups (AccessDenied)",)
    bare = _without(network(APP), lambda question: question.service == "ec2")
    assert delta(bare, network("0.0.0.0/0")).is_empty


def _without(found: Inventory, leave: Callable[[Question], bool]) -> Inventory:
    return replace(found, replies={question: reply for question, reply in found.replies.items() if not leave(question)})
