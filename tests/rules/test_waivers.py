"""Waivers over findings: what they cover, when they end, and when nothing needs them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from rds_secure.errors import Location
from rds_secure.finding import Finding, Severity, State
from rds_secure.rules import RULES, Guardrails, Of, Profile, Subject, Waivers
from rds_secure.rules.meta import META
from rds_secure.rules.waivers import Scene, apply, matches
from rds_secure.spec.guardrails import Waived, Waiver
from rds_secure.values import Address, Ref

TODAY = date(2026, 11, 24)
ORDERS = Address("db_instance", "orders")
HERE = Ref(ORDERS, "")
SUBJECTS = (
    Subject(Of.INSTANCE, "db:orders", {}, ORDERS),
    Subject(Of.INSTANCE, "db:legacy", {}),
    Subject(Of.ACCOUNT, "account", {}),
)
SCENE = Scene({rule.id: rule for rule in (*RULES, *META)}, SUBJECTS)


def finding(state: State = State.FAIL, rule: str = "multi-az", subject: Subject = SUBJECTS[0]) -> Finding:
    return Finding(rule, state, Severity.MEDIUM, subject.name, "one zone", "another", subject.address)


def waived(resource: str | Ref = HERE, until: date = TODAY, rule: str = "multi-az", stack: str = "orders") -> Waived:
    made = Waiver(rule=rule, resource=resource, reason="a  reason\n", owner="dba", expires=until)
    return Waived(made, Location("spec.yaml", 7, 5), stack)


def applied(findings: list[Finding], *entries: Waived, scene: Scene = SCENE) -> list[Finding]:
    return list(apply(Waivers(entries, TODAY), findings, scene))


def told(findings: list[Finding]) -> list[tuple[str, State]]:
    return [(one.rule, one.state) for one in findings]


def test_a_waiver_holds_through_its_last_day_and_says_who_answers() -> None:
    (one,) = applied([finding()], waived())
    assert (one.state, one.message, one.fix) == (State.WAIVED, "one zone", "another")
    assert one.excuse
    assert (one.excuse.reason, one.excuse.owner, one.excuse.until) == ("a reason", "dba", TODAY)
    assert str(one.excuse.location) == "spec.yaml:7:5"


def test_after_that_it_fails_again_and_the_waiver_is_a_finding_where_it_is_written() -> None:
    first, second = applied([finding()], waived(until=date(2026, 11, 23)))
    assert first == finding()
    assert (second.rule, second.state, second.severity) == ("waiver-expired", State.FAIL, Severity.MEDIUM)
    assert second.subject == "waiver of multi-az for db_instance.orders"
    assert second.message == "it ended on 2026-11-23"
    assert str(second.location) == "spec.yaml:7:5"


@pytest.mark.parametrize("state", [State.PASS, State.UNKNOWN])
def test_only_what_fails_is_waived(state: State) -> None:
    assert applied([finding(state)], waived())[0] == finding(state)


@pytest.mark.parametrize(
    ("resource", "covered"),
    [
        (HERE, ["db:orders"]),
        ("db:legacy", ["db:legacy"]),
        ("db:*", ["db:orders", "db:legacy"]),
        ("db:l*y", ["db:legacy"]),
        ("*:l*g*cy", ["db:legacy"]),
        ("db:legacy*legacy", []),
        ("db:lega*acy", []),
        ("DB:legacy", []),
        ("db.legacy", []),
        ("legacy", []),
    ],
)
def test_a_waiver_covers_what_it_names(resource: str | Ref, covered: list[str]) -> None:
    found = applied([finding(), finding(subject=SUBJECTS[1])], waived(resource))
    assert [one.subject for one in found if one.state is State.WAIVED] == covered


def test_a_waiver_is_of_its_rule_alone() -> None:
    assert told(applied([finding(rule="not-public")], waived()))[0] == ("not-public", State.FAIL)


def test_a_waiver_of_no_stack_covers_no_address() -> None:
    assert applied([finding()], waived(stack=""))[0].state is State.FAIL


def test_a_waiver_covers_nothing_of_another_stack() -> None:
    assert applied([replace(finding(), stack="other")], waived())[0].state is State.FAIL
    assert applied([replace(finding(), stack="orders")], waived())[0].state is State.WAIVED


def test_names_of_any_length_are_compared_in_no_time() -> None:
    assert not matches("*a" * 200 + "b", "a" * 500)
    assert matches("*a" * 200 + "*", "a" * 500)


def test_a_waiver_that_nothing_needs_is_a_finding() -> None:
    assert told(applied([finding(State.PASS)], waived())) == [("multi-az", State.PASS), ("waiver-unused", State.FAIL)]
    assert told(applied([], waived("db:gone"))) == [("waiver-unused", State.FAIL)]
    assert told(applied([], waived("db:gone-*"))) == [("waiver-unused", State.FAIL)]


def test_nobody_says_that_a_waiver_is_unused_who_cannot_know() -> None:
    alone = replace(SCENE, partial=True)
    unseen = replace(SCENE, unlisted=frozenset({Of.INSTANCE}))
    unasked = Scene({rule.id: rule for rule in META}, SUBJECTS)
    assert applied([finding(State.UNKNOWN)], waived()) == [finding(State.UNKNOWN)]
    assert applied([], waived("db:gone"), scene=alone) == []
    assert applied([], waived("db:*"), scene=alone) == []
    assert applied([], waived("db:gone"), scene=unseen) == []
    assert applied([], waived(Ref(Address("db_instance", "to-come"), ""))) == []
    assert applied([], waived(), scene=unasked) == []
    live = next(rule.id for rule in RULES if rule.live and Of.INSTANCE in rule.of)
    assert applied([], waived(rule=live), scene=alone) == []


def test_of_two_waivers_the_longer_one_is_told() -> None:
    (one,) = applied([finding()], waived(), waived(until=date(2027, 1, 1)))
    assert one.excuse
    assert one.excuse.until == date(2027, 1, 1)


def test_what_is_waived_stops_nothing() -> None:
    binding = Guardrails(Profile.STRICT, Severity.LOW)
    assert binding.stopping(applied([finding()], waived())) == ()
    assert len(binding.stopping([finding()])) == 1
