"""Laws of the evaluator, on random policies."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from rds_secure.access.iam.conditions import Condition
from rds_secure.access.iam.context import Context
from rds_secure.access.iam.evaluate import Policies, Request, evaluate
from rds_secure.access.iam.logic import NO, YES, Atom, Formula, Literal, resolve
from rds_secure.access.iam.match import ArnFits
from rds_secure.access.iam.policy import Policy
from tests.access.iam import cases

REQUESTS = st.builds(
    Request,
    st.sampled_from([cases.ANN, cases.APP]),
    st.sampled_from(cases.ACTIONS),
    st.sampled_from([cases.ORDERS, cases.PAYMENTS]),
    st.just(cases.ACCOUNT),
    cases.contexts(),
)
OPTIONAL = st.none() | cases.policies()
SETS = st.builds(
    Policies,
    st.lists(cases.policies(), max_size=3).map(tuple),
    OPTIONAL,
    st.lists(cases.policies(), max_size=2).map(tuple),
    st.lists(st.lists(cases.policies(), min_size=1, max_size=2).map(tuple), max_size=2).map(tuple),
)


def extended(policies: Policies, written: dict[str, Any], where: str) -> Policies:
    """The policies with a further statement in one place."""
    more = cases.policy(written, name="more")
    fields: dict[str, Any] = {**vars(policies)}
    if where == "identity":
        fields["identity"] = (*(policies.identity or ()), more)
    elif where == "levels":
        fields["levels"] = tuple((*level, more) for level in policies.levels)
    elif where == "session":
        fields["session"] = policies.session and (*policies.session, more)
    elif fields[where] is not None:
        fields[where] = Policy("both", (*fields[where].statements, *(more.statements or ())))
    return Policies(**fields)


@given(REQUESTS, SETS, cases.statements("Deny"), st.sampled_from(["identity", "boundary", "session", "levels"]))
@settings(max_examples=40)
def test_an_added_deny_never_grants(request: Request, policies: Policies, deny: dict[str, Any], where: str) -> None:
    before, after = evaluate(request, policies).when, evaluate(request, extended(policies, deny, where)).when
    assert before is not NO or after is NO
    assert after is not YES or before is YES


@given(REQUESTS, SETS, cases.statements("Allow"), st.sampled_from(["identity", "boundary", "session", "levels"]))
@settings(max_examples=40)
def test_an_added_allow_never_revokes(request: Request, policies: Policies, allow: dict[str, Any], where: str) -> None:
    before, after = evaluate(request, policies).when, evaluate(request, extended(policies, allow, where)).when
    assert before is not YES or after is YES
    assert after is not NO or before is NO


@given(REQUESTS, st.lists(cases.policies(), max_size=3), st.lists(cases.policies(), max_size=3))
@settings(max_examples=40)
def test_the_order_and_the_grouping_of_policies_do_not_matter(
    request: Request, one: list[Policy], other: list[Policy]
) -> None:
    merged = Policy("merged", tuple(found for policy in [*other, *one] for found in policy.statements or ()))
    apart = evaluate(request, Policies((*one, *other)))
    assert evaluate(request, Policies((merged,))).when == apart.when


@given(REQUESTS, SETS)
@settings(max_examples=40)
def test_names_change_nothing(request: Request, policies: Policies) -> None:
    def renamed(policy: Policy) -> Policy:
        return Policy("other", policy.statements)

    changed = Policies(
        tuple(map(renamed, policies.identity or ())),
        policies.boundary and renamed(policies.boundary),
        tuple(map(renamed, policies.session)),
        tuple(tuple(map(renamed, level)) for level in policies.levels),
    )
    assert evaluate(request, changed).when == evaluate(request, policies).when


def filled(formula: Formula, context: Context) -> Formula:
    def decide(atom: Atom) -> Formula:
        match atom:
            case Condition():
                return atom.holds(context)
            case ArnFits():
                return atom.within(context)
            case _:
                return Literal(atom)

    return resolve(formula, decide)


@given(st.data(), REQUESTS, SETS)
@settings(max_examples=40)
def test_what_is_left_open_says_exactly_what_every_filling_gives(
    data: st.DataObject, request: Request, policies: Policies
) -> None:
    full = data.draw(cases.fillings(request.context))
    left = evaluate(request, policies).when
    decided = evaluate(Request(request.caller, request.action, request.resource, request.owner, full), policies).when
    assert filled(left, request.caller.context().also(full)) == decided
