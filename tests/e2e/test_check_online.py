"""`check --online` over what was applied: findings on keys, policies and groups know where their spec has them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.cli.running import Ran, runner
from tests.e2e.harness import Harness

SPEC = """
version: 1
stack: places
resources:
  kms_key:
    data:
      description: the data of orders
      rotation_days: off
  db_subnet_group:
    db: {subnets: {vpc: {tag: {Name: main}}, tag: {Tier: private}}}
  iam_policy:
    wide:
      statements:
        - effect: allow
          actions: ["rds:*"]
          resources: ["*"]
  security_group:
    open:
      vpc: {tag: {Name: main}}
      ingress:
        - {from: 0.0.0.0/0, port: 22}
      egress: []
  db_instance:
    orders:
      engine: postgres
      engine_version: "16"
      instance_class: db.m7g.large
      storage_gib: 20
      kms_key: ${kms_key.data}
      subnet_group: ${db_subnet_group.db}
      security_groups: ["${security_group.open}"]
"""


@pytest.fixture
def checked(harness: Harness, tmp_path: Path, capsys: Any, monkeypatch: Any) -> Callable[[], Ran]:
    path = tmp_path / "places.yaml"
    path.write_text(SPEC)
    run = runner(capsys)
    monkeypatch.setenv("AWS_ENDPOINT_URL", harness.sandbox.endpoint)
    for name, value in {"ACCESS_KEY_ID": "test", "SECRET_ACCESS_KEY": "test", "REGION": harness.sandbox.region}.items():
        monkeypatch.setenv(f"AWS_{name}", value)
    return lambda: run("check", path, "--online", "--format", "json")


@pytest.mark.parametrize("applied", [False, True])
def test_findings_on_what_a_stack_owns_know_their_place(
    harness: Harness, checked: Callable[[], Ran], tmp_path: Path, applied: bool
) -> None:
    if applied:
        harness.apply(tmp_path / "places.yaml")
    shown = checked()
    assert shown.code == 3, shown.err
    lines = SPEC.splitlines()
    failed = [one for one in json.loads(shown.out)["findings"] if one["state"] == "fail" and one["address"]]
    places = {one["rule"]: (one["address"], lines[one["location"]["line"] - 1].strip()) for one in failed}
    assert places["key-rotated"] == ("kms_key.data", "rotation_days: off")
    assert places["no-service-wildcard"] == ("iam_policy.wide", 'actions: ["rds:*"]')
    assert places["no-risky-ports"] == ("security_group.open", "- {from: 0.0.0.0/0, port: 22}")
