"""Of what a question is asked: of the account, of the account as a spec would leave it, of the spec alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.running import Run

SPEC = Path(__file__).parents[2] / "specs" / "quickstart.yaml"


def test_a_spec_alone_is_asked_without_credentials(ran: Run) -> None:
    found = ran("access", "who", SPEC, "--offline")
    assert found.code == 0
    assert "not in the spec" in found.out
    assert "user dana" in found.out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--offline"], "--offline is about a spec: name one"),
        (["--now"], "--now is about a spec: name one"),
        ([str(SPEC), "--now", "--offline"], "leave one of them out"),
        ([str(SPEC), "--offline", "--sandbox"], "--offline asks the spec alone"),
    ],
)
def test_what_contradicts_itself_is_wrong_usage(ran: Run, arguments: list[str], said: str) -> None:
    found = ran("access", "who", *arguments)
    assert (found.code, said in found.err) == (64, True)


def test_a_spec_that_is_wrong_is_told_at_its_place(ran: Run, tmp_path: Path) -> None:
    file = tmp_path / "stack.yaml"
    file.write_text("version: 1\nstack: x\nresources: {db_instance: {a: {engine: nothing}}}\n")
    found = ran("access", "reach", file, "--offline")
    assert found.code == 1
    assert "stack.yaml:3" in found.err


def test_a_plan_that_is_refused_even_in_an_empty_account_is_said(ran: Run, tmp_path: Path) -> None:
    file = tmp_path / "stack.yaml"
    file.write_text(
        """
version: 1
stack: x
resources:
  kms_key: {data: {users: ["${iam_role.app}"]}}
  iam_role: {app: {trust: {services: [ec2.amazonaws.com]}, boundary: "${iam_policy.bounds}"}}
  iam_policy:
    bounds: {statements: [{effect: allow, actions: ["kms:*"], resources: ["${kms_key.data.arn}"]}]}
"""
    )
    found = ran("access", "who", file, "--offline")
    assert (found.code, "wait for each other" in found.err) == (3, True)
