"""What was found in a trail, as people and programs read it."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from markdown_it import MarkdownIt

from rds_secure.audit.report import Audit
from rds_secure.audit.trail.context import Context
from rds_secure.audit.trail.judge import judge
from rds_secure.audit.trail.model import Report
from rds_secure.audit.trail.report import report
from rds_secure.render.audit_markdown import audit_markdown
from rds_secure.render.audit_page import audit_text
from rds_secure.render.audit_view import audit_json, audit_schema
from rds_secure.rules import Guardrails
from tests.audit.generated import planted
from tests.audit.records import ACCOUNT, CONTEXT, IAM, record, role, user
from tests.render.golden_files import assert_golden
from tests.render.streams import text_of

PUBLISHED = Path(__file__).parents[2] / "schemas" / "audit.schema.json"
SINCE = datetime(2026, 11, 1, tzinfo=UTC)
EVIL = "x\x1b[2J\u202e`</code><script>alert(1)</script>[a](javascript:1)"


def denied(number: int) -> dict[str, Any]:
    name = ("DeleteDBInstance", "ModifyDBInstance", "DeleteDBCluster")[number % 3]
    at = {"eventTime": f"2026-11-20T10:0{number}:00Z", "eventID": f"d-{number}", "errorCode": "AccessDenied"}
    return record(f"rds:{name}", None, user("prober"), **at)


EVENTS = [
    record("rds:DeleteDBInstance", {"dBInstanceIdentifier": "orders", "skipFinalSnapshot": True}, role("thief")),
    record("rds:ModifyDBInstance", {"dBInstanceIdentifier": "orders", "masterUserPassword": "x"}, role("thief")),
    record("rds:DeleteDBSnapshot", {}, role("thief"), errorCode="DBSnapshotNotFound", userAgent=EVIL),
    record("rds:DescribeDBInstances", None, {"type": "Root", "arn": f"{IAM}:root", "accountId": ACCOUNT}),
    *map(denied, range(7)),
]


def alone(found: Report) -> Audit:
    """An audit of files, and of nothing else."""
    return Audit(datetime(2026, 11, 24, 10, tzinfo=UTC), Guardrails(), trail=found)


def told(context: Context = CONTEXT, *events: dict[str, Any]) -> Audit:
    seen = judge([*(events or EVENTS), "no record"], context)
    return alone(report(seen, "2 files in trails", ["Not read to its end: b.json: no JSON."], SINCE))


@pytest.mark.parametrize("width", [80, 140])
def test_what_was_found_looks_as_approved(width: int) -> None:
    assert_golden(f"trail-{width}.txt", text_of(audit_text, told(), width=width, color=False))


def test_where_nothing_is_known_looks_as_approved() -> None:
    events = [event for _, event in planted()][:5]
    assert_golden("trail-blind.txt", text_of(audit_text, told(Context(), *events), width=100, color=False))


def test_what_was_found_as_markdown_is_as_approved() -> None:
    assert_golden("trail.md", audit_markdown(told()))


def test_nothing_found_and_nothing_seen_are_two_things() -> None:
    quiet = judge([record("rds:DescribeDBInstances")], CONTEXT)
    assert "Nothing was found." in text_of(audit_text, alone(report(quiet, "a test")))
    assert "No event was seen" in text_of(audit_text, alone(report(judge([], CONTEXT), "a test")))


def test_all_the_evidence_is_shown_on_demand() -> None:
    assert "and 4 more; --all shows what is kept" in text_of(audit_text, told())
    assert "d-6" in text_of(audit_text, told(), everything=True)


def test_what_was_found_obeys_its_schema_which_is_the_published_one() -> None:
    schema = audit_schema()
    assert schema == json.loads(PUBLISHED.read_text())
    Draft202012Validator.check_schema(schema)
    for found in (told(), told(Context()), alone(report(judge([], Context()), ""))):
        Draft202012Validator(schema).validate(json.loads(audit_json(found, "1")))
    for part in (schema, *schema["$defs"].values()):
        assert [name for name, field in part.get("properties", {}).items() if "description" not in field] == []


def test_what_a_caller_sends_commands_no_terminal_and_is_no_markup() -> None:
    for color in (False, True):
        text = text_of(audit_text, told(), color=color, width=200)
        assert "\x1b[2J" not in text
        assert "\u202e" not in text
        assert "x\\x1b[2J\\u202e" in text
    assert audit_json(told(), "1").isascii()
    markdown = audit_markdown(told())
    assert "\x1b" not in markdown
    rendered = MarkdownIt("commonmark", {"html": True}).enable("table").render(markdown)
    assert "<script>" not in rendered
    assert "<a href" not in rendered


def test_markdown_of_any_number_of_findings_fits_into_a_comment() -> None:
    events = [
        record("rds:DeleteDBInstance", {"dBInstanceIdentifier": "x" * 200}, role(f"r{number}"), eventID=str(number))
        for number in range(900)
    ]
    assert len(audit_markdown(told(CONTEXT, *events))) < 60_000
