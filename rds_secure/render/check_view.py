"""What `check` finds, as JSON and its schema: every finding, with where the field that decides is written."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, Literal

from pydantic.json_schema import GenerateJsonSchema

from rds_secure.errors import Location
from rds_secure.finding import Finding, State
from rds_secure.render.published import View
from rds_secure.rules import Guardrails


class PlaceView(View):
    """A place in a spec file."""

    file: str
    """As one would type it."""
    line: int
    """From 1."""
    column: int
    """From 1."""


class ExcuseView(View):
    """Why a failure is let pass."""

    reason: str
    """Why it is as it is."""
    owner: str
    """Who answers for it."""
    until: date
    """The last day, in UTC."""
    location: PlaceView
    """Where that is written."""


class FindingView(View):
    """What one rule says of one thing."""

    rule: str
    """The id of the rule; `rds-secure explain` tells about it."""
    state: State
    """What it says."""
    severity: Literal["low", "medium", "high", "critical"]
    """How bad it is where it fails."""
    subject: str
    """As AWS calls it: `db:orders`, `policy/operate`, `account`."""
    stack: str
    """The stack that it is of; empty where it is of none, or of the one at hand."""
    address: str | None
    """Where it stands in the stack, if it does."""
    path: tuple[str | int, ...]
    """The field that decides, below the resource."""
    message: str
    """What is so, or why nobody knows."""
    fix: str
    """How to mend it; empty where it passes."""
    location: PlaceView | None
    """Where that field is written."""
    excuse: ExcuseView | None
    """Of what is waived."""


class CheckView(View):
    """Everything that `check` says."""

    format_version: Literal[1] = 1
    stack: str
    profile: str
    """baseline, strict, or the file that lists the rules."""
    policies: tuple[str, ...]
    """The files that nothing else loosens."""
    partial: bool
    """Whether only the spec was asked, so that what else is in the account is not known."""
    counts: dict[State, int]
    findings: tuple[FindingView, ...]


def counted(findings: Iterable[Finding]) -> dict[State, int]:
    """How many there are of each state."""
    counts = dict.fromkeys(State, 0)
    for finding in findings:
        counts[finding.state] += 1
    return counts


def check_view(findings: Sequence[Finding], stack: str, binding: Guardrails, partial: bool) -> CheckView:
    """The findings as they are published."""
    return CheckView(
        stack=stack,
        profile=binding.profile.value,
        policies=tuple(policy.file for policy in binding.policies),
        partial=partial,
        counts=counted(findings),
        findings=tuple(map(finding_view, findings)),
    )


def finding_view(one: Finding) -> FindingView:
    """One finding as it is published."""
    excuse = one.excuse
    return FindingView(
        rule=one.rule,
        state=one.state,
        severity=one.severity.name.lower(),
        subject=one.subject,
        stack=one.stack,
        address=None if one.address is None else str(one.address),
        path=one.path,
        message=one.message,
        fix=one.fix,
        location=None if one.location is None else _place(one.location),
        excuse=None
        if excuse is None
        else ExcuseView(reason=excuse.reason, owner=excuse.owner, until=excuse.until, location=_place(excuse.location)),
    )


def _place(at: Location) -> PlaceView:
    return PlaceView(file=at.file, line=at.line, column=at.column)


def check_json(findings: Sequence[Finding], stack: str, binding: Guardrails, partial: bool) -> str:
    """The findings as JSON, in printable ASCII only."""
    shown = check_view(findings, stack, binding, partial).model_dump(mode="json")
    return json.dumps(shown, indent=2).replace("\x7f", "\\u007f")


def check_schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of what `check_json` writes."""
    schema = CheckView.model_json_schema(mode="serialization")
    schema["title"] = "rds-secure check"
    return {"$schema": GenerateJsonSchema.schema_dialect, **schema}
