"""Findings of Security Hub, as the user guide shows them ("Samples of control findings"), for tests to vary."""

from __future__ import annotations

from typing import Any

from rds_secure.inventory import Place

ACCOUNT, OTHER, REGION = "111111111111", "222222222222", "eu-west-1"
PLACE = Place(ACCOUNT, REGION)
RDS = f"arn:aws:rds:{REGION}:{ACCOUNT}"
ORDERS, LEDGER = f"{RDS}:db:orders", f"{RDS}:db:ledger"
OWN = f"arn:aws:securityhub:{REGION}::product/aws/securityhub"
AT = "2026-11-23T10:00:00.000Z"


def said(control: str, resource: str = ORDERS, status: str = "FAILED", at: str = AT, **over: Any) -> dict[str, Any]:
    """A finding with consolidated control findings on; ``over``: members that are otherwise, None for taken out."""
    hub = f"arn:aws:securityhub:{REGION}:{ACCOUNT}"
    record: dict[str, Any] = {
        "SchemaVersion": "2018-10-08",
        "Id": f"{hub}:security-control/{control}/finding/{control}-{resource.rpartition(':')[2]}",
        "ProductArn": OWN,
        "ProductName": "Security Hub CSPM",
        "CompanyName": "AWS",
        "Region": REGION,
        "GeneratorId": f"security-control/{control}",
        "AwsAccountId": ACCOUNT,
        "Types": ["Software and Configuration Checks/Industry and Regulatory Standards"],
        "FirstObservedAt": "2026-10-01T00:00:00.000Z",
        "LastObservedAt": at,
        "CreatedAt": "2026-10-01T00:00:00.000Z",
        "UpdatedAt": at,
        "Severity": {"Label": "MEDIUM", "Normalized": 40, "Original": "MEDIUM"},
        "Title": f"What {control} asks for",
        "Description": "This control checks something.",
        "Remediation": {"Recommendation": {"Text": "See the documentation.", "Url": "https://docs.aws.amazon.com/"}},
        "ProductFields": {"aws/securityhub/ProductName": "Security Hub CSPM", "aws/securityhub/CompanyName": "AWS"},
        "Resources": [{"Type": "AwsRdsDbInstance", "Id": resource, "Partition": "aws", "Region": REGION}],
        "Compliance": {
            "Status": status,
            "SecurityControlId": control,
            "AssociatedStandards": [{"StandardsId": "standards/aws-foundational-security-best-practices/v/1.0.0"}],
        },
        "WorkflowState": "NEW",
        "Workflow": {"Status": "RESOLVED" if status == "PASSED" else "NEW"},
        "RecordState": "ACTIVE",
    }
    return {name: value for name, value in (record | over).items() if value is not None}


def of_standard(standard: str, control: str, status: str = "FAILED", **over: Any) -> dict[str, Any]:
    """A finding of one standard, as of before controls had ids across standards."""
    fields = {"StandardsArn": f"arn:aws:securityhub:::{standard}", "ControlId": control}
    former = {
        "Id": f"arn:aws:securityhub:{REGION}:{ACCOUNT}:subscription/{standard}/{control}/finding/1",
        "GeneratorId": f"{standard}/{control}",
        "ProductFields": fields,
        "Compliance": {"Status": status},
    }
    return said(control, status=status, **(former | over))
