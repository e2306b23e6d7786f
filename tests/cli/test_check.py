"""`check` and `explain` on the command line: no AWS is there."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from tests.cli.running import ROOT, Run

SPEC = ROOT / "specs" / "quickstart.yaml"


@pytest.fixture
def bad(tmp_path: Path) -> Path:
    path = tmp_path / "bad.yaml"
    path.write_text(SPEC.read_text().replace("engine: postgres", "minor_upgrades: false\n      engine: postgres", 1))
    return path


def test_a_good_spec_fails_nothing(ran: Run) -> None:
    shown = ran("check", SPEC)
    assert (shown.code, shown.err) == (0, "")
    assert "0 failed" in shown.out


def test_a_failure_is_told_at_its_line_and_stops(ran: Run, bad: Path) -> None:
    shown = ran("check", bad)
    line = next(number for number, text in enumerate(bad.read_text().splitlines(), 1) if "minor_upgrades" in text)
    assert shown.code == 3
    assert f"bad.yaml:{line}:" in shown.out
    assert ran("check", bad, "--fail-on", "critical").code == 0


def test_every_form_has_the_failure(ran: Run, bad: Path) -> None:
    found = json.loads(ran("check", bad, "--format", "json").out)
    failed = [one for one in found["findings"] if one["state"] == "fail"]
    assert [one["rule"] for one in failed] == ["minor-upgrades"]
    assert (found["format_version"], found["counts"]["fail"], found["partial"]) == (1, 1, True)

    log = json.loads(ran("check", bad, "--format", "sarif").out)["runs"][0]
    (result,) = log["results"]
    region = result["locations"][0]["physicalLocation"]["region"]
    assert region == {"startLine": failed[0]["location"]["line"], "startColumn": failed[0]["location"]["column"]}
    assert log["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == "minor-upgrades"

    suites = ET.fromstring(ran("check", bad, "--format", "junit").out)
    assert [case.get("classname") for case in suites.iterfind(".//testcase[failure]")] == ["minor-upgrades"]
    assert "| high | `minor-upgrades` |" in ran("check", bad, "--format", "markdown").out


def test_a_misspelt_action_is_told_where_it_stands_and_stops_nothing(ran: Run, tmp_path: Path) -> None:
    path = tmp_path / "worded.yaml"
    written = (ROOT / "specs" / "iam_policy.yaml").read_text().replace("rds:CopyDBSnapshot", "rds:CopyDBSnapshoot")
    path.write_text(written)
    line = next(number for number, text in enumerate(written.splitlines(), 1) if "CopyDBSnapshoot" in text)
    shown = ran("check", path)
    assert (shown.code, shown.err) == (0, "")
    assert "MEDIUM known-actions: policy/snapshot-keeping: Keep names rds:CopyDBSnapshoot, and as of " in shown.out
    assert "did you mean rds:CopyDBSnapshot?" in shown.out
    assert f"worded.yaml:{line}:43" in shown.out
    assert ran("check", path, "--fail-on", "medium").code == 3


def test_credentials_are_for_the_account_alone(ran: Run) -> None:
    shown = ran("check", SPEC, "--profile", "prod")
    assert shown.code == 64
    assert "say --online as well" in shown.err


def test_rules_are_explained_by_any_name(ran: Run) -> None:
    assert ran("explain", "storage-encrypted").out == ran("explain", "rds.3").out
    assert "AWS Backup is not read" in ran("explain", "RDS.26").out
    assert "did you mean 'storage-encrypted'" in ran("explain", "storage-encrypt").err
    assert "## storage-encrypted" in ran("explain", "--format", "markdown").out
