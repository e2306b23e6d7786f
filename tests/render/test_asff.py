"""Findings in Security Hub's format: every one is as botocore's own model and AWS's documented limits have it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import botocore.session
import pytest
from botocore.model import ListShape, MapShape, Shape, StringShape, StructureShape
from hypothesis import given
from hypothesis import strategies as st

from rds_secure.access.posture import Posture
from rds_secure.errors import Location
from rds_secure.finding import Excuse, Finding, Severity, State
from rds_secure.inventory import Place
from rds_secure.render.asff import asff, asff_json, product_arn
from rds_secure.rules import META, RULES, Guardrails, Profile, subjects_of
from rds_secure.rules.arns import arn_of
from tests.access import world
from tests.models import assert_valid_call

PLACE = Place("111111111111", "eu-west-1")
NOW = datetime(2026, 11, 24, 12, 30, 15, 123456, tzinfo=UTC)
ORDERS = "arn:aws:rds:eu-west-1:111111111111:db:orders"
LIMITS = {
    "Id": 512, "ProductArn": 2048, "ProductName": 128, "GeneratorId": 512, "AwsAccountId": 12, "Title": 256,
    "Description": 1024, "Remediation.Recommendation.Text": 512, "Severity.Original": 64,
    "FindingProviderFields.Severity.Original": 64,
}  # fmt: skip
"""Length constraints of AwsSecurityFinding and the types in it (API reference)."""


def told(
    state: State = State.FAIL, rule: str = "storage-encrypted", subject: str = "db:orders", **over: Any
) -> Finding:
    values = {"message": "its storage is not encrypted", "fix": "encrypt it"} | over
    return Finding(rule, state, Severity.HIGH, subject, **values)


def made(*findings: Finding) -> list[dict[str, Any]]:
    records = asff(findings, (*RULES, *META), {"db:orders": ORDERS, "db-proxy:front": ""}, PLACE, NOW)
    assert_fits(records)
    return records


def assert_fits(records: list[dict[str, Any]]) -> None:
    """Members and types by botocore, then what it does not look at: enums, patterns, lengths."""
    assert_valid_call("securityhub", "BatchImportFindings", {"Findings": records})
    shape = botocore.session.get_session().get_service_model("securityhub").shape_for("AwsSecurityFinding")
    for record in records:
        assert list(_misfits(shape, record, "")) == []
        assert len(record["Resources"]) <= 32
        assert len(record["Compliance"].get("RelatedRequirements", ())) <= 32
        fields = record["ProductFields"]
        assert len(fields) <= 50
        assert all(len(name) <= 128 and len(value.encode()) <= 2048 for name, value in fields.items())
        assert len(json.dumps(record)) < 240_000
        for path, limit in LIMITS.items():
            value: Any = record
            for name in path.split("."):
                value = value[name]
            assert 1 <= len(value.encode()) <= limit, path


def _misfits(shape: Shape, value: Any, path: str) -> Iterator[str]:
    if isinstance(shape, StructureShape):
        for name, item in value.items():
            yield from _misfits(shape.members[name], item, f"{path}.{name}")
    elif isinstance(shape, ListShape):
        for item in value:
            yield from _misfits(shape.member, item, f"{path}[]")
    elif isinstance(shape, MapShape):
        for name, item in value.items():
            yield from _misfits(shape.key, name, f"{path}.key")
            yield from _misfits(shape.value, item, f"{path}.{name}")
    elif isinstance(shape, StringShape):
        if shape.enum and value not in shape.enum:
            yield f"{path}: {value!r} is none of {shape.enum}"
        if (pattern := shape.metadata.get("pattern")) and not re.fullmatch(pattern, value):
            yield f"{path}: {value!r} does not match {pattern}"


def test_a_failure_is_as_it_stands_in_the_documentation() -> None:
    (one,) = made(told())
    assert one["ProductArn"] == "arn:aws:securityhub:eu-west-1:111111111111:product/111111111111/default"
    assert one["GeneratorId"] == "rds-secure/storage-encrypted"
    assert one["Id"].startswith("rds-secure/eu-west-1/111111111111/storage-encrypted/")
    assert (one["CreatedAt"], one["SchemaVersion"]) == ("2026-11-24T12:30:15.123Z", "2018-10-08")
    assert one["Severity"] == {"Label": "HIGH", "Normalized": 70, "Original": "high"}
    assert one["Resources"] == [
        {"Type": "AwsRdsDbInstance", "Id": ORDERS, "Partition": "aws", "Region": "eu-west-1"},
    ]
    assert one["Compliance"]["Status"] == "FAILED"
    assert "PCI DSS 4.0.1/3.5.1" in one["Compliance"]["RelatedRequirements"]
    assert one["Description"].startswith("db:orders: its storage is not encrypted.")


def test_a_control_is_named_only_where_the_rule_asks_for_exactly_that_one() -> None:
    two, one, none = made(told(), told(rule="not-public"), told(rule="managed-password"))[::-1]
    assert "SecurityControlId" not in two["Compliance"]  # RDS.3 and RDS.27
    assert one["Compliance"]["SecurityControlId"] == "RDS.2"
    assert none["Compliance"] == {"Status": "FAILED"}


@pytest.mark.parametrize(
    ("state", "compliance", "workflow", "record", "label"),
    [
        (State.FAIL, "FAILED", "NEW", "ACTIVE", "HIGH"),
        (State.WAIVED, "FAILED", "SUPPRESSED", "ACTIVE", "HIGH"),
        (State.KNOWN, "FAILED", "NOTIFIED", "ACTIVE", "HIGH"),
        (State.UNKNOWN, "WARNING", "NEW", "ACTIVE", "HIGH"),
        (State.PASS, "PASSED", "RESOLVED", "ARCHIVED", "INFORMATIONAL"),
    ],
)
def test_states_are_those_of_security_hub(
    state: State, compliance: str, workflow: str, record: str, label: str
) -> None:
    (one,) = made(told(state))
    found = (one["Compliance"]["Status"], one["Workflow"]["Status"], one["RecordState"], one["Severity"]["Label"])
    assert found == (compliance, workflow, record, label)


def test_a_waiver_says_who_answers_until_when() -> None:
    excuse = Excuse("may be away\nfor an hour", "dba@example.com", date(2026, 12, 31), Location("a.yaml", 3, 5))
    (one,) = made(told(State.WAIVED, excuse=excuse))
    assert {name: value for name, value in one["ProductFields"].items() if "/waived" in name} == {
        "rds-secure/waived-until": "2026-12-31",
        "rds-secure/waived-by": "dba@example.com",
        "rds-secure/waived-because": "may be away for an hour",
    }


def test_what_security_hub_has_no_type_for_and_what_is_no_thing_of_the_account() -> None:
    proxy, waiver = made(
        told(subject="db-proxy:front"), told(rule="waiver-expired", subject="waiver of multi-az for *")
    )
    assert (proxy["Resources"][0]["Type"], proxy["Resources"][0]["Id"]) == ("Other", "db-proxy:front")
    assert waiver["Resources"][0] | {"Region": ""} == {
        "Type": "AwsAccount", "Id": "AWS::::Account:111111111111", "Partition": "aws", "Region": "",
    }  # fmt: skip


def test_ids_are_stable_and_differ_by_rule_and_thing() -> None:
    first, later = made(told()), asff([told(message="otherwise")], RULES, {"db:orders": "x"}, PLACE, datetime.now(UTC))
    assert first[0]["Id"] == later[0]["Id"]
    listed = made(told(), told(rule="not-public"), told(subject="db:ledger"), told())
    assert len({one["Id"] for one in listed}) == len(listed) == 3


def test_other_partitions_have_arns_of_their_own() -> None:
    assert product_arn(Place("1", "cn-north-1", "aws-cn")) == "arn:aws-cn:securityhub:cn-north-1:1:product/1/default"


def test_everything_of_an_account_fits() -> None:
    posture = Posture(world.world())
    bound = Guardrails(Profile.STRICT)
    findings = bound.judge(posture, world.NOW)
    arns = {subject.name: arn_of(subject, PLACE) for subject in subjects_of(posture)}
    records = asff(findings, bound.rules, arns, PLACE, NOW)
    assert_fits(records)
    assert len(records) == len({(one.rule, one.subject) for one in findings})
    assert {one["Resources"][0]["Type"] for one in records} >= {"AwsRdsDbInstance", "AwsRdsDbCluster", "AwsKmsKey"}
    assert json.loads(asff_json(records)) == records
    assert asff_json(records).isascii()


texts = st.text(st.characters(codec="utf-8"), max_size=3_000)


@given(texts, texts, st.sampled_from([state for state in State if state is not State.NOT_APPLICABLE]), texts)
def test_whatever_a_finding_says_fits(message: str, fix: str, state: State, name: str) -> None:
    excuse = Excuse(fix, message, date(2026, 12, 31), Location(name, 1, 1)) if state is State.WAIVED else None
    made(Finding("acme/own", state, Severity.LOW, f"db:{name}", message, fix, excuse=excuse))
