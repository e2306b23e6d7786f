"""`expect:` as it is written, and every way in which it can be wrong."""

from __future__ import annotations

from typing import get_args

import pytest

from rds_secure.access.iam.verbs import VERBS
from rds_secure.spec.expect import Verb
from rds_secure.values import Address, Ref
from tests.spec.test_stack import HEADER, problem, stack

ROLES = "resources: {iam_role: {dba: {trust: {services: [ecs-tasks.amazonaws.com]}}}}\n"


def expecting(*entries: str) -> str:
    return f"{HEADER}{ROLES}expect:\n" + "".join(f"  - {{{entry}}}\n" for entry in entries)


def test_the_verbs_are_those_that_access_answers() -> None:
    assert get_args(Verb) == tuple(VERBS)


def test_who_alone_may_is_written_with_references_and_literals() -> None:
    made = stack(expecting('only: ["${iam_role.dba}", root], may: [delete, use key], on: db:legacy, because: audit'))
    (entry,) = made.expectations
    assert entry.expectation.only == (Ref(Address("iam_role", "dba"), "arn"), "root")
    assert entry.expectation.may == ("delete", "use key")
    assert entry.expectation.on == ("db:legacy",)
    assert entry.expectation.because == "audit"
    assert str(entry.at) == "a.yaml:5:5"


def test_from_where_alone_is_written_with_networks_and_ids() -> None:
    made = stack(expecting("reach: every database, only_from: [10.0.0.0/8, '2001:db8::/32', sg-0123456789abcdef0]"))
    assert made.expectations[0].expectation.reach == ("every database",)
    assert made.expectations[0].expectation.unknown == "fail"


def test_nobody_and_nowhere_are_empty_lists() -> None:
    made = stack(expecting("only: [], may: delete, on: every database", "reach: db:x, only_from: []"))
    assert [entry.expectation.only or entry.expectation.only_from for entry in made.expectations] == [(), ()]


def test_every_file_of_a_stack_has_expectations_of_its_own() -> None:
    made = stack(expecting("reach: db:x, only_from: []"), HEADER + "expect: [{reach: db:y, only_from: []}]\n")
    assert [entry.expectation.reach for entry in made.expectations] == [("db:x",), ("db:y",)]


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ("only: [bob], may: delete, on: db:x", "a.yaml:5:13: expect.only: 'bob' is not a principal"),
        ("only: ['${iam_role.dbb}'], may: delete, on: db:x", "there is no iam_role.dbb in this stack: did you mean"),
        ("only: ['${kms_key.a}'], may: delete, on: db:x", "does not refer to iam_role or iam_user or iam_group"),
        ("only: [], may: explode, on: db:x", "a.yaml:5:21: expect.may: 'explode' is not possible: write create"),
        ("only: [], may: [], on: db:x", "a.yaml:5:5: 'may' is missing: an expectation needs 'only', 'may', 'on'"),
        ("may: delete, on: db:x", "a.yaml:5:5: 'only' is missing"),
        ("only: [], may: delete", "a.yaml:5:5: 'on' is missing"),
        ("only: [], may: delete, on: orders", "'orders' is not what it is about"),
        ("reach: db:x", "a.yaml:5:5: 'only_from' is missing: an expectation needs 'reach', 'only_from'"),
        ("reach: db:x, only_from: [10.0.0.1/8]", "'10.0.0.1/8' is not a network: write 10.0.0.0/8"),
        ("reach: db:x, only_from: [10.0.0.0/33]", "'10.0.0.0/33' is not a network: write it as 10.20.0.0/16"),
        ("reach: db:x, only_from: [office]", "'office' is not where from"),
        ("reach: db:x, only_from: [], may: delete", "a.yaml:5:39: this mixes who may with from where"),
        ("reach: db:x, only_from: [], escalation: allow", "'escalation' means nothing for this"),
        ("reach: db:x, only_from: [], unknown: maybe", "'maybe' is not possible: write fail or allow"),
        (
            "only: [], may: [use key, delete], on: 'arn:aws:kms:eu-west-1:123456789012:key/1'",
            "a.yaml:5:44: nobody can 'delete' a key: write 'use key' or 'break key', or name a database",
        ),
        ("only: [], may: delete, on: db:x, why: x", "there is no field 'why' here: use one of because"),
    ],
)
def test_what_is_wrong_is_said_where_it_is(entry: str, said: str) -> None:
    assert said in str(problem(expecting(entry)))
