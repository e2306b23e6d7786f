"""What Security Hub says, and where we say otherwise, as people and programs read it."""

from __future__ import annotations

from typing import Any, TextIO

import pytest
from jsonschema import Draft202012Validator
from markdown_it import MarkdownIt

from rds_secure.access.posture import Posture
from rds_secure.audit.hub.model import HubReport
from rds_secure.audit.hub.report import hub_report
from rds_secure.finding import Severity
from rds_secure.render.hub_html import hub_html
from rds_secure.render.hub_markdown import hub_blocks
from rds_secure.render.hub_page import hub_section
from rds_secure.render.hub_view import HubView, hub_view
from rds_secure.render.screen import write
from rds_secure.rules import Guardrails, Profile, subjects_of
from tests.access import world
from tests.audit.hub_records import LEDGER, ORDERS, OTHER, PLACE, RDS, said
from tests.fakes import FakeReader, error
from tests.render.golden_files import assert_golden
from tests.render.streams import text_of

EVIL = "x\x1b[2J\u202e`</code><script>alert(1)</script>[a](javascript:1)"
LISTED = [
    said("RDS.1", f"{RDS}:snapshot:gone", Severity={"Label": "CRITICAL"}),
    said("RDS.2", status="PASSED", Severity={"Label": "CRITICAL"}),
    said("RDS.3", Severity={"Label": "HIGH"}),
    said("RDS.3", LEDGER, Severity={"Label": "HIGH"}),
    said("RDS.8", status="PASSED"),
    said("RDS.8", LEDGER, "PASSED"),
    said("RDS.11", status="WARNING", Severity={"Label": "LOW"}),
    said("RDS.19", f"{RDS}:es:alarms", Severity={"Label": "LOW"}),
    said("RDS.13", Workflow={"Status": "SUPPRESSED"}),
    said("RDS.13", LEDGER, RecordState="ARCHIVED"),
    said("RDS.13", AwsAccountId=OTHER, Id="another's"),
    said("RDS.3", Id="older", at="2026-11-01T00:00:00.000Z"),
    said("S3.1"),
    said("RDS.3", ProductArn="arn:aws:securityhub:eu-west-1::product/prowler/prowler", ProductName="Prowler"),
    "no record",
]


def told(*records: Any) -> HubReport:
    posture = Posture(world.world())
    judged = Guardrails(Profile.STRICT).judge(posture, world.NOW)
    listed = list(records or LISTED)

    def answer(params: dict[str, Any]) -> dict[str, Any]:
        first = {"Comparison": "PREFIX", "Value": "RDS."} in params["Filters"].get("ComplianceSecurityControlId", ())
        return {"Findings": listed if first else listed[:2]}

    reader = FakeReader({("securityhub", "GetFindings"): answer})
    return hub_report(reader, posture.inventory.place, subjects_of(posture), judged)


def unread() -> HubReport:
    reader = FakeReader({("securityhub", "GetFindings"): error("securityhub", "GetFindings", "InvalidAccessException")})
    return hub_report(reader, PLACE)


def hub_text(found: HubReport, *, stream: TextIO, width: int, everything: bool = False, color: bool = False) -> None:
    write(stream, hub_section(found, width, everything=everything), color)


def hub_markdown(found: HubReport) -> str:
    return "\n\n".join(hub_blocks(found, 1.0)) + "\n"


@pytest.mark.parametrize("width", [80, 140])
def test_what_security_hub_says_looks_as_approved(width: int) -> None:
    assert_golden(f"hub-{width}.txt", text_of(hub_text, told(), width=width))


def test_all_of_it_looks_as_approved() -> None:
    assert_golden("hub-all.txt", text_of(hub_text, told(), width=100, everything=True))


def test_as_markdown_it_is_as_approved() -> None:
    assert_golden("hub.md", hub_markdown(told()))


def test_as_a_part_of_a_page_it_is_as_approved() -> None:
    assert_golden("hub.html", "\n".join(hub_html(told())) + "\n")


def test_where_it_cannot_be_read_no_number_is_shown() -> None:
    text = text_of(hub_text, unread(), width=200)
    assert text.splitlines()[1:] == [
        "  Unknown: Security Hub is not enabled in eu-west-1 of account 111111111111, or the caller may not use it "
        "(InvalidAccessException)."
    ]
    assert "**Unknown**" in hub_markdown(unread())
    assert "controls" not in hub_markdown(unread())
    assert "controls" not in "".join(hub_html(unread()))
    assert hub_view(unread()).unread != ""


def test_no_finding_at_all_is_said_to_be_no_health() -> None:
    text = " ".join(text_of(hub_text, told(said("S3.1")), width=100).split())
    assert "49 controls: 49 not evaluated. Nothing was compared." in text
    assert "No finding on databases at all" in text


def test_what_is_published_obeys_its_schema() -> None:
    schema = HubView.model_json_schema(mode="serialization")
    for found in (told(), told(said("S3.1")), unread()):
        Draft202012Validator(schema).validate(hub_view(found).model_dump(mode="json"))


def test_the_numbers_of_every_form_are_the_same() -> None:
    shown = hub_view(told()).model_dump(mode="json")
    by = [one["health"] for one in shown["controls"]]
    line = f"49 controls: {by.count('failed')} failed, {by.count('unknown')} unknown, {by.count('passed')} passed"
    assert line in " ".join(text_of(hub_text, told(), width=400).split())
    assert line in hub_markdown(told())
    assert shown["worst"] == str(Severity.CRITICAL)
    assert shown["aside"] == {
        "suppressed": 1,
        "archived": 1,
        "abroad": 1,
        "repeated": 1,
        "others": 1,
        "malformed": 1,
        "products": {"Prowler": 1},
    }


def test_what_strangers_write_commands_no_terminal_and_is_no_markup() -> None:
    evil = told(said("RDS.3", f"{ORDERS}{EVIL}", Title=EVIL), said("RDS.3", ProductArn="a:product/b", ProductName=EVIL))
    for color in (False, True):
        text = text_of(hub_text, evil, color=color, width=200)
        assert "\x1b[2J" not in text
        assert "\u202e" not in text
    page = "".join(hub_html(evil))
    assert "<script>" not in page
    assert "\x1b" not in page
    rendered = MarkdownIt("commonmark", {"html": True}).enable("table").render(hub_markdown(evil))
    assert "<script>" not in rendered
    assert "<a href" not in rendered


def test_markdown_of_any_number_of_findings_fits_into_a_comment() -> None:
    many = [said(f"RDS.{3 + number % 10}", f"{RDS}:db:{'x' * 60}-{number}") for number in range(2_000)]
    assert len(hub_markdown(told(*many))) < 60_000
