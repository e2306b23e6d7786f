"""Findings of Security Hub, by GetFindings: about controls that are looked at, and all on databases. It judges nothing.

Workflow is no part of the question (HUB-1): Security Hub itself sets RESOLVED where a check passes, so that to ask for
NEW and NOTIFIED is to see failures alone; and what somebody suppressed is to be numbered (`sift`). What is found by
type of resource is mostly the same again: it is for Regions whose findings do not have the control's id (China,
GovCloud), and for other products.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from rds_secure.audit.hub.controls import WATCHED
from rds_secure.errors import CallError
from rds_secure.inventory import Place
from rds_secure.reader import Reader

_VALUES = 20
"""Filter values of one attribute (API reference, GetFindings)."""


def questions(place: Place) -> Iterator[Mapping[str, Any]]:
    """The filters of each call: by control, and last by type of resource, which finds those of other products too."""
    ours = {
        "AwsAccountId": [_filter("EQUALS", place.account)],
        "Region": [_filter("EQUALS", place.region)],
        "RecordState": [_filter("EQUALS", "ACTIVE")],
    }
    wanted = [_filter("PREFIX", "RDS."), *(_filter("EQUALS", one) for one in WATCHED if not one.startswith("RDS."))]
    for start in range(0, len(wanted), _VALUES):
        yield {**ours, "ComplianceSecurityControlId": wanted[start : start + _VALUES]}
    yield {**ours, "ResourceType": [_filter("PREFIX", "AwsRds")]}


def records(reader: Reader, place: Place) -> Iterator[Any]:
    """Every finding, some of them twice. Raises `CallError`."""
    for filters in questions(place):
        reply = reader.call("securityhub", "GetFindings", {"Filters": filters}) or {}
        yield from reply.get("Findings") or ()


def why(error: CallError, place: Place) -> str:
    """Why nothing could be read, as a sentence without its end."""
    where = f"{place.region} of account {place.account}"
    if error.code == "InvalidAccessException":
        return f"Security Hub is not enabled in {where}, or the caller may not use it ({error.code})"
    return f"Security Hub in {where} does not answer {error.service}:{error.action} ({error.code}: {error.message})"


def _filter(comparison: str, value: str) -> dict[str, str]:
    return {"Comparison": comparison, "Value": value}
