"""Findings as SARIF 2.1.0, as GitHub code scanning reads it: failures, each at the line that decides.

What is waived, or in the baseline, is a suppressed result of level note. GitHub by itself shows such a result as an
open alert (codeql-action, issue 1230); its action `advanced-security/dismiss-alerts` closes it.
Source: OASIS SARIF 2.1.0, §3.27.23 and §3.35; GitHub docs, "SARIF support for code scanning".
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from rds_secure.errors import Location
from rds_secure.finding import Finding, Severity, State
from rds_secure.rules import Rule
from rds_secure.rules.frameworks import NUMBERED
from rds_secure.values import digest

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVELS = {Severity.CRITICAL: "error", Severity.HIGH: "error", Severity.MEDIUM: "warning", Severity.LOW: "note"}
_FAILING = (State.FAIL, State.WAIVED, State.KNOWN)
_SCORES = {Severity.CRITICAL: "9.5", Severity.HIGH: "8.0", Severity.MEDIUM: "5.5", Severity.LOW: "2.0"}
"""GitHub shows a severity by this number: over 9.0 critical, from 7.0 high, from 4.0 medium."""


@dataclass(frozen=True, slots=True)
class Sort:
    """A sort of findings that is no rule."""

    id: str
    title: str
    why: str
    severity: Severity


def check_sarif(
    findings: Sequence[Finding],
    rules: Sequence[Rule],
    version: str,
    start: Location,
    more: Sequence[Sort] = (),
    root: str = "",
) -> str:
    """The whole log. ``start``: where what no field decides is shown, as GitHub shows nothing without a place.

    ``more``: what there is beside the rules. ``root``: the folder, as an absolute path, from which files are told:
    GitHub takes them for paths in the repository.
    """
    told = [*(_rule(rule) for rule in rules), *map(_sort, more)]
    index = {rule["id"]: number for number, rule in enumerate(told)}
    run = {
        "tool": {"driver": {"name": "rds-secure", "version": version, "rules": told}},
        "columnKind": "unicodeCodePoints",
        "results": [_result(one, index, start, root) for one in findings if one.state in _FAILING],
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
            "tags": ["security", *_names(rule)][:20],
            "security-severity": _SCORES[rule.severity],
        },
    }


def _sort(one: Sort) -> dict[str, Any]:
    return {
        "id": one.id,
        "shortDescription": {"text": one.title},
        "fullDescription": {"text": one.why},
        "help": {"text": one.why},
        "defaultConfiguration": {"level": _LEVELS[one.severity]},
        "properties": {"tags": ["security"], "security-severity": _SCORES[one.severity]},
    }


def _names(rule: Rule) -> list[str]:
    """What others call a rule, with whose number it is where it is one."""
    return [f"{whose} {name}" if whose in NUMBERED else name for whose, names in rule.aliases.items() for name in names]


def _result(one: Finding, index: dict[str, int], start: Location, root: str) -> dict[str, Any]:
    result: dict[str, Any] = {
        "ruleId": one.rule,
        "ruleIndex": index[one.rule],
        "level": _LEVELS[one.severity] if one.state is State.FAIL else "note",
        "kind": "fail",
        "message": {"text": f"{one.subject}: {one.message}. To mend it: {one.fix}."},
        "locations": [_location(one.location or start, root)],
        "partialFingerprints": {"rdsSecure/v1": digest((one.rule, one.subject, one.path))},
    }
    if one.state is not State.FAIL:
        result["suppressions"] = [_suppression(one, root)]
    return result


def _suppression(one: Finding, root: str) -> dict[str, Any]:
    if one.excuse is None:
        return {"kind": "external", "status": "accepted", "justification": "it failed when the baseline was recorded"}
    said = f"{one.excuse.owner} answers for it until {one.excuse.until}: {one.excuse.reason}"
    place = _location(one.excuse.location, root)
    return {"kind": "inSource", "status": "accepted", "justification": said, "location": place}


def _location(at: Location, root: str) -> dict[str, Any]:
    region = {"startLine": at.line, "startColumn": at.column}
    return {"physicalLocation": {"artifactLocation": {"uri": _uri(at.file, root)}, "region": region}}


def _uri(file: str, root: str) -> str:
    """A file below the root by its path from there; any other that is told by an absolute path as a file URI."""
    path, folder = file.replace("\\", "/"), root.replace("\\", "/").rstrip("/") + "/"
    if root and path.startswith(folder):
        return quote(path.removeprefix(folder))
    return f"file://{quote(path)}" if path.startswith("/") else quote(path.removeprefix("./"))
