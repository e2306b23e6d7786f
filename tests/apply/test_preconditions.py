"""What a plan says before a migration or a restore, of the caller's permissions and of the key."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest

from rds_secure.apply.preconditions import with_preconditions
from rds_secure.errors import DeniedError
from rds_secure.kind import Scope
from rds_secure.operation import Operation
from rds_secure.plan import Action, Plan, Step
from rds_secure.plan.approval import approved
from rds_secure.values import Address, Ref
from tests.fakes import FakeReader
from tests.models import assert_valid_call

ACCOUNT = "123456789012"
SCOPE = Scope(ACCOUNT, "eu-west-1", "aws", "orders")
USER = f"arn:aws:iam::{ACCOUNT}:user/dana"
SESSION = f"arn:aws:sts::{ACCOUNT}:assumed-role/deploy/job-17"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/ci/deploy"
KEY = f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/0a1b2c3d-0a1b-0a1b-0a1b-0a1b2c3d4e5f"
ORDERS = Address("db_instance", "orders")
USES = ("kms:CreateGrant", "kms:Decrypt", "kms:DescribeKey")


def statement(principal: Any, *actions: str, effect: str = "Allow", **more: Any) -> dict[str, Any]:
    return {"Effect": effect, "Principal": principal, "Action": actions or ("kms:*",), "Resource": "*", **more}


ROOT = statement({"AWS": f"arn:aws:iam::{ACCOUNT}:root"})
OURS = statement({"AWS": USER})


def reader(*statements: dict[str, Any], denied: str = "", **answers: Any) -> FakeReader:
    def simulated(params: Mapping[str, Any]) -> Any:
        def decision(action: str) -> str:
            return "implicitDeny" if denied and action.startswith(denied) else "allowed"

        return {
            "EvaluationResults": [
                {"EvalActionName": action, "EvalResourceName": arn, "EvalDecision": decision(action)}
                for action in params["ActionNames"]
                for arn in params["ResourceArns"]
            ]
        }

    said = {"Arn": KEY, "KeyId": KEY, "KeyState": "Enabled", "KeySpec": "SYMMETRIC_DEFAULT"}
    policy = {"Version": "2012-10-17", "Statement": list(statements or (ROOT,))}
    table = {
        "SimulatePrincipalPolicy": ("iam", simulated),
        "GetRole": ("iam", {"Role": {"Arn": ROLE}}),
        "DescribeKey": ("kms", {"KeyMetadata": said | answers.pop("key", {})}),
        "GetKeyPolicy": ("kms", {"Policy": json.dumps(policy)}),
    }
    return FakeReader({(service, name): answers.get(name, answer) for name, (service, answer) in table.items()})


def call(action: str, params: dict[str, Any], **more: Any) -> Operation:
    return Operation(service="rds", action=action, params=params, summary=action, **more)


def migration(key: Any = KEY) -> Plan:
    names = {"SourceDBSnapshotIdentifier": "orders-last", "TargetDBSnapshotIdentifier": "orders-rekeyed"}
    copy = call("CopyDBSnapshot", {**names, "KmsKeyId": key}, also=USES)
    step = Step(ORDERS, "orders", Action.MIGRATE, (copy,), notes=("what it is", "the way back"))
    return Plan(ACCOUNT, "eu-west-1", "orders", (step,))


def lines(found: FakeReader, plan: Plan | None = None, caller: str = USER) -> list[str]:
    before = plan or migration()
    after = with_preconditions(before, found, caller, SCOPE)
    for call in found.calls:
        assert_valid_call(*call)
    assert approved(after) == approved(before)
    (step,) = after.steps
    if step.notes:
        assert (step.notes[0], step.notes[-1]) == ("what it is", "the way back")
    return [note.removeprefix("precondition ") for note in step.notes[1:-1]]


def sorts(said: list[str]) -> list[str]:
    return [line.partition(":")[0] for line in said]


@pytest.mark.parametrize(
    ("policy", "how"), [(ROOT, "leaves it to IAM"), (OURS, f"names {USER}")], ids=["delegates", "names"]
)
def test_all_is_well(policy: dict[str, Any], how: str) -> None:
    permissions, key, use = lines(reader(policy))
    assert permissions == f"ok: {USER} has all 4 permissions for it, as IAM simulates them"
    assert key == f"ok: the key {KEY} is Enabled and of SYMMETRIC_DEFAULT"
    assert use == f"ok: the policy of the key {how}, and RDS can be given grants on it"


def test_a_session_is_looked_for_as_its_role() -> None:
    assert sorts(lines(reader(statement({"AWS": ROLE})), caller=SESSION)) == ["ok", "ok", "ok"]


def test_what_iam_denies_is_missing_and_refuses_nothing() -> None:
    said = lines(reader(denied="rds:CopyDBSnapshot"))
    assert sorts(said) == ["missing", "ok", "ok"]
    assert "rds:CopyDBSnapshot" in said[0]


def test_whoever_may_not_ask_gets_unknown() -> None:
    denial = DeniedError("iam", "SimulatePrincipalPolicy", "AccessDenied", "no")
    said = lines(reader(SimulatePrincipalPolicy=denial))
    assert sorts(said) == ["unknown", "ok", "ok"]
    assert "iam SimulatePrincipalPolicy answers AccessDenied" in said[0]


def test_of_a_key_the_callers_policies_count_only_where_its_own_leaves_it_to_iam() -> None:
    """KMS developer guide, "Key policies": what IAM's simulator cannot know."""
    delegated = lines(reader(ROOT, denied="kms:CreateGrant"))
    assert (sorts(delegated)[0], "kms:CreateGrant" in delegated[0]) == ("missing", True)
    assert sorts(lines(reader(OURS, denied="kms:CreateGrant"))) == ["ok", "ok", "ok"]


