"""Operators, set operators, missing and open keys."""

from __future__ import annotations

from typing import Any

import pytest

from rds_secure.access.iam.conditions import Condition, hold, parse
from rds_secure.access.iam.context import OPEN, Context, context
from rds_secure.access.iam.logic import NO, YES, Formula, Literal


def condition(operator: str, key: str, operands: Any, known: Context, *, variables: bool = True) -> Formula:
    return hold(parse({operator: {key: operands}}, variables=variables), known)


@pytest.mark.parametrize(
    ("operator", "value", "operands", "expected"),
    [
        ("StringEquals", "a", "a", YES),
        ("StringEquals", "a", ["b", "a"], YES),
        ("StringEquals", "A", "a", NO),
        ("stringequals", "a", "a", YES),
        ("StringEquals", "ab", "a*", NO),
        ("StringNotEquals", "a", ["b", "a"], NO),
        ("StringNotEquals", "c", ["b", "a"], YES),
        ("StringEqualsIgnoreCase", "A", "a", YES),
        ("StringNotEqualsIgnoreCase", "A", "a", NO),
        ("StringLike", "abc", "a*", YES),
        ("StringLike", "abc", "a?c", YES),
        ("StringLike", "ABC", "a*", NO),
        ("StringNotLike", "abc", ["x", "a*"], NO),
        ("NumericEquals", "10", "10.0", YES),
        ("NumericEquals", "10", 10, YES),
        ("NumericNotEquals", "10", "10", NO),
        ("NumericLessThan", "9", "10", YES),
        ("NumericLessThan", "10", "10", NO),
        ("NumericLessThanEquals", "10", "10", YES),
        ("NumericGreaterThan", "10", "9", YES),
        ("NumericGreaterThanEquals", "9", "10", NO),
        ("DateEquals", "2026-11-24T10:00:00Z", "2026-11-24T11:00:00+01:00", YES),
        ("DateNotEquals", "2026-11-24T10:00:00Z", "2026-11-24", YES),
        ("DateLessThan", "2026-11-24T10:00:00Z", "2026-11-25", YES),
        ("DateGreaterThan", "1795514400", "2026-11-01T00:00:00Z", YES),
        ("DateLessThanEquals", "2026-11-24", "2026-11-24T00:00:00Z", YES),
        ("DateGreaterThanEquals", "2026-11-23", "2026-11-24", NO),
        ("Bool", "true", "TRUE", YES),
        ("Bool", "true", True, YES),
        ("Bool", "false", "true", NO),
        ("BinaryEquals", "QmluYXJ5", "QmluYXJ5", YES),
        ("BinaryEquals", "QmluYXJ5", "QmluYXJ6", NO),
        ("IpAddress", "10.1.2.3", "10.0.0.0/8", YES),
        ("IpAddress", "10.1.2.3", ["11.0.0.0/8", "10.1.2.3"], YES),
        ("IpAddress", "11.1.2.3", "10.0.0.0/8", NO),
        ("IpAddress", "2001:db8::1", "2001:db8::/32", YES),
        ("IpAddress", "2001:db8::1", "0.0.0.0/0", NO),
        ("NotIpAddress", "10.1.2.3", "10.0.0.0/8", NO),
        ("NotIpAddress", "11.1.2.3", "10.0.0.0/8", YES),
        ("ArnEquals", "arn:aws:iam::1:role/a", "arn:aws:iam::*:role/?", YES),
        ("ArnLike", "arn:aws:iam::1:role/a", "arn:aws:iam::1:*", YES),
        ("ArnLike", "arn:aws:iam::1:role/a", "arn:aws:iam::2:role/a", NO),
        ("ArnLike", "arn:aws:rds:r:1:db:x", "arn:aws:rds:*:db:x:y", NO),
        ("ArnNotEquals", "arn:aws:iam::1:role/a", "arn:aws:iam::1:role/a", NO),
        ("ArnNotLike", "arn:aws:iam::1:role/a", "arn:aws:iam::2:*", YES),
    ],
)
def test_operators(operator: str, value: str, operands: Any, expected: Formula) -> None:
    assert condition(operator, "Some:Key", operands, context({"some:key": value})) is expected


@pytest.mark.parametrize(
    ("operator", "expected"),
    [
        ("StringEquals", NO),
        ("StringLike", NO),
        ("NumericLessThan", NO),
        ("DateGreaterThan", NO),
        ("Bool", NO),
        ("BinaryEquals", NO),
        ("IpAddress", NO),
        ("ArnLike", NO),
        ("StringNotEquals", YES),
        ("StringNotEqualsIgnoreCase", YES),
        ("StringNotLike", YES),
        ("NumericNotEquals", YES),
        ("DateNotEquals", YES),
        ("NotIpAddress", YES),
        ("ArnNotLike", YES),
        ("StringEqualsIfExists", YES),
        ("BoolIfExists", YES),
        ("StringNotEqualsIfExists", YES),
        ("ForAllValues:StringEquals", YES),
        ("ForAllValues:StringNotEquals", YES),
        ("ForAnyValue:StringEquals", NO),
        ("ForAnyValue:StringNotEquals", NO),
        ("ForAnyValue:StringEqualsIfExists", NO),
    ],
)
def test_a_missing_key(operator: str, expected: Formula) -> None:
    assert condition(operator, "k", "x", context(absent=["k"])) is expected


@pytest.mark.parametrize(
    ("operand", "present", "expected"),
    [
        ("true", False, YES),
        ("true", True, NO),
        ("false", False, NO),
        (False, True, YES),
        (["true", "false"], True, YES),
    ],
)
def test_null_asks_whether_the_key_is_missing(operand: Any, present: bool, expected: Formula) -> None:
    known = context({"k": "v"}) if present else context(absent=["k"])
    assert condition("Null", "k", operand, known) is expected


