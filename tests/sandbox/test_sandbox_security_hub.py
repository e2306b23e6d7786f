"""Security Hub in the sandbox, driven by boto3: each repair."""

from __future__ import annotations

from typing import Any

import pytest

from rds_secure.sandbox import Sandbox
from rds_secure.sandbox.endpoint import ACCOUNT, REGION

HUB = f"arn:aws:securityhub:{REGION}:{ACCOUNT}:hub/default"
FSBP = f"arn:aws:securityhub:{REGION}::standards/aws-foundational-security-best-practices/v/1.0.0"
CIS = "arn:aws:securityhub:::ruleset/cis-aws-foundations-benchmark/v/1.2.0"


@pytest.fixture
def hub(sandbox: Sandbox) -> Any:
    return sandbox.client("securityhub")


def enabled(hub: Any) -> list[str]:
    return [item["StandardsArn"] for item in hub.get_enabled_standards()["StandardsSubscriptions"]]


@pytest.mark.repair("securityhub-enabling")
def test_the_hub_is_enabled_once_with_what_it_is_told(hub, refused):
    hub.enable_security_hub(EnableDefaultStandards=False, ControlFindingGenerator="STANDARD_CONTROL")
    described = hub.describe_hub()
    assert (described["HubArn"], described["ControlFindingGenerator"]) == (HUB, "STANDARD_CONTROL")
    assert described["AutoEnableControls"] is True
    assert enabled(hub) == []
    with refused("ResourceConflictException"):
        hub.enable_security_hub()


@pytest.mark.repair("securityhub-enabling")
def test_aws_enables_two_standards_by_itself(hub):
    hub.enable_security_hub()
    assert enabled(hub) == [FSBP, CIS]


@pytest.mark.repair("securityhub-configuration")
def test_the_configuration_changes_field_by_field(hub, refused):
    with refused("InvalidAccessException"):
        hub.update_security_hub_configuration(AutoEnableControls=False)
    hub.enable_security_hub()
    hub.update_security_hub_configuration(AutoEnableControls=False)
    hub.update_security_hub_configuration(ControlFindingGenerator="STANDARD_CONTROL")
    described = hub.describe_hub()
    assert (described["AutoEnableControls"], described["ControlFindingGenerator"]) == (False, "STANDARD_CONTROL")


@pytest.mark.repair("securityhub-standards")
def test_standards_are_listed_enabled_and_disabled(hub, refused):
    for call in (hub.describe_standards, hub.get_enabled_standards):
        with refused("InvalidAccessException"):
            call()
    hub.enable_security_hub(EnableDefaultStandards=False)
    assert {FSBP, CIS} < {item["StandardsArn"] for item in hub.describe_standards()["Standards"]}
    made = hub.batch_enable_standards(StandardsSubscriptionRequests=[{"StandardsArn": FSBP}, {"StandardsArn": CIS}])
    assert enabled(hub) == [FSBP, CIS]
    first, _ = made["StandardsSubscriptions"]
    assert first["StandardsStatus"] == "READY"
    hub.batch_disable_standards(StandardsSubscriptionArns=[first["StandardsSubscriptionArn"]])
    assert enabled(hub) == [CIS]
    with refused("InvalidInputException"):
        hub.batch_enable_standards(StandardsSubscriptionRequests=[{"StandardsArn": FSBP + "9"}])


@pytest.mark.repair("securityhub-tags")
def test_the_hub_has_tags(hub, refused):
    hub.enable_security_hub(Tags={"team": "security", "stage": "live"})
    hub.tag_resource(ResourceArn=HUB, Tags={"team": "platform"})
    hub.untag_resource(ResourceArn=HUB, TagKeys=["stage"])
    assert hub.list_tags_for_resource(ResourceArn=HUB)["Tags"] == {"team": "platform"}
    with refused("ResourceNotFoundException"):
        hub.list_tags_for_resource(ResourceArn=HUB.replace("default", "other"))


@pytest.mark.repair("tagging-security-hub")
def test_the_hub_is_found_by_its_tags(hub, sandbox: Sandbox):
    def found() -> list[str]:
        tagging = sandbox.client("resourcegroupstaggingapi")
        filters = [{"Key": "team", "Values": ["security"]}]
        answer = tagging.get_resources(TagFilters=filters, ResourceTypeFilters=["securityhub:hub"])
        return [item["ResourceARN"] for item in answer["ResourceTagMappingList"]]

    assert found() == []
    hub.enable_security_hub(Tags={"team": "security"})
    assert found() == [HUB]


