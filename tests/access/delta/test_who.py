"""Who gains and who loses what, in small accounts."""

from __future__ import annotations

from typing import Any, TypeAlias

from hypothesis import given, settings
from hypothesis import strategies as st

from rds_secure.access.delta import Danger, Delta
from tests.access.delta.kit import DELEGATED, KEY, ORDERS, PAYMENTS, database, delta, people, permitted
from tests.access.iam.account import IAM, MFA, group, managed, role, user
from tests.access.iam.cases import OTHER, statement

DELETE = statement("Allow", "rds:DeleteDBInstance")
DELETE_ORDERS = statement("Allow", "rds:DeleteDBInstance", ORDERS["DBInstanceArn"])
LOOK = statement("Allow", "rds:Describe*")
ASSUME = statement("Allow", "sts:AssumeRole")


def test_nothing_that_changes_is_nothing() -> None:
    account = people(user("dana", DELETE), group("dba"), role("app"))
    assert delta(account, account).is_empty
    assert delta(account, people(user("dana", DELETE), group("dba"), role("app"))).is_empty


def test_a_statement_by_another_name_or_split_in_two_is_nothing() -> None:
    two = [statement("Allow", "rds:DeleteDBInstance", item["DBInstanceArn"]) for item in (ORDERS, PAYMENTS)]
    one = statement("Allow", ["rds:DeleteDBInstance"], [item["DBInstanceArn"] for item in (ORDERS, PAYMENTS)])
    assert delta(people(user("dana", *two)), people(user("dana", {"Sid": "Both"} | one))).is_empty


def test_a_verb_on_one_database() -> None:
    found = delta(people(role("app-ci", LOOK)), people(role("app-ci", LOOK, DELETE_ORDERS)))
    assert permitted(found) == [
        ("role app-ci", "delete", "db:orders", "", "always"),
        ("service ec2.amazonaws.com", "delete", "db:orders", "", "always"),
    ]
    (own, service) = found.permissions
    assert (service.way, own.way) == ((f"{IAM}:role/app-ci",), ())
    assert own.actions == ("rds:DeleteDBInstance",)
    assert {one.danger for one in found.permissions} == {Danger.DATA}


def test_what_is_allowed_by_the_name_of_a_database_is_told_of_no_other() -> None:
    found = delta(people(user("dana", DELETE_ORDERS)), people(user("dana", DELETE)))
    assert permitted(found) == [("user dana", "delete", "* db:payments", "", "always")]
    pattern = statement("Allow", "rds:DeleteDBInstance", "arn:aws:rds:*:*:db:ord*")
    found = delta(people(user("dana")), people(user("dana", pattern)))
    assert permitted(found) == [
        ("user dana", "delete", "*", "", "if the name fits arn:aws:rds:*:*:db:ord*"),
        ("user dana", "delete", "db:orders", "", "always"),
    ]


def test_a_verb_on_every_database_is_told_of_any() -> None:
    found = delta(people(user("dana")), people(user("dana", DELETE)))
    assert permitted(found) == [("user dana", "delete", "*", "", "always")]
    assert permitted(delta(people(user("dana", DELETE)), people(user("dana")))) == [
        ("user dana", "delete", "*", "always", "")
    ]


def test_those_who_gain_alike_are_told_of_together() -> None:
    members = [user(f"user{number}", groups=("dba",)) for number in range(40)]
    found = delta(people(group("dba"), *members), people(group("dba", DELETE), *members))
    assert [(len(item.principals), item.verb) for item in found.permissions] == [(40, "delete")]


def test_a_condition_that_comes_or_goes_says_what_it_was() -> None:
    free, bound = people(user("dana", DELETE)), people(user("dana", DELETE | {"Condition": MFA}))
    condition = "if aws:MultiFactorAuthPresent = true"
    assert permitted(delta(free, bound)) == [("user dana", "delete", "*", "always", condition)]
    assert permitted(delta(bound, free)) == [("user dana", "delete", "*", condition, "always")]
    assert [item.effect for item in delta(free, bound).permissions] == ["loses"]
    assert [item.effect for item in delta(bound, free).permissions] == ["gains"]
    elsewhere = DELETE | {"Condition": {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}}
    assert [item.effect for item in delta(bound, people(user("dana", elsewhere))).permissions] == ["changes"]


def test_conditions_of_the_requests_on_a_way_are_kept_apart() -> None:
    trust = [
        {"Effect": "Allow", "Principal": {"AWS": f"{IAM}:user/dana"}, "Action": "sts:AssumeRole", "Condition": MFA}
    ]
    dba = role("dba", DELETE | {"Condition": MFA}, trusts=trust)
    found = delta(people(user("dana"), role("dba")), people(user("dana"), dba))
    told = {item[0]: item[4] for item in permitted(found)}
    condition = "if aws:MultiFactorAuthPresent = true"
    assert told["user dana"] == f"{condition}, and then {condition}"
    assert told["role dba"] == condition


def test_another_way_to_the_same_is_nothing() -> None:
    dba = role("dba", DELETE, trusts={"AWS": f"{IAM}:user/dana"})
    assert delta(people(user("dana", DELETE), dba), people(user("dana"), dba)).is_empty


