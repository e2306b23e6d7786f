"""What programs read, as JSON, and the JSON Schemas that it obeys. What is in it: the `…view` modules."""

from __future__ import annotations

import json
from typing import Any

from pydantic.json_schema import GenerateJsonSchema

from rds_secure.access.delta.model import Delta
from rds_secure.plan.drift import Drift
from rds_secure.plan.model import Plan
from rds_secure.plan.report import Report
from rds_secure.render.drift_view import DriftView, drift_view
from rds_secure.render.encryption_view import EncryptionView, encryption_view
from rds_secure.render.protection import Told
from rds_secure.render.published import View
from rds_secure.render.reach_page import Explained, Reached
from rds_secure.render.reach_view import ReachView, explained_view, reach_view
from rds_secure.render.report_view import ReportView, report_view
from rds_secure.render.review_view import ReviewView
from rds_secure.render.view import PlanView, view
from rds_secure.render.who_view import WhoView
from rds_secure.rules.judgement import Judgement


def plan_json(plan: Plan, access: Delta | None = None, judged: Judgement | None = None) -> str:
    """A plan as JSON, the same text for the same plan, with what it does to access, and what it makes worse."""
    return written(view(plan, access, judged))


def drift_json(found: Drift) -> str:
    """Drift as JSON."""
    return written(drift_view(found))


def report_json(report: Report) -> str:
    """The report of an apply as JSON."""
    return written(report_view(report))


def reach_json(found: Reached) -> str:
    """From where databases can be reached, as JSON."""
    return written(reach_view(found))


def explained_json(found: Explained) -> str:
    """Pairs of a source and a database as JSON, by the same schema."""
    return written(explained_view(found))


def encryption_json(told: Told) -> str:
    """How data is protected, as JSON."""
    return written(encryption_view(told))


def written(shown: View) -> str:
    """Its JSON. Printable ASCII only: nothing in it can command a terminal."""
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


def reach_schema() -> dict[str, Any]:
    """The JSON Schema of what `reach_json` and `explained_json` write."""
    return schema_of(ReachView, "access reach")


def encryption_schema() -> dict[str, Any]:
    """The JSON Schema of what `encryption_json` writes."""
    return schema_of(EncryptionView, "access encryption")


def who_schema() -> dict[str, Any]:
    """The JSON Schema of what `who_json` writes."""
    return schema_of(WhoView, "access who")


def review_schema() -> dict[str, Any]:
    """The JSON Schema of what `review_json` writes."""
    return schema_of(ReviewView, "access review")


def schema_of(shown: type[View], what: str) -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of what a command writes."""
    schema = shown.model_json_schema(mode="serialization")
    schema["title"] = f"rds-secure {what}"
    return {"$schema": GenerateJsonSchema.schema_dialect, **schema}
