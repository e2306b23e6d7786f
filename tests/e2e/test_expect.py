"""Access as a test: a plan that leaves access other than expected is refused, before anything is called."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.e2e.harness import STACK, Resources
from tests.e2e.test_commands import Commands, command, connections  # noqa: F401 - fixtures

DELETE = {"effect": "allow", "actions": ["rds:DeleteDBInstance"], "resources": ["*"]}
ROLES = {"iam_role": {name: {"trust": {"services": ["ecs-tasks.amazonaws.com"]}} for name in ("dba", "app")}}
ONLY = {"only": ["${iam_role.dba}", "root"], "may": "delete", "on": "every database", "because": "the audit says so"}


def giving(*roles: str) -> Resources:
    """Two roles, of which these may delete databases."""
    attached = {"roles": [f"${{iam_role.{name}}}" for name in roles]}
    return ROLES | {"iam_policy": {"delete": {"statements": [DELETE], "attach_to": attached}}}


def let_eve(client: Any) -> None:
    iam = client("iam")
    iam.create_user(UserName="eve")
    document = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "rds:*", "Resource": "*"}]}
    iam.put_user_policy(UserName="eve", PolicyName="own", PolicyDocument=json.dumps(document))


def test_a_plan_that_lets_another_one_delete_is_3_and_nothing_is_called(
    command: Commands,  # noqa: F811
    tmp_path: Path,
) -> None:
    """Meaning 6.6."""
    spec = command.harness.spec(giving("dba", "app"), expect=[ONLY])
    refused = command("plan", spec, "--out", tmp_path / "out.plan")
    assert refused.code == 3
    said = " ".join(refused.out.split())
    assert "stack.yaml:" in said
    assert "only iam_role.dba, root may delete every database (the audit says so), but role app may delete" in said
    assert not (tmp_path / "out.plan").exists()
    assert command("plan", spec, "--no-access").code == 3  # leaving out what changes does not leave out what must be
    stopped = command("apply", spec, "--yes")
    assert (stopped.code, command.writes) == (3, [])
    (refusal,) = json.loads(command("plan", spec, "--format", "json").out)["refusals"]
    assert refusal["address"] == "expect.1"
    assert refusal["location"]["line"] == 1 + spec.read_text().split("expect:")[0].count("\n") + 1


def test_one_that_holds_is_said_and_applied(command: Commands) -> None:  # noqa: F811
    spec = command.harness.spec(giving("dba"), expect=[ONLY])
    assert "1 of 1 expectations hold" in command("plan", spec).out
    assert command("apply", spec, "--yes").code == 0


def test_what_others_do_to_the_account_breaks_it_for_every_plan(command: Commands) -> None:  # noqa: F811
    spec = command.harness.spec(giving("dba"), expect=[ONLY])
    assert command("apply", spec, "--yes").code == 0

    command.harness.behind(let_eve)
    refused = command("plan", spec)
    assert refused.code == 3
    assert "user eve may delete" in " ".join(refused.out.split())
    assert "0 to create, 0 to change, 0 to delete" in refused.out


def test_the_rest_of_an_apply_is_not_stopped_by_what_is_broken_already(
    command: Commands,  # noqa: F811
    tmp_path: Path,
) -> None:
    spec, file = command.harness.spec(giving("dba"), expect=[ONLY]), tmp_path / "out.plan"
    assert command("plan", spec, "--out", file).code == 0
    command.harness.recorder.refusals["AttachRolePolicy"] = "AccessDenied"
    assert command("apply", file).code == 1
    command.harness.recorder.refusals.clear()
    command.harness.behind(let_eve)

    assert command("apply", spec, "--yes").code == 3  # which is a new apply
    rest = command("apply", spec, "--resume")
    assert "not as expected: already, before the rest of this: only iam_role.dba, root may delete" in " ".join(
        rest.out.split()
    )
    assert (rest.code, rest.err) == (0, "")
    assert command("apply", file).code == 3  # nothing is left of it, and what is broken is told


def test_the_rest_of_an_apply_is_stopped_by_what_it_would_break(command: Commands) -> None:  # noqa: F811
    group = {"iam_group": {"ops": {}}}
    policy = {"delete": {"statements": [DELETE], "attach_to": {"groups": ["${iam_group.ops}"]}}}
    nobody = {"only": ["root"], "may": "delete", "on": "every database"}
    spec = command.harness.spec(group | {"iam_policy": policy}, expect=[nobody])
    command.harness.recorder.refusals["AttachGroupPolicy"] = "AccessDenied"
    assert command("apply", spec, "--yes").code == 1
    command.harness.recorder.refusals.clear()

    def join(client: Any) -> None:
        client("iam").create_user(UserName="eve")
        client("iam").add_user_to_group(GroupName="ops", UserName="eve")

    command.harness.behind(join)
    command.harness.recorder.clear()
    stopped = command("apply", spec, "--resume")
    assert (stopped.code, command.writes) == (3, [])


def test_a_destroy_expects_nothing(command: Commands) -> None:  # noqa: F811
    spec = command.harness.spec(giving("dba"), expect=[ONLY])
    assert command("apply", spec, "--yes").code == 0
    assert command("destroy", spec, "--confirm", STACK).code == 0