def test_further_actions_of_a_verb_are_told() -> None:
    reboot = statement("Allow", "rds:RebootDBInstance")
    more = statement("Allow", ["rds:RebootDBInstance", "rds:ModifyDBInstance"])
    found = delta(people(user("dana", reboot)), people(user("dana", more)))
    assert found.permissions == ()
    (actions,) = found.actions
    assert (actions.verb, actions.gained, actions.lost) == ("modify", ("rds:ModifyDBInstance",), ())
    (less,) = delta(people(user("dana", more)), people(user("dana", reboot))).actions
    assert (less.effect, less.gained, less.lost) == ("loses", (), ("rds:ModifyDBInstance",))


def test_an_action_by_oneself_that_one_had_by_a_role_is_no_other_verb() -> None:
    reboot, modify = statement("Allow", "rds:RebootDBInstance"), statement("Allow", "rds:ModifyDBInstance")
    dba = role("dba", modify, trusts={"AWS": f"{IAM}:user/dana"})
    found = delta(people(user("dana", reboot), dba), people(user("dana", reboot, modify), dba))
    assert (found.permissions, [item.gained for item in found.actions]) == ((), [("rds:ModifyDBInstance",)])


def test_of_a_new_database_only_those_are_told_who_do_not_have_it_of_any() -> None:
    trusted = people(user("root-like", statement("Allow")), user("dana", DELETE_ORDERS), databases=(PAYMENTS,))
    found = delta(trusted, people(user("root-like", statement("Allow")), user("dana", DELETE_ORDERS)))
    assert permitted(found) == [("user dana", "delete", "db:orders", "", "always")]
    (new,) = found.appeared
    assert new.database == "db:orders"
    assert dict(new.holders)["delete"] == 2  # the root user is one of them


def test_the_key_of_a_new_database_is_used_by_those_who_use_any() -> None:
    dana = user("dana", statement("Allow", "kms:*"))
    old = people(dana, databases=(), keys={KEY: DELEGATED})
    found = delta(old, people(dana, databases=(database("orders", KmsKeyId=KEY),), keys={KEY: DELEGATED}))
    assert found.permissions == ()
    assert dict(found.appeared[0].holders)["break key"] == 2


def test_of_a_database_that_goes_nothing_is_told_but_that() -> None:
    dana = user("dana", DELETE)
    found = delta(people(dana), people(dana, databases=(PAYMENTS,)))
    assert (found.gone, found.permissions, found.is_empty) == (("db:orders",), (), False)


def test_whom_the_policy_of_a_key_lets_in_from_outside() -> None:
    orders = (database("orders", KmsKeyId=KEY),)
    other = statement("Allow", "kms:Decrypt", Principal={"AWS": OTHER})
    everybody = statement("Allow", "kms:Decrypt", Principal="*")
    before = people(databases=orders, keys={KEY: DELEGATED})
    found = delta(before, people(databases=orders, keys={KEY: (*DELEGATED, other)}))
    assert permitted(found) == [(f"account {OTHER}", "use key", "db:orders", "", "always")]
    found = delta(before, people(databases=orders, keys={KEY: (*DELEGATED, everybody)}))
    assert permitted(found)[0][:3] == ("anyone", "use key", "db:orders")
    assert found.worst is Danger.INTERNET


def test_who_can_give_themselves_more() -> None:
    put = statement("Allow", "iam:PutUserPolicy", f"{IAM}:user/dana")
    found = delta(people(user("dana", LOOK)), people(user("dana", LOOK, put)))
    (gained,) = found.escalations
    assert (gained.effect, gained.by, gained.was, gained.now) == (
        "gains",
        ("iam:PutUserPolicy on itself",),
        "",
        "always",
    )
    assert gained.verbs == ("create", "modify", "delete", "connect", "read secret")
    (lost,) = delta(people(user("dana", LOOK, put)), people(user("dana", LOOK))).escalations
    assert lost.effect == "loses"


def test_nobody_loses_an_escalation_to_what_they_have_now() -> None:
    put = statement("Allow", "iam:PutUserPolicy")
    found = delta(people(user("dana", put)), people(user("dana", put, DELETE)))
    assert all("delete" not in item.verbs for item in found.escalations)


def test_a_policy_that_many_have_is_told_once() -> None:
    members = [user(f"user{number}", attached=("ops",)) for number in range(3)]
    found = delta(people(managed("ops", LOOK), *members), people(managed("ops", LOOK, DELETE), *members))
    assert permitted(found) == [("user user0, user user1, user user2", "delete", "*", "", "always")]


ANY = ("*", "db:orders", "db:payments")
Statements: TypeAlias = list[dict[str, Any]]
STATEMENTS = st.lists(
    st.sampled_from(
        [DELETE, DELETE_ORDERS, LOOK, ASSUME, DELETE | {"Condition": MFA}, statement("Deny", "rds:Delete*")]
    ),
    max_size=3,
)


@settings(max_examples=15, deadline=None)
@given(STATEMENTS, STATEMENTS, STATEMENTS, STATEMENTS)
def test_what_is_gained_one_way_is_lost_the_other(a: Statements, b: Statements, c: Statements, d: Statements) -> None:
    one = people(user("dana", *a), role("dba", *b, trusts={"AWS": f"{IAM}:user/dana"}))
    two = people(user("dana", *c), role("dba", *d, trusts={"AWS": f"{IAM}:user/dana"}))
    assert _each(delta(one, two)) == {(*key, now, was) for *key, was, now in _each(delta(two, one))}


def _each(found: Delta) -> set[tuple[str, str, str, str, str]]:
    """Every principal and database by itself."""
    return {
        (who.name, item.verb, where, item.was, item.now)
        for item in found.permissions
        for who in item.principals
        for where in (ANY if item.databases == ("*",) else item.databases)
    }
