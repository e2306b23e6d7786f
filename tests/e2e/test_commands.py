"""The commands from end to end, as somebody types them: exit codes, what is called, and what is printed."""

from __future__ import annotations

import io
import json
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from rds_secure import api
from rds_secure.aws.session import Access, Connection
from rds_secure.plan.file import PlanFile, sealed
from rds_secure.sandbox import Sandbox
from tests.cli.running import Ran, runner
from tests.e2e import looks
from tests.e2e.harness import ROOT, SMALL, SPECS, Harness, Recorder
from tests.e2e.tables.db_instance import modify
from tests.e2e.test_behind import disturb
from tests.fakes import FakeClock

QUICKSTART = SPECS / "quickstart.yaml"
TRUST = '{"Version": "2012-10-17", "Statement": []}'
SCHEMA = ROOT / "schemas" / "plan.schema.json"


class Terminal(io.StringIO):
    """Somebody who sits there and types."""

    def isatty(self) -> bool:
        return True


class Commands:
    """Command lines against the sandbox, which AWS's own environment variables point to."""

    def __init__(self, harness: Harness, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
        self.harness, self.client = harness, harness.client
        self._run, self._monkeypatch = runner(capsys), monkeypatch

    def __call__(self, *arguments: str | Path) -> Ran:
        return self._run(*arguments)

    def typing(self, answer: str, *arguments: str | Path) -> Ran:
        """The command line, with somebody who types an answer."""
        with self._monkeypatch.context() as patched:
            patched.setattr("sys.stdin", Terminal(f"{answer}\n"))
            return self._run(*arguments)

    @property
    def writes(self) -> list[str]:
        """The actions so far that can change something."""
        return [call.action for call in self.harness.recorder.writes]

    @property
    def calls(self) -> list[str]:
        """All actions so far."""
        return [call.action for call in self.harness.recorder.calls]


@pytest.fixture(scope="session")
def connections(recorder: Recorder) -> Any:
    """Recorded connections, one for each way to reach AWS: making their clients takes long."""

    @cache
    def connection(access: Access) -> Connection:
        return recorder.listen(Connection(access))

    return lambda access, _clock: connection(access)


@pytest.fixture
def command(
    harness: Harness,
    sandbox: Sandbox,
    connections: Any,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> Commands:
    for name, value in sandbox.environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("COLUMNS", "200")
    for name in ("AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, str(tmp_path / "none"))
    monkeypatch.setenv("RDS_SECURE_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(api, "Connection", connections)
    monkeypatch.setattr(api, "SystemClock", FakeClock)
    return Commands(harness, capsys, monkeypatch)


def spec(command: Commands, **header: Any) -> Path:
    return command.harness.spec({"iam_group": {"orders": {}}}, **header)


# From plan to plan


def test_plan_apply_and_plan_again(command: Commands) -> None:
    before = command("plan", QUICKSTART, "--detailed-exitcode")
    assert (before.code, before.err) == (2, "")
    assert command("plan", QUICKSTART).code == 0
    assert command.writes == []

    applied = command("apply", QUICKSTART, "--yes")
    assert (applied.code, applied.err) == (0, "")
    assert looks.db_instance(command.client, "quickstart")["Endpoint"]["Address"] in applied.out

    command.harness.recorder.clear()
    again = command("plan", QUICKSTART, "--detailed-exitcode")
    assert (again.code, again.err) == (0, "")
    assert "No changes" in again.out
    second = command("apply", QUICKSTART, "--yes")
    assert second.code == 0
    assert "No changes" in second.out
    assert command.writes == []


def test_a_refused_plan_is_3_for_plan_and_for_apply(command: Commands) -> None:
    command.client("iam").create_group(GroupName="orders")
    file = spec(command)

    for arguments in (("plan", file), ("plan", file, "--detailed-exitcode"), ("apply", file, "--yes")):
        result = command(*arguments)
        assert result.code == 3
        assert "IAM group orders exists already and belongs to no stack" in result.out
    assert command.writes == []


def test_drift_is_exit_code_2_and_nothing_is_changed(command: Commands) -> None:
    command.harness.make(QUICKSTART)
    agreed = command("drift", QUICKSTART)
    assert (agreed.code, "No drift." in agreed.out) == (0, True)

    command.harness.behind(disturb)
    command.harness.recorder.clear()
    text, shown = command("drift", QUICKSTART), command("drift", QUICKSTART, "--format", "json")
    assert (text.code, shown.code, command.writes) == (2, 2, [])
    assert "CloudTrail could not be asked who changed what" in text.out  # the emulator has none
    found = {item["address"]: item["what"] for item in json.loads(shown.out)["deviations"]}
    assert found["db_instance.quickstart"] == "differs"
    jsonschema.validate(json.loads(shown.out), json.loads((ROOT / "schemas" / "drift.schema.json").read_text()))


def test_what_is_named_in_the_text_is_what_drifted(command: Commands) -> None:
    command.harness.make(QUICKSTART)
    command.harness.behind(disturb)

    out = command("plan", QUICKSTART).out

    for said in (
        "kms_key.quickstart-data",
        "document",
        "rotation_days",
        "tcp 5432 from 0.0.0.0/0",
        "AdministratorAccess",
        "sneaky",
        "deletion_protection",
        "public",
        "rds.force_ssl",
    ):
        assert said in out


# JSON


def test_plans_as_json_obey_the_published_schema(command: Commands) -> None:
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))

    def planned(*arguments: str | Path) -> Any:
        plan = json.loads(command("plan", *arguments, "--format", "json").out)
        jsonschema.validate(plan, schema, cls=jsonschema.Draft202012Validator)
        return plan

    new = planned(QUICKSTART)
    assert (new["applicable"], new["empty"], new["summary"]["create"]) == (True, False, 10)
    command.harness.make(QUICKSTART)
    assert planned(QUICKSTART)["empty"] is True
    command.harness.behind(disturb)
    changed = planned(QUICKSTART)
    assert {step["cause"] for step in changed["steps"] if step["action"] == "update"} == {"drift"}
    modify_key = {"action": "PutKeyPolicy", "destructive": False}
    calls = [call for step in changed["steps"] for call in step["calls"]]
    assert [call for call in calls if modify_key.items() <= call.items()]

    command.client("iam").create_group(GroupName="orders")
    refused = planned(spec(command))
    assert (refused["applicable"], refused["summary"]["refused"]) == (False, 1)
    assert refused["refusals"][0]["location"]["line"] > 1


# Where and who


def test_the_wrong_account_is_3_and_only_sts_was_asked(command: Commands) -> None:
    file = spec(command, account="999999999999")

    for name, *more in (("plan",), ("apply", "--yes"), ("destroy", "--confirm", "bench")):
        command.harness.recorder.clear()
        result = command(name, file, *more)
        assert result.code == 3
        assert "999999999999" in result.err
        assert "123456789012" in result.err
        assert command.calls == ["GetCallerIdentity"]


def test_the_right_account_passes(command: Commands) -> None:
    assert command("plan", spec(command, account="123456789012")).code == 0


def test_regions_that_disagree_are_3_and_nothing_was_asked(command: Commands) -> None:
    result = command("plan", spec(command, region="us-east-1"), "--region", "eu-west-1")

    assert result.code == 3
    assert "the spec is for us-east-1, not eu-west-1" in result.err
    assert command.calls == []


def test_the_region_of_the_spec_is_where_things_are_made(command: Commands) -> None:
    """IAM objects of a stack remember the region that it was applied to, and another one is a conflict."""
    assert command("apply", spec(command, region="eu-west-1"), "--yes").code == 0

    result = command("plan", spec(command, region="us-east-1"))

    assert result.code == 3
    assert "stack 'bench in eu-west-1'" in result.out


# Asking


def test_apply_without_a_terminal_and_without_yes_is_64(command: Commands) -> None:
    result = command("apply", spec(command))

    assert result.code == 64
    assert "--yes" in result.err
    assert command.writes == []


@pytest.mark.parametrize("answer", ["no", "", "y"])
def test_whoever_does_not_type_yes_has_declined(answer: str, command: Commands) -> None:
    result = command.typing(answer, "apply", spec(command))

    assert result.code == 1
    assert "declined: nothing was changed" in result.err
    assert command.writes == []


def test_whoever_types_yes_has_it_applied(command: Commands) -> None:
    assert command.typing("yes", "apply", spec(command)).code == 0
    assert command.writes == ["CreateGroup"]


def test_destroy_wants_the_name_of_the_stack(command: Commands) -> None:
    file = spec(command)
    command.harness.make(file)

    assert command("destroy", file).code == 64
    assert command.typing("yes", "destroy", file).code == 1
    assert command.writes == []
    assert command.typing("bench", "destroy", file).code == 0
    assert command.writes == ["DeleteGroup"]


def test_destroy_lists_what_it_kept(command: Commands) -> None:
    command.harness.make(QUICKSTART)

    result = command("destroy", QUICKSTART, "--confirm", "quickstart")

    assert result.code == 0
    assert "db_instance.quickstart" in result.out
    assert "No longer declared, kept" in result.out
    assert "db_subnet_group.quickstart" in result.out
    assert looks.exists(command.client, "db_instance", "quickstart")


# Failures


def test_a_failing_call_is_1_with_a_plain_account_and_a_second_apply_finishes(command: Commands) -> None:
    command.harness.recorder.refusals["CreateKey"] = "LimitExceededException"

    result = command("apply", QUICKSTART, "--yes")

    assert result.code == 1
    assert "Traceback" not in result.out + result.err
    assert "LimitExceededException: refused by the test" in result.err
    assert "1 failed" in result.err
    assert "run the same apply again" in result.err

    command.harness.recorder.clear()
    assert command("apply", QUICKSTART, "--yes").code == 0
    assert "No changes" in command("plan", QUICKSTART).out


def test_a_read_that_is_denied_is_3_and_nothing_is_written(command: Commands) -> None:
    """Meaning §8: what cannot be seen is unknown, never absent."""
    command.harness.recorder.refusals["DescribeDBInstances"] = "AccessDenied"

    result = command("apply", QUICKSTART, "--yes")

    assert result.code == 3
    assert "rds DescribeDBInstances: AccessDenied" in result.out
    assert command.writes == []
    unseen = json.loads(command("plan", "--format", "json", QUICKSTART).out)["unseen"]
    assert [item["code"] for item in unseen] == ["AccessDenied"]


# Secrets


def test_no_password_is_ever_printed(command: Commands) -> None:
    printed = [command("apply", QUICKSTART, "--yes", "--show-calls")]
    secret = looks.db_instance(command.client, "quickstart")["MasterUserSecret"]["SecretArn"]
    value = command.client("secretsmanager").get_secret_value(SecretId=secret)["SecretString"]
    password = json.loads(value)["password"]
    assert len(password) > 20
    command.harness.behind(lambda client: modify(client, "quickstart", DeletionProtection=False))

    printed.append(command("plan", QUICKSTART, "--show-calls"))
    printed.append(command("plan", QUICKSTART, "--format", "json"))
    printed.append(command("apply", QUICKSTART, "--yes"))
    printed.append(command("destroy", QUICKSTART, "--confirm", "quickstart", "--include-data", "--show-calls"))

    assert [result.code for result in printed] == [0] * 5
    assert secret in printed[0].out  # where it is, but not what it is
    assert not [result for result in printed if password in result.out + result.err]
    assert "GetSecretValue" not in command.calls


# Import


def test_import_writes_a_file_that_is_planned_with_tags_to_add(command: Commands, tmp_path: Path) -> None:
    command("apply", QUICKSTART, "--yes")
    arn = looks.db_instance(command.client, "quickstart")["DBInstanceArn"]
    ours = ["rds-secure:stack", "rds-secure:address", "rds-secure:applied"]
    command.client("rds").remove_tags_from_resource(ResourceName=arn, TagKeys=ours)
    command.harness.recorder.clear()
    file = tmp_path / "found.yaml"

    written = command("import", "found", "--name", "QUICK*", "--out", str(file))

    assert (written.code, command.writes) == (0, [])
    assert f"rds-secure plan {file}" in written.out
    assert "db_instance.quickstart: null" in file.read_text()
    assert "security_group" in command("import", "found", "--all").out
    assert command("plan", str(file), "--detailed-exitcode").code == 2


def test_import_says_what_it_needs(command: Commands, tmp_path: Path) -> None:
    (tmp_path / "taken.yaml").write_text("mine")
    for arguments, words in (
        ((), "--all alone"),
        (("--all", "--name", "x"), "--all alone"),
        (("--tag", "team"), "write KEY=VALUE"),
        (("--all", "--out", str(tmp_path / "taken.yaml")), "exists already"),
    ):
        result = command("import", "found", *arguments)
        assert (result.code, words in result.err) == (64, True), result.err
    assert command("import", "Not A Name", "--all").code == 64
    for arguments, words in ((("--all",), "nothing of RDS in us-east-1"), (("--name", "x-*"), "nothing of that name")):
        result = command("import", "found", *arguments)
        assert (result.code, words in result.err, len(result.err.splitlines())) == (1, True, 1), result.err
    assert (tmp_path / "taken.yaml").read_text() == "mine"


def test_a_database_that_was_there_is_begun_again_only_when_it_is_named(command: Commands) -> None:
    """RDS-15, meaning §5."""
    assert command("apply", "--yes", QUICKSTART).code == 0

    def lost(client: Any) -> None:
        rds, name = client("rds"), "quickstart"
        rds.modify_db_instance(DBInstanceIdentifier=name, DeletionProtection=False, ApplyImmediately=True)
        rds.delete_db_instance(DBInstanceIdentifier=name, SkipFinalSnapshot=True, DeleteAutomatedBackups=False)

    command.harness.behind(lost)

    refused = command("apply", "--yes", QUICKSTART)
    assert refused.code == 3
    assert "--create-empty db_instance.quickstart" in " ".join(refused.out.split())
    assert command("plan", "--create-empty", "db_instance.quickstart", QUICKSTART).code == 0
    assert command("apply", "--yes", "--create-empty", "db_instance.quickstart", QUICKSTART).code == 0
    assert command("plan", "--detailed-exitcode", QUICKSTART).code == 0


# Approval (meaning §6)


def role(command: Commands, seconds: int) -> Path:
    trust = {"services": ["rds.amazonaws.com"]}
    resources = {"iam_role": {"app": {"trust": trust, "max_session": seconds}}, "iam_group": {"ops": {}}}
    return command.harness.spec(resources)


def test_a_plan_file_is_applied_without_a_question_and_once_more_without_a_call(
    command: Commands, tmp_path: Path
) -> None:
    file = tmp_path / "orders.plan"
    made = command("plan", role(command, 3600), "--out", file)
    assert (made.code, made.err) == (0, "")
    assert command.writes == []

    refused = command("apply", file, "--expect", "another digest")
    assert (refused.code, command.writes) == (3, [])
    assert f"{file} is the plan" in refused.err
    assert command("apply", file).code == 0
    assert sorted(command.writes) == ["CreateGroup", "CreateRole"]
    again = command("apply", file)
    assert (again.code, "No changes" in again.out) == (0, True)
    assert len(command.writes) == 2


def test_what_moved_between_plan_and_apply_is_named_and_nothing_is_called(command: Commands, tmp_path: Path) -> None:
    file, after = tmp_path / "orders.plan", role(command, 7200)
    command.harness.make(role(command, 3600))
    digest = json.loads(command("plan", after, "--out", file, "--format", "json").out)["digest"]
    command.harness.behind(lambda client: client("iam").update_role(RoleName="app", MaxSessionDuration=10800))
    for approved in ((file,), (after, "--expect", digest)):
        stopped = command("apply", *approved)
        assert (stopped.code, command.writes) == (3, [])
        assert "max_session: 10800 → 7200" in stopped.out
        told = "iam_role.app.max_session 3600 → 10800 since the plan" if approved[0] == file else digest
        assert told in stopped.err


def test_the_last_line_of_a_plan_applies_exactly_it(command: Commands) -> None:
    made = command("plan", role(command, 3600), "--create-empty", "iam_role.app", "--prune-limit", "3")
    line = made.out.splitlines()[-1].removeprefix("apply exactly this with: rds-secure ")
    assert line.split()[2:] == ["--prune-limit", "3", "--create-empty", "iam_role.app", "--expect", *line.split()[-1:]]
    assert command(*line.split()).code == 0
    assert sorted(command.writes) == ["CreateGroup", "CreateRole"]
    stale = command(*line.split())
    assert (stale.code, len(command.writes)) == (3, 2)


def test_an_apply_that_failed_in_the_middle_goes_on_with_its_plan_file(command: Commands, tmp_path: Path) -> None:
    file = tmp_path / "orders.plan"
    command("plan", QUICKSTART, "--out", file)
    command.harness.recorder.refusals["AttachGroupPolicy"] = "ServiceFailure"
    command.harness.recorder.refusals["RevokeSecurityGroupEgress"] = "Unavailable"
    assert command("apply", file).code == 1
    command.harness.recorder.clear()
    assert command("apply", file).code == 0
    assert {"RevokeSecurityGroupEgress", "AttachGroupPolicy"} <= {*command.writes}
    assert "CreateSecurityGroup" not in command.writes


def test_an_apply_that_failed_is_resumed_without_a_question_and_leaves_a_record(
    command: Commands, tmp_path: Path
) -> None:
    command.harness.recorder.refusals["AttachGroupPolicy"] = "ServiceFailure"
    reports = (tmp_path / "failed.json", tmp_path / "failed.md")
    failed = command("apply", QUICKSTART, "--yes", "--report", reports[0], "--report", reports[1])
    record = json.loads(reports[0].read_text())
    jsonschema.validate(record, json.loads((ROOT / "schemas" / "report.schema.json").read_text()))
    assert (failed.code, record["outcome"]) == (1, "failed")
    calls = {(call["call"], call["outcome"]) for call in record["calls"]}
    assert {("iam:AttachGroupPolicy", "failed"), ("kms:CreateKey", "done"), ("iam:TagPolicy", "skipped")} <= calls
    assert all(call["request_id"] for call in record["calls"] if call["outcome"] == "done")
    assert "**Failed: " in reports[1].read_text()

    command.harness.recorder.clear()
    resumed = command("apply", QUICKSTART, "--resume", "--report", tmp_path / "done.json")
    assert (resumed.code, "AttachGroupPolicy" in command.writes) == (0, True)
    assert "calls are done, 2 failed, " in resumed.out
    done = json.loads((tmp_path / "done.json").read_text())
    assert (done["outcome"], {item["state"] for item in done["resources"]}) == ("done", {"agrees"})
    again = command("apply", QUICKSTART, "--resume")
    assert (again.code, "There is nothing to resume" in again.out) == (0, True)


def test_what_is_resumed_is_the_rest_of_what_was_approved_and_nothing_else(command: Commands) -> None:
    file = role(command, 3600)
    command.harness.recorder.refusals["CreateGroup"] = "ServiceFailure"
    assert command("apply", file, "--yes").code == 1
    command.harness.recorder.clear()
    other = command("apply", file, "--resume", "--expect", "another digest")
    assert (other.code, command.writes) == (3, [])
    file.write_text(file.read_text().replace("3600", "7200"))
    stopped = command("apply", file, "--resume")
    assert (stopped.code, command.writes) == (3, [])
    assert "iam_role.app: this call is not one of the plan: change max_session" in stopped.err


def test_a_plan_file_that_is_not_as_it_was_written_calls_nothing(command: Commands, tmp_path: Path) -> None:
    file = tmp_path / "orders.plan"
    command("plan", role(command, 3600), "--out", file)
    command.harness.recorder.clear()
    file.write_text(file.read_text().replace("3600", "7200"))
    stopped = command("apply", file)
    assert (stopped.code, command.calls) == (3, [])
    assert "its checksum does not fit" in stopped.err


def test_a_plan_file_holds_for_its_account_and_its_region(command: Commands, tmp_path: Path) -> None:
    file = tmp_path / "orders.plan"
    command("plan", role(command, 3600), "--out", file)
    data = json.loads(file.read_text())
    data["approved"]["account"] = "210987654321"
    elsewhere = PlanFile.model_validate_json(json.dumps(data))
    elsewhere = elsewhere.model_copy(update={"digest": elsewhere.approved.digest})
    file.write_text(sealed(elsewhere))
    command.harness.recorder.clear()
    there = command("apply", file)
    assert (there.code, command.calls) == (3, ["GetCallerIdentity"])
    assert "for account 210987654321" in there.err
    command.harness.recorder.clear()
    assert (command("apply", file, "--region", "eu-west-2").code, command.calls) == (3, [])
    assert command("apply", file, "--prune-limit", "3").code == 64
    assert command("apply", file, QUICKSTART).code == 64


def test_a_plan_that_is_refused_is_not_written(command: Commands, tmp_path: Path) -> None:
    command.client("iam").create_role(RoleName="app", AssumeRolePolicyDocument=TRUST)
    made = command("plan", role(command, 3600), "--out", tmp_path / "orders.plan", "--format", "markdown")
    assert (made.code, made.out.splitlines()[2][:11]) == (3, "**Refused: ")
    assert "orders.plan was not written" in made.err
    assert not (tmp_path / "orders.plan").exists()


def test_what_moved_before_its_deletion_stays_and_the_rest_goes(command: Commands) -> None:
    harness = command.harness
    harness.make(role(command, 3600))
    planned = harness.plan_destroy(role(command, 3600), SMALL)
    harness.behind(lambda client: client("iam").update_role(RoleName="app", MaxSessionDuration=10800))
    outcome, writes = harness.attempt(planned)
    assert [failure.message for failure in outcome.failures] == ["iam_role.app.max_session 3600 → 10800 since the plan"]
    assert [call.action for call in writes] == ["DeleteGroup"]


def test_the_least_policy_is_printed_in_place_of_the_plan(command: Commands) -> None:
    for arguments in (("--iam-policy", QUICKSTART), (QUICKSTART, "--iam-policy=apply")):
        shown = command("plan", *arguments)
        assert shown.code == 0
        allowed = {name for statement in json.loads(shown.out)["Statement"] for name in statement["Action"]}
        assert {"rds:CreateDBInstance", "rds:DescribeDBInstances", "kms:CreateGrant"} <= allowed
    assert command.writes == []


def test_the_policy_for_planning_takes_no_call(command: Commands) -> None:
    shown = command("plan", "--iam-policy=read", QUICKSTART)
    assert "rds:DescribeDBInstances" in shown.out
    assert "rds:CreateDBInstance" not in shown.out
    assert command.calls == []


def test_what_could_not_be_checked_is_said_and_no_error_unless_certainty_is_required(command: Commands) -> None:
    """IAM-7."""
    refused = command("apply", "--yes", "--preflight", "require", QUICKSTART)
    assert refused.code == 3
    assert "not every permission could be checked" in refused.err
    assert command.writes == []
    done = command("apply", "--yes", QUICKSTART)
    assert done.code == 0
    assert "Not checked before the first call: all permissions (IAM simulates users and roles, and no root)" in done.out
