"""Where findings on policies point to: the line of the statement, the action or the key; alone, and after a plan."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from rds_secure.access.alone import NOTHING, offline
from rds_secure.access.foresee import foresee
from rds_secure.access.posture import Posture
from rds_secure.finding import Finding, State
from rds_secure.inventory.model import Inventory, Place, Question
from rds_secure.rules import Context, judge, subjects_of
from rds_secure.spec import load
from tests.rules.examples import ACCOUNT, REGION
from tests.rules.policies import LINT

SPEC = """\
version: 1
stack: lint
account: "123456789012"
region: eu-west-1
resources:
  iam_policy:
    words:
      statements:
        - effect: allow
          actions:
            - rds:StartDBInstance
            - rds:StopDBInstnace  # known-actions
          resources:
            - arn:aws:rds:eu-west-1:123456789012:db:orders
          conditions:
            StringEquals:
              aws:ResourceTag/team: a
              aws:ResourceTeam: a  # known-condition-keys
        - effect: deny
          not_actions:
            - rds:*
            - rsd:*  # known-actions
          resources: ["*"]
        - effect: allow  # no-shadowed-statement
          actions: ["rds:StartDBInstance"]
          resources: ["arn:aws:rds:eu-west-1:123456789012:db:orders"]
        - {effect: allow, actions: ["rds:Start*"], resources: ["arn:aws:rds:eu-west-1:123456789012:db:*"]}
    whole:
      document:
        Version: "2012-10-17"
        Statement:
          - Effect: Allow
            Action: ["rds:DescribeDBInstances"]
            Resource: "*"
          - Effect: Allow
            Action:
              - rds:RebootDBInstance  # no-writes-everywhere
              - iam:PutUserPolicy  # no-escalation
              - kms:*  # no-service-wildcard
            Resource: "*"
    wide:
      statements:
        - {effect: allow, actions: ["*"], resources: ["*"]}  # no-admin-policy, no-decrypt-with-every-key
  iam_role:
    app:
      trust:
        services:
          - ec2.amazonaws.com
          - glue.amazonaws.com  # no-confused-deputy
        source_account: false
    web:
      document:
        Statement:
          - Effect: Allow
            Action: sts:AssumeRole
            Principal:
              Service: ec2.amazonaws.com
          - Effect: Allow
            Action: sts:AssumeRole
            Principal: {AWS: "*"}  # trust-not-public
            Condition:
              StringNotEquals:
                sts:ExternalID2: x  # known-condition-keys
  kms_key:
    data:
      description: data
      document:
        Statement:
          - {Effect: Allow, Principal: {AWS: "123456789012"}, Action: "kms:*", Resource: "*"}
          - Effect: Allow
            Principal:
              AWS: ["arn:aws:iam::123456789012:root"]
              Service:
                - rds.amazonaws.com  # no-confused-deputy
            Action:
              - kms:Decrypt
              - kms:Encript  # known-actions
            Resource: "*"
"""

ALSO = {("no-decrypt-with-every-key", "whole"), ("no-permissions-everywhere", "whole")}
"""What else the wide policy is told for, at lines that tell something else."""


def wanted(text: str) -> set[tuple[int, str]]:
    lines = ((number, re.search(r"# (.+)$", line)) for number, line in enumerate(text.splitlines(), 1))
    return {(number, rule) for number, found in lines if found for rule in found[1].split(", ")}


@pytest.fixture
def spec(tmp_path: Path) -> Path:
    path = tmp_path / "spec.yaml"
    path.write_text(SPEC)
    return path


def failed(inventory: Inventory, spec: Path) -> list[Finding]:
    stack, _ = load((spec,))
    posture = Posture(inventory)
    found = judge(LINT, subjects_of(posture), Context(posture), stack.at)
    also = [one for one in found if one.state is not State.PASS]
    return [one for one in also if (one.rule, one.address.name if one.address else "") not in ALSO]


def at(findings: list[Finding]) -> set[tuple[int, str]]:
    return {(one.location.line if one.location else 0, one.rule) for one in findings}


def test_every_finding_is_at_the_line_that_it_is_about(spec: Path) -> None:
    assert at(failed(offline(load((spec,))[1], REGION)[1], spec)) == wanted(SPEC)


def test_the_same_is_told_of_an_account_as_a_plan_would_leave_it(spec: Path) -> None:
    plan, alone = offline(load((spec,))[1], REGION)
    empty = Inventory(Place(ACCOUNT, REGION), {Question(*question): reply for question, reply in NOTHING.items()})
    foreseen = foresee(empty, plan)
    assert not foreseen.partial
    assert at(failed(foreseen, spec)) == wanted(SPEC)
    assert [one.message for one in failed(foreseen, spec)] == [one.message for one in failed(alone, spec)]


def test_a_live_account_is_told_the_same_without_places(spec: Path) -> None:
    plan, _ = offline(load((spec,))[1], REGION)
    empty = Inventory(Place(ACCOUNT, REGION), {Question(*question): reply for question, reply in NOTHING.items()})
    posture = Posture(foresee(empty, plan))
    found = [one for one in judge(LINT, subjects_of(posture), Context(posture)) if one.state is not State.PASS]
    assert {one.rule for one in found} == {rule for _, rule in wanted(SPEC)} | {rule for rule, _ in ALSO}
    assert {one.location for one in found} == {None}
