"""What is said of IAM's answer before the first call, and when it stops the run (exit 3)."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import pytest

from rds_secure import api
from rds_secure.apply.preflight import Answer
from rds_secure.cli import permission
from rds_secure.errors import RefusedError
from rds_secure.plan.targets import Right

ROLE = "arn:aws:iam::123456789012:role/deploy"
CREATE = Right("rds:CreateDBInstance", "arn:aws:rds:eu-west-1:123456789012:db:orders")
DOUBT = {"what they act on is not known before it is made": ("kms:CreateGrant",)}


def _check(monkeypatch: pytest.MonkeyPatch, answer: Answer, how: str) -> None:
    asked: list[Any] = []
    monkeypatch.setattr(api, "preflight", lambda planned, account, also: asked.append(planned) or answer)
    nothing: Any = SimpleNamespace()
    permission.check(nothing, nothing, how, locks=False)
    assert len(asked) == (how != permission.SKIP)


def test_a_denial_stops_the_run_and_the_smallest_missing_policy_is_printed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(RefusedError) as raised:
        _check(monkeypatch, Answer(ROLE, (CREATE,), DOUBT), permission.AUTO)
    [problem] = raised.value.problems
    assert problem.what == f"{ROLE} may not rds:CreateDBInstance"
    assert "nothing was changed" in problem.fix
    said = capsys.readouterr().out
    assert "Not checked before the first call: kms:CreateGrant (what they act on is not known before it is" in said
    policy = json.loads(said[said.index("{") :])
    assert policy["Statement"] == [{"Effect": "Allow", "Action": [CREATE.action], "Resource": [CREATE.arn]}]


@pytest.mark.parametrize("how", [permission.AUTO, permission.SKIP])
def test_a_doubt_is_said_and_goes_on(
    how: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _check(monkeypatch, Answer(ROLE, (), DOUBT), how)
    assert ("Not checked" in capsys.readouterr().out) == (how == permission.AUTO)


def test_a_doubt_stops_a_run_that_requires_certainty(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(RefusedError, match="not every permission could be checked"):
        _check(monkeypatch, Answer(ROLE, (), DOUBT), permission.REQUIRE)


@pytest.mark.parametrize("how", [permission.AUTO, permission.REQUIRE])
def test_a_caller_who_may_everything_hears_nothing(
    how: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _check(monkeypatch, Answer(ROLE), how)
    assert capsys.readouterr().out == ""
