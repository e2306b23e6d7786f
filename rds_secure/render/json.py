"""What programs read, as JSON, and the JSON Schemas that it obeys. What is in it: the `…view` modules."""

from __future__ import annotations

import json
from typing import Any

from pydantic.json_schema import GenerateJsonSchema

from rds_secure.plan.drift import Drift
from rds_secure.plan.model import Plan
from rds_secure.plan.report import Report
from rds_secure.render.drift_view import DriftView, drift_view
from rds_secure.render.report_view import ReportView, report_view
from rds_secure.render.view import PlanView, View, view


def plan_json(plan: Plan) -> str:
    """A plan as JSON, the same text for the same plan."""
    return _json(view(plan))


def drift_json(found: Drift) -> str:
    """Drift as JSON."""
    return _json(drift_view(found))


def report_json(report: Report) -> str:
    """The report of an apply as JSON."""
    return _json(report_view(report))


def _json(shown: View) -> str:
    """Printable ASCII only: nothing in it can command a terminal."""
    return json.dumps(shown.model_dump(mode="json"), indent=2).replace("\x7f", "\\u007f")


def plan_schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of what `plan_json` writes."""
    return schema_of(PlanView, "plan")


def drift_schema() -> dict[str, Any]:
    """The JSON Schema of what `drift_json` writes."""
    return schema_of(DriftView, "drift")


def report_schema() -> dict[str, Any]:
    """The JSON Schema of what `report_json` writes."""
    return schema_of(ReportView, "report")


def schema_of(shown: type[View], what: str) -> dict[str, Any]:
    schema = shown.model_json_schema(mode="serialization")
    schema["title"] = f"rds-secure {what}"
    return {"$schema": GenerateJsonSchema.schema_dialect, **schema}
