"""A call in the middle that fails: what depends on it is not started, the rest is done, and a second apply finishes.

A call fails in two ways: AWS refuses it, or it is done and the reply never arrives (ANY-1).
"""

from __future__ import annotations

from collections import Counter

import pytest

from rds_secure import api
from rds_secure.apply import Outcome, run
from rds_secure.aws.caller import AwsCaller
from rds_secure.errors import RdsSecureError
from rds_secure.events import Event, Started, Stopping, ignore
from rds_secure.plan import Plan
from rds_secure.values import refs
from tests.apply.test_run import interruptible
from tests.e2e.harness import EVERYTHING, SPECS, Harness
from tests.fakes import FakeClock

QUICKSTART = SPECS / "quickstart.yaml"

WRITES = (
    "AddTagsToResource",
    "AddUserToGroup",
    "AttachGroupPolicy",
    "AuthorizeSecurityGroupEgress",
    "AuthorizeSecurityGroupIngress",
    "CreateAlias",
    "CreateDBInstance",
    "CreateDBParameterGroup",
    "CreateDBSubnetGroup",
    "CreateGroup",
    "CreateKey",
    "CreatePolicy",
    "CreateSecurityGroup",
    "CreateTags",
    "CreateUser",
    "EnableKeyRotation",
    "ModifyDBParameterGroup",
    "RevokeSecurityGroupEgress",
    "TagPolicy",
    "TagResource",
    "TagUser",
)

TELLING = (
    "AttachGroupPolicy",
    "AuthorizeSecurityGroupIngress",
    "CreateAlias",
    "CreateDBInstance",
    "CreateSecurityGroup",
    "ModifyDBParameterGroup",
    "TagResource",
)
"""Calls at the beginning, in the middle and at the end of a step, of which others need some."""

BRITTLE = ("AddTagsToResource", "CreateAlias", "CreateDBInstance", "CreateKey", "CreateSecurityGroup")
"""Where a lost reply matters most: what makes something, and what says that it is complete."""


def census(harness: Harness) -> Counter[str]:
    """How many there are of everything that the quickstart makes."""
    kms, rds, iam, ec2 = (harness.client(name) for name in ("kms", "rds", "iam", "ec2"))
    keys = [kms.describe_key(KeyId=key["KeyId"])["KeyMetadata"] for key in kms.list_keys()["Keys"]]
    listed = {
        "key": [key for key in keys if key["KeyManager"] == "CUSTOMER"],
        "alias": [alias for alias in kms.list_aliases()["Aliases"] if not alias["AliasName"].startswith("alias/aws/")],
        "database": rds.describe_db_instances()["DBInstances"],
        "subnet group": rds.describe_db_subnet_groups()["DBSubnetGroups"],
        "parameter group": rds.describe_db_parameter_groups()["DBParameterGroups"],
        "user": iam.list_users()["Users"],
        "group": iam.list_groups()["Groups"],
        "policy": iam.list_policies(Scope="Local")["Policies"],
        "security group": [
            group
            for group in ec2.describe_security_groups()["SecurityGroups"]
            if group["GroupName"].startswith("quickstart-")
        ],
    }
    return Counter({name: len(found) for name, found in listed.items()})


ONCE = Counter(
    {
        "key": 1,
        "alias": 1,
        "database": 1,
        "subnet group": 1,
        "parameter group": 1,
        "user": 1,
        "group": 1,
        "policy": 2,
        "security group": 2,
    }
)


def needs(plan: Plan, outcome: Outcome) -> None:
    """Everything is done, failed, or skipped; and what is skipped needs something that failed, directly or not."""
    failed = {failure.address for failure in outcome.failures}
    spoilt = set(failed)
    steps = {step.address: step for step in plan.steps}
    for _ in steps:
        spoilt |= {
            address
            for address, step in steps.items()
            if {ref.target for operation in step.operations for ref in refs(dict(operation.params))} & spoilt
        }
    assert {address for address, _ in outcome.skipped} <= spoilt
    total = sum(1 for _ in plan.operations())
    assert len(outcome.done) + len(outcome.failures) + len(outcome.skipped) == total


def test_every_write_of_the_quickstart_is_in_the_table(harness: Harness) -> None:
    applied = harness.apply(QUICKSTART)

    assert {call.action for call in applied.writes} == set(WRITES)
    assert {*BRITTLE, *TELLING} <= set(WRITES)
    assert census(harness) == ONCE


@pytest.mark.parametrize("action", TELLING)
def test_a_refused_call_stops_what_needs_it_and_a_second_apply_finishes(action: str, harness: Harness) -> None:
    planned = harness.plan(QUICKSTART)
    harness.recorder.refusals[action] = "AccessDenied"

    outcome, _ = harness.attempt(planned)

    assert not outcome.succeeded
    assert {(failure.operation.action, failure.code) for failure in outcome.failures} == {(action, "AccessDenied")}
    needs(planned.plan, outcome)
    assert outcome.done
    harness.recorder.clear()
    again = harness.apply(QUICKSTART).again.plan
    assert again.is_empty
    assert again.notes == ()
    assert census(harness) == ONCE


