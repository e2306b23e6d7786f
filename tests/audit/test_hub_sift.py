"""Which findings of Security Hub count, what they are about, and how AWS is asked for them."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rds_secure.audit.hub.controls import WATCHED, control_of
from rds_secure.audit.hub.model import Aside, Status
from rds_secure.audit.hub.reading import questions
from rds_secure.audit.hub.sift import sift
from rds_secure.finding import Severity
from rds_secure.rules import LIVE_CONTROLS
from tests.audit.hub_records import ACCOUNT, LEDGER, ORDERS, OTHER, PLACE, REGION, of_standard, said
from tests.models import assert_valid_call

CIS_12 = "arn:aws:securityhub:::ruleset/cis-aws-foundations-benchmark/v/1.2.0/rule"


def test_the_records_of_these_tests_have_the_shape_of_findings() -> None:
    fsbp = of_standard("aws-foundational-security-best-practices/v/1.0.0", "RDS.3")
    assert_valid_call("securityhub", "BatchImportFindings", {"Findings": [said("RDS.3"), fsbp]})


@pytest.mark.parametrize("filters", list(questions(PLACE)))
def test_every_question_is_a_call_that_aws_takes(filters: dict[str, Any]) -> None:
    assert_valid_call("securityhub", "GetFindings", {"Filters": filters})
    assert len(filters) <= 10
    assert max(len(values) for values in filters.values()) <= 20


def test_every_watched_control_is_asked_for() -> None:
    wanted = [one for filters in questions(PLACE) for one in filters.get("ComplianceSecurityControlId", ())]
    prefixes = tuple(one["Value"] for one in wanted if one["Comparison"] == "PREFIX")
    exact = {one["Value"] for one in wanted if one["Comparison"] == "EQUALS"}
    assert [one for one in WATCHED if not one.startswith(prefixes) and one not in exact] == []
    assert set(LIVE_CONTROLS) < set(WATCHED)


@pytest.mark.parametrize(
    ("record", "control"),
    [
        (said("RDS.3"), "RDS.3"),
        (of_standard("aws-foundational-security-best-practices/v/1.0.0", "RDS.3"), "RDS.3"),
        (of_standard("nist-800-53/v/5.0.0", "RDS.26", ProductFields=None), "RDS.26"),
        (of_standard("pci-dss/v/3.2.1", "PCI.RDS.2"), "RDS.2"),
        (of_standard("pci-dss/v/3.2.1", "PCI.EC2.5"), "EC2.13"),
        ({"GeneratorId": "pci-dss/v/3.2.1/PCI.KMS.1"}, "KMS.4"),
        ({"GeneratorId": "security-control/IAM.21"}, "IAM.21"),
        ({"GeneratorId": f"{CIS_12}/2.8", "ProductFields": {"RuleId": "2.8"}}, "KMS.4"),
        ({"GeneratorId": "cis-aws-foundations-benchmark/v/1.4.0/2.3.1"}, "RDS.3"),
        ({"GeneratorId": f"{CIS_12}/1.1", "ProductFields": {"RuleId": "1.1"}}, ""),
        ({"GeneratorId": "arn:aws:guardduty:eu-west-1:111111111111:detector/1"}, ""),
        ({"Compliance": "FAILED", "ProductFields": ["RDS.3"], "GeneratorId": 7}, ""),
        ({}, ""),
    ],
)
def test_the_control_is_known_however_a_finding_says_it(record: dict[str, Any], control: str) -> None:
    assert control_of(record) == control


@pytest.mark.parametrize(
    ("record", "aside"),
    [
        (said("RDS.3", Workflow={"Status": "SUPPRESSED"}), Aside(suppressed=1)),
        (said("RDS.3", RecordState="ARCHIVED"), Aside(archived=1)),
        (said("RDS.3", RecordState="ARCHIVED", Workflow={"Status": "SUPPRESSED"}), Aside(archived=1)),
        (said("RDS.3", AwsAccountId=OTHER), Aside(abroad=1)),
        (said("RDS.3", Region="us-east-1"), Aside(abroad=1)),
        (said("RDS.3", Region=None, ProductArn="arn:aws:securityhub:us-east-1::product/aws/securityhub"),
         Aside(abroad=1)),
        (said("S3.1"), Aside(others=1)),
        (said("RDS.18"), Aside(others=1)),
        (said("RDS.3", ProductArn=f"arn:aws:securityhub:{REGION}::product/prowler/prowler", ProductName="Prowler"),
         Aside(products={"Prowler": 1})),
        (said("RDS.3", ProductArn=f"arn:aws:securityhub:{REGION}:{ACCOUNT}:product/{ACCOUNT}/default",
              ProductName=None), Aside(products={f"{ACCOUNT}/default": 1})),
        (said("RDS.3", ProductArn="arn:aws:securityhub:eu-west-1::product/x/y", RecordState="ARCHIVED"),
         Aside(others=1)),
        (said("RDS.3", Compliance={"SecurityControlId": "RDS.3"}), Aside(malformed=1)),
        (said("RDS.3", UpdatedAt="yesterday"), Aside(malformed=1)),
        (said("RDS.3", Resources=[{"Type": "AwsRdsDbInstance"}]), Aside(malformed=1)),
        (said("RDS.3", Resources=None), Aside(malformed=1)),
        ("nonsense", Aside(malformed=1)),
    ],
)  # fmt: skip
def test_what_does_not_count_is_numbered_by_why(record: Any, aside: Aside) -> None:
    assert sift([record], PLACE) == ((), aside)


def test_what_counts_is_what_it_says() -> None:
    warning = {"Status": "WARNING", "SecurityControlId": "RDS.4", "StatusReasons": [
        {"ReasonCode": "CONFIG_RECORDER_DISABLED", "Description": "AWS Config is off."}]}  # fmt: skip
    listed = [said("RDS.4", LEDGER, Compliance=warning), said("RDS.3", Severity={"Label": "INFORMATIONAL"}),
              said("RDS.2", status="PASSED", Severity={"Label": "CRITICAL"}, Region=None)]  # fmt: skip
    found, aside = sift(listed, PLACE)
    assert [(one.control, one.resource, one.status, one.severity, one.why) for one in found] == [
        ("RDS.2", ORDERS, Status.PASSED, Severity.CRITICAL, ""),
        ("RDS.3", ORDERS, Status.FAILED, None, ""),
        ("RDS.4", LEDGER, Status.WARNING, Severity.MEDIUM, "AWS Config is off."),
    ]
    assert aside == Aside()


def test_a_check_that_passed_counts_although_security_hub_sets_it_to_resolved() -> None:
    passed = said("RDS.3", status="PASSED")
    assert passed["Workflow"] == {"Status": "RESOLVED"}
    assert [one.status for one in sift([passed], PLACE).said] == [Status.PASSED]


def test_a_finding_that_two_questions_find_counts_once() -> None:
    assert sift([said("RDS.3"), said("RDS.3")], PLACE).aside == Aside()


def test_of_several_about_one_thing_the_newest_counts_and_of_equally_new_ones_the_worse() -> None:
    old = said("RDS.3", status="FAILED", Id="a", at="2026-11-22T10:00:00.000Z")
    new = of_standard("pci-dss/v/3.2.1", "RDS.3", "PASSED")
    found, aside = sift([new, old], PLACE)
    assert ([one.status for one in found], aside) == ([Status.PASSED], Aside(repeated=1))
    twin = said("RDS.3", status="FAILED", Id="b")
    assert [one.status for one in sift([new, twin], PLACE).said] == [Status.FAILED]


RECORDS = st.builds(
    lambda control, name, status, day, state, workflow, account: said(
        control,
        f"{ORDERS}-{name}",
        status,
        f"2026-11-{day:02}T10:00:00.000Z",
        Id=f"{control} {name} {day} {status} {state} {workflow} {account}",
        RecordState=state,
        Workflow={"Status": workflow},
        AwsAccountId=account,
    ),
    st.sampled_from(["RDS.2", "RDS.3", "IAM.1", "S3.1"]),
    st.integers(1, 2),
    st.sampled_from(["PASSED", "FAILED", "WARNING", "NOT_AVAILABLE"]),
    st.integers(1, 9),
    st.sampled_from(["ACTIVE", "ARCHIVED"]),
    st.sampled_from(["NEW", "NOTIFIED", "RESOLVED", "SUPPRESSED"]),
    st.sampled_from([ACCOUNT, OTHER]),
)


@given(st.lists(RECORDS, max_size=12, unique_by=lambda one: one["Id"]), st.randoms())
def test_every_finding_counts_or_is_numbered_in_whatever_order(listed: list[dict[str, Any]], chance: random.Random):
    found, aside = sift(listed, PLACE)
    numbers = (aside.suppressed, aside.archived, aside.abroad, aside.repeated, aside.others, aside.malformed)
    assert len(found) + sum(numbers) == len(listed)
    assert len({(one.control, one.resource) for one in found}) == len(found)
    mixed = listed[:]
    chance.shuffle(mixed)
    assert sift(mixed, PLACE) == (found, aside)
