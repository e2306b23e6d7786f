"""Patterns against actions and ARNs."""

from __future__ import annotations

import pytest

from rds_secure.access.iam.context import OPEN, Context, context
from rds_secure.access.iam.logic import NO, YES, Formula, Literal
from rds_secure.access.iam.match import ANY, Crosses, NameFits, action_fits, fits, template, template_fits
from rds_secure.values import Address, Ref, Text

DB = "arn:aws:rds:eu-west-1:123456789012:db:orders"
USER = "arn:aws:iam::123456789012:user/ann"


@pytest.mark.parametrize(
    ("pattern", "action", "expected"),
    [
        ("*", "rds:DeleteDBInstance", True),
        ("rds:*", "rds:DeleteDBInstance", True),
        ("RDS:deletedbinstance", "rds:DeleteDBInstance", True),
        ("rds:Delete*", "rds:DeleteDBCluster", True),
        ("rds:Delete*", "rds:DescribeDBClusters", False),
        ("rds:DeleteDBInstanc?", "rds:DeleteDBInstance", True),
        ("rds:DeleteDBInstance?", "rds:DeleteDBInstance", False),
        ("rds:DeleteDBInstance", "rds:DeleteDBInstanceAutomatedBackup", False),
        ("rds-db:*", "rds:DeleteDBInstance", False),
        ("rds.*", "rds:DeleteDBInstance", False),
    ],
)
def test_actions_ignore_case_and_take_wildcards(pattern: str, action: str, expected: bool) -> None:
    assert action_fits(template(pattern, variables=True), action) is expected


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("*", YES),
        (DB, YES),
        ("arn:aws:rds:eu-west-1:123456789012:db:*", YES),
        ("arn:aws:rds:*:123456789012:db:orders", YES),
        ("arn:aws:rds:eu-*:*:db:o?ders", YES),
        ("arn:*:rds:*:*:*", YES),
        ("arn:aws:rds:eu-west-1:123456789012:*:orders", YES),
        ("arn:aws:rds:eu-west-1:*", YES),
        ("arn:aws:rds:*", YES),
        ("arn:aws:rds:eu-*", YES),
        ("arn:*", YES),
        ("arn:aws:rds:eu-west-1:123456789012:db:Orders", NO),
        ("arn:aws:rds:eu-west-1:123456789012:db:order", NO),
        ("arn:aws:rds:eu-west-1:123456789012:db:orders?", NO),
        ("arn:aws:rds:us-*", NO),
        ("arn:aws:rds:eu?west?1?123456789012:db:orders", NO),
        ("arn:aws:rds", NO),
        ("arn:aws:rds:*-1:db:orders", NO),
        ("arn:aws:rds:*:db:orders", Literal(Crosses("arn:aws:rds:*:db:orders"))),
        ("arn:aws:*:db:orders", Literal(Crosses("arn:aws:*:db:orders"))),
        ("arn:aws:rds:eu*:db:orders", Literal(Crosses("arn:aws:rds:eu*:db:orders"))),
        ("arn:aws:rds:*:db:payments", NO),
    ],
)
def test_arns_are_compared_field_by_field(pattern: str, expected: Formula) -> None:
    assert fits(pattern, DB) == expected


def test_what_follows_the_fifth_colon_is_one_field() -> None:
    snapshot = "arn:aws:rds:eu-west-1:123456789012:snapshot:rds:orders-2026"
    assert fits("arn:aws:rds:eu-west-1:123456789012:snapshot:*-2026", snapshot) is YES
    assert fits("arn:aws:rds:eu-west-1:123456789012:snap*2026", snapshot) is YES


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("*", YES),
        ("arn:aws:rds:*:*:db:*", YES),
        ("arn:aws:rds:*:*:db:?*", YES),
        ("arn:aws:rds:eu-west-1:*", YES),
        ("arn:aws:rds:*:*:*", YES),
        ("arn:aws:rds:*:*:db:dev-*", Literal(NameFits("arn:aws:rds:*:*:db:dev-*"))),
        ("arn:aws:rds:*:*:db:?", Literal(NameFits("arn:aws:rds:*:*:db:?"))),
        ("arn:aws:rds:*:*:*-dev", Literal(NameFits("arn:aws:rds:*:*:*-dev"))),
        (DB, Literal(NameFits(DB))),
        ("arn:aws:rds:*:*:db:", NO),
        ("arn:aws:rds:*:*:pg:*", NO),
        ("arn:aws:rds:us-*:*:db:*", NO),
        ("arn:aws:rds:*:db:*", Literal(Crosses("arn:aws:rds:*:db:*"))),
    ],
)
def test_a_name_nobody_has_chosen_may_be_any(pattern: str, expected: Formula) -> None:
    assert fits(pattern, "arn:aws:rds:eu-west-1:123456789012:db:" + ANY) == expected


def resource(pattern: str | Text, arn: str, known: Context, *, variables: bool = True) -> Formula:
    return template_fits(template(pattern, variables=variables), arn, known)


def test_variables_are_put_in_where_the_language_has_them() -> None:
    ann = context({"aws:username": "ann"})
    assert resource("arn:aws:iam::*:user/${aws:username}", USER, ann) is YES
    assert resource("arn:aws:iam::*:user/${AWS:UserName}", USER, ann) is YES
    assert resource("arn:aws:iam::*:user/${aws:username}", USER, context({"aws:username": "bob"})) is NO
    assert resource("arn:aws:iam::*:user/${aws:username}", USER, ann, variables=False) is NO


def test_a_variable_without_value_fits_nothing_unless_it_has_a_default() -> None:
    nobody = context(absent=["aws:username"])
    assert resource("arn:aws:iam::*:user/*${aws:username}", USER, nobody) is NO
    assert resource("arn:aws:iam::*:user/${aws:username, 'ann'}", USER, nobody) is YES
    assert resource("arn:aws:iam::*:user/${aws:username,'bob'}", USER, nobody) is NO


def test_a_multivalued_key_is_no_variable() -> None:
    assert resource("arn:aws:iam::*:user/${x}", USER, context({"x": ["ann", "bob"]})) is NO


def test_values_of_variables_are_no_patterns() -> None:
    assert resource("arn:aws:iam::*:user/${x}", USER, context({"x": "*"})) is NO


@pytest.mark.parametrize(("written", "name"), [("a${*}", "a*"), ("a${?}", "a?"), ("a${$}", "a$")])
def test_escaped_wildcards_stand_for_themselves(written: str, name: str) -> None:
    user = "arn:aws:iam::1:user/"
    assert resource(user + written, user + name, OPEN) is YES
    assert resource(user + written, user + "ab", OPEN) is NO


def test_an_open_variable_leaves_the_answer_open_only_where_it_could_fit() -> None:
    pattern = "arn:aws:iam::*:user/${aws:PrincipalTag/who}"
    left = resource(pattern, USER, OPEN)
    assert str(left) == f"{USER} fits {pattern}"
    assert resource(pattern, DB, OPEN) is NO


def test_a_reference_whose_value_is_not_known_yet_is_open() -> None:
    known = Text(("arn:aws:rds:eu-west-1:123456789012:db:", Ref(Address("db_instance", "orders"), "name")))
    assert resource(known, DB, context(closed=[""])) not in (YES, NO)
    assert resource(known, USER, OPEN) is NO
