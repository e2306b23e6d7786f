"""Drift as people and programs read it."""

from __future__ import annotations

import json

import pytest
from jsonschema import Draft202012Validator
from markdown_it import MarkdownIt

from rds_secure.live.authors import Author
from rds_secure.plan.drift import Drift, blamed, drift
from rds_secure.render.drift_markdown import drift_markdown
from rds_secure.render.json import drift_json, drift_schema
from rds_secure.render.terminal import drift_text
from tests.render import plans
from tests.render.golden_files import assert_golden
from tests.render.streams import text_of

DANA = Author("arn:aws:iam::123456789012:user/dana", "ModifyDBInstance", "2026-11-23T08:30:00+00:00")
PLANS = ["create_all", "update_everything", "drift", "refusals", "empty", "pending"]


def found(name: str) -> Drift:
    seen = drift(getattr(plans, name)())
    return blamed(seen, {item.step.address: DANA for item in seen.deviations[:1]}, "")


@pytest.mark.parametrize("name", ["drift", "pending", "empty", "refusals"])
def test_drift_looks_as_approved(name: str) -> None:
    assert_golden(f"drifted-{name}.txt", text_of(drift_text, found(name), width=80, color=False))


@pytest.mark.parametrize("name", PLANS)
def test_drift_as_markdown_is_as_approved(name: str) -> None:
    assert_golden(f"drifted-{name}.md", drift_markdown(found(name)))


def test_nothing_from_aws_is_markdown() -> None:
    hostile = Author("`</details>` @everyone [x](https://example.com)", "<b>", "`")
    seen = drift(plans.drift())
    shown = drift_markdown(blamed(seen, {item.step.address: hostile for item in seen.deviations}, "# no heading"))
    html = MarkdownIt("commonmark", {"html": True}).render(shown)
    assert "<a " not in html
    assert "<b>" not in html
    assert html.count("<h1>") == 0
    assert html.count("</details>") == html.count("<details>")


@pytest.mark.parametrize("name", PLANS)
def test_drift_obeys_its_schema(name: str) -> None:
    Draft202012Validator(drift_schema()).validate(json.loads(drift_json(found(name))))


def test_the_json_says_who_changed_what() -> None:
    shown = json.loads(drift_json(found("drift")))
    assert shown["drifted"] is True
    assert shown["deviations"][0]["changed_by"] == {"who": DANA.who, "call": DANA.call, "at": DANA.at}


def test_every_field_of_the_schema_is_described() -> None:
    schema = drift_schema()
    for part in (schema, *schema["$defs"].values()):
        assert [name for name, field in part["properties"].items() if "description" not in field] == []
