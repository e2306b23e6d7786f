"""Which rules are asked about what when a change is judged: all that may be answered otherwise, and the stack's own."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
import yaml

from rds_secure.access.posture import Posture
from rds_secure.finding import State as Found
from rds_secure.inventory.model import Inventory, Question
from rds_secure.rules import RULES, Context, Guardrails, Of, Rule, Subject, subjects_of
from rds_secure.rules.judgement import State, bearing, change
from rds_secure.values import Address
from tests.rules.examples import NOW, account

BY_ID = {rule.id: rule for rule in RULES}
ADMIN = BY_ID["no-admin-policy"]
BY_ITSELF = [rule for rule in RULES if rule.of[0] in (Of.POLICY, Of.PRINCIPAL)]
DETAILS = Question("iam", "GetAccountAuthorizationDetails")


@pytest.mark.parametrize("rule", BY_ITSELF, ids=lambda rule: rule.id)
def test_rules_about_policies_and_principals_look_at_nothing_else(rule: Rule) -> None:
    """So that one which is the same before and after needs no answer."""
    inventory = account(rule, yaml.safe_load(rule.bad))
    blind = Context(Posture(Inventory(inventory.place)), NOW)
    about = [one for one in subjects_of(Posture(inventory)) if one.of in rule.of]
    verdicts = [rule.decide(one, Context(Posture(inventory), NOW)) for one in about]
    assert Found.FAIL in [verdict.state for verdict in verdicts]
    assert [rule.decide(one, blind) for one in about] == verdicts


def subject(of: Of, thing: str, reply: dict[str, Any] | None = None, **more: Any) -> Subject:
    return Subject(of, thing, {"Arn": thing, "GroupId": thing, **(reply or {})}, **more)


def test_what_is_the_same_before_and_after_and_judged_by_itself_is_not_asked_about() -> None:
    same, ours = (
        subject(Of.POLICY, "same"),
        subject(Of.POLICY, "ours", address=Address("iam_policy", "a"), stack="shop"),
    )
    theirs = subject(Of.POLICY, "theirs", address=Address("iam_policy", "a"), stack="other")
    changed = (subject(Of.POLICY, "changed", {"v": 1}), subject(Of.POLICY, "changed", {"v": 2}))
    group, new = subject(Of.SECURITY_GROUP, "sg-1"), subject(Of.POLICY, "new")
    asked = bearing((same, ours, theirs, changed[0], group), (same, ours, theirs, changed[1], group, new), "shop")
    about = [one.name for one in (same, ours, theirs, *changed, group, new) if asked(ADMIN, one)]
    assert about == ["ours", "changed", "changed", "sg-1", "new"]
    assert asked(replace(ADMIN, id="acme/own"), same), "rules of others may look at all there is"


def test_a_policy_that_changes_is_judged_and_one_of_others_that_does_not_is_not_told_of() -> None:
    def state(*documents: str) -> State:
        told = yaml.safe_load(ADMIN.bad)
        good = yaml.safe_load(ADMIN.good)
        (policy,) = account(ADMIN, told).replies[DETAILS]["Policies"]
        listed = []
        for number, document in enumerate(documents):
            (version,) = policy["PolicyVersionList"]
            said = {
                **version,
                "Document": {"Version": "2012-10-17", "Statement": [told if document == "bad" else good]},
            }
            arn = f"{policy['Arn']}{number}"
            listed.append({**policy, "PolicyName": f"p{number}", "Arn": arn, "PolicyVersionList": [said]})
        inventory = account(ADMIN, told)
        return State(Posture(replace(inventory, replies={**inventory.replies, DETAILS: {"Policies": listed}})), {})

    found = change(Guardrails(), "shop", state("good", "bad"), state("bad", "bad"), NOW)
    assert [(one.rule, one.subject) for one in found.worse if one.rule == ADMIN.id] == [(ADMIN.id, "policy/p0")]
    assert found.old == ()
