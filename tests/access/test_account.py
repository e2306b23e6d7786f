"""The forms of the engines, where a part of the account was not read: it never seems to be less open than it is."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from rds_secure.access.posture import Posture
from rds_secure.inventory import Inventory, Question
from tests.access.iam.account import user
from tests.access.iam.cases import ACCOUNT, document, statement
from tests.access.postures import inventory

READ_ONLY = document(statement("Allow", "rds:Describe*"))
NO_DELETES = document(statement("Deny", "rds:Delete*"))


def limited(*policies: dict[str, Any] | None) -> Inventory:
    """An account at which these policies of the organization are; None: one that could not be read."""
    before = inventory(user("ann", statement("Allow", ["rds:DeleteDBInstance", "rds:ModifyDBInstance"])))
    ids = [f"p-{number}" for number in range(len(policies))]
    replies: dict[Question, Any] = dict(before.replies)
    replies[Question("organizations", "ListPoliciesForTarget", ACCOUNT)] = {"Policies": [{"Id": each} for each in ids]}
    questions = {
        Question("organizations", "DescribePolicy", each): policy for each, policy in zip(ids, policies, strict=True)
    }
    replies |= {
        question: {"Policy": {"Content": json.dumps(policy)}} for question, policy in questions.items() if policy
    }
    return replace(
        before, replies=replies, unread={one: "AccessDenied" for one, policy in questions.items() if not policy}
    )


def verbs(found: Inventory) -> set[str]:
    return {answer.verb for answer in Posture(found).allowed if answer.principal.name == "ann"}


def test_a_policy_of_the_organization_that_was_not_read_may_be_what_allows() -> None:
    assert verbs(limited(READ_ONLY)) == set()
    assert verbs(limited(READ_ONLY, None)) == {"delete", "modify"}


def test_what_another_policy_of_its_level_denies_is_denied_all_the_same() -> None:
    assert verbs(limited(NO_DELETES, None)) == {"modify"}
