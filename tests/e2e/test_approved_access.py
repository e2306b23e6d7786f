"""An apply gives nobody more than the approved plan showed, whatever others did to the account meanwhile."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.e2e.harness import Resources
from tests.e2e.test_commands import Commands, command, connections  # noqa: F401 - fixtures

GROUP: dict[str, dict[str, Any]] = {"iam_group": {"ops": {}}}
STATEMENT = {"effect": "allow", "actions": ["rds:DeleteDBInstance"], "resources": ["*"]}
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
