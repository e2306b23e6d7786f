"""A court decides for every resource what `evaluate` decides for one."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from rds_secure.access.iam.callers import Caller
from rds_secure.access.iam.context import Context, context
from rds_secure.access.iam.court import Asker, Court
from rds_secure.access.iam.docket import Docket
from rds_secure.access.iam.evaluate import Policies, Request, evaluate
from rds_secure.access.iam.policy import Policy, compile_policy
from rds_secure.access.iam.spread import Universe
from tests.access.iam import cases
from tests.access.iam.test_laws import SETS, filled

CALLERS = (
    cases.ANN,
    cases.APP,
    replace(cases.APP, session="night"),
    replace(cases.ANN, token=True),
    replace(cases.ANN, token=True, session="bob"),
    cases.STRANGER,
    Caller("root", cases.ROOT, cases.ACCOUNT),
    Caller("service", "rds.amazonaws.com"),
    Caller("anyone", "*"),
)
ENTRIES = (
    {"AWS": cases.ANN.arn},
    {"AWS": [cases.APP.arn, cases.ANN.arn]},
    {"AWS": [cases.ROOT, cases.APP.arn]},
    {"AWS": cases.OTHER},
    {"AWS": ["*"]},
    {"AWS": f"arn:aws:sts::{cases.ACCOUNT}:assumed-role/app/night"},
    {"AWS": f"arn:aws:sts::{cases.ACCOUNT}:federated-user/bob"},
    {"Service": "rds.amazonaws.com"},
    {"AWS": "AROAAPP"},
)
RESOURCES = (cases.ORDERS, cases.PAYMENTS)
TAGS = {
    cases.ORDERS: context({"aws:RequestedRegion": "eu-west-1"}),
    cases.PAYMENTS: context(absent=["aws:RequestedRegion"]),
}


@st.composite
def governing(draw: st.DrawFn) -> Policy:
    """A policy of a resource."""
    written: list[dict[str, Any]] = []
    for _ in range(draw(st.integers(0, 3))):
        element = draw(st.sampled_from(["Principal", "Principal", "Principal", "NotPrincipal"]))
        named = {element: draw(st.sampled_from(ENTRIES))}
        asked = {"StringLike": {"aws:PrincipalArn": draw(st.sampled_from(["*:user/*", cases.APP.arn]))}}
        conditions = {"Condition": asked} if draw(st.integers(0, 3)) == 0 else {}
        written.append(draw(cases.statements()) | named | conditions)
    return compile_policy("resource", cases.document(*written))


@given(
    st.data(),
    st.sampled_from(CALLERS),
    st.sampled_from(cases.ACTIONS),
    SETS,
    st.fixed_dictionaries({}, optional={arn: governing() | st.just(Policy("unread", None)) for arn in RESOURCES}),
    st.booleans(),
)
@settings(max_examples=50)
def test_a_court_decides_as_evaluate_does(
    data: st.DataObject,
    caller: Caller,
    action: str,
    policies: Policies,
    governed: dict[str, Policy],
    strict: bool,
) -> None:
    resources = {arn: (policy,) for arn, policy in governed.items()}
    universe = Universe([cases.ORDERS, None, cases.PAYMENTS], TAGS)
    court = Court(Docket(cases.ACTIONS), universe, cases.ACCOUNT, resources, strict=strict)
    verdict = court.verdict(Asker(caller, policies), action)
    for other in cases.ACTIONS:
        court.verdict(Asker(caller, policies), other)
    assert verdict.some & 0b010 == 0
    for place, arn in ((0, cases.ORDERS), (2, cases.PAYMENTS)):
        request = Request(caller, action, arn, cases.ACCOUNT, TAGS[arn], strict)
        alone = evaluate(request, replace(policies, resource=resources.get(arn, ()))).when
        full: Context = caller.context().also(data.draw(cases.fillings(TAGS[arn])))
        assert filled(verdict.at(place), full) == filled(alone, full)


def test_a_court_that_has_seen_other_callers_still_tells_them_apart() -> None:
    own = cases.policy(cases.statement("Allow", Condition={"StringEquals": {"aws:username": "ann"}}))
    court = Court(Docket(["rds:StopDBInstance"]), Universe([cases.ORDERS]), cases.ACCOUNT)
    bob = replace(cases.ANN, arn=cases.ANN.arn.replace("ann", "bob"))
    verdicts = [court.verdict(Asker(caller, Policies((own,))), "rds:StopDBInstance") for caller in (cases.ANN, bob)]
    assert [verdict.yes for verdict in verdicts] == [1, 0]


def test_a_users_session_is_limited_by_its_policy_even_where_a_resource_names_the_user() -> None:
    named = {cases.ORDERS: (cases.policy(cases.statement("Allow", Principal={"AWS": cases.ANN.arn})),)}
    court = Court(Docket(cases.ACTIONS), Universe([cases.ORDERS]), cases.ACCOUNT, named)
    assert court.verdict(Asker(cases.ANN, Policies()), cases.ACTIONS[0]).yes == 1
    session = Asker(replace(cases.ANN, token=True), Policies(session=(cases.NOTHING,)))
    assert court.verdict(session, cases.ACTIONS[0]).some == 0


def test_a_not_principal_hits_everybody_with_a_boundary() -> None:
    spared = cases.statement("Deny", NotPrincipal={"AWS": [cases.ANN.arn, cases.ROOT]})
    named = {cases.ORDERS: (cases.policy(spared),)}
    court = Court(Docket(cases.ACTIONS), Universe([cases.ORDERS]), cases.ACCOUNT, named)
    free, bounded = Policies((cases.ALLOW_ALL,)), Policies((cases.ALLOW_ALL,), cases.ALLOW_ALL)
    assert court.verdict(Asker(cases.ANN, free), cases.ACTIONS[0]).yes == 1
    assert court.verdict(Asker(cases.ANN, bounded), cases.ACTIONS[0]).some == 0
