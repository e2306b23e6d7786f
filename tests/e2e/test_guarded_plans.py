"""Plans are held to the rules: what they make worse is refused, and what failed before stops nobody."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from tests.e2e.harness import STACK, Resources
from tests.e2e.test_commands import QUICKSTART, SCHEMA, Commands, command, connections  # noqa: F401 - fixtures

UPGRADES = "db_instance.quickstart: minor-upgrades (high) fails on db:quickstart: it stays without fixes"


def edited(folder: Path, edit: Callable[[Any], object]) -> Path:
    """The quickstart with a change to its resources, in a folder of its own."""
    spec = yaml.safe_load(QUICKSTART.read_text())
    edit(spec["resources"])
    folder.mkdir(exist_ok=True)
    path = folder / "stack.yaml"
    path.write_text(yaml.safe_dump(spec, sort_keys=False))
    return path


def unkept(resources: Any) -> None:
    resources["db_instance"]["quickstart"]["minor_upgrades"] = False


def line(path: Path, text: str) -> int:
    """On which line a text stands."""
    return next(number for number, each in enumerate(path.read_text().splitlines(), 1) if text in each)


def told(text: str) -> str:
    """What is printed, on one line."""
    return " ".join(text.split())


def test_what_a_plan_makes_worse_is_3_with_rule_resource_and_line_and_nothing_is_called(
    command: Commands,  # noqa: F811
    tmp_path: Path,
) -> None:
    command.harness.make(QUICKSTART)
    spec, file = edited(tmp_path / "spec", unkept), tmp_path / "out.plan"
    refused = command("plan", spec, "--out", file)
    assert refused.code == 3
    assert f"stack.yaml:{line(spec, 'minor_upgrades')}:" in refused.out
    assert UPGRADES in told(refused.out)
    assert "Guardrails: 1 gets worse, and is refused." in refused.out
    assert not file.exists()
    for arguments in (("apply", spec, "--yes"), ("apply", spec, "--expect", "x")):
        assert command(*arguments).code == 3
    assert command.writes == []

    found = json.loads(command("plan", spec, "--format", "json").out)
    jsonschema.validate(found, json.loads(SCHEMA.read_text()))
    (worse,) = found["findings"]["worse"]
    assert (worse["stops"], worse["finding"]["rule"], worse["finding"]["address"]) == (
        True,
        "minor-upgrades",
        "db_instance.quickstart",
    )
    assert worse["finding"]["location"]["line"] == line(spec, "minor_upgrades")
    assert [one["address"] for one in found["refusals"]] == ["db_instance.quickstart"]
    markdown = command("plan", spec, "--format", "markdown").out
    assert "minor-upgrades (high) fails on db:quickstart" in markdown.partition("### Refused")[2]


def test_a_severity_that_is_let_pass_is_told_and_its_command_lets_it_pass_too(
    command: Commands,  # noqa: F811
    tmp_path: Path,
) -> None:
    command.harness.make(QUICKSTART)
    spec, file = edited(tmp_path / "spec", unkept), tmp_path / "out.plan"
    shown = command("plan", spec, "--fail-on", "critical", "--out", file)
    assert shown.code == 0
    assert "! high:" in shown.out
    assert "what to do: write 'minor_upgrades: true'" in told(shown.out)
    expected = shown.out.splitlines()[-1].partition("apply exactly this with: rds-secure ")[2].split()
    assert expected[2:4] == ["--fail-on", "critical"]

    assert command("apply", file).code == 3  # whoever applies is bound by what binds him
    assert command.writes == []
    assert command(*expected).code == 0
    assert "ModifyDBInstance" in command.writes


def test_what_failed_before_stops_nobody_unless_that_is_asked_for(command: Commands, tmp_path: Path) -> None:  # noqa: F811
    command.harness.make(edited(tmp_path / "old", unkept))

    spec = edited(
        tmp_path / "spec",
        lambda resources: resources["db_instance"]["quickstart"].update(minor_upgrades=False, backup_days=14),
    )
    shown = command("plan", spec)
    assert shown.code == 0
    assert "Guardrails: nothing gets worse; 1 old failure of this stack stays" in shown.out
    assert "minor-upgrades" not in shown.out
    assert "high, as before" in command("plan", spec, "--show-findings").out
    stopped = command("plan", spec, "--fail-on-old")
    assert stopped.code == 3
    assert UPGRADES in told(stopped.out)
    policy = tmp_path / "policy.yaml"
    policy.write_text("version: 1\nfail_on_old: true\n")
    assert command("plan", spec, "--policy", policy).code == 3
    assert command("apply", spec, "--yes", "--fail-on-old").code == 3
    policy = tmp_path / "policy.yaml"
    policy.write_text("version: 1\nfail_on_old: true\n")
    assert command("apply", spec, "--yes", "--policy", policy).code == 3
    assert command.writes == []
    assert command("apply", spec, "--yes").code == 0

    mended = command("plan", QUICKSTART)
    assert mended.code == 0
    assert "Guardrails: nothing gets worse; 1 is mended." in mended.out


def test_a_plan_without_changes_reads_nothing_for_the_rules(command: Commands) -> None:  # noqa: F811
    command.harness.make(QUICKSTART)

    def calls(*options: str) -> list[str]:
        command.harness.recorder.clear()
        assert command("plan", QUICKSTART, *options).code == 0
        return sorted(command.calls)

    assert calls() == calls("--no-check", "--no-access")
    assert "DescribeRouteTables" in calls("--fail-on-old")


def test_what_no_rule_judges_is_read_for_none(command: Commands, tmp_path: Path) -> None:  # noqa: F811
    command.harness.make(QUICKSTART)
    spec = edited(tmp_path / "spec", unkept)
    command.harness.recorder.clear()
    assert command("plan", spec, "--no-check", "--no-access").code == 0
    assert "DescribeDBProxies" not in command.calls
    assert command("plan", spec, "--no-access").code == 3
    assert "DescribeDBProxies" in command.calls
    assert "DescribeRouteTables" not in command.calls
    assert "GetAccountAuthorizationDetails" not in command.calls[-12:]
    assert command("plan", spec, "--no-check", "--fail-on-old").code == 64


OPEN: Resources = {
    "security_group": {
        "shared": {
            "vpc": {"tag": {"Name": "main"}},
            "ingress": [{"from": "0.0.0.0/0", "port": 6432, "description": "partners"}],
        }
    }
}
CLOSED: Resources = {"security_group": {"shared": {"vpc": {"tag": {"Name": "main"}}, "ingress": []}}}


def use(client: Any) -> None:
    """Somebody puts a database of theirs behind the group that is called shared."""
    named = [{"Name": "group-name", "Values": ["shared"]}]
    (group,) = client("ec2").describe_security_groups(Filters=named)["SecurityGroups"]
    client("rds").create_db_instance(
        DBInstanceIdentifier="partner",
        Engine="postgres",
        DBInstanceClass="db.t4g.medium",
        AllocatedStorage=20,
        Port=6432,
        MasterUsername="dbowner",
        ManageMasterUserPassword=True,
        VpcSecurityGroupIds=[group["GroupId"]],
    )


def test_what_it_does_to_the_things_of_others_counts_too(command: Commands) -> None:  # noqa: F811
    """A database that no stack owns is behind a group of this one, which is opened."""
    closed = command.harness.spec(CLOSED)
    command.harness.make(closed)
    spec = command.harness.spec(OPEN)
    assert command("plan", spec).code == 0

    command.harness.behind(use)
    refused = command("plan", spec)
    assert refused.code == 3
    assert "no-open-database (high) fails on" in told(refused.out)
    assert "it lets the world connect to partner" in told(refused.out)


def test_a_plan_file_is_judged_again_by_what_is_there_when_it_is_applied(
    command: Commands,  # noqa: F811
    tmp_path: Path,
) -> None:
    command.harness.make(CLOSED)
    spec, file = command.harness.spec(OPEN), tmp_path / "open.plan"
    assert command("plan", spec, "--out", file, "--no-access").code == 0

    command.harness.behind(use)
    stopped = command("apply", file)
    assert (stopped.code, command.writes) == (3, [])
    assert "no-open-database (high) fails on" in told(stopped.out)


@pytest.mark.parametrize("options", [(), ("--include-data",), ("--include-data", "--no-final-snapshot")])
def test_what_is_destroyed_breaks_no_rule(command: Commands, options: tuple[str, ...], tmp_path: Path) -> None:  # noqa: F811
    spec = edited(
        tmp_path / "spec", lambda resources: resources["db_instance"]["quickstart"].update(deletion_protection=False)
    )
    command.harness.make(spec)
    gone = command("destroy", spec, "--confirm", "quickstart", "--rules", "strict", "--fail-on", "low", *options)
    assert (gone.code, gone.err) == (0, ""), gone.out


def test_a_recorded_account_is_judged_like_a_live_one(command: Commands, tmp_path: Path) -> None:  # noqa: F811
    command.harness.make(QUICKSTART)
    recording = tmp_path / "account.json"
    assert command("access", "snapshot", QUICKSTART, "--out", recording).code == 0
    refused = command("plan", edited(tmp_path / "spec", unkept), "--snapshot", recording)
    assert refused.code == 3
    assert UPGRADES in told(refused.out)
    assert STACK not in refused.out


def test_nothing_goes_past_a_policy_unjudged_or_with_less(command: Commands, tmp_path: Path) -> None:  # noqa: F811
    command.harness.make(QUICKSTART)
    spec = edited(tmp_path / "spec", lambda resources: resources["db_instance"]["quickstart"].update(backup_days=3))
    assert command("plan", spec).code == 0  # which is medium
    policy = tmp_path / "policy.yaml"
    policy.write_text("version: 1\nfail_on: medium\n")
    assert command("plan", spec, "--policy", policy).code == 3
    for less in (("--no-check",), ("--fail-on", "high")):
        refused = command("plan", spec, "--policy", policy, *less)
        assert refused.code == 3
        assert "policy.yaml" in refused.err
        assert command("apply", spec, "--yes", "--policy", policy, *less).code == 3
        assert command("destroy", spec, "--confirm", "quickstart", "--policy", policy, *less).code == 3
    assert command.writes == []
    agreed = command(
        "plan",
        edited(tmp_path / "more", lambda r: r["db_instance"]["quickstart"].update(backup_days=30)),
        "--policy",
        policy,
    )
    assert f"--policy {policy}" in agreed.out.splitlines()[-1]


def test_what_a_spec_asks_for_beyond_that_binds_it_too(command: Commands, tmp_path: Path) -> None:  # noqa: F811
    command.harness.make(QUICKSTART)
    spec = edited(tmp_path / "spec", lambda resources: resources["db_instance"]["quickstart"].update(backup_days=3))
    spec.write_text(spec.read_text() + "guardrails: {fail_on: medium}\n")
    assert command("plan", spec).code == 3
    refused = command("plan", spec, "--no-check")
    assert refused.code == 3
    assert f"stack.yaml:{line(spec, 'guardrails')}:" in refused.err


def test_what_somebody_answers_for_is_told_and_let_pass(command: Commands, tmp_path: Path) -> None:  # noqa: F811
    command.harness.make(QUICKSTART)
    spec = edited(tmp_path / "spec", unkept)
    waiver = {
        "rule": "minor-upgrades",
        "resource": "${db_instance.quickstart}",
        "reason": "the vendor certifies versions",
        "owner": "dana",
        "expires": "2099-12-31",
    }
    spec.write_text(spec.read_text() + yaml.safe_dump({"waivers": [waiver]}))
    shown = command("plan", spec)
    assert shown.code == 0
    assert "Guardrails: nothing gets worse; 1 is let pass." in shown.out
    assert "waived: minor-upgrades: db_instance.quickstart (db:quickstart)" in told(shown.out)
    assert "; until 2099-12-31 by dana: the vendor certifies versions" in told(shown.out)
