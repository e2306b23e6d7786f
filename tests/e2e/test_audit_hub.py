"""`audit hub` against the sandbox: what is imported there as if Security Hub had said it."""

from __future__ import annotations

import json

from rds_secure.sandbox.endpoint import ACCOUNT, REGION
from tests.audit.hub_records import said
from tests.e2e.harness import SPECS
from tests.e2e.test_commands import Commands, command, connections  # noqa: F401 - fixtures


def hub(commands: Commands, *records: tuple[str, str, str]) -> None:
    """Security Hub says this of databases of ours: control, the end of an ARN, status."""
    client = commands.client("securityhub")
    client.enable_security_hub(EnableDefaultStandards=False)
    product = f"arn:aws:securityhub:{REGION}::product/aws/securityhub"
    made = [
        said(
            control, f"arn:aws:rds:{REGION}:{ACCOUNT}:{of}", status, AwsAccountId=ACCOUNT, ProductArn=product, Id=str(n)
        )
        for n, (control, of, status) in enumerate(records)
    ]
    assert client.batch_import_findings(Findings=made)["FailedCount"] == 0


def test_without_a_hub_nothing_is_known(command: Commands) -> None:  # noqa: F811
    found = command("audit", "hub")
    assert (found.code, "Unknown: Security Hub is not enabled in" in found.out) == (1, True)


def test_what_security_hub_says_is_compared_with_what_is_there(command: Commands) -> None:  # noqa: F811
    assert command("apply", SPECS / "quickstart.yaml", "--yes").code == 0
    name = command.client("rds").describe_db_instances()["DBInstances"][0]["DBInstanceIdentifier"]
    command.harness.recorder.clear()
    hub(command, ("RDS.3", f"db:{name}", "FAILED"), ("RDS.2", f"db:{name}", "PASSED"), ("RDS.3", "db:gone", "FAILED"))
    found = command("audit", "hub", "--format", "json", "--fail-on", "medium")
    assert (found.code, found.err) == (3, "")
    shown = json.loads(found.out)
    (differs,) = shown["disagreements"]
    assert (differs["control"], differs["name"], differs["hub"], differs["ours"]) == (
        "RDS.3", f"db:{name}", "failed", "pass",
    )  # fmt: skip
    assert (shown["compared"], [one["resource"].rpartition(":")[2] for one in shown["strange"]]) == (2, ["gone"])
    assert command("audit", "hub").code == 0  # medium is below high
    assert command.writes == []
