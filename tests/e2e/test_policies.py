"""The policies that the README shows are those that the command line prints."""

from __future__ import annotations

import os
import re

from rds_secure import api
from rds_secure.plan import permissions
from tests.e2e.harness import ROOT, SPECS, Harness

POLICIES = ROOT / "policies"


def _assert_current(name: str, text: str) -> None:
    file = POLICIES / name
    if os.environ.get("RDS_SECURE_UPDATE_GOLDEN") == "1":
        file.write_text(f"{text}\n", encoding="utf-8")
    assert file.read_text(encoding="utf-8") == f"{text}\n", "RDS_SECURE_UPDATE_GOLDEN=1 takes the new text"


def test_the_policy_for_planning_is_current() -> None:
    _assert_current("plan.json", permissions.text(permissions.documents(permissions.reading())))


def test_the_policy_for_rules_about_the_account_is_current() -> None:
    _assert_current("check.json", permissions.text(permissions.documents(permissions.judging())))


def test_the_policy_for_the_quickstart_is_current(harness: Harness) -> None:
    printed = permissions.text(api.least_policy(harness.plan(SPECS / "quickstart.yaml")))
    _assert_current("quickstart.json", re.sub("vpc-[0-9a-f]+", "vpc-0123456789abcdef0", printed))
