"""What IAM is asked before the first write, and what its answers mean (IAM-7): denied, allowed, or not to be known."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from rds_secure.apply.preflight import Answer, preflight
from rds_secure.errors import DeniedError, UnsupportedError
from rds_secure.kind import Scope
from rds_secure.operation import Operation
from rds_secure.plan.targets import Right
from tests.fakes import FakeReader
from tests.models import assert_valid

SCOPE = Scope("123456789012", "eu-west-1", "aws", "orders")
USER = "arn:aws:iam::123456789012:user/teams/dana"
SESSION = "arn:aws:sts::123456789012:assumed-role/deploy/job-17"
ROLE = "arn:aws:iam::123456789012:role/ci/deploy"
DB = "arn:aws:rds:eu-west-1:123456789012:db:orders"
CREATE = Right("rds:CreateDBInstance", DB)
NEW_KEY = Right("kms:CreateGrant", "arn:aws:kms:eu-west-1:123456789012:key/*")
KEY = Right("kms:CreateGrant", "arn:aws:kms:eu-west-1:123456789012:key/0a1b")


def _reader(decision: str = "allowed", **more: Any) -> FakeReader:
    def answer(params: Mapping[str, Any]) -> Any:
        results = [
            {"EvalActionName": action, "EvalResourceName": arn, "EvalDecision": decision, **more}
            for action in params["ActionNames"]
            for arn in params["ResourceArns"]
        ]
        return {"EvaluationResults": results}

    role = {"Role": {"Arn": ROLE}}
    return FakeReader({("iam", "SimulatePrincipalPolicy"): answer, ("iam", "GetRole", "deploy"): role})


def _asked(*rights: Right, reader: FakeReader, caller: str = USER) -> Answer:
    return preflight(rights, reader, caller, SCOPE)


def test_a_session_is_asked_about_as_its_role_whose_path_only_iam_knows() -> None:
    reader = _reader()
    assert _asked(CREATE, reader=reader, caller=SESSION) == Answer(ROLE)
    assert [call[2].get("PolicySourceArn") for call in reader.calls] == [None, ROLE]


def test_a_user_is_asked_about_as_it_is_with_the_conditions_of_each_right_met() -> None:
    reader = _reader()
    conditions = (("aws:ResourceTag/rds-secure:stack", "orders"),)
    assert _asked(Right("ec2:DeleteTags", DB, conditions), reader=reader) == Answer(USER)
    [(service, action, params)] = reader.calls
    assert_valid(Operation(service=service, action=action, params=params, summary=""))
    context = {item["ContextKeyName"]: item["ContextKeyValues"] for item in params["ContextEntries"]}
    assert context == {"aws:RequestedRegion": ("eu-west-1",), "aws:ResourceTag/rds-secure:stack": ("orders",)}


def test_actions_on_the_same_things_are_one_question() -> None:
    reader = _reader()
    _asked(CREATE, Right("rds:AddTagsToResource", DB), Right("rds:RebootDBInstance", DB), reader=reader)
    assert [len(call[2]["ActionNames"]) for call in reader.calls] == [3]


@pytest.mark.parametrize("decision", ["implicitDeny", "explicitDeny"])
def test_a_plain_no_is_a_denial(decision: str) -> None:
    assert _asked(CREATE, reader=_reader(decision)) == Answer(USER, (CREATE,))


def test_the_results_of_each_resource_count_where_iam_lists_them() -> None:
    other = Right(CREATE.action, f"{DB}-2")
    parts = [
        {"EvalResourceName": DB, "EvalResourceDecision": "allowed"},
        {"EvalResourceName": other.arn, "EvalResourceDecision": "implicitDeny"},
    ]
    reader = _reader("implicitDeny", ResourceSpecificResults=parts)
    assert _asked(CREATE, other, reader=reader).denied == (other,)


@pytest.mark.parametrize(
    ("right", "answer", "why"),
    [
        (NEW_KEY, {}, "what they act on is not known before it is made"),
        (KEY, {}, "the policy of the key or secret itself may allow them"),
        (
            CREATE,
            {"MissingContextValues": ["aws:SourceIp"]},
            "whether aws:SourceIp fits shows only when the call is made",
        ),
        (
            CREATE,
            {"OrganizationsDecisionDetail": {"AllowedByOrganizations": False}},
            "the organization's policies are simulated without their conditions",
        ),
    ],
)
def test_a_no_that_may_be_none_is_not_checked_and_why_is_said(right: Right, answer: dict[str, Any], why: str) -> None:
    assert _asked(right, reader=_reader("implicitDeny", **answer)) == Answer(USER, (), {why: (right.action,)})


def test_what_is_explicitly_denied_for_a_key_that_exists_is_denied_whatever_the_keys_policy_says() -> None:
    assert _asked(KEY, reader=_reader("explicitDeny")).denied == (KEY,)


@pytest.mark.parametrize(
    ("caller", "what"),
    [
        ("arn:aws:iam::123456789012:root", "root"),
        ("arn:aws:sts::123456789012:federated-user/dana", "federated-user"),
    ],
)
def test_who_cannot_be_simulated_is_not_checked(caller: str, what: str) -> None:
    reader = _reader()
    why = f"IAM simulates users and roles, and no {what}"
    assert _asked(CREATE, reader=reader, caller=caller) == Answer(caller, (), {why: ()})
    assert reader.calls == []


@pytest.mark.parametrize("error", [DeniedError, UnsupportedError])
@pytest.mark.parametrize("action", ["GetRole", "SimulatePrincipalPolicy"])
def test_an_iam_that_does_not_answer_is_a_doubt_and_no_error(error: type[DeniedError], action: str) -> None:
    """ANY-3."""
    reader = _reader()
    answers = {**reader.answers, ("iam", action): error("iam", action, "AccessDenied", "no")}
    answers.pop(("iam", "GetRole", "deploy")) if action == "GetRole" else None
    why = f"iam {action} answers AccessDenied"
    assert _asked(CREATE, reader=FakeReader(answers), caller=SESSION).unchecked == {why: ()}


def test_what_iam_says_nothing_of_is_not_allowed_by_that() -> None:
    silent = FakeReader({("iam", "SimulatePrincipalPolicy"): {"EvaluationResults": []}})
    assert _asked(CREATE, reader=silent).unchecked == {"IAM says nothing of them": (CREATE.action,)}
