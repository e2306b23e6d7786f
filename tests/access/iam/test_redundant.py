"""Statements that could be left out: by example, and by law: without them every request is decided alike."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rds_secure.access.iam.callers import Caller
from rds_secure.access.iam.evaluate import Policies, Request, evaluate
from rds_secure.access.iam.logic import Atom, Formula, atoms, constant, resolve
from rds_secure.access.iam.policy import Policy
from rds_secure.access.iam.redundant import redundant
from tests.access.iam import cases, naive
from tests.access.iam.cases import ACCOUNT, ANN, APP, KEY, ORDERS, PAYMENTS, ROOT, STRANGER, statement
from tests.access.iam.test_naive import drawn

MFA = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}


def told(*statements: dict[str, Any]) -> list[tuple[int, tuple[int, ...], bool]]:
    return [(one.place, one.by, one.denied) for one in redundant(cases.policy(*statements))]


@pytest.mark.parametrize(
    ("statements", "found"),
    [
        ((statement("Allow", "rds:*"), statement("Allow", "rds:DeleteDBInstance", ORDERS)), [(1, (0,), False)]),
        ((statement("Allow", "rds:DeleteDBInstance", ORDERS), statement("Allow", "rds:*")), [(0, (1,), False)]),
        ((statement("Allow", "rds:*"), statement("Allow", "RDS:*")), [(1, (0,), False)]),
        ((statement("Allow", "rds:*", Condition=MFA), statement("Allow", "rds:DeleteDBInstance")), []),
        ((statement("Allow", "rds:*"), statement("Allow", "rds:Delete*", Condition=MFA)), [(1, (0,), False)]),
        ((statement("Allow", "rds:*", ORDERS), statement("Allow", "rds:Delete*", [ORDERS, PAYMENTS])), []),
        (
            (
                statement("Allow", "rds:Delete*", ORDERS),
                statement("Allow", "rds:*", PAYMENTS),
                statement("Allow", "rds:DeleteDBInstance", [ORDERS, PAYMENTS]),
            ),
            [(2, (0, 1), False)],
        ),
        ((statement("Deny", "rds:*"), statement("Allow", "rds:DeleteDBInstance", ORDERS)), [(1, (0,), True)]),
        ((statement("Deny", "rds:*", Condition=MFA), statement("Allow", "rds:DeleteDBInstance")), []),
        ((statement("Deny", "rds:*"), statement("Allow", "rds:D*", Condition=MFA)), [(1, (0,), True)]),
        ((statement("Deny", "rds:*"), statement("Deny", "rds:D*")), [(1, (0,), False)]),
        ((statement("Allow", "rds:*"), statement("Deny", "rds:D*")), []),
        (
            (statement("Allow", NotAction=["iam:*"]), statement("Allow", "rds:*"), statement("Allow", "iam:Get*")),
            [(1, (0,), False)],
        ),
        (
            (statement("Allow", NotAction=["iam:Get*"]), statement("Allow", NotAction=["iam:*"])),
            [(1, (0,), False)],
        ),
        ((statement("Allow", NotResource=ORDERS), statement("Allow", resource=PAYMENTS)), []),
        (
            (statement("Allow", NotResource=[ORDERS]), statement("Allow", NotResource=[ORDERS, PAYMENTS])),
            [(1, (0,), False)],
        ),
    ],
    ids=str,
)
def test_what_others_say_already_or_take_back(
    statements: tuple[dict[str, Any], ...], found: list[tuple[int, tuple[int, ...], bool]]
) -> None:
    assert told(*statements) == found


@pytest.mark.parametrize(
    ("wide", "narrow", "found"),
    [
        ({"AWS": [ROOT, STRANGER.arn]}, {"AWS": ROOT}, True),
        ({"AWS": "*"}, {"AWS": STRANGER.arn}, True),
        ("*", {"Service": "rds.amazonaws.com"}, False),
        ({"AWS": ROOT}, {"AWS": APP.arn}, False),
    ],
    ids=str,
)
def test_whom_a_statement_names_has_to_be_named_by_the_other(wide: Any, narrow: Any, found: bool) -> None:
    kms = [statement("Allow", "kms:*", Principal=wide), statement("Allow", "kms:Decrypt", Principal=narrow)]
    assert bool(told(*kms)) is found


def without(policy: Policy) -> Policy:
    gone = {one.place for one in redundant(policy)}
    assert policy.statements is not None
    return replace(policy, statements=tuple(each for at, each in enumerate(policy.statements) if at not in gone))


def same(one: Formula, other: Formula) -> bool:
    """Whether two formulas are the same truth, whatever their atoms turn out to be."""
    named = tuple(dict.fromkeys((*atoms(one), *atoms(other))))

    def value(formula: Formula, world: dict[Atom, bool]) -> Formula:
        return resolve(formula, lambda atom: constant(world[atom]))

    worlds = (dict(zip(named, values, strict=True)) for values in product((True, False), repeat=len(named)))
    return all(value(one, world) is value(other, world) for world in worlds)


STATEMENTS = st.lists(cases.statements(), min_size=2, max_size=4)


@given(
    STATEMENTS,
    st.sampled_from(cases.ACTIONS),
    st.sampled_from([ORDERS, PAYMENTS, KEY]),
    cases.contexts(),
    st.sampled_from([ANN, APP]),
    cases.policies(),
)
@settings(max_examples=200)
def test_without_what_is_redundant_every_request_is_decided_alike(
    written: list[dict[str, Any]], action: str, arn: str, context: Any, caller: Caller, beside: Policy
) -> None:
    policy = cases.policy(*written)
    if not redundant(policy):
        return
    request = Request(caller, action, arn, ACCOUNT, context)
    before = evaluate(request, Policies((policy, beside))).when
    after = evaluate(request, Policies((without(policy), beside))).when
    assert same(before, after)


PRINCIPALS = st.sampled_from([{"AWS": ROOT}, {"AWS": [APP.arn, ANN.arn]}, "*", {"AWS": APP.arn}, {"AWS": STRANGER.arn}])


@given(
    STATEMENTS,
    st.lists(PRINCIPALS, min_size=4, max_size=4),
    st.sampled_from(cases.ACTIONS),
    cases.contexts(),
    st.sampled_from([ANN, APP, STRANGER]),
    cases.policies(),
    st.booleans(),
)
@settings(max_examples=200)
def test_the_same_of_the_policy_of_a_resource(
    written: list[dict[str, Any]],
    principals: list[Any],
    action: str,
    context: Any,
    caller: Caller,
    own: Policy,
    strict: bool,
) -> None:
    named = [{**each, "Principal": who} for each, who in zip(written, principals, strict=False)]
    policy = cases.policy(*named)
    if not redundant(policy):
        return
    request = Request(caller, action, KEY, ACCOUNT, context, strict)
    before = evaluate(request, Policies((own,), boundary=own, resource=(policy,))).when
    after = evaluate(request, Policies((own,), boundary=own, resource=(without(policy),))).when
    assert same(before, after)


def test_an_evaluator_that_was_written_apart_says_so_too() -> None:
    random = Random(7)
    found = 0
    for _ in range(1500):
        written = [drawn(random) for _ in range(random.randint(2, 4))]
        gone = {one.place for one in redundant(cases.policy(*written))}
        kept = [each for at, each in enumerate(written) if at not in gone]
        found += bool(gone)
        keys = {key: random.choice(values) for key, values in cases.KEYS.items() if random.random() < 0.7}
        for action, arn in product(cases.ACTIONS if gone else (), (ORDERS, PAYMENTS)):
            before = naive.allowed(action, arn, keys, [cases.document(*written)], [])
            assert naive.allowed(action, arn, keys, [cases.document(*kept)], []) is before, (written, gone)
    assert found > 150
