"""An apply gives nobody more than the approved plan showed, whatever others did to the account meanwhile."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.e2e.harness import Resources
from tests.e2e.test_commands import Commands, command, connections  # noqa: F401 - fixtures

GROUP: dict[str, dict[str, Any]] = {"iam_group": {"ops": {}}}
STATEMENT = {"effect": "allow", "actions": ["rds:DeleteDBInstance"], "resources": ["*"]}
SAID = {"Effect": "Allow", "Action": "rds:DescribeDBInstances", "Resource": "*"}
RULE = {"port": 5432, "from": "10.0.0.0/8", "description": "all of it"}
GIVING: Resources = GROUP | {
    "iam_policy": {"delete": {"statements": [STATEMENT], "attach_to": {"groups": ["${iam_group.ops}"]}}}
}


def join(client: Any) -> None:
    iam = client("iam")
    iam.create_user(UserName="eve")
    iam.add_user_to_group(GroupName="ops", UserName="eve")


def leave(client: Any) -> None:
    client("iam").remove_user_from_group(GroupName="ops", UserName="eve")


def test_an_apply_that_gives_somebody_more_than_was_shown_is_3_and_nothing_is_called(
    command: Commands,  # noqa: F811
    tmp_path: Path,
) -> None:
    command.harness.make(GROUP)
    spec, file = command.harness.spec(GIVING), tmp_path / "ops.plan"
    made = command("plan", spec, "--out", file)
    assert "Access: no change." in made.out  # nobody is in the group
    expect = made.out.splitlines()[-1].split()[-1]

    command.harness.behind(join)
    shown = json.loads(command("plan", spec, "--format", "json").out)
    assert f"{shown['digest']}." in expect  # the plan is the same one
    assert shown["access"]["lines"] == ["user eve can now delete any database"]
    for approved in ((file,), (spec, "--expect", expect)):
        stopped = command("apply", *approved)
        assert (stopped.code, command.writes) == (3, [])
        assert "user eve can now delete any database" in stopped.out
        assert ("user/eve would gain delete on *" if approved[0] == file else "does not give what was approved") in (
            stopped.err
        )
    assert command("apply", file, "--no-access").code == 64

    command.harness.behind(leave)
    assert command("apply", file).code == 0
    assert sorted(command.writes) == ["AttachGroupPolicy", "CreatePolicy", "TagPolicy"]


def test_a_plan_that_does_nothing_to_access_reads_nothing_for_it(command: Commands) -> None:  # noqa: F811
    spec = command.harness.spec({"iam_group": {"ops": {}}})
    command.harness.make(spec)
    command.harness.recorder.clear()
    agreed = command("plan", spec)
    assert "Access: no change." in agreed.out
    assert "DescribeInstances" not in command.calls
    left_out = command("plan", command.harness.spec(GIVING), "--no-access")
    assert "Access" not in left_out.out
    assert "DescribeOrganization" not in command.calls


CLOSED: dict[str, dict[str, Any]] = {"security_group": {"db": {"vpc": {"tag": {"Name": "main"}}}}}
OPEN: Resources = {"security_group": {"db": CLOSED["security_group"]["db"] | {"ingress": [RULE]}}}


def test_what_cannot_be_read_any_more_satisfies_no_approval(
    command: Commands,  # noqa: F811
    tmp_path: Path,
) -> None:
    command.harness.make(CLOSED)
    spec, file = command.harness.spec(OPEN), tmp_path / "open.plan"
    expect = command("plan", spec, "--out", file).out.splitlines()[-1].split()[-1]

    command.harness.recorder.refusals["DescribeNetworkAcls"] = "UnauthorizedOperation"
    for approved in ((file,), (spec, "--expect", expect)):
        stopped = command("apply", *approved)
        assert (stopped.code, command.writes) == (3, [])
        assert "ec2:DescribeNetworkAcls" in stopped.err
        assert ("is not known (UnauthorizedOperation)" if approved[0] == file else "cannot be read") in stopped.err
    assert "--no-access, which leaves it out" in command("apply", file).err
    assert command("apply", spec, "--expect", expect.partition(".")[0]).code == 0  # of the plan alone


def test_what_was_not_known_when_it_was_approved_need_not_be_known_later(
    command: Commands,  # noqa: F811
    tmp_path: Path,
) -> None:
    command.harness.make(CLOSED)
    spec, file = command.harness.spec(OPEN), tmp_path / "open.plan"
    command.harness.recorder.refusals["DescribeNetworkAcls"] = "UnauthorizedOperation"
    made = command("plan", spec, "--out", file)
    assert "ec2:DescribeNetworkAcls" in made.out
    assert command("apply", file).code == 0


def test_half_of_a_plan_that_took_something_away_is_let_give_it_back(
    command: Commands,  # noqa: F811
    tmp_path: Path,
) -> None:
    """A permission moves from one policy to another; the rest of it gives nobody more than the whole."""
    both = GROUP | {"iam_user": {"eve": {"groups": ["${iam_group.ops}"]}}}
    reading = STATEMENT | {"actions": ["rds:DescribeDBInstances"]}
    policies = {name: {"attach_to": {"groups": ["${iam_group.ops}"]}} for name in ("one", "two")}

    def giving(**statements: Any) -> Resources:
        return both | {
            "iam_policy": {name: policies[name] | {"statements": [found]} for name, found in statements.items()}
        }

    command.harness.make(giving(one=STATEMENT, two=reading))
    spec, file = command.harness.spec(giving(one=reading, two=STATEMENT)), tmp_path / "moved.plan"
    made = command("plan", spec, "--out", file)
    assert "Access: no change." in made.out

    def take(client: Any) -> None:
        (arn,) = (
            policy["Arn"]
            for policy in client("iam").list_policies(Scope="Local")["Policies"]
            if policy["PolicyName"].endswith("one")
        )
        document = json.dumps({"Version": "2012-10-17", "Statement": [SAID]})
        client("iam").create_policy_version(PolicyArn=arn, PolicyDocument=document, SetAsDefault=True)

    command.harness.behind(take)
    rest = command("apply", file)
    assert "user eve can now delete any database" in rest.out
    assert (rest.code, rest.err) == (0, "")


def test_what_the_plan_is_about_and_cannot_be_read_any_more_is_not_called_gone(
    command: Commands,  # noqa: F811
    tmp_path: Path,
) -> None:
    def create(client: Any) -> None:
        trust = {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}
        document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
        client("iam").create_role(RoleName="app", AssumeRolePolicyDocument=document)

    command.harness.behind(create)
    command.harness.make({"kms_key": {"data": {}}})
    users = ["arn:aws:iam::123456789012:role/app"]
    spec, file = command.harness.spec({"kms_key": {"data": {"users": users}}}), tmp_path / "key.plan"
    assert command("plan", spec, "--out", file).code == 0
    command.harness.recorder.refusals["GetAccountAuthorizationDetails"] = "AccessDenied"
    stopped = command("apply", file)
    assert (stopped.code, command.writes) == (3, [])
    assert "kms_key.data cannot be read, and could be when the plan was made" in stopped.err
