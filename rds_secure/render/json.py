"""The plan for programs: JSON, and the JSON Schema that it obeys. What is in it: `view`."""

from __future__ import annotations

import json
from typing import Any

from pydantic.json_schema import GenerateJsonSchema

from rds_secure.plan.model import Plan
from rds_secure.render.view import PlanView, view


def plan_json(plan: Plan) -> str:
    """A plan as JSON, the same text for the same plan. Printable ASCII only: nothing in it can command a terminal."""
    return json.dumps(view(plan).model_dump(mode="json"), indent=2).replace("\x7f", "\\u007f")


def plan_schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of what `plan_json` writes."""
    schema = PlanView.model_json_schema(mode="serialization")
    schema["title"] = "rds-secure plan"
    return {"$schema": GenerateJsonSchema.schema_dialect, **schema}