@pytest.mark.parametrize(
    ("statements", "sort"),
    [
        ([statement({"AWS": f"arn:aws:iam::{ACCOUNT}:user/other"})], "missing"),
        ([ROOT, statement({"AWS": "*"}, "kms:CreateGrant", effect="Deny")], "missing"),
        ([statement({"AWS": USER}, "kms:CreateGrant", "kms:DescribeKey")], "missing"),
        ([statement({"AWS": USER}, Condition={"Bool": {"aws:MultiFactorAuthPresent": "true"}})], "unknown"),
        ([statement({"AWS": USER}, Condition={"Bool": {"kms:GrantIsForAWSResource": "true"}})], "ok"),
        (
            [statement({"AWS": USER}, Condition={"StringEquals": {"kms:ViaService": "rds.eu-west-1.amazonaws.com"}})],
            "ok",
        ),
        (
            [statement({"AWS": USER}, Condition={"StringEquals": {"kms:ViaService": "s3.eu-west-1.amazonaws.com"}})],
            "missing",
        ),
    ],
    ids=["others", "denied", "not all", "on conditions", "for resources", "through RDS", "through S3"],
)
def test_a_keys_policy_lets_rds_use_it_for_the_caller_or_not(statements: list[dict[str, Any]], sort: str) -> None:
    assert sorts(lines(reader(*statements)))[-1] == sort


@pytest.mark.parametrize("more", [{"KeyState": "Disabled"}, {"KeyState": "PendingDeletion"}, {"KeySpec": "RSA_2048"}])
def test_a_key_that_rds_does_not_take_is_missing(more: dict[str, str]) -> None:
    assert sorts(lines(reader(key=more)))[1] == "missing"


@pytest.mark.parametrize("action", ["DescribeKey", "GetKeyPolicy"])
def test_what_is_not_read_of_a_key_is_unknown(action: str) -> None:
    said = lines(reader(**{action: DeniedError("kms", action, "AccessDeniedException", "no")}))
    assert any(line.startswith("unknown") and f"kms:{action} answers AccessDenied" in line for line in said)
    assert "missing" not in sorts(said)


def test_a_role_that_cannot_be_looked_up_leaves_it_unknown_whom_the_key_names() -> None:
    found = reader(statement({"AWS": ROLE}), GetRole=DeniedError("iam", "GetRole", "AccessDenied", "no"))
    assert sorts(lines(found, caller=SESSION)) == ["unknown", "ok", "unknown"]


@pytest.mark.parametrize("key", ["alias/aws/rds", Ref(Address("kms_key", "orders"), "arn")], ids=str)
def test_a_key_of_aws_or_of_this_plan_is_not_looked_at(key: Any) -> None:
    found = reader()
    assert sorts(lines(found, migration(key))) == ["ok", "ok"]
    assert {service for service, _, _ in found.calls} == {"iam"}


def test_of_any_other_plan_nothing_is_asked() -> None:
    found = FakeReader({})
    change = call("ModifyDBInstance", {"DBInstanceIdentifier": "orders"})
    plan = Plan(ACCOUNT, "eu-west-1", "orders", (Step(ORDERS, "orders", Action.UPDATE, (change,)),))
    assert with_preconditions(plan, found, USER, SCOPE) == plan
    assert found.calls == []