def test_an_apply_that_is_stopped_at_every_call_gets_there_in_the_end(harness: Harness) -> None:
    """In each round one more action is allowed, so that every one of them is refused, and is what an apply ends at."""
    for number in range(len(WRITES)):
        planned = harness.plan(QUICKSTART)
        harness.recorder.refusals = dict.fromkeys(WRITES[number:], "AccessDenied")
        outcome, _ = harness.attempt(planned)
        needs(planned.plan, outcome)
        harness.recorder.clear()

    again = harness.apply(QUICKSTART).again.plan
    assert again.is_empty
    assert again.notes == ()
    assert census(harness) == ONCE


@pytest.mark.parametrize("action", BRITTLE)
def test_a_lost_reply_makes_no_twin(action: str, harness: Harness) -> None:
    """KMS-1, RDS-15: what was made although nobody heard of it is found by its tags, in the same apply."""
    planned = harness.plan(QUICKSTART)
    harness.recorder.lost.add(action)

    outcome, _ = harness.attempt(planned)

    assert outcome.succeeded, outcome.failures
    assert len(outcome.done) == sum(1 for _ in planned.plan.operations())
    harness.recorder.clear()
    harness.sandbox.settle()
    again = harness.apply(QUICKSTART).again.plan
    assert again.is_empty
    assert again.notes == ()
    assert census(harness) == ONCE


def test_ctrl_c_before_the_second_look_ends_an_apply_with_a_plain_account(harness: Harness) -> None:
    planned = harness.plan({"iam_group": {"orders": {}}})
    harness.recorder.lost.add("CreateGroup")
    clock = FakeClock()

    def interrupt() -> None:
        raise KeyboardInterrupt

    clock.meanwhile = interrupt

    outcome = api.apply(planned, harness.account, clock=clock)

    assert outcome.interrupted
    assert [failure.code for failure in outcome.failures] == ["NoReply"]


def test_ctrl_c_ends_all_attempts_until_the_apply_is_over(harness: Harness) -> None:
    """Then the lock is released, by calls that are tried again."""
    stopping, during = harness.account.connection.stopping, list[bool]()
    with interruptible() as (press, seen):

        def observe(event: Event) -> None:
            if isinstance(event, Started):
                press()
                assert seen.wait(timeout=30)
            elif isinstance(event, Stopping):
                during.append(stopping.is_set())

        outcome = api.apply(harness.plan({"iam_group": {"orders": {}}}), harness.account, observe)

    assert (outcome.interrupted, during, stopping.is_set()) == (True, [True], False)


def test_a_key_whose_reply_was_lost_a_moment_ago_is_not_taken_for_absent(harness: Harness) -> None:
    """KMS-1, KMS-4: its tags are there at once, but DescribeKey does not know it yet."""
    spec = {"kms_key": {"data": {}}}
    harness.recorder.lost.add("CreateKey")
    run(harness.plan(spec).plan, AwsCaller(harness.account.connection), FakeClock(), ignore)
    harness.recorder.clear()

    with pytest.raises(RdsSecureError, match="was just made, and KMS does not show it yet: run this again"):
        harness.plan(spec)

    harness.apply(spec)
    assert census(harness)["key"] == 1


def test_without_the_key_there_is_no_database_but_everything_else(harness: Harness) -> None:
    """The policy about the database is made all the same: its ARN follows from its name (house rule 4)."""
    planned = harness.plan(QUICKSTART)
    harness.recorder.refusals["CreateKey"] = "LimitExceededException"

    outcome, writes = harness.attempt(planned)

    assert {str(address) for address, _ in outcome.skipped} == {"kms_key.quickstart-data", "db_instance.quickstart"}
    assert [call.action for call in writes].count("CreatePolicy") == 2
    assert census(harness) == ONCE - Counter(key=1, alias=1, database=1)


def test_a_destroy_that_fails_goes_on_where_it_stopped(harness: Harness) -> None:
    harness.make(QUICKSTART)
    planned = harness.plan_destroy(QUICKSTART, EVERYTHING)
    harness.recorder.refusals["DeleteDBInstance"] = "AccessDenied"

    outcome, _ = harness.attempt(planned)

    assert [failure.operation.action for failure in outcome.failures] == ["DeleteDBInstance"]
    left = census(harness)
    assert (left["database"], left["security group"], left["subnet group"]) == (1, 2, 1)
    harness.recorder.clear()
    harness.destroy(QUICKSTART, EVERYTHING)
    assert census(harness) == Counter(key=1)  # which waits for its deletion
