"""Findings in the AWS Security Finding Format (ASFF, 2018-10-08), as BatchImportFindings takes them. It sends nothing.

Sources: Security Hub API Reference, AwsSecurityFinding and the types in it, for members, lengths and what an import
may not change; user guide, "Integrating with custom products", for the product's ARN, and "Types taxonomy".
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from rds_secure.access.posture import Posture
from rds_secure.audit.hub.controls import HUB
from rds_secure.finding import Finding, Severity, State
from rds_secure.inventory import Place
from rds_secure.rules import Rule, subjects_of
from rds_secure.rules.arns import account_id, arn_of, type_of
from rds_secure.rules.frameworks import CIS, PCI, SOC
from rds_secure.values import digest

PRODUCT = "rds-secure"
"""How generators begin, and fields of ours; the name by which the console filters."""

_TYPES = ["Software and Configuration Checks/AWS Security Best Practices"]
_LABELS = {Severity.LOW: 1, Severity.MEDIUM: 40, Severity.HIGH: 70, Severity.CRITICAL: 90}
"""The number that goes with a label (Severity, Normalized)."""
_STATUS = {State.FAIL: "FAILED", State.WAIVED: "FAILED", State.KNOWN: "FAILED", State.PASS: "PASSED",
           State.UNKNOWN: "WARNING"}  # fmt: skip
"""WARNING: "some information is missing"."""
_WORKFLOW = {State.FAIL: "NEW", State.WAIVED: "SUPPRESSED", State.KNOWN: "NOTIFIED", State.PASS: "RESOLVED",
             State.UNKNOWN: "NEW"}  # fmt: skip

_TITLE, _DESCRIPTION, _FIX, _FIELD, _ID, _RELATED = 256, 1024, 512, 2048, 512, 32
"""Bytes, and the number of related requirements."""


def product_arn(place: Place) -> str:
    """The product that an account has for findings of its own."""
    return f"arn:{place.partition}:securityhub:{place.region}:{place.account}:product/{place.account}/default"


def asff(
    findings: Iterable[Finding],
    rules: Iterable[Rule],
    arns: Mapping[str, str],
    place: Place,
    now: datetime,
) -> list[dict[str, Any]]:
    """Every finding once, in order. ``arns``: name → ARN of what was judged; ``now``: with a time zone."""
    asked = {rule.id: rule for rule in rules}
    made: dict[str, dict[str, Any]] = {}
    told = (one for one in findings if one.state in _STATUS)
    for one in sorted(told, key=lambda one: (one.rule, one.subject, one.state is State.PASS)):
        record = _record(one, asked.get(one.rule), arns, place, _stamp(now))
        made.setdefault(record["Id"], record)
    return list(made.values())


def asff_of(
    posture: Posture, findings: Iterable[Finding], rules: Iterable[Rule], now: datetime
) -> list[dict[str, Any]]:
    """The findings on an account, as it is or is to be."""
    place = posture.inventory.place
    arns = {subject.name: arn_of(subject, place) for subject in subjects_of(posture)}
    return asff(findings, rules, arns, place, now)


def asff_json(records: Sequence[Mapping[str, Any]]) -> str:
    """A JSON list in printable ASCII, as ``aws securityhub batch-import-findings --findings`` takes it, 100 a call."""
    return json.dumps(records, indent=2).replace("\x7f", "\\u007f")


def _record(one: Finding, rule: Rule | None, arns: Mapping[str, str], place: Place, at: str) -> dict[str, Any]:
    severity = _severity(one)
    named = f"{one.subject}: {one.message or 'it is as the rule asks'}."
    return {
        "SchemaVersion": "2018-10-08",
        "Id": f"{PRODUCT}/{place.region}/{place.account}/{_text(one.rule, 200)}/{digest((one.rule, one.subject))}",
        "ProductArn": product_arn(place),
        "ProductName": PRODUCT,
        "GeneratorId": _text(f"{PRODUCT}/{one.rule}", _ID),
        "AwsAccountId": place.account,
        "Types": _TYPES,
        "CreatedAt": at,
        "UpdatedAt": at,
        "FirstObservedAt": at,
        "LastObservedAt": at,
        "Severity": severity,
        "FindingProviderFields": {
            "Severity": {name: severity[name] for name in ("Label", "Original")},
            "Types": _TYPES,
        },
        "Title": _text(rule.title if rule else one.rule, _TITLE),
        "Description": _text(f"{named} {rule.why if rule else ''}", _DESCRIPTION),
        "Remediation": {"Recommendation": {"Text": _text(one.fix or (rule.fix if rule else ""), _FIX)}},
        "ProductFields": _fields(one),
        "Resources": [_resource(one, arns, place)],
        "Compliance": _compliance(one, rule),
        "Workflow": {"Status": _WORKFLOW[one.state]},
        "RecordState": "ARCHIVED" if one.state is State.PASS else "ACTIVE",
    }


def _severity(one: Finding) -> dict[str, Any]:
    """What passes is no issue: INFORMATIONAL. Otherwise it is as bad as the rule says."""
    if one.state is State.PASS:
        return {"Label": "INFORMATIONAL", "Normalized": 0, "Original": str(one.severity)}
    return {"Label": one.severity.name, "Normalized": _LABELS[one.severity], "Original": str(one.severity)}


def _resource(one: Finding, arns: Mapping[str, str], place: Place) -> dict[str, Any]:
    """The thing, by its ARN; what is none of an account's things (a waiver) is the account's."""
    known = one.subject in arns
    found = arns.get(one.subject) or (one.subject if known else account_id(place))
    return {
        "Type": type_of(one.subject) if known else "AwsAccount",
        "Id": _text(found, _ID),
        "Partition": place.partition,
        "Region": place.region,
    }


def _compliance(one: Finding, rule: Rule | None) -> dict[str, Any]:
    """One control of Security Hub's, where the rule asks for exactly that one; all that it bears on."""
    aliases = rule.aliases if rule else {}
    controls = aliases.get(HUB, ())
    related = [f"{whose}/{name}" for whose in (PCI, SOC, CIS) for name in aliases.get(whose, ())]
    found: dict[str, Any] = {"Status": _STATUS[one.state]}
    if related:
        found["RelatedRequirements"] = related[:_RELATED]
    if len(controls) == 1:
        found["SecurityControlId"] = controls[0]
    return found


def _fields(one: Finding) -> dict[str, str]:
    """What else is known, without what is empty."""
    excuse = one.excuse
    told = {
        "rule": one.rule,
        "subject": one.subject,
        "state": str(one.state),
        "stack": one.stack,
        "address": str(one.address or ""),
        "path": ".".join(map(str, one.path)),
        "location": str(one.location or ""),
        "waived-until": f"{excuse.until:%Y-%m-%d}" if excuse else "",
        "waived-by": excuse.owner if excuse else "",
        "waived-because": excuse.reason if excuse else "",
    }
    return {f"{PRODUCT}/{name}": _text(value, _FIELD) for name, value in told.items() if value.strip()}


def _text(text: str, length: int) -> str:
    """On one line, for the pattern of these members does not go beyond one, and never blank; cut to so many bytes."""
    line = (" ".join(text.split()) or "-").encode("utf-8", "replace")
    return line.decode() if len(line) <= length else f"{line[: length - 3].decode(errors='ignore')}..."


def _stamp(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%f}"[:23] + "Z"
