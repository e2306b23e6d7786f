"""`audit --security-hub` and `--import` against the sandbox: what is there as if Security Hub had said it, and ours."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from rds_secure.sandbox.endpoint import ACCOUNT, REGION
from tests.audit.hub_records import said
from tests.e2e.harness import SPECS
from tests.e2e.test_commands import Commands, command, connections  # noqa: F401 - fixtures

QUICKSTART = SPECS / "quickstart.yaml"
OURS = f"arn:aws:securityhub:{REGION}:{ACCOUNT}:product/{ACCOUNT}/default"


def enabled(commands: Commands) -> Any:
    client = commands.client("securityhub")
    client.enable_security_hub(EnableDefaultStandards=False)
    return client


def hub(commands: Commands, *records: tuple[str, str, str]) -> None:
    """Security Hub says this of databases of ours: control, the end of an ARN, status."""
    product = f"arn:aws:securityhub:{REGION}::product/aws/securityhub"
    made = [
        said(
            control, f"arn:aws:rds:{REGION}:{ACCOUNT}:{of}", status, AwsAccountId=ACCOUNT, ProductArn=product, Id=str(n)
        )
        for n, (control, of, status) in enumerate(records)
    ]
    assert enabled(commands).batch_import_findings(Findings=made)["FailedCount"] == 0


def there(commands: Commands) -> dict[str, tuple[str, str, str]]:
    """Our findings in Security Hub, by rule and subject: compliance, workflow, record state."""
    listed = commands.client("securityhub").get_findings()["Findings"]
    return {
        f"{one['ProductFields']['rds-secure/rule']} {one['ProductFields']['rds-secure/subject']}": (
            one["Compliance"]["Status"],
            one["Workflow"]["Status"],
            one["RecordState"],
        )
        for one in listed
        if one["ProductArn"] == OURS
    }


def database(commands: Commands) -> str:
    assert commands("apply", QUICKSTART, "--yes").code == 0
    name: str = commands.client("rds").describe_db_instances()["DBInstances"][0]["DBInstanceIdentifier"]
    commands.harness.recorder.clear()
    return name


def test_without_a_hub_nothing_is_known_and_the_rest_of_the_audit_is_told(command: Commands) -> None:  # noqa: F811
    found = command("audit", "--security-hub", "--format", "json")
    shown = json.loads(found.out)
    assert (found.code, shown["hub"]["controls"]) == (0, [])
    assert shown["hub"]["unread"].startswith(f"Security Hub is not enabled in {REGION}")
    assert "Unknown: Security Hub is not enabled" in command("audit", "--security-hub").out
    assert json.loads(command("audit", "--format", "json").out)["hub"] is None


def test_what_security_hub_says_is_compared_with_what_is_there(command: Commands) -> None:  # noqa: F811
    name = database(command)
    hub(command, ("RDS.3", f"db:{name}", "FAILED"), ("RDS.5", f"db:{name}", "PASSED"), ("RDS.3", "db:gone", "FAILED"))
    found = command("audit", "--security-hub", "--format", "json")
    assert (found.code, found.err) == (0, "")  # it stops nothing by itself
    shown = json.loads(found.out)["hub"]
    assert [(one["control"], one["name"], one["hub"], one["ours"]) for one in shown["disagreements"]] == [
        ("RDS.3", f"db:{name}", "failed", "pass"),
        ("RDS.5", f"db:{name}", "passed", "fail"),  # by a rule that baseline does not ask
    ]
    assert (shown["compared"], [one["resource"].rpartition(":")[2] for one in shown["strange"]]) == (2, ["gone"])
    assert command.writes == []


def test_what_fails_is_imported_and_archived_once_it_passes(command: Commands) -> None:  # noqa: F811
    name = database(command)
    enabled(command)
    multi_az = f"multi-az db:{name}"
    first = command("audit", "--rules", "strict", "--import", "--yes", "--format", "json")
    failing = {f"{one['rule']} {one['subject']}" for one in json.loads(first.out)["findings"] if one["state"] == "fail"}
    assert set(there(command)) == failing
    assert f"To Security Hub in {REGION} of account {ACCOUNT}: {len(failing)} findings" in first.err
    assert f"Security Hub took {len(failing)} findings" in first.err
    assert there(command)[multi_az] == ("FAILED", "NEW", "ACTIVE")
    assert command.writes == ["BatchImportFindings"]

    command.harness.behind(lambda client: client("rds").modify_db_instance(
        DBInstanceIdentifier=name, MultiAZ=True, ApplyImmediately=True))  # fmt: skip
    again = command("audit", "--rules", "strict", "--import", "--yes")
    assert "passed, to be archived: 1" in again.err
    assert there(command)[multi_az] == ("PASSED", "NEW", "ARCHIVED")
    assert len(there(command)) == len(failing)


def test_nothing_is_sent_before_somebody_says_so(command: Commands) -> None:  # noqa: F811
    enabled(command)
    assert command("audit", "--rules", "strict", "--import").code == 64
    declined = command.typing("no", "audit", "--rules", "strict", "--import")
    assert (declined.code, "To Security Hub in" in declined.err) == (1, True)
    assert there(command) == {}
    assert command.writes == []
    taken = command.typing("yes", "audit", "--rules", "strict", "--import")
    assert taken.code == 3, "what fails stops as ever"
    assert there(command) != {}


def test_a_waiver_suppresses_and_its_end_takes_that_back(command: Commands, tmp_path: Path) -> None:  # noqa: F811
    name = database(command)
    enabled(command)
    rule = f"multi-az db:{name}"
    words = ("audit", "--rules", "strict", "--import", "--yes")
    policy = tmp_path / "policy.yaml"
    policy.write_text(
        f"""
