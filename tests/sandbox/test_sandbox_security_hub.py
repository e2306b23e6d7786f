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
