"""Findings as SARIF 2.1.0, as GitHub code scanning reads it: failures alone, each at the line that decides.

Source: OASIS SARIF 2.1.0; GitHub docs, "SARIF support for code scanning".
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from rds_secure.errors import Location
from rds_secure.finding import Finding, Severity, State
from rds_secure.rules import Rule
from rds_secure.values import digest

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVELS = {Severity.CRITICAL: "error", Severity.HIGH: "error", Severity.MEDIUM: "warning", Severity.LOW: "note"}
_SCORES = {Severity.CRITICAL: "9.5", Severity.HIGH: "8.0", Severity.MEDIUM: "5.5", Severity.LOW: "2.0"}
"""GitHub shows a severity by this number: over 9.0 critical, from 7.0 high, from 4.0 medium."""


def check_sarif(findings: Sequence[Finding], rules: Sequence[Rule], version: str, start: Location) -> str:
    """The whole log. ``start``: where what no field decides is shown, as GitHub shows nothing without a place."""
    index = {rule.id: number for number, rule in enumerate(rules)}
    run = {
        "tool": {"driver": {"name": "rds-secure", "version": version, "rules": [_rule(rule) for rule in rules]}},
        "columnKind": "unicodeCodePoints",
        "results": [_result(one, index, start) for one in findings if one.state is State.FAIL],
    }
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2)


def _rule(rule: Rule) -> dict[str, Any]:
    return {
        "id": rule.id,
        "shortDescription": {"text": rule.title},
        "fullDescription": {"text": rule.why},
        "help": {"text": f"{rule.why} To mend it: {rule.fix}."},
        "defaultConfiguration": {"level": _LEVELS[rule.severity]},
        "properties": {
            "tags": ["security", *(id for ids in rule.aliases.values() for id in ids)][:20],
            "security-severity": _SCORES[rule.severity],
        },
    }


def _result(one: Finding, index: dict[str, int], start: Location) -> dict[str, Any]:
    at = one.location or start
    region = {"startLine": at.line, "startColumn": at.column}
    return {
        "ruleId": one.rule,
        "ruleIndex": index[one.rule],
        "level": _LEVELS[one.severity],
        "kind": "fail",
        "message": {"text": f"{one.subject}: {one.message}. To mend it: {one.fix}."},
        "locations": [
            {"physicalLocation": {"artifactLocation": {"uri": quote(at.file.replace("\\", "/"))}, "region": region}}
        ],
        "partialFingerprints": {"rdsSecure/v1": digest((one.rule, one.subject, one.path))},
    }
