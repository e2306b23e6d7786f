"""Waivers, policies, profiles, baselines and rules of packages on the command line: no AWS is there."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from jsonschema import Draft202012Validator

from rds_secure.cli.guardrails import POLICY
from rds_secure.inventory import file
from rds_secure.render.check_view import check_schema
from tests.access import world
from tests.cli.running import ROOT, Run
from tests.rules.packages import install

QUICKSTART = (ROOT / "specs" / "quickstart.yaml").read_text()
BAD = QUICKSTART.replace("engine: postgres", "minor_upgrades: false\n      engine: postgres", 1)
WAIVER = """
waivers:
  - {rule: minor-upgrades, resource: "${db_instance.quickstart}", reason: pinned, owner: dana, expires: 2999-12-31}
"""
"""Its one waiver is in the last line but none."""


@pytest.fixture
def spec(tmp_path: Path) -> Path:
    """A spec that fails minor-upgrades, which is of severity high."""
    (tmp_path / "specs").mkdir()
    path = tmp_path / "specs" / "spec.yaml"
    path.write_text(BAD)
    return path


@pytest.fixture
def policy(tmp_path: Path) -> Path:
    """A policy that lets nobody do anything."""
    path = tmp_path / "policy.yaml"
    path.write_text("version: 1\n")
    return path


def add(path: Path, text: str) -> None:
    path.write_text(path.read_text() + text)


def line(path: Path, word: str) -> int:
    return next(number for number, text in enumerate(path.read_text().splitlines(), 1) if word in text)


# Waivers


def test_what_is_waived_stops_nothing_and_every_form_says_who_answers(ran: Run, spec: Path) -> None:
    add(spec, WAIVER)
    shown = ran("check", spec)
    assert (shown.code, shown.err) == (0, "")
    assert "- high minor-upgrades: db:quickstart: it stays without fixes" in shown.out
    assert "until 2999-12-31 by dana: pinned" in shown.out
    assert "0 failed, 1 waived, " in shown.out

    found = json.loads(ran("check", spec, "--format", "json").out)
    Draft202012Validator(check_schema()).validate(found)
    (waived,) = (one for one in found["findings"] if one["state"] == "waived")
    at = {"file": str(spec), "line": line(spec, "reason: pinned"), "column": 5}
    assert waived["excuse"] == {"reason": "pinned", "owner": "dana", "until": "2999-12-31", "location": at}
    assert found["counts"]["waived"] == 1

    (result,) = json.loads(ran("check", spec, "--format", "sarif").out)["runs"][0]["results"]
    (suppression,) = result["suppressions"]
    assert (result["level"], suppression["kind"], suppression["status"]) == ("note", "inSource", "accepted")
    assert suppression["justification"] == "dana answers for it until 2999-12-31: pinned"
    assert suppression["location"]["physicalLocation"]["region"] == {"startLine": at["line"], "startColumn": 5}

    suites = ET.fromstring(ran("check", spec, "--format", "junit").out)
    (skipped,) = suites.iterfind(".//testcase[@classname='minor-upgrades']/skipped")
    assert str(skipped.get("message")).startswith("waived until 2999-12-31 by dana: pinned")
    assert (suites.get("failures"), suites.get("skipped")) == ("0", str(1 + found["counts"]["unknown"]))
    assert "| waived | `minor-upgrades` |" in ran("check", spec, "--format", "markdown").out


def test_an_expired_waiver_stops_as_if_it_were_not_there(ran: Run, spec: Path) -> None:
    add(spec, WAIVER.replace("2999", "2020"))
    shown = ran("check", spec)
    assert shown.code == 3
    assert "MEDIUM waiver-expired: waiver of minor-upgrades for db_instance.quickstart: it ended on 2020" in shown.out
    assert f"spec.yaml:{line(spec, 'reason: pinned')}:5" in shown.out


def test_an_unused_waiver_is_a_finding_of_low_severity(ran: Run, spec: Path) -> None:
    spec.write_text(QUICKSTART + WAIVER)
    assert "LOW waiver-unused: " in ran("check", spec).out
    assert (ran("check", spec).code, ran("check", spec, "--fail-on", "low").code) == (0, 3)


@pytest.mark.parametrize("command", ["check", "validate"])
def test_a_waiver_of_no_rule_is_an_error(command: str, ran: Run, spec: Path) -> None:
    add(spec, WAIVER.replace("minor-upgrades", "minor-upgrade"))
    shown = ran(command, spec)
    assert (shown.code, shown.out) == (1, "")
    assert f":{line(spec, 'reason: pinned')}:5: there is no rule 'minor-upgrade': did you mean" in shown.err


def test_validate_does_not_ask_for_packages(ran: Run, spec: Path) -> None:
    add(spec, WAIVER.replace("minor-upgrades", "acme/named"))
    assert ran("validate", spec).code == 0
    assert "install the package whose rules begin with acme/" in ran("check", spec).err


def test_the_rules_about_waivers_are_explained(ran: Run) -> None:
    for name in ("waiver-expired", "waiver-unused", "waiver-refused", "baseline-outdated"):
        assert ran("explain", name).out.startswith(f"{name} · ")


# What a spec asks for


def test_a_spec_tightens_and_never_loosens(ran: Run, spec: Path) -> None:
    spec.write_text(QUICKSTART)
    assert ran("check", spec, "--fail-on", "medium").code == 0
    add(spec, "guardrails: {rules: strict, fail_on: medium}\n")
    assert ran("check", spec).code == 3
    assert ran("check", spec, "--fail-on", "critical", "--rules", "baseline").code == 3
    spec.write_text(spec.read_text().replace("fail_on: medium", "fail_on: critical"))
    shown = ran("check", spec)
    assert shown.code == 3
    assert f":{line(spec, 'guardrails:')}:38: critical is looser than high, which binds without a policy" in shown.err


def test_a_spec_asks_for_single_rules(ran: Run, spec: Path) -> None:
    spec.write_text(QUICKSTART + "guardrails: {also: [multi-az], fail_on: medium}\n")
    assert "MEDIUM multi-az" in ran("check", spec).out
    spec.write_text(spec.read_text().replace("multi-az", "multi-a"))
    assert "there is no rule 'multi-a': did you mean 'multi-az'?" in ran("check", spec).err


# A policy


def test_under_a_policy_a_waiver_stands_only_where_it_lets_it(ran: Run, spec: Path, policy: Path) -> None:
    add(spec, WAIVER)
    shown = ran("check", spec, "--policy", policy)
    assert shown.code == 3
    assert f"stack quickstart, of the spec alone, baseline, policy {policy}" in shown.out
    assert (
        f"HIGH waiver-refused: waiver of minor-upgrades for db_instance.quickstart: {policy} does not let" in shown.out
    )
    assert "HIGH minor-upgrades" in shown.out
    add(policy, "waive: [{owners: [dana], days: 3660}]\n")
    assert f"{policy} lets dana waive minor-upgrades until" in ran("check", spec, "--policy", policy).out
    spec.write_text(spec.read_text().replace("2999-12-31", "2029-12-31"))
    assert ran("check", spec, "--policy", policy).code == 0
    found = json.loads(ran("check", spec, "--policy", policy, "--format", "json").out)
    assert found["policies"] == [str(policy)]


@pytest.mark.parametrize(
    ("text", "options", "said"),
    [
        ("rules: strict\n", ["--rules", "baseline"], ":2:8: --rules baseline is looser than strict, which"),
        ("fail_on: low\n", ["--fail-on", "medium"], ":2:10: --fail-on medium is looser than low, which"),
        ("", ["--fail-on", "critical"], ":1:1: --fail-on critical is looser than high, which"),
        ("", ["--baseline", "b.json"], ":1:1: --baseline b.json lets pass what failed before, which"),
    ],
)
def test_no_option_loosens_a_policy(
    text: str, options: list[str], said: str, ran: Run, spec: Path, policy: Path
) -> None:
    add(policy, text)
    shown = ran("check", spec, "--policy", policy, *options)
    assert (shown.code, shown.out) == (3, "")
    assert said in shown.err


def test_no_spec_loosens_a_policy(ran: Run, spec: Path, policy: Path) -> None:
    add(policy, "rules: strict\nfail_on: medium\n")
    add(spec, "guardrails: {rules: baseline, fail_on: high}\n")
    shown = ran("check", spec, "--policy", policy)
    assert (shown.code, shown.out) == (3, "")
    assert f"baseline is looser than strict, which {policy} asks for: write that, or leave it out" in shown.err
    assert f"high is looser than medium, which {policy} asks for" in shown.err


def test_the_option_never_takes_the_place_of_the_environment(
    ran: Run, spec: Path, policy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(policy, "fail_on: low\n")
    mild = tmp_path / "mild.yaml"
    mild.write_text("version: 1\nfail_on: critical\nwaive: [{owners: ['*'], days: 3660}]\n")
    add(spec, WAIVER.replace("2999", "2029"))
    assert ran("check", spec, "--policy", mild).code == 0
    monkeypatch.setenv(POLICY, str(policy))
    shown = ran("check", spec, "--policy", mild)
    assert shown.code == 3
    assert f"policy {policy}, policy {mild}" in shown.out
    assert "waiver-refused" in shown.out
    assert "--fail-on" in ran("check", spec, "--policy", mild, "--fail-on", "critical").err
    assert ran("check", spec, "--policy", policy).out.count("policy ") == 2  # in the heading and in one finding


def test_a_variable_that_names_nothing_is_no_permission(ran: Run, spec: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(POLICY, "")
    shown = ran("check", spec)
    assert (shown.code, shown.out) == (64, "")
    assert "RDS_SECURE_POLICY is set, and empty: name a policy, or unset it" in shown.err
    monkeypatch.setenv(POLICY, "missing.yaml")
    assert ran("check", spec).code == 1


def test_a_policy_beside_the_spec_is_refused(ran: Run, spec: Path, policy: Path, tmp_path: Path) -> None:
    beside = policy.rename(spec.parent / "policy.yaml")
    assert "lies beside the spec that it binds" in ran("check", spec, "--policy", beside).err
    (tmp_path / "outside.yaml").symlink_to(beside)
    assert ran("check", spec, "--policy", tmp_path / "outside.yaml").code == 3
    beside.rename(policy)
    beside.symlink_to(policy)
    assert ran("check", spec, "--policy", beside).code == 3


def test_what_is_mandatory_is_asked_and_stops_whatever_its_severity(ran: Run, spec: Path, policy: Path) -> None:
    spec.write_text(QUICKSTART)
    assert ran("check", spec, "--policy", policy).code == 0
    add(policy, "mandatory: [own-port]\n")
    shown = ran("check", spec, "--policy", policy)
    assert (shown.code, "LOW own-port" in shown.out) == (3, True)


def test_a_policy_says_how_bad_it_is(ran: Run, spec: Path, policy: Path) -> None:
    add(policy, "severities: {minor-upgrades: low}\n")
    shown = ran("check", spec, "--policy", policy)
    assert (shown.code, "LOW minor-upgrades" in shown.out) == (0, True)
    log = json.loads(ran("check", spec, "--policy", policy, "--format", "sarif").out)["runs"][0]
    (rule,) = (one for one in log["tool"]["driver"]["rules"] if one["id"] == "minor-upgrades")
    assert rule["defaultConfiguration"] == {"level": "note"}


def test_a_profile_of_ones_own_takes_nothing_from_a_policy(ran: Run, spec: Path, policy: Path, tmp_path: Path) -> None:
    ours = tmp_path / "ours.yaml"
    ours.write_text("version: 1\nrules: [own-port]\n")
    shown = ran("check", spec, "--rules", ours)
    assert (shown.code, f"of the spec alone, {ours}" in shown.out, "LOW own-port" in shown.out) == (0, True, True)
    assert ran("check", spec, "--rules", ours, "--policy", policy).code == 3
    assert "it cannot be read: No such file" in ran("check", spec, "--rules", "stict").err


# A baseline


def test_what_is_recorded_blocks_no_more_and_what_is_new_does(ran: Run, spec: Path, tmp_path: Path) -> None:
    path = tmp_path / "baseline.json"
    assert ran("check", spec, "--baseline", path).code == 1  # there is none
    shown = ran("check", spec, "--baseline", path, "--record")
    assert (shown.code, "0 failed, 1 known, " in shown.out) == (0, True)
    shown = ran("check", spec, "--baseline", path)
    assert (shown.code, "Known before, in the baseline:" in shown.out) == (0, True)
    text = path.read_text()
    assert ran("check", spec, "--baseline", path, "--record").code == 0
    assert path.read_text() == text

    (result,) = json.loads(ran("check", spec, "--baseline", path, "--format", "sarif").out)["runs"][0]["results"]
    assert (result["ruleId"], result["suppressions"][0]["kind"]) == ("minor-upgrades", "external")
    suites = ET.fromstring(ran("check", spec, "--baseline", path, "--format", "junit").out)
    assert suites.find(".//testcase[@classname='minor-upgrades']/skipped") is not None

    spec.write_text(BAD.replace("minor_upgrades: false", "minor_upgrades: false\n      deletion_protection: false"))
    shown = ran("check", spec, "--baseline", path, "--fail-on", "low")
    assert (shown.code, "1 failed, 1 known, " in shown.out) == (3, True)
    spec.write_text(QUICKSTART)
    shown = ran("check", spec, "--baseline", path)
    assert (shown.code, "LOW baseline-outdated: minor-upgrades of quickstart/db_ins" in shown.out) == (0, True)
    assert f"{path}:4:5" in shown.out


def test_a_policy_may_allow_a_baseline_but_not_of_what_is_mandatory(
    ran: Run, spec: Path, policy: Path, tmp_path: Path
) -> None:
    path = tmp_path / "baseline.json"
    add(policy, "baseline: allowed\n")
    assert ran("check", spec, "--policy", policy, "--baseline", path, "--record").code == 0
    add(policy, "mandatory: [minor-upgrades]\n")
    assert ran("check", spec, "--policy", policy, "--baseline", path).code == 3
    assert ran("check", spec, "--policy", policy, "--baseline", path, "--record").code == 3
    assert json.loads(path.read_text())["findings"] == []


def test_recording_needs_a_file_of_its_own(ran: Run, spec: Path, policy: Path) -> None:
    assert "--record: say in which file, with --baseline FILE" in ran("check", spec, "--record").err
    kept = policy.read_text()
    assert ran("check", spec, "--record", "--baseline", policy).code == 1
    assert policy.read_text() == kept


# Audits


@pytest.fixture
def account(tmp_path: Path) -> Path:
    """A recorded account in which not all is well."""
    path = tmp_path / "account.json"
    file.save(path, world.recording(world.world()))
    return path


def test_an_audit_records_what_fails_and_minds_what_is_new(ran: Run, account: Path, tmp_path: Path) -> None:
    path = tmp_path / "baseline.json"
    asked = ("audit", "--snapshot", account, "--fail-on", "low", "--baseline", path)
    assert ran("audit", "--snapshot", account, "--fail-on", "low").code == 3
    assert ran(*asked, "--record").code == 0
    found = json.loads(path.read_text())["findings"]
    shown = json.loads(ran(*asked, "--format", "json").out)
    assert (ran(*asked).code, shown["counts"]["known"], shown["counts"]["fail"]) == (0, len(found), 0)
    path.write_text(json.dumps({"version": 1, "findings": found[1:]}))
    assert ran(*asked).code == 3
    assert (
        "with --no-account there is nothing to record"
        in ran("audit", f"--cloudtrail={tmp_path}", "--no-account", "--baseline", path, "--record").err
    )


def test_an_earlier_audit_takes_nothing_from_a_policy(ran: Run, account: Path, policy: Path, tmp_path: Path) -> None:
    asked = ("audit", "--snapshot", account, "--fail-on", "low")
    before = tmp_path / "before.json"
    before.write_text(ran(*asked, "--format", "json").out)
    since = (*asked, "--compare", before, "--new-only")
    assert ran(*since).code == 0
    shown = ran(*since, "--policy", policy)
    assert (shown.code, shown.out) == (3, "")
    assert "--new-only lets pass what failed before, which" in shown.err
    add(policy, "baseline: allowed\n")
    assert ran(*since, "--policy", policy).code == 0
    rule = next(one["rule"] for one in json.loads(before.read_text())["findings"] if one["state"] == "fail")
    add(policy, f"mandatory: [{rule}]\n")
    assert ran(*since, "--policy", policy).code == 3


# Rules of packages


def test_rules_of_packages_are_asked_explained_and_required(
    ran: Run, spec: Path, policy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec.write_text(QUICKSTART)
    add(policy, "packages: [acme-rules]\n")
    assert "no rules of the package 'acme-rules' are here" in ran("check", spec, "--policy", policy).err
    install(tmp_path / "site", monkeypatch)
    shown = ran("check", spec, "--policy", policy)
    assert (shown.code, "LOW acme/named: db:quickstart: quickstart does not begin with acme-" in shown.out) == (0, True)
    assert ran("explain", "acme/named").out.startswith("acme/named · low · baseline\nNames begin with acme-")
    add(spec, WAIVER.replace("minor-upgrades", "acme/named"))
    assert "1 waived" in ran("check", spec).out
    log = json.loads(ran("check", spec, "--format", "sarif").out)["runs"][0]
    assert log["tool"]["driver"]["rules"][log["results"][0]["ruleIndex"]]["id"] == "acme/named"


def test_rules_beside_a_spec_are_refused(ran: Run, spec: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(spec.parent / "vendor", monkeypatch, code="raise AssertionError('it was run')")
    shown = ran("check", spec)
    assert (shown.code, shown.out) == (1, "")
    assert "nothing is taken from the working folder, nor from beside a spec" in shown.err
