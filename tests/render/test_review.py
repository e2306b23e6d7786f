"""The list for auditors: CSV that no spreadsheet runs, JSON that obeys its schema, text."""

from __future__ import annotations

import csv
import json

import pytest
from jsonschema import Draft202012Validator

from rds_secure.access.findings import Findings
from rds_secure.access.register import review
from rds_secure.render.json import review_schema
from rds_secure.render.review import HEADINGS, cell, review_csv, review_json, review_text
from tests.access.iam.account import user
from tests.access.iam.cases import statement
from tests.access.postures import SHOP, asked, made
from tests.render.golden_files import assert_golden
from tests.render.streams import text_of


def shop() -> Findings:
    return asked(*(made("2026-01-15", item) for item in SHOP), verbs=("delete", "modify", "use-key"))


def test_the_list_is_as_approved() -> None:
    found = shop()
    assert_golden("review.csv", "".join(review_csv(found, review(found))))
    assert_golden("review.txt", text_of(review_text, found, review(found), width=100))


def test_the_csv_is_that_of_rfc_4180() -> None:
    found = shop()
    text = "".join(review_csv(found, review(found)))
    assert text.endswith("\r\n")
    assert "\n" not in text.replace("\r\n", "")
    heading, *rows = csv.reader(text.splitlines(keepends=True), strict=True)
    assert tuple(heading) == HEADINGS
    assert {len(row) for row in rows} == {len(HEADINGS)}
    assert len(rows) == len(list(review(found)))


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_no_cell_is_a_formula(text: str) -> None:
    assert cell(text).startswith("'")


def test_a_cell_commands_no_terminal_and_is_otherwise_as_it_is() -> None:
    assert cell("role app-ci") == "role app-ci"
    assert cell("x\x1b[2J\n=1") == "x\\x1b[2J\\n=1"
    found = asked(user("=cmd|x", statement("Allow", "rds:Delete*", Sid='"=1"')), principals=("user/*",))
    rows = list(csv.DictReader("".join(review_csv(found, review(found))).splitlines()))
    assert rows[0]["name"] == "user =cmd|x"
    assert rows[0]["source"].startswith('"=1" of own')


def test_the_json_obeys_its_schema_and_tells_the_same() -> None:
    found = shop()
    schema = review_schema()
    Draft202012Validator.check_schema(schema)
    shown = json.loads("".join(review_json(found, review(found))))
    Draft202012Validator(schema).validate(shown)
    rows = list(csv.DictReader("".join(review_csv(found, review(found))).splitlines()))
    assert [(row["principal"], row["verb"], row["database"], row["since"]) for row in rows] == [
        (entry["principal"], entry["verb"], entry["database"], entry["since"]) for entry in shown["entries"]
    ]
    for part in (schema, *schema["$defs"].values()):
        assert [name for name, field in part["properties"].items() if "description" not in field] == []
