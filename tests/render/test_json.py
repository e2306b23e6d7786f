from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from rds_secure.kind import FieldChange
from rds_secure.plan.model import FORMAT, Action, Plan, Step
from rds_secure.render.json import plan_json, plan_schema
from rds_secure.render.view import ACTIONS, PlanView, view
from rds_secure.values import decode, freeze
from tests.render import plans
from tests.render.golden_files import assert_golden

PUBLISHED = Path(__file__).parents[2] / "schemas" / "plan.schema.json"
PLANS = ["create_all", "update_everything", "drift", "refusals", "empty", "pending"]


def read(plan: Plan) -> Any:
    return json.loads(plan_json(plan))


@pytest.mark.parametrize("name", PLANS)
def test_every_plan_obeys_the_schema(name: str) -> None:
    Draft202012Validator(plan_schema()).validate(read(getattr(plans, name)()))


def test_the_schema_is_one_and_says_what_every_field_is() -> None:
    schema = plan_schema()
    Draft202012Validator.check_schema(schema)
    assert "$id" not in schema
    assert schema["title"]
    for part in (schema, *(part for part in schema["$defs"].values() if "properties" in part)):
        assert set(part["required"]) == set(part["properties"])
        undescribed = [name for name, field in part["properties"].items() if "description" not in field]
        assert not undescribed, (part["title"], undescribed)


def test_the_published_schema_is_the_one_of_this_version() -> None:
    assert PUBLISHED.read_text() == json.dumps(plan_schema(), indent=2) + "\n"


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("format_version",), "2.0"),
        (("steps", 0, "action"), "replace"),
        (("steps", 0, "cause"), "whim"),
        (("steps", 0, "calls", 0, "service"), 7),
        (("summary", "create"), "three"),
        (("digest",), None),
    ],
)
def test_the_schema_refuses_what_a_reader_could_not_rely_on(path: tuple[str | int, ...], value: Any) -> None:
    document = read(plans.create_all())
    inside = document
    for step in path[:-1]:
        inside = inside[step]
    inside[path[-1]] = value
    assert not Draft202012Validator(plan_schema()).is_valid(document)


@pytest.mark.parametrize("name", ["create_all", "update_everything", "refusals", "unseen"])
def test_the_json_is_as_approved(name: str) -> None:
    assert_golden(f"{name}.json", plan_json(getattr(plans, name)()) + "\n")


@pytest.mark.parametrize("name", PLANS)
def test_json_read_back_is_the_same_view(name: str) -> None:
    shown = view(getattr(plans, name)())
    again = PlanView.model_validate_json(shown.model_dump_json())
    assert again.model_dump_json() == shown.model_dump_json()


@pytest.mark.parametrize("name", PLANS)
def test_parameters_and_values_read_back_are_those_of_the_plan(name: str) -> None:
    plan: Plan = getattr(plans, name)()
    for step, shown in zip(plan.steps, read(plan)["steps"], strict=True):
        for operation, call in zip(step.operations, shown["calls"], strict=True):
            assert decode(freeze(call["params"])) == operation.params
        for change, entry in zip(step.changes, shown["changes"], strict=True):
            assert decode(freeze(entry["new"])) == change.new
            assert decode(freeze(entry["old"])) == change.old


def test_what_only_apply_will_tell_is_listed_and_what_is_known_is_told() -> None:
    policy = next(step for step in read(plans.create_all())["steps"] if step["kind"] == "iam_policy")
    document = next(change for change in policy["changes"] if change["path"] == "document")
    assert document["unknown"] == ["db_instance.orders.resource_id"]
    known = read(plans.create_all())["known"]
    assert known["db_instance.orders.arn"] == "arn:aws:rds:eu-west-1:123456789012:db:orders"
    assert "kms_key.orders-data.arn" not in known


def test_a_call_names_the_permissions_it_needs() -> None:
    policy = next(step for step in read(plans.create_all())["steps"] if step["kind"] == "iam_policy")
    assert policy["calls"][0]["iam_actions"] == ["iam:CreatePolicy", "iam:TagPolicy"]


def test_a_refusal_says_where() -> None:
    first, second = read(plans.refusals())["refusals"]
    assert first["location"] == {"file": "specs/orders.yaml", "line": 31, "column": 7}
    assert second["location"] is None


def test_every_action_has_a_published_name() -> None:
    assert set(ACTIONS) == set(Action)


def test_the_version_is_that_of_the_plan() -> None:
    assert read(plans.empty())["format_version"] == FORMAT


def test_the_text_is_stable_and_cannot_command_a_terminal() -> None:
    change = FieldChange("description", "\x1b[2J", "\x7f\u202e\x9b→ü")
    plan = plans.plan(Step(plans.address("kms_key.k"), "k", Action.UPDATE, changes=(change,)))
    text = plan_json(plan)
    assert text == plan_json(plan)
    assert all(line.isascii() and line.isprintable() for line in text.splitlines())
    assert read(plan)["steps"][0]["changes"][0]["new"] == "\x7f\u202e\x9b→ü"