@pytest.mark.parametrize(
    ("operator", "values", "expected"),
    [
        ("ForAllValues:StringEquals", ["a", "b"], YES),
        ("ForAllValues:StringEquals", ["a", "c"], NO),
        ("ForAnyValue:StringEquals", ["a", "c"], YES),
        ("ForAnyValue:StringEquals", ["c"], NO),
        ("ForAllValues:StringNotLike", ["c", "d"], YES),
        ("ForAllValues:StringNotLike", ["c", "a"], NO),
        ("ForAnyValue:StringNotLike", ["c", "a"], YES),
        ("ForAnyValue:StringNotLike", ["b", "a"], NO),
        ("forallvalues:stringequals", ["a"], YES),
    ],
)
def test_set_operators(operator: str, values: list[str], expected: Formula) -> None:
    assert condition(operator, "k", ["a", "b"], context({"k": values})) is expected


def test_all_operators_and_all_keys_have_to_hold() -> None:
    block = {"StringEquals": {"a": "1", "b": "2"}, "Bool": {"c": "true"}}
    parsed = parse(block, variables=True)
    assert hold(parsed, context({"a": "1", "b": "2", "c": "true"})) is YES
    assert hold(parsed, context({"a": "1", "b": "3", "c": "true"})) is NO
    assert hold(parsed, context({"a": "1", "b": "2", "c": "false"})) is NO
    assert str(hold(parsed, context({"a": "1"}))) == "b = 2 and c = true"


def test_variables_in_operands() -> None:
    same = ("StringEquals", "aws:ResourceTag/team", "${aws:PrincipalTag/team}")
    resource = {"aws:ResourceTag/team": "a"}
    assert condition(*same, context({**resource, "aws:PrincipalTag/team": "a"})) is YES
    assert condition(*same, context({**resource, "aws:PrincipalTag/team": "b"})) is NO
    assert condition(*same, context(resource, absent=["aws:PrincipalTag/team"])) is NO
    assert condition(*same, context({"aws:ResourceTag/team": "${aws:PrincipalTag/team}"}), variables=False) is YES
    assert str(condition(*same, context({"aws:PrincipalTag/team": "b"}))) == "aws:ResourceTag/team = b"


def test_a_variable_without_value_is_unequal_to_everything() -> None:
    known = context({"k": "a"}, absent=["v"])
    assert condition("StringNotEquals", "k", "${v}", known) is YES
    assert condition("StringNotLike", "k", "${v}", known) is YES
    assert condition("StringNotEquals", "k", ["${v}", "a"], known) is NO
    assert condition("StringEquals", "k", "${v, 'a'}", known) is YES


def test_an_operand_that_decides_makes_open_variables_irrelevant() -> None:
    assert condition("StringEquals", "k", ["a", "${open}"], context({"k": "a"})) is YES
    assert condition("StringNotEquals", "k", ["a", "${open}"], context({"k": "a"})) is NO
    assert condition("StringEquals", "k", ["b", "${open}"], context({"k": "a"})) not in (YES, NO)


@pytest.mark.parametrize(
    "operator", ["StringEquals", "StringNotEquals", "IpAddress", "NotIpAddress", "Bool", "ArnLike"]
)
def test_an_open_key_leaves_the_test(operator: str) -> None:
    left = condition(operator, "k", "x", OPEN)
    assert isinstance(left, Literal)
    assert isinstance(left.atom, Condition)


def test_opposite_operators_are_seen_as_opposites() -> None:
    for one, other in [("StringEquals", "StringNotEquals"), ("IpAddress", "NotIpAddress"), ("ArnLike", "ArnNotLike")]:
        assert condition(one, "k", ["x", "y"], OPEN) == ~condition(other, "k", ["y", "x"], OPEN)


@pytest.mark.parametrize(
    ("operator", "values", "operand"),
    [
        ("StringSounds", ["a"], "a"),
        ("StringEquals", ["a", "b"], "a"),
        ("NumericEquals", ["ten"], "10"),
        ("IpAddress", ["10.0.0.1"], "ten"),
        ("ArnLike", ["arn:aws:iam::1:role/a"], "*"),
        ("Bool", ["true"], "yes"),
        ("DateLessThan", ["2026-11-24"], "soon"),
        ("BinaryEquals", ["a"], "?"),
    ],
)
def test_what_nobody_knows_stays_unknown(operator: str, values: list[str], operand: str) -> None:
    assert condition(operator, "k", operand, context({"k": values})) not in (YES, NO)


@pytest.mark.parametrize(
    ("operator", "operands", "holds", "fails"),
    [
        ("Bool", "true", "k = true", "k ≠ true"),
        ("StringNotEquals", ["b", "a"], "k ≠ a, b", "k = a, b"),
        ("NotIpAddress", "10.0.0.0/8", "k not in 10.0.0.0/8", "k in 10.0.0.0/8"),
        ("Null", "true", "k is absent", "k is present"),
        ("NumericLessThan", "5", "k < 5", "k not < 5"),
        ("BoolIfExists", "true", "k = true (if present)", "k ≠ true (and present)"),
        ("ForAllValues:StringLike", "a*", "every k like a*", "not every k like a*"),
        ("ForAnyValue:StringEquals", "a", "some k = a", "not some k = a"),
        ("StringSounds", "a", "stringsounds k a", "not stringsounds k a"),
    ],
)
def test_how_a_condition_reads(operator: str, operands: Any, holds: str, fails: str) -> None:
    formula = condition(operator, "k", operands, OPEN)
    assert (str(formula), str(~formula)) == (holds, fails)
