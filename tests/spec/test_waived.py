"""`waivers:` and `guardrails:` as they are written, and every way in which they can be wrong."""

from __future__ import annotations

from datetime import date

import pytest

from rds_secure.values import Address, Ref
from tests.spec.test_stack import GROUP, HEADER, problem, stack

SOUND = {
    "rule": "multi-az",
    "resource": "'${iam_group.operators}'",
    "reason": "may be away for an hour",
    "owner": "dba@example.com",
    "expires": "2027-01-31",
}


def waiving(**other: str) -> str:
    """A spec with one waiver, which begins in line 5; "" leaves a field out."""
    fields = ", ".join(f"{name}: {value}" for name, value in {**SOUND, **other}.items() if value)
    return f"{HEADER}{GROUP}waivers:\n  - {{{fields}}}\n"


def test_a_waiver_says_what_of_what_why_who_and_until_when() -> None:
    (waived,) = stack(waiving()).waivers
    assert waived.waiver.resource == Ref(Address("iam_group", "operators"), "")
    assert (waived.waiver.rule, waived.waiver.owner) == ("multi-az", "dba@example.com")
    assert (waived.waiver.expires, waived.stack, str(waived.at)) == (date(2027, 1, 31), "orders", "a.yaml:5:5")


def test_every_file_of_a_stack_has_waivers_of_its_own() -> None:
    made = stack(waiving(), waiving(resource="db:legacy-*").replace(GROUP, ""))
    assert [str(one.waiver.resource) for one in made.waivers] == ["${iam_group.operators.}", "db:legacy-*"]


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("rule", "", "a.yaml:5:5: 'rule' is missing"),
        ("reason", "", "'reason' is missing"),
        ("owner", "", "'owner' is missing"),
        ("expires", "", "'expires' is missing"),
        ("rule", "Multi AZ", "waivers.rule: 'Multi AZ' is not the id of a rule: write one that"),
        ("resource", "'${iam_group.operator}'", "there is no iam_group.operator in this stack: did you mean"),
        ("resource", "'${iam_groups.operators}'", "there is no kind 'iam_groups': did you mean 'iam_group'?"),
        ("resource", "'*'", "'*' is not what a finding is about"),
        ("reason", "' '", "waivers.reason: ' ' is not a reason: write why it is as it is"),
        ("owner", "' '", "waivers.owner: ' ' is not an owner"),
        ("expires", "31.01.2027", "waivers.expires: '31.01.2027' is not a day: write a day such as 2027-01-31"),
        ("expires", "2027-02-29", "there is no day '2027-02-29'"),
        ("expires", "never", "'never' is not a day"),
        ("until", "2027-01-31", "there is no field 'until' here"),
    ],
)
def test_what_is_wrong_with_a_waiver_is_said_where_it_is(field: str, value: str, said: str) -> None:
    assert said in problem(waiving(**{field: value}))


def test_a_spec_asks_for_more_than_binds_it() -> None:
    made = stack(f"{HEADER}{GROUP}guardrails: {{rules: strict, also: [multi-az], fail_on: low}}\n")
    asked = made.tightening.said
    assert (asked.rules, asked.also, asked.fail_on) == ("strict", ("multi-az",), "low")
    assert str(made.tightening.at["fail_on"]) == "a.yaml:4:56"
    assert stack(HEADER + GROUP).tightening.said.rules is None


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("{rules: lax}", "a.yaml:4:21: guardrails.rules: 'lax' is not possible: write baseline or strict"),
        ("{fail_on: never}", "guardrails.fail_on: 'never' is not possible: write low, medium, high or critical"),
        ("{also: [A B]}", "guardrails.also: 'A B' is not the id of a rule"),
        ("{waive: all}", "there is no field 'waive' here"),
        ("[strict]", "guardrails: a mapping is needed here"),
    ],
)
def test_what_is_wrong_with_guardrails_is_said_where_it_is(written: str, said: str) -> None:
    assert said in problem(f"{HEADER}{GROUP}guardrails: {written}\n")


def test_two_files_of_a_stack_ask_for_the_same() -> None:
    said = problem(f"{HEADER}{GROUP}guardrails: {{rules: strict}}\n", f"{HEADER}guardrails: {{fail_on: low}}\n")
    assert "'guardrails' differs from a.yaml:4:13" in said