def finding(**over: Any) -> dict[str, Any]:
    return {
        "SchemaVersion": "2018-10-08",
        "Id": "one",
        "ProductArn": f"arn:aws:securityhub:{REGION}:{ACCOUNT}:product/{ACCOUNT}/default",
        "GeneratorId": "a-rule",
        "AwsAccountId": ACCOUNT,
        "CreatedAt": "2026-11-01T00:00:00Z",
        "UpdatedAt": "2026-11-01T00:00:00Z",
        "Title": "a title",
        "Description": "a description",
        "Severity": {"Label": "LOW"},
        "Resources": [{"Type": "Other", "Id": "a"}],
        **over,
    }


def found(hub: Any) -> list[tuple[str, str, str, str]]:
    listed = hub.get_findings()["Findings"]
    return [(one["Id"], one["Title"], one["Workflow"]["Status"], one["RecordState"]) for one in listed]


@pytest.mark.repair("securityhub-findings")
def test_without_a_hub_there_are_no_findings(hub, refused):
    for call in (hub.get_findings, lambda: hub.batch_import_findings(Findings=[finding()])):
        with refused("InvalidAccessException"):
            call()


@pytest.mark.repair("securityhub-imports")
def test_an_import_makes_and_updates_but_what_is_the_customers_stays(hub):
    hub.enable_security_hub(EnableDefaultStandards=False)
    other = f"arn:aws:securityhub:{REGION}::product/prowler/prowler"
    answer = hub.batch_import_findings(
        Findings=[finding(Workflow={"Status": "SUPPRESSED"}), finding(ProductArn=other), finding(AwsAccountId="9" * 12)]
    )
    assert (answer["SuccessCount"], answer["FailedFindings"][0]["ErrorCode"]) == (2, "InvalidAccess")
    assert found(hub) == [("one", "a title", "SUPPRESSED", "ACTIVE"), ("one", "a title", "NEW", "ACTIVE")]
    assert {one["Region"] for one in hub.get_findings()["Findings"]} == {REGION}

    def again(title: str, at: str, **over: Any) -> tuple[str, str, str, str]:
        hub.batch_import_findings(Findings=[finding(Title=title, UpdatedAt=at, **over)])
        return found(hub)[0]

    assert again("too late", "2026-10-01T00:00:00Z") == ("one", "a title", "SUPPRESSED", "ACTIVE")
    assert again("anew", "2026-11-02T00:00:00Z", Workflow={"Status": "NEW"}) == ("one", "anew", "SUPPRESSED", "ACTIVE")
    assert again("gone", "2026-11-03T00:00:00Z", RecordState="ARCHIVED")[2:] == ("SUPPRESSED", "ARCHIVED")
    assert again("back", "2026-11-04T00:00:00Z") == ("one", "back", "SUPPRESSED", "ACTIVE")
    known = {"Id": "one", "ProductArn": finding()["ProductArn"]}
    hub.batch_update_findings(FindingIdentifiers=[known], Workflow={"Status": "RESOLVED"})
    again("gone", "2026-11-05T00:00:00Z", RecordState="ARCHIVED")
    assert again("back", "2026-11-06T00:00:00Z")[2:] == ("NEW", "ACTIVE")
    hub.batch_update_findings(FindingIdentifiers=[known], Workflow={"Status": "NOTIFIED"})
    assert again("good", "2026-11-07T00:00:00Z", Compliance={"Status": "PASSED"})[2:] == ("NOTIFIED", "ACTIVE")
    assert again("bad", "2026-11-08T00:00:00Z", Compliance={"Status": "FAILED"})[2:] == ("NEW", "ACTIVE")


@pytest.mark.repair("securityhub-updates")
def test_a_customer_sets_the_workflow_of_findings_that_there_are(hub):
    hub.enable_security_hub(EnableDefaultStandards=False)
    hub.batch_import_findings(Findings=[finding()])
    known = {"Id": "one", "ProductArn": finding()["ProductArn"]}
    answer = hub.batch_update_findings(
        FindingIdentifiers=[known, {**known, "Id": "two"}],
        Workflow={"Status": "SUPPRESSED"},
        Note={"Text": "waived", "UpdatedBy": "us"},
    )
    assert answer["ProcessedFindings"] == [known]
    assert answer["UnprocessedFindings"][0]["ErrorCode"] == "FindingNotFound"
    assert found(hub) == [("one", "a title", "SUPPRESSED", "ACTIVE")]
