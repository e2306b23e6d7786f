"""Why somebody may do something, or may not."""

from __future__ import annotations

import pytest

from rds_secure.access.iam.court import Asker
from rds_secure.access.iam.explain import explain
from rds_secure.access.iam.identities import Identities
from rds_secure.access.iam.who import Who
from tests.access.iam.account import MFA, account, estate, group, role, user
from tests.access.iam.cases import ORDERS, ROOT, statement

DELETE = statement("Allow", "rds:DeleteDBInstance", Sid="Delete")


def asked(identities: Identities, name: str) -> tuple[Who, Asker]:
    who = Who(identities, estate())
    return who, next(asker for asker in who.askers if asker.caller.name == name)


def test_the_statements_that_allow_or_deny_are_named_with_their_policies() -> None:
    found = account(
        user("ann", DELETE, groups=("dba",)),
        group("dba", statement("Deny", "rds:Delete*", ORDERS)),
    )
    who, ann = asked(found, "ann")
    (own,) = explain(who, ann, "delete", "orders")
    instance = next(step for step in own.acts if step.action == "rds:DeleteDBInstance")
    assert instance.resources == (ORDERS,)
    assert instance.decision.outcome == "denied"
    assert [(reason.policy, reason.statement) for reason in instance.decision.reasons] == [
        ("own of group dba", "statement 1")
    ]
    (own,) = explain(who, ann, "delete", "payments")
    assert [
        (step.decision.outcome, step.decision.reasons[0].statement) for step in own.acts if step.decision.reasons
    ] == [("allowed", "Delete")]


def test_what_lacks_an_allow_is_named() -> None:
    who, ann = asked(account(user("ann")), "ann")
    (own,) = explain(who, ann, "use key", "orders")
    assert {step.decision.lacking for step in own.acts} == {("identity",)}


def test_the_roles_on_the_way_are_explained_too() -> None:
    found = account(
        user("ann", statement("Allow", "sts:AssumeRole", Sid="Assume")),
        role("dba", DELETE, trusts={"AWS": ROOT}),
    )
    who, ann = asked(found, "ann")
    own, by_role = explain(who, ann, "delete", "orders")
    assert {step.decision.outcome for step in own.acts} == {"implicit"}
    (hop,) = by_role.hops
    assert hop.decision.outcome == "allowed"
    assert [(reason.place, reason.policy, reason.statement) for reason in hop.decision.reasons] == [
        ("identity", "own of user ann", "Assume"),
        ("resource", "the trust policy of dba", "statement 1"),
    ]
    assert "allowed" in {step.decision.outcome for step in by_role.acts}


def test_a_trust_with_conditions_makes_the_hop_conditional() -> None:
    trusts = [{"Effect": "Allow", "Principal": {"AWS": ROOT}, "Action": "sts:AssumeRole", "Condition": MFA}]
    found = account(user("ann", statement("Allow", "sts:AssumeRole")), role("dba", DELETE, trusts=trusts))
    who, ann = asked(found, "ann")
    _, by_role = explain(who, ann, "delete", "orders")
    assert [step.decision.outcome for step in by_role.hops] == ["conditional"]


def test_explanations_agree_with_answers() -> None:
    found = account(
        user("ann", statement("Allow", ["rds:*", "kms:*"]), statement("Deny", "rds:Create*", "*:pg:*")),
        role("dba", statement("Allow", NotAction="rds:Delete*"), trusts={"AWS": ROOT}),
    )
    who = Who(found, estate())
    for asker in who.askers:
        for answer in who.answers_of(asker):
            for database in answer.databases:
                explained = {found.way: found for found in explain(who, asker, answer.verb, database)}[answer.way]
                allowed = [(step.action, step.decision.when) for step in explained.acts]
                assert set(answer.acts) <= set(allowed)


def test_a_strange_database_is_an_error() -> None:
    who, ann = asked(account(user("ann")), "ann")
    with pytest.raises(KeyError):
        explain(who, ann, "delete", "strange")