version: 1
waivers:
  - {{rule: multi-az, resource: "db:{name}", reason: may be away, owner: dba@example.com, expires: 2999-12-31}}
"""
    )
    command(*words)
    assert there(command)[rule] == ("FAILED", "NEW", "ACTIVE")
    assert "to be suppressed, for they are waived: 1" in command(*words, "--policy", policy).err
    assert there(command)[rule] == ("FAILED", "SUPPRESSED", "ACTIVE")
    assert "to be suppressed" not in command(*words, "--policy", policy).err
    assert "suppressed no more, for they are not waived any longer: 1" in command(*words).err
    assert there(command)[rule] == ("FAILED", "NEW", "ACTIVE")


def test_where_there_is_no_hub_nothing_can_be_sent(command: Commands) -> None:  # noqa: F811
    found = command("audit", "--import", "--yes")
    assert (found.code, "InvalidAccessException" in found.err) == (1, True)


def test_findings_in_the_format_of_security_hub_can_be_sent_by_hand(command: Commands) -> None:  # noqa: F811
    enabled(command)
    listed = json.loads(command("audit", "--rules", "strict", "--format", "asff").out)
    assert {one["Compliance"]["Status"] for one in listed} >= {"PASSED", "FAILED"}
    client = command.client("securityhub")
    assert client.batch_import_findings(Findings=listed)["SuccessCount"] == len(listed)
    assert len(there(command)) == len(listed)


def test_what_a_spec_would_leave_is_told_in_that_format_where_the_account_is_asked(command: Commands) -> None:  # noqa: F811
    found = command("check", QUICKSTART, "--online", "--format", "asff")
    listed = json.loads(found.out)
    assert found.code == 0
    arns = {one["Resources"][0]["Id"] for one in listed if one["Resources"][0]["Type"] == "AwsRdsDbInstance"}
    assert len(arns) == 1
    assert arns.pop().startswith(f"arn:aws:rds:{REGION}:{ACCOUNT}:db:")
    assert "say --online" in command("check", QUICKSTART, "--format", "asff").err
